#!/usr/bin/env python3
"""recognised.py: a copy of the spoken messages of a set as Mamori's own recogniser writes them down.

  recognised.py SET.jsonl OUT.jsonl --mamori build/release/mamori --dic NAIST_JDIC --voice FILE.htsvoice [--most 400] [--skip 0]

Each message of the channel "phone" is spoken by Open JTalk, put through a telephone line (300-3400 Hz, mu-law), heard by the
built-in recogniser, and written with its label and what was meant beside it ("said"). For measuring how much of the judgement
is lost to recognition (`mamori eval judge OUT.jsonl` beside the same ids of SET.jsonl). The copy of the training part is trained on, the copy of
the test part never.
"""
import argparse, json, os, subprocess, tempfile
from concurrent.futures import ThreadPoolExecutor


def main():
    p = argparse.ArgumentParser()
    p.add_argument("set")
    p.add_argument("out")
    p.add_argument("--mamori", required=True)
    p.add_argument("--dic", required=True)
    p.add_argument("--voice", required=True)
    p.add_argument("--most", type=int, default=400)
    p.add_argument("--skip", type=int, default=0)
    a = p.parse_args()
    items = [json.loads(line) for line in open(a.set, encoding="utf-8")]
    items = [i for i in items if i.get("channel") == "phone" and "text" in i and len(i["text"]) <= 90][a.skip : a.skip + a.most]
    with tempfile.TemporaryDirectory() as tmp, open(a.out, "w", encoding="utf-8") as out:
        with ThreadPoolExecutor(2) as pool:
            lines = list(pool.map(lambda n: speak(items[n]["text"], os.path.join(tmp, f"{n:05d}"), a), range(len(items))))
        heard = {}
        for k in range(0, len(items), 100):  # the model is loaded once for a hundred
            files = [f for f in lines[k : k + 100] if f]
            said = subprocess.run([a.mamori, "transcribe", "--with", "built-in", "--format", "jsonl", *files], capture_output=True, text=True, check=True).stdout
            for row in map(json.loads, filter(None, said.splitlines())):
                if "text" in row and "phrase" not in row:
                    heard[row["file"]] = heard.get(row["file"], "") + row["text"]
        errors = total = 0
        for item, line in zip(items, lines):
            words = heard.get(line, "")
            if not words:
                continue
            out.write(json.dumps({"id": item["id"], "sector": item["sector"], "topic": item["topic"], "channel": "phone", "text": words, "said": item["text"], "label": item["label"]}, ensure_ascii=False) + "\n")
            e, n = distance(clean(words), clean(item["text"]))
            errors, total = errors + e, total + n
        print(f"{len(items)} messages, character errors {100 * errors / max(1, total):.1f} %")


def speak(text, base, a):
    """A message over a telephone line; the path of the recording, or None where Open JTalk could not say it."""
    wav, line = base + ".s.wav", base + ".l.wav"
    spoken = subprocess.run(["open_jtalk", "-x", a.dic, "-m", a.voice, "-ow", wav], input=text.replace("\n", "。").encode(), stderr=subprocess.DEVNULL)
    if spoken.returncode != 0 or not os.path.exists(wav) or os.path.getsize(wav) < 4000:
        return None
    subprocess.run(["sox", wav, "-r", "8000", "-c", "1", "-e", "mu-law", line, "sinc", "300-3400", "norm", "-20", "pad", "0.3", "0.8"], check=True, stderr=subprocess.DEVNULL)
    subprocess.run(["sox", line, "-e", "signed", "-b", "16", base + ".wav"], check=True, stderr=subprocess.DEVNULL)
    os.remove(wav)
    os.remove(line)
    return base + ".wav"


def clean(text):
    return [c for c in text if c.isalnum()]


def distance(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1], len(b)


if __name__ == "__main__":
    main()
