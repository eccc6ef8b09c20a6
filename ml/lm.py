"""Lexicon and trigram:  lm.py --own corpus/*.txt --templates corpus/templates.txt [--dialogues JSONL] [--plain FILE ...]
                              [--ipadic CSV_DIR] --dic MECAB_DICDIR --out models/ctc-ja-8k/language.bin

Words come from MeCab (ipadic); a word is a spelling with one pronunciation. Texts count with a weight: our own customer-service
talk most. Words of the ipadic dictionary that no text holds enter with a unigram probability from their MeCab cost, so that
talk about anything has a chance. Mora words (カ, シャ, ...) spell out what no word fits. Absolute discounting, back-off.
Format: docs/format/speech-model.md.
"""
import argparse, csv, glob, json, math, os, random, re, subprocess
from collections import defaultdict

import numpy as np

import container
from phones import INDEX, _MORA, from_kana, hira_to_kata

FIX = {"ぶっ殺す": "ブッコロス", "ぶっ殺し": "ブッコロシ", "晒す": "サラス", "何色": "ナニイロ", "日本": "ニホン", "私": "ワタシ", "明日": "アシタ",
       "家": "イエ", "上": "ウエ", "行く": "イク", "行こ": "イコ"}
DIGITS = {"0": ["ゼロ", "レイ"], "1": ["イチ", "イッ"], "2": ["ニ"], "3": ["サン"], "4": ["ヨン", "シ", "ヨ"], "5": ["ゴ"], "6": ["ロク", "ロッ"],
          "7": ["ナナ", "シチ"], "8": ["ハチ", "ハッ"], "9": ["キュー", "ク"]}
WIDE = str.maketrans("０１２３４５６７８９", "0123456789")
BOS, EOS = "<s>", "</s>"


def pronounce(surface, feature):
    """feature: ipadic columns after the surface. Long e as spoken: センセイ -> センセー in nouns."""
    if surface in FIX:
        return FIX[surface]
    f = feature.split(",")
    kana = f[8] if len(f) > 8 else (hira_to_kata(surface) if re.fullmatch(r"[ぁ-んァ-ヶー]+", surface) else None)
    if kana is None:
        return None
    if f[0] == "名詞" or f[0] == "接続詞" or f[0] == "副詞":
        kana = re.sub(r"([エケゲセゼテデネヘベペメレェ])イ(?!ー)", r"\1ー", kana)
    return kana


def sample(template, rng):
    return re.sub(r"\[([^\]]*)\]", lambda m: rng.choice(m.group(1).split("|")), template)


def lines_of(path):
    return [l.strip() for l in open(path, encoding="utf-8") if l.strip() and not l.startswith("#")]


def tokens(sentences, dic):
    """Each sentence -> list of (surface, phones), split at punctuation; None where the reading is unknown."""
    text = "\n".join(re.sub(r"\s+", "", s) for s in sentences) + "\n"
    out = subprocess.run(["mecab", "-d", dic, "-b", "200000"], input=text.encode(), capture_output=True, check=True).stdout.decode()
    row, rows = [], []
    for line in out.split("\n"):
        if line == "EOS":
            rows.append(row)
            row = []
            continue
        if "\t" not in line:
            continue
        surface, feature = line.split("\t", 1)
        surface = surface.translate(WIDE)
        if feature.startswith("記号") or re.fullmatch(r"[\W_]+", surface):
            row.append(BOS)  # a pause may stand here; the history goes on in practice, so it is simply skipped
            continue
        if re.fullmatch(r"\d+", surface):
            row += [(d, DIGITS[d][0]) for d in surface]
            continue
        row.append((surface, pronounce(surface, feature)))
    return rows


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--own", nargs="+", required=True)
    p.add_argument("--templates")
    p.add_argument("--template-samples", type=int, default=60)
    p.add_argument("--dialogues")
    p.add_argument("--plain", nargs="*", default=[])
    p.add_argument("--ipadic")
    p.add_argument("--ipadic-words", type=int, default=16000)
    p.add_argument("--least-bigram", type=float, default=0.5, help="weighted count below which a bigram is left out")
    p.add_argument("--least-trigram", type=float, default=0.75)
    p.add_argument("--mora", type=float, default=-9.5, help="log-probability of one spelled-out mora")
    p.add_argument("--dic", required=True)
    p.add_argument("--out", required=True)
    a = p.parse_args()
    rng = random.Random(11)

    texts = [(12.0, [s for f in a.own for s in lines_of(f)])]
    if a.templates:
        made = [sample(t, rng) for t in lines_of(a.templates) for _ in range(a.template_samples)]
        texts.append((1.5, made))
    if a.dialogues:
        said = []
        for row in open(a.dialogues, encoding="utf-8"):
            for turn in json.loads(row)["turns"]:
                said += [s for s in re.split(r"[\n。?？!！]", turn["text"]) if 2 <= len(s) <= 60]
        said = list(dict.fromkeys(said))
        rng.shuffle(said)
        texts.append((0.25, said[:140000]))
    for f in a.plain:
        texts.append((3.0, [s for l in lines_of(f) for s in re.split(r"[。?？!！]", l) if s]))

    count = [defaultdict(float), defaultdict(float), defaultdict(float)]
    phones_of = {}
    for weight, sentences in texts:
        total = 0
        for row in tokens(sentences, a.dic):
            sentence = [BOS, BOS]
            good = True
            for t in row:
                if t == BOS:
                    continue
                ph = from_kana(t[1]) if t[1] else None
                if not ph:
                    good = False
                    break
                word = t[0] + "/" + hira_to_kata(t[1])
                phones_of[word] = ph
                sentence.append(word)
            if not good or len(sentence) < 3:
                continue
            sentence.append(EOS)
            total += 1
            for i in range(2, len(sentence)):
                count[0][sentence[i]] += weight
                count[1][(sentence[i - 1], sentence[i])] += weight
                count[2][(sentence[i - 2], sentence[i - 1], sentence[i])] += weight
        print(f"weight {weight}: {total} sentences")

    # the tail of the vocabulary: words seen once in the big neutral text only
    vocabulary = {w for w, c in count[0].items() if c >= 0.5 and w != EOS}
    extra = {}
    if a.ipadic:
        for path in glob.glob(os.path.join(a.ipadic, "*.csv")):
            name = os.path.basename(path)
            if name.split(".")[0] not in ("Noun", "Verb", "Adj", "Adverb", "Interjection", "Conjunction", "Adnominal", "Auxil", "Filler") \
                    or name in ("Noun.proper.csv", "Noun.org.csv", "Noun.others.csv", "Noun.number.csv"):
                continue
            for row in csv.reader(open(path, encoding="euc-jp", errors="replace")):
                surface, cost = row[0], int(row[3])
                if name in ("Noun.place.csv", "Noun.name.csv"):
                    cost += 1800
                if len(surface) < 2 or len(surface) > 8:
                    continue
                # spellings in kana of words that have kanji, old spellings and the like carry no information
                kana = pronounce(surface, ",".join(row[4:]))
                ph = from_kana(kana) if kana else None
                if not ph or len(ph) < 4:
                    continue
                word = surface + "/" + hira_to_kata(kana)
                if word in vocabulary:
                    continue
                extra[word] = (min(cost, extra.get(word, (1 << 30,))[0]), ph)
    chosen = sorted(extra, key=lambda w: extra[w][0])
    best_for_sound, tail = defaultdict(int), []
    for w in chosen:
        key = tuple(extra[w][1])
        if best_for_sound[key] >= 1:
            continue
        best_for_sound[key] += 1
        tail.append(w)
        if len(tail) >= a.ipadic_words:
            break
    for w in tail:
        phones_of[w] = extra[w][1]
    moras = [(k, v) for k, v in _MORA.items() if not k in "ヲヂヅヰヱャュョァィゥェォヮ" and not k.startswith("ヴ") and len(k) <= 2]
    digit_words = [(d + "/" + hira_to_kata(r), from_kana(r)) for d, rs in DIGITS.items() for r in rs]

    words = [BOS, EOS] + sorted(vocabulary)
    for w, ph in digit_words:
        if w not in vocabulary:
            phones_of[w] = ph
            words.append(w)
    words += tail
    mora_start = len(words)
    spelled = words + [k for k, _ in moras]
    phones = [[] if w in (BOS, EOS) else [INDEX[x] for x in phones_of[w]] for w in words] + [[INDEX[x] for x in v] for _, v in moras]
    index = {w: i for i, w in enumerate(words)}
    V = len(spelled)
    print(f"{V} words ({len(vocabulary)} from text, {len(tail)} from the dictionary, {len(moras)} moras)")
    assert V < 65535

    # unigram: text 90 %, dictionary tail 8 %, digits share the text mass by a floor, moras fixed
    uni = np.full(V, -20.0)
    in_text = sum(c for w, c in count[0].items() if w in index)
    for w, c in count[0].items():
        if w in index:
            uni[index[w]] = math.log(0.9 * c / in_text)
    z = sum(math.exp(-extra[w][0] / 1500) for w in tail) or 1
    for w in tail:
        uni[index[w]] = math.log(0.08 * math.exp(-extra[w][0] / 1500) / z)
    for w, _ in digit_words:
        uni[index[w]] = max(uni[index[w]], math.log(2e-4))
    uni[mora_start:] = a.mora
    uni[index[BOS]] = -20

    def discounted(n, keep):
        """context -> ({word: logp}, backoff weight); absolute discounting with D = 0.6 of the least weight present."""
        context = defaultdict(dict)
        for gram, c in count[n].items():
            if all(g in index for g in gram):
                context[gram[:-1]][gram[-1]] = c
        table = {}
        for ctx, nexts in context.items():
            total = sum(nexts.values())
            kept = {w: c for w, c in nexts.items() if keep(ctx, w, c)}
            if not kept:
                continue
            d = 0.65 * min(1.0, min(kept.values()))
            d = min(d, 0.65)
            prob = {w: (c - d * min(1.0, c)) / (total + 1.0) for w, c in kept.items()}
            left = max(1e-4, 1 - sum(prob.values()))
            table[ctx] = (prob, left)
        return table

    bi = discounted(1, lambda ctx, w, c: c >= a.least_bigram)
    bi_pairs = {(ctx[0], w) for ctx, (prob, _) in bi.items() for w in prob}
    tri = discounted(2, lambda ctx, w, c: c >= a.least_trigram and ctx in bi_pairs)

    bi_offset, bi_word, bi_logp, bi_back, tri_offset, tri_word, tri_logp = [0], [], [], [], [0], [], []
    uni_back = np.zeros(V)
    puni = np.exp(uni)
    for w1 in range(V):
        entry = bi.get((words[w1],)) if w1 < len(words) else None
        if entry:
            prob, left = entry
            seen = sum(puni[index[w]] for w in prob)
            uni_back[w1] = math.log(left / max(1e-3, 1 - seen))
            p_bi = {index[w]: pr + left * puni[index[w]] for w, pr in prob.items()}
            for w2 in sorted(p_bi):
                bi_word.append(w2)
                bi_logp.append(math.log(p_bi[w2]))
                t = tri.get((words[w1], words[w2]))
                if t:
                    tprob, tleft = t
                    lower = {index[w]: bi.get((words[w2],), ({}, 1.0))[0].get(w, 0.0) + bi.get((words[w2],), ({}, 1.0))[1] * puni[index[w]]
                             for w in tprob}
                    bi_back.append(math.log(tleft / max(1e-3, 1 - sum(lower.values()))))
                    for w in sorted(tprob, key=lambda w: index[w]):
                        tri_word.append(index[w])
                        tri_logp.append(math.log(tprob[w] + tleft * lower[index[w]]))
                else:
                    bi_back.append(0.0)
                tri_offset.append(len(tri_word))
        bi_offset.append(len(bi_word))
    print(f"{len(bi_word)} bigrams, {len(tri_word)} trigrams")

    surfaces = [w.split("/")[0] if i < mora_start else w for i, w in enumerate(spelled)]
    blob = [s.encode() for s in surfaces]
    f16 = lambda x: np.clip(np.array(x, np.float64), -60000, 60000).astype("<f2")
    sections = [
        ("words", np.frombuffer(b"".join(blob), np.uint8)), ("word_offsets", np.cumsum([0] + [len(b) for b in blob]).astype("<u4")),
        ("phones", np.array([x for ph in phones for x in ph], np.uint8)),
        ("phone_offsets", np.cumsum([0] + [len(ph) for ph in phones]).astype("<u4")),
        ("unigram", f16(uni)), ("unigram_backoff", f16(uni_back)),
        ("bigram_offsets", np.array(bi_offset, "<u4")), ("bigram_words", np.array(bi_word, "<u2")), ("bigram", f16(bi_logp)),
        ("bigram_backoff", f16(bi_back)), ("trigram_offsets", np.array(tri_offset, "<u4")),
        ("trigram_words", np.array(tri_word, "<u2")), ("trigram", f16(tri_logp))]
    header = {"kind": "language", "name": "ja-service", "words": V, "first_mora": mora_start, "bos": 0, "eos": 1}
    size = container.write(a.out, header, sections)
    print(f"{a.out}: {size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
