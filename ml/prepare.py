"""Make training shards: 8 kHz mono PCM with phoneme transcripts.

  prepare.py synth  --dic DIR --out DIR --voice NAME=FILE ... [--partner NAME=FILE ...] [--takes N] --text FILE ... [--templates FILE] [--dialogues JSONL]
                    [--messages JSONL] [--read MANIFEST] [--jobs 2]
  prepare.py human  --dic DIR --out DIR --voice NAME=FILE --clips DIR [--jobs 2]
  prepare.py coded  --out DIR [--jobs 2]

A shard is a pickle: list of dicts {pcm: int16 array, phones: [str], source: str, text: str}.
`synth` speaks every line of the texts with every voice and once with a mixture of two or three (HTS voices of one structure can be
interpolated: a new speaker every time), each time with its own pitch, rate, all-pass constant and global-variance weight; with
`--takes` only with so many of these, drawn anew for each line. A `--partner` is heard in mixtures only.
One in four is agitated: fast, high, wide. `--messages` adds the sentences of a labelled file of the judge (training part only),
`--read` those of the human clips whose speakers are not held out.
`human` reads a Common Voice style folder (manifest.tsv: file, speaker, gender, age, text) and takes the phonemes from Open JTalk's front end (-r 10: the waveform is not wanted, only the labels).
"""
import argparse, glob, hashlib, json, os, pickle, random, re, subprocess, tempfile
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from lm import said_in, sample, sentences_of
from phones import from_labels
from split import VALIDATION


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


def prosody(rng):
    """Options of the vocoder: one speaker's way of saying one line. All-pass constant: vocal-tract length (0.55 is the voice's own)."""
    agitated = rng.random() < 0.25
    rate = rng.uniform(1.05, 1.5) if agitated else rng.uniform(0.82, 1.3)
    pitch = rng.uniform(0, 7) if agitated else rng.uniform(-4, 5)
    expression = rng.uniform(1.2, 2.2) if agitated else rng.uniform(0.5, 1.6)
    return ["-r", round(rate, 3), "-fm", round(pitch, 2), "-a", round(rng.uniform(0.50, 0.60), 3), "-jf", round(expression, 2),
            "-jm", round(rng.uniform(0.6, 1.25), 2), "-u", round(rng.uniform(0.3, 0.7), 2)]


def full_labels(text, dic, voice):
    """Open JTalk's full-context labels, from its trace (the second of the two lists, without times, is left out)."""
    with tempfile.TemporaryDirectory() as tmp:
        trace = os.path.join(tmp, "t")
        subprocess.run(["open_jtalk", "-x", dic, "-m", voice, "-r", "10", "-ot", trace], input=text.encode(), check=True,
                       stderr=subprocess.DEVNULL)
        lines = open(trace, encoding="utf-8", errors="replace").read().split("[Output label]\n", 1)[1].split("\n")
    out = []
    for line in lines:
        if not re.match(r"^\d+ \d+ ", line) or (out and line.startswith("0 ")):
            break
        out.append(line.split(" ", 2)[2])
    return out


def synth_job(job):
    text, voices, dic, seed = job
    rng = random.Random(seed)
    try:
        with tempfile.TemporaryDirectory() as tmp:
            labels, wav = os.path.join(tmp, "l.lab"), os.path.join(tmp, "o.wav")
            full = full_labels(text, dic, voices[0][1])
            open(labels, "w").write("\n".join(full) + "\n")
            if len(voices) > 2:
                voices = rng.sample(voices, rng.choice([2, 3]))
            command = ["hts_engine"]
            for _, file in voices:
                command += ["-m", file]
            if len(voices) > 1:
                parts = [rng.expovariate(1) for _ in voices]
                weights = [round(p / sum(parts), 3) for p in parts]
                command += ["-i", len(voices)] + weights
            command += ["-ow", wav] + prosody(rng) + [labels]
            subprocess.run([str(c) for c in command], check=True, stderr=subprocess.DEVNULL)
            pcm = to_8k(wav)
    except (subprocess.CalledProcessError, IndexError):
        return None
    phones = from_labels([re.match(r"^[^-]*-([a-zA-Z]+)\+", l).group(1) for l in full])
    if len(phones) < 3 or not 3000 < len(pcm) < 8000 * 16 or (np.abs(pcm.astype(int)) > 32000).mean() > 0.002:  # a vocoder that ran away
        return None
    return {"pcm": pcm, "phones": phones, "source": "synth:" + "+".join(sorted(n for n, _ in voices)), "text": text}


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


def coded_job(path):
    """One shard once more through a mobile or VoIP codec, beside it as NAME.coded: GSM full rate, AMR-NB at 4.75, 7.4 or 12.2 kbit/s."""
    rng = random.Random(os.path.basename(path))
    out = []
    with tempfile.TemporaryDirectory() as tmp:
        for it in pickle.load(open(path, "rb")):
            kind, *mode = rng.choice([("gsm",), ("amr-nb", "-C", "0"), ("amr-nb", "-C", "4"), ("amr-nb", "-C", "7")])
            code = os.path.join(tmp, "c." + kind)
            x = it["pcm"].astype(np.float64)
            x = (x * (2500 / (np.sqrt((x ** 2).mean()) + 1))).clip(-32768, 32767).astype("<i2")
            raw = ["-t", "raw", "-r", "8000", "-c", "1", "-e", "signed", "-b", "16", "-"]
            subprocess.run(["sox"] + raw + mode + ["-t", kind, code], input=x.tobytes(), check=True, stderr=subprocess.DEVNULL)
            back = subprocess.run(["sox", code] + raw, check=True, capture_output=True).stdout
            out.append(np.frombuffer(back, "<i2").copy())
    with open(path + ".tmp", "wb") as f:
        pickle.dump(out, f)
    os.rename(path + ".tmp", path[:-4] + ".coded")


def read_lines(path):
    for line in open(path, encoding="utf-8"):
        line = line.strip()
        if line and not line.startswith("#"):
            yield line


def readable(texts, count, seed):
    """Sentences that Open JTalk can be trusted to read: no Latin letters, no marks, neither one word nor a paragraph."""
    lines = sorted({s.strip() for s in sentences_of(texts) if re.fullmatch(r"[ぁ-んァ-ヶ一-龠々ー、0-9０-９]{8,45}", s.strip())})
    random.Random(seed).shuffle(lines)
    return lines[:count]


def dialogue_lines(path, count):
    return readable([turn["text"] for row in open(path, encoding="utf-8") if '"turns"' in row for turn in json.loads(row)["turns"]], count, 7)


def message_lines(path, count):
    return readable(said_in(path), count, 11)


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
    p.add_argument("kind", choices=["synth", "human", "coded"])
    p.add_argument("--dic")
    p.add_argument("--out", required=True)
    p.add_argument("--voice", action="append", default=[])
    p.add_argument("--partner", action="append", default=[])
    p.add_argument("--takes", type=int, default=0)
    p.add_argument("--messages")
    p.add_argument("--message-count", type=int, default=1500)
    p.add_argument("--text", action="append", default=[])
    p.add_argument("--dialogues")
    p.add_argument("--dialogue-count", type=int, default=900)
    p.add_argument("--templates")
    p.add_argument("--template-samples", type=int, default=30)
    p.add_argument("--read", help="manifest.tsv of human clips")
    p.add_argument("--clips")
    p.add_argument("--prefix", default="synth")
    p.add_argument("--jobs", type=int, default=2)
    a = p.parse_args()
    if a.kind == "coded":
        shards = sorted(glob.glob(os.path.join(a.out, "*.pkl")))
        with ProcessPoolExecutor(a.jobs) as pool:
            list(pool.map(coded_job, [s for s in shards if not os.path.exists(s[:-4] + ".coded")]))
        return
    voices = [v.split("=", 1) for v in a.voice]
    if a.kind == "human":
        rows = [l.rstrip("\n").split("\t") for l in open(os.path.join(a.clips, "manifest.tsv"), encoding="utf-8")][1:]
        write([(r, a.clips, a.dic, voices[0][1]) for r in rows], human_job, a.out, "human", a.jobs)
        return
    every = voices + [v.split("=", 1) for v in a.partner]
    speakers = [[v] for v in voices] + ([every] if len(every) > 1 else [])
    draw = random.Random(9)
    lines = [(line, v) for path in a.text for line in read_lines(path)
             for v in (draw.sample(speakers, a.takes) if a.takes else speakers)]
    once = dialogue_lines(a.dialogues, a.dialogue_count) if a.dialogues else []
    if a.messages:
        once += message_lines(a.messages, a.message_count)
    if a.templates:
        rng = random.Random(3)
        once += sorted({sample(t, rng) for t in read_lines(a.templates) for _ in range(a.template_samples)})
    if a.read:
        rows = [l.rstrip("\n").split("\t") for l in open(a.read, encoding="utf-8")][1:]
        kept = {r[4] for r in rows if r[1] in VALIDATION}
        once += sorted({r[4] for r in rows} - kept)
    lines += [(l, speakers[-1 - i % 2 * (i // 2 % len(speakers))]) for i, l in enumerate(once)]  # one voice each; every other one mixed
    jobs = [(t, v, a.dic, int(hashlib.md5((t + str(len(v)) + v[0][0] + a.prefix).encode()).hexdigest()[:8], 16)) for t, v in lines]
    random.Random(5).shuffle(jobs)
    write(jobs, synth_job, a.out, a.prefix, a.jobs)


if __name__ == "__main__":
    main()
