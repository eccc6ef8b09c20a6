"""The Mozc open-source dictionary (dictionary_oss of https://github.com/google/mozc, BSD and IPADIC licences) as a language model.

Words carry a left and a right class (2,662 parts of speech); P(w|v) = P(left class of w | right class of v) * P(w | left class of w).
Both come as costs: -500 ln P (they sum to one at that scale).
"""
import glob, os, re
from collections import defaultdict

import numpy as np

from phones import from_kana, hira_to_kata

SCALE = 500.0


def load_classes(folder):
    """(names, costs[from, to]) of the classes; class 0 begins and ends a sentence."""
    names = [l.rstrip("\n").split(" ", 1)[1] for l in open(os.path.join(folder, "id.def"), encoding="utf-8")]
    flat = np.array(open(os.path.join(folder, "connection_single_column.txt")).read().split(), np.int32)
    n = int(flat[0])
    assert n == len(names)
    return names, flat[1:].reshape(n, n)


def stationary(costs):
    """How often each class occurs at all: where the chain of classes settles."""
    p = np.exp(-costs / SCALE)
    p[:, 0] = 0.02  # a sentence ends after some fifty words; its file has no cost for it
    p /= p.sum(1, keepdims=True)
    at = np.full(len(p), 1 / len(p))
    for _ in range(100):
        at = at @ p
    return at / at.sum()


def spoken(reading, surface, left, right):
    """Hiragana as spelled -> katakana as spoken: particles は へ を, long e of nouns and the like."""
    kana = hira_to_kata(reading).replace("ヲ", "オ")
    pos = lambda name: name.split(",")[0]
    if reading.endswith("は") and right.endswith(",は") and pos(right) == "助詞" or \
            surface.endswith("は") and reading.endswith("は") and pos(right) in ("接続詞", "感動詞", "副詞"):
        kana = kana[:-1] + "ワ"
    if reading == "へ" and right.endswith(",へ"):
        kana = "エ"
    if pos(left) in ("助詞", "助動詞", "接続詞") and re.match(r"(では|には|とは|ては|へは|からは)", reading):
        kana = kana.replace("ハ", "ワ", 1)
    if re.search(r"(では|とは)(な|あり|ござ)", reading) and pos(left) in ("助詞", "助動詞"):
        kana = re.sub(r"([デト])ハ(?=[ナアゴ])", r"\1ワ", kana)
    kana = kana.replace("イウ", "ユー") if reading in ("いう", "という", "っていう", "そういう", "こういう", "どういう", "ああいう") else kana
    if pos(left) not in ("動詞", "助動詞", "形容詞", "助詞"):
        kana = re.sub(r"([エケゲセゼテデネヘベペメレ])イ", r"\1ー", kana)
    # Long o, except the ending of a verb's base form (思う, 追う), which is said as it is spelled.
    ending = kana.endswith("ウ") and pos(left) == "動詞" and "基本形" in right
    long_o = re.sub(r"([オコゴソゾトドノホボポモヨロョ])ウ", r"\1ー", kana[:-1] if ending else kana)
    if re.search("思う|想う|追う|負う|沿う|添う|酔う|誘う|問う|伴う|整う|争う|願う", surface):
        return kana
    return long_o + ("ウ" if ending else "")


def load_words(folder, prior, names, least, variants=3, longest=24):
    """{(spelling, kana, left, right): ln P(word)} of the likelier words; of one sound only `variants` spellings."""
    by_sound = defaultdict(dict)
    for path in sorted(glob.glob(os.path.join(folder, "dictionary0*.txt"))) + [os.path.join(folder, "suffix.txt")]:
        for line in open(path, encoding="utf-8"):
            f = line.rstrip("\n").split("\t")
            if len(f) < 5:
                continue
            reading, left, right, cost, surface = f[0], int(f[1]), int(f[2]), int(f[3]), f[4]
            logp = np.log(prior[left] + 1e-12) - cost / SCALE
            if logp < least or len(reading) > longest or re.search(r"[A-Za-zＡ-Ｚａ-ｚ0-9０-９\W_]", surface):
                continue
            if not re.fullmatch(r"[ぁ-んァ-ヶー一-龠々〆ヵヶ]+", surface) or not re.fullmatch(r"[ぁ-んー]+", reading):
                continue
            kana = spoken(reading, surface, names[left], names[right])
            key = (surface, kana, left, right)
            sound = by_sound[kana]
            if logp > sound.get(key, -1e9):
                sound[key] = logp
    out = {}
    for kana, sound in by_sound.items():
        phones = from_kana(kana)
        if not phones or len(phones) > 60:
            continue
        best = sorted(sound, key=lambda k: -sound[k])
        kept = defaultdict(int)
        for key in best[:3 * variants]:
            if kept[key[0]] < 2 and len([k for k in kept if kept[k]]) <= variants:
                kept[key[0]] += 1
                out[key] = (sound[key], phones)
    return out


def class_of(feature, table):
    """IPADIC feature columns -> class number: with the word itself where Mozc has such a class, else without."""
    f = feature.split(",") + ["*"] * 8
    kind = re.sub(r"^五段・(?!ラ行特殊|カ行促音便ユク|ラ行アル).*", "五段動詞", f[4])
    for conj in (f[4], kind, "*"):
        for base in (f[6], "*"):
            for form in (f[5], "*"):
                for third in (f[2], "*"):
                    key = ",".join([f[0], f[1], third, f[3] if third != "*" else "*", conj, form, base])
                    if key in table:
                        return table[key]
    for key in (f"{f[0]},一般,*,*,*,*,*", f"{f[0]},*,*,*,*,*,*", "名詞,一般,*,*,*,*,*"):
        if key in table:
            return table[key]
    return table["名詞,一般,*,*,*,*,*"]
