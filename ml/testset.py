"""testset.py human --shards DIR --out DIR            : the held-out speakers' clips through the telephone channel, as WAV
   testset.py synth --dic DIR --voice NAME=FILE ... --text FILE ... --out DIR [--limit N] [--options "-r 1.1 -fm 2"]
   testset.py talk  --dic DIR --voice NAME=FILE --dialogues JSONL --skip 1500 --hours 5 --out DIR : neutral talk in files of a minute
   testset.py phrases --dic DIR --voice NAME=FILE ... --text corpus/phrases.txt --out DIR [--options ...] : every phrase alone
Writes NAME.wav files and index.tsv (file, source, phones, text)."""
import argparse, glob, hashlib, os, pickle, random, shlex, tempfile, wave
from concurrent.futures import ProcessPoolExecutor

import numpy as np

import augment
from phrases import entries
from prepare import dialogue_lines, read_lines, speak, to_8k
from train import held_out


def write_wav(path, pcm):
    with wave.open(path, "wb") as w:
        w.setnchannels(1); w.setsampwidth(2); w.setframerate(8000)
        w.writeframes(pcm.astype("<i2").tobytes())


def one(job):
    text, name, voice, dic, options, path = job
    with tempfile.TemporaryDirectory() as tmp:
        wav = os.path.join(tmp, "o.wav")
        phones = speak(text, dic, voice, options, wav)
        write_wav(path, augment.telephone(to_8k(wav)))
    return phones


def minute(job):
    """Some twenty turns with pauses between, as one side of a call sounds."""
    lines, name, voice, dic, seed, path = job
    rng = random.Random(seed)
    style = ["-r", round(rng.uniform(0.9, 1.25), 2), "-fm", round(rng.uniform(-2, 3), 2), "-jf", round(rng.uniform(0.7, 1.4), 2)]
    parts = []
    for line in lines:
        with tempfile.TemporaryDirectory() as tmp:
            wav = os.path.join(tmp, "o.wav")
            speak(line, dic, voice, style, wav)
            parts += [to_8k(wav), np.zeros(int(rng.uniform(0.3, 1.2) * 8000), np.int16)]
    write_wav(path, augment.telephone(np.concatenate(parts)))
    return sum(len(p) for p in parts) / 8000


def main():
    p = argparse.ArgumentParser()
    p.add_argument("kind")
    p.add_argument("--shards"); p.add_argument("--out", required=True); p.add_argument("--dic")
    p.add_argument("--voice", action="append", default=[]); p.add_argument("--text", action="append", default=[])
    p.add_argument("--limit", type=int, default=10**9); p.add_argument("--options", default="")
    p.add_argument("--dialogues"); p.add_argument("--skip", type=int, default=1500); p.add_argument("--hours", type=float, default=5)
    p.add_argument("--jobs", type=int, default=2)
    p.add_argument("--speakers", default="held-out")
    a = p.parse_args()
    os.makedirs(a.out, exist_ok=True)
    rows = []
    if a.kind == "human":
        for part in sorted(glob.glob(os.path.join(a.shards, "human-*.pkl"))):
            for i, it in enumerate(pickle.load(open(part, "rb"))):
                if held_out(it["source"]) == (a.speakers == "held-out"):
                    path = os.path.join(a.out, f"{os.path.basename(part)[:-4]}-{i}.wav")
                    write_wav(path, augment.telephone(it["pcm"]))
                    rows.append((path, it["source"], " ".join(it["phones"]), it["text"]))
    elif a.kind == "talk":
        lines = dialogue_lines(a.dialogues, 10**9)[a.skip:]
        name, file = a.voice[0].split("=", 1)
        jobs = []
        for n in range(int(a.hours * 60)):
            jobs.append((lines[n * 16:n * 16 + 16], name, file, a.dic, n, os.path.join(a.out, f"{name}-{n:04d}.wav")))
        with ProcessPoolExecutor(a.jobs) as pool:
            for j, seconds in zip(jobs, pool.map(minute, [j for j in jobs if j[0]], chunksize=2)):
                rows.append((j[5], "synth:" + j[1], "", "".join(j[0])))
    elif a.kind == "phrases":
        jobs = []
        for v in a.voice:
            name, file = v.split("=", 1)
            for i, (_, phrase) in enumerate(entries(a.text[0])):
                said, _, reading = phrase.partition("=")
                jobs.append((reading or said.strip("|"), name, file, a.dic, shlex.split(a.options), os.path.join(a.out, f"{name}-{i:04d}.wav"), said.strip("|")))
        with ProcessPoolExecutor(a.jobs) as pool:
            for j, phones in zip(jobs, pool.map(one, [j[:6] for j in jobs], chunksize=4)):
                rows.append((j[5], "synth:" + j[1], " ".join(phones), j[6]))
    else:
        lines = [l for f in a.text for l in read_lines(f)]
        random.Random(3).shuffle(lines)
        jobs = []
        for v in a.voice:
            name, file = v.split("=", 1)
            for i, l in enumerate(lines[:a.limit]):
                jobs.append((l, name, file, a.dic, shlex.split(a.options), os.path.join(a.out, f"{name}-{i:04d}.wav")))
        with ProcessPoolExecutor(2) as pool:
            for j, phones in zip(jobs, pool.map(one, jobs, chunksize=4)):
                rows.append((j[5], "synth:" + j[1], " ".join(phones), j[0]))
    with open(os.path.join(a.out, "index.tsv"), "w", encoding="utf-8") as f:
        for r in rows:
            f.write("\t".join(r) + "\n")
    with open(os.path.join(a.out, "list"), "w") as f:
        f.write("\n".join(r[0] for r in rows) + "\n")
    print(len(rows), "files")


if __name__ == "__main__":
    main()
