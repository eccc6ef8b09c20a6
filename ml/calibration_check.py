"""calibration_check.py --text corpus/phrases.txt --dic DIR --voice FILE --neutral DIR... --positive DIR...

Recall and false alarms of phrases.py's rule, cross-validated: thresholds from one half of the neutral files, counted on the
other half, and the reverse. DIR holds `scores` and `index.tsv`."""
import argparse, random
from collections import defaultdict

from phrases import STRICTEST, entries, loosest, sightings
from prepare import speak


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--text", required=True); p.add_argument("--dic", required=True); p.add_argument("--voice", required=True)
    p.add_argument("--margin", type=float, default=0.05)
    p.add_argument("--neutral", nargs="+"); p.add_argument("--positive", nargs="+")
    a = p.parse_args()
    names = [w.strip("|") for _, w in entries(a.text) if "=" not in w]
    seconds, said = {}, {}
    neutral = defaultdict(dict)
    for d in a.neutral:
        for line in open(d + "/index.tsv", encoding="utf-8"):
            f = line.rstrip("\n").split("\t")
            said[f[0]] = f[3]
        for line in open(d + "/scores", encoding="utf-8"):
            f = line.rstrip("\n").split("\t")
            if f[0] == "T":
                seconds[f[1]] = float(f[5])
        for w, files in sightings(d + "/scores").items():
            neutral[w].update({f: r for f, r in files.items() if w not in said[f]})
    positive = {}
    for d in a.positive:
        s, idx = sightings(d + "/scores"), {}
        for line in open(d + "/index.tsv", encoding="utf-8"):
            f = line.rstrip("\n").split("\t")
            idx[f[0]] = f[3]
        positive[d] = {w: [s.get(w, {}).get(f, -9.0) for f, t in idx.items() if w in t] for w in names}
    files = sorted(seconds)
    random.Random(2).shuffle(files)
    halves = [set(files[::2]), set(files[1::2])]
    length = {w: len(speak(w, a.dic, a.voice, ["-r", 10])) for w in names}
    alarms, hours, hit, total = 0, 0.0, defaultdict(int), defaultdict(int)
    for fit, test in (halves, halves[::-1]):
        hours += sum(seconds[f] for f in test) / 3600
        for w in names:
            worst = max([r for f, r in neutral[w].items() if f in fit], default=-9)
            t = min(max(worst + a.margin, loosest(length[w])), STRICTEST)
            alarms += sum(r >= t for f, r in neutral[w].items() if f in test)
            for d, table in positive.items():
                hit[d] += sum(r >= t for r in table[w]); total[d] += len(table[w])
    print(f"margin {a.margin:.2f}: {alarms / hours:.1f} false alarms/h over {hours:.2f} h; recall "
          + " ".join(f"{d.split('/')[-1]} {hit[d] / total[d]:.2f}" for d in positive))


if __name__ == "__main__":
    main()
