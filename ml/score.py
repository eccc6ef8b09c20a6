"""score.py INDEX.tsv < output of mamori_speech_measure : PER and CER per source."""
import re, sys
from collections import defaultdict


def distance(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            diagonal, row[j] = row[j], min(diagonal + (x != y), row[j] + 1, row[j - 1] + 1)
    return row[-1]


clean = lambda t: re.sub(r"[\s、。，．？！?!「」『』・…]", "", t)
want = {}
for line in open(sys.argv[1], encoding="utf-8"):
    path, source, phones, text = line.rstrip("\n").split("\t")
    want[path] = (source, phones.split(), clean(text))
sums = defaultdict(lambda: [0, 0, 0, 0, 0])
shown = 0
for line in sys.stdin:
    f = line.rstrip("\n").split("\t")
    if f[0] != "T" or f[1] not in want:
        continue
    source, phones, text = want[f[1]]
    pe, ce = distance(f[3].split(), phones), distance(clean(f[2]), text)
    for key in (source, "ALL"):
        s = sums[key]
        s[0] += pe; s[1] += len(phones); s[2] += ce; s[3] += len(text); s[4] += 1
    if len(sys.argv) > 2 and shown < int(sys.argv[2]):
        shown += 1
        print(text, "|", f[2], "|", f[4])
for k in sorted(sums):
    s = sums[k]
    print(f"{k:32s} clips {s[4]:4d}  PER {100 * s[0] / max(1, s[1]):5.1f} %  CER {100 * s[2] / max(1, s[3]):5.1f} %")
