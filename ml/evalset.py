"""evalset.py SET OUT [--name NAME]: a set of testset.py as an evaluation set: FLAC files and index.tsv (docs/format/eval-speech.md)."""
import argparse, os, subprocess

from phones import _MORA, from_kana

KANA = {}
for _k, _v in sorted(_MORA.items(), key=lambda kv: len(kv[0])):
    if _k not in "ヲヂヅヰヱァィゥェォャュョヮ" and not _k.startswith("ヴ"):
        KANA.setdefault(tuple(_v), _k)


def kana(phones):
    out, i = "", 0
    while i < len(phones):
        two = tuple(phones[i:i + 2])
        if phones[i] not in "aiueo" and two in KANA:
            out, i = out + KANA[two], i + 2
        else:
            out, i = out + KANA[(phones[i],)], i + 1
    assert from_kana(out) == phones, (out, phones)
    return out


def main():
    p = argparse.ArgumentParser()
    p.add_argument("set"); p.add_argument("out")
    a = p.parse_args()
    os.makedirs(a.out, exist_ok=True)
    rows = [l.rstrip("\n").split("\t") for l in open(os.path.join(a.set, "index.tsv"), encoding="utf-8")]
    with open(os.path.join(a.out, "index.tsv"), "w", encoding="utf-8") as f:
        f.write("file\tspeaker\ttext\treading\n")
        for path, source, phones, text in rows:
            name = os.path.basename(path)[:-4] + ".flac"
            subprocess.run(["sox", path, "-C", "8", os.path.join(a.out, name)], check=True)
            f.write("\t".join([name, source.split(":", 1)[1], text, kana(phones.split())]) + "\n")


if __name__ == "__main__":
    main()
