"""voiceprint.py: human clips in the folders that `mamori voiceprint train` and `evaluate` read, 8 kHz.

  voiceprint.py --clips common_voice_ja --out work/voices
train/<speaker>/, train/unnamed/ (nobody knows who is who) and validation/<speaker>/: the speakers that no model of ours is trained on.
"""
import argparse, csv, os, subprocess
from concurrent.futures import ThreadPoolExecutor

from train import VALIDATION


def decode(source, target):
    os.makedirs(os.path.dirname(target), exist_ok=True)
    wide = subprocess.run(["opusdec", "--quiet", "--rate", "16000", "--force-wav", source, "-"], check=True, capture_output=True).stdout
    subprocess.run(["sox", "-t", "wav", "--ignore-length", "-", "-r", "8000", "-c", "1", "-b", "16", target], input=wide, check=True, stderr=subprocess.DEVNULL)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--clips", required=True); p.add_argument("--out", required=True); p.add_argument("--jobs", type=int, default=2)
    a = p.parse_args()
    with open(os.path.join(a.clips, "manifest.tsv"), encoding="utf-8") as f:
        rows = list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))
    with ThreadPoolExecutor(a.jobs) as pool:
        for row in rows:
            part = "validation" if row["speaker"] in VALIDATION else "train"
            name = os.path.splitext(os.path.basename(row["file"]))[0] + ".wav"
            pool.submit(decode, os.path.join(a.clips, row["file"]), os.path.join(a.out, part, row["speaker"] or "unnamed", name))


if __name__ == "__main__":
    main()
