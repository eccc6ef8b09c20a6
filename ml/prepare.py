"""Make training shards: 8 kHz mono PCM with phoneme transcripts.

  prepare.py synth  --dic DIR --out DIR --voice NAME=FILE ... --text FILE ... [--dialogues JSONL] [--jobs 2]
  prepare.py human  --dic DIR --out DIR --voice NAME=FILE --clips DIR [--jobs 2]

A shard is a pickle: list of dicts {pcm: int16 array, phones: [str], source: str, text: str}.
`synth` speaks every line of the texts with every voice, each time with its own pitch, rate, all-pass constant and
global-variance weight. `human` reads a Common Voice style folder (manifest.tsv: file, speaker, gender, age, text) and
takes the phonemes from Open JTalk's front end (-r 10: the waveform is not wanted, only the labels).
"""
import argparse, hashlib, json, os, pickle, random, re, subprocess, tempfile
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from phones import from_labels


def speak(text, dic, voice, options, wav=None):
    """Runs Open JTalk; returns phones. The trace lists the labels twice: the second list has no times."""
    with tempfile.TemporaryDirectory() as tmp:
        trace = os.path.join(tmp, "t")
        command = ["open_jtalk", "-x", dic, "-m", voice, "-ot", trace] + [str(o) for o in options]
        if wav:
            command += ["-ow", wav]
        subprocess.run(command, input=text.encode(), check=True, stderr=subprocess.DEVNULL)
        labels = []
        for line in open(trace, encoding="utf-8", errors="replace"):
            m = re.match(r"^\d+ \d+ [^-]*-([a-zA-Z]+)\+", line)
            if m:
                labels.append(m.group(1))
    half = len(labels) // 2
    if half and labels[:half] == labels[half:]:
        labels = labels[:half]
    return from_labels(labels)


def to_8k(path):
    raw = subprocess.run(["sox", path, "-t", "raw", "-r", "8000", "-c", "1", "-e", "signed", "-b", "16", "-"],
                         check=True, capture_output=True).stdout
    return np.frombuffer(raw, dtype="<i2").copy()


def synth_job(job):
    text, name, voice, dic, seed = job
    rng = random.Random(seed)
    options = ["-r", round(rng.uniform(0.85, 1.35), 3), "-fm", round(rng.uniform(-3, 5), 2),
               "-a", round(rng.uniform(0.51, 0.59), 3), "-jf", round(rng.uniform(0.7, 1.7), 2),
               "-jm", round(rng.uniform(0.7, 1.2), 2), "-u", round(rng.uniform(0.3, 0.7), 2)]
    try:
        with tempfile.TemporaryDirectory() as tmp:
            wav = os.path.join(tmp, "o.wav")
            phones = speak(text, dic, voice, options, wav)
            pcm = to_8k(wav)
    except subprocess.CalledProcessError:
        return None
    if len(phones) < 3 or not 3000 < len(pcm) < 8000 * 16:
        return None
    return {"pcm": pcm, "phones": phones, "source": "synth:" + name, "text": text}


def human_job(job):
    row, clips, dic, voice = job
    try:
        phones = speak(row[4], dic, voice, ["-r", 10])
        with tempfile.TemporaryDirectory() as tmp:
            wav = os.path.join(tmp, "c.wav")
            subprocess.run(["opusdec", "--quiet", "--rate", "16000", os.path.join(clips, row[0]), wav], check=True,
                           stderr=subprocess.DEVNULL)
            pcm = to_8k(wav)
    except subprocess.CalledProcessError:
        return None
    if len(phones) < 3 or not 3000 < len(pcm) < 8000 * 16 or len(pcm) / 80 / 3 < len(phones):
        return None
    return {"pcm": pcm, "phones": phones, "source": "human:" + (row[1] or "unnamed"), "text": row[4]}


def read_lines(path):
    for line in open(path, encoding="utf-8"):
        line = line.strip()
        if line and not line.startswith("#"):
            yield line


def dialogue_lines(path, count, seed=7):
    lines = []
    for row in open(path, encoding="utf-8"):
        for turn in json.loads(row)["turns"] if '"turns"' in row else []:
            for s in re.split(r"[\n。?？!！]", turn["text"]):
                s = s.strip()
                if 8 <= len(s) <= 45 and re.fullmatch(r"[ぁ-んァ-ヶ一-龠々ー、0-9０-９]+", s):
                    lines.append(s)
    lines = sorted(set(lines))
    random.Random(seed).shuffle(lines)
    return lines[:count]


def write(jobs, work, out, prefix, workers, size=100):
    os.makedirs(out, exist_ok=True)
    seconds, shard, n = 0.0, [], 0

    def flush():
        nonlocal shard, n
        if shard:
            part = os.path.join(out, f"{prefix}-{n:04d}.pkl")
            with open(part + ".tmp", "wb") as f:
                pickle.dump(shard, f)
            os.rename(part + ".tmp", part)
        shard, n = [], n + 1

    with ProcessPoolExecutor(workers) as pool:
        for item in pool.map(work, jobs, chunksize=4):
            if item is None:
                continue
            seconds += len(item["pcm"]) / 8000
            shard.append(item)
            if len(shard) == size:
                flush()
    flush()
    print(f"{prefix}: {seconds / 3600:.2f} h", flush=True)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("kind", choices=["synth", "human"])
    p.add_argument("--dic", required=True)
    p.add_argument("--out", required=True)
    p.add_argument("--voice", action="append", required=True)
    p.add_argument("--text", action="append", default=[])
    p.add_argument("--dialogues")
    p.add_argument("--dialogue-count", type=int, default=900)
    p.add_argument("--clips")
    p.add_argument("--prefix", default="synth")
    p.add_argument("--jobs", type=int, default=2)
    a = p.parse_args()
    voices = [v.split("=", 1) for v in a.voice]
    if a.kind == "human":
        rows = [l.rstrip("\n").split("\t") for l in open(os.path.join(a.clips, "manifest.tsv"), encoding="utf-8")][1:]
        write([(r, a.clips, a.dic, voices[0][1]) for r in rows], human_job, a.out, "human", a.jobs)
        return
    lines = [(line, v) for path in a.text for line in read_lines(path) for v in voices]
    if a.dialogues:  # neutral talk: each line by one voice, in turn
        lines += [(l, voices[i % len(voices)]) for i, l in enumerate(dialogue_lines(a.dialogues, a.dialogue_count))]
    jobs = [(t, n, f, a.dic, int(hashlib.md5((t + n + a.prefix).encode()).hexdigest()[:8], 16)) for t, (n, f) in lines]
    random.Random(5).shuffle(jobs)
    write(jobs, synth_job, a.out, a.prefix, a.jobs)


if __name__ == "__main__":
    main()
