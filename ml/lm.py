"""Lexicon and language model:  lm.py --own corpus/*.txt --templates corpus/templates.txt [--dialogues JSONL] [--messages JSONL ...] [--plain FILE ...]
                                --mozc DICTIONARY_OSS --dic MECAB_DICDIR --out models/ctc-ja-8k/language.bin

Two models mixed word by word: a trigram of what is said to and by customer service (MeCab words; our own text counts most; absolute
discounting, back-off), and for all the rest of the language the class bigram of the Mozc dictionary. A word is a spelling with one
pronunciation and two classes. Mora words (カ, シャ, ...) spell out what no word fits. Format: docs/format/speech-model.md.
"""
import argparse, json, math, random, re, subprocess
from collections import defaultdict

import numpy as np

import container
import mozc
from phones import INDEX, _MORA, from_kana, hira_to_kata

FIX = {"ぶっ殺す": "ブッコロス", "ぶっ殺し": "ブッコロシ", "晒す": "サラス", "何色": "ナニイロ", "日本": "ニホン", "私": "ワタシ", "明日": "アシタ",
       "家": "イエ", "上": "ウエ", "行く": "イク", "行こ": "イコ"}
DIGITS = {"0": ["ゼロ", "レイ"], "1": ["イチ", "イッ"], "2": ["ニ"], "3": ["サン"], "4": ["ヨン", "シ", "ヨ"], "5": ["ゴ"], "6": ["ロク", "ロッ"],
          "7": ["ナナ", "シチ"], "8": ["ハチ", "ハッ"], "9": ["キュー", "ク"]}
WIDE = str.maketrans("０１２３４５６７８９", "0123456789")
BOS, EOS = "<s>", "</s>"
STEP = 0.08  # nats: grain of the class table
NUMBER = "名詞,数,*,*,*,*,*"


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


def said_in(path):
    """Every message and turn of a labelled file (docs/format/labelled.md), but for the obfuscated: nobody says those."""
    for row in open(path, encoding="utf-8"):
        item = json.loads(row)
        if item.get("label", {}).get("kind") != "obfuscated":
            yield from [item["text"]] if "text" in item else [t["text"] for t in item["turns"]]


def sentences_of(texts):
    return [s for t in texts for s in re.split(r"[\n。?？!！]", t) if s]


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
            row += [(d, DIGITS[d][0], NUMBER) for d in surface]
            continue
        row.append((surface, pronounce(surface, feature), feature))
    return rows


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--own", nargs="+", required=True)
    p.add_argument("--templates")
    p.add_argument("--template-samples", type=int, default=60)
    p.add_argument("--dialogues")
    p.add_argument("--plain", nargs="*", default=[])
    p.add_argument("--messages", nargs="*", default=[], help="labelled files of the judge; the training part only")
    p.add_argument("--mozc", required=True, help="folder dictionary_oss")
    p.add_argument("--least-word", type=float, default=-16.3, help="ln P below which a dictionary word is left out")
    p.add_argument("--trigram-weight", type=float, default=0.5, help="of the trigram against the class bigram")
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
                said += [s for s in sentences_of([turn["text"]]) if 2 <= len(s) <= 60]
        said = list(dict.fromkeys(said))
        rng.shuffle(said)
        texts.append((0.25, said[:140000]))
    for f in a.messages:
        texts.append((0.7, sentences_of(said_in(f))))
    for f in a.plain:
        texts.append((3.0, sentences_of(lines_of(f))))

    count = [defaultdict(float), defaultdict(float), defaultdict(float)]
    phones_of = {}
    names, costs = mozc.load_classes(a.mozc)
    table = {n: i for i, n in enumerate(names)}
    seen_class = defaultdict(lambda: defaultdict(float))
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
                seen_class[word][mozc.class_of(t[2], table)] += weight
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

    vocabulary = {w for w, c in count[0].items() if c >= 0.5 and w != EOS}
    word_class = {w: max(seen_class[w], key=seen_class[w].get) for w in vocabulary}
    prior = mozc.stationary(costs)
    everything = mozc.load_words(a.mozc, prior, names, a.least_word)
    cost_of = {}  # ln P(word | left class) of the words that text has too
    tail = []
    for (surface, kana, left, right), (logp, ph) in everything.items():
        word = surface + "/" + kana
        inside = logp - math.log(prior[left] + 1e-12)
        if word_class.get(word) == left:
            cost_of[word] = max(inside, cost_of.get(word, -99))
        else:
            tail.append((word, left, right, inside, ph))
    moras = [(k, v) for k, v in _MORA.items() if not k in "ヲヂヅヰヱャュョァィゥェォヮ" and not k.startswith("ヴ") and len(k) <= 2]
    digit_words = [(d + "/" + hira_to_kata(r), from_kana(r)) for d, rs in DIGITS.items() for r in rs]

    words = [BOS, EOS] + sorted(vocabulary)
    for w, ph in digit_words:
        if w not in vocabulary:
            phones_of[w] = ph
            words.append(w)
            word_class[w] = table[NUMBER]
    in_domain = len(words)
    assert in_domain < 65535
    index = {w: i for i, w in enumerate(words)}
    V = in_domain + len(tail) + len(moras)
    mora_start = in_domain + len(tail)
    noun = table["名詞,一般,*,*,*,*,*"]
    phones = [[] if w in (BOS, EOS) else [INDEX[x] for x in phones_of[w]] for w in words]
    phones += [[INDEX[x] for x in ph] for *_, ph in tail] + [[INDEX[x] for x in v] for _, v in moras]
    lefts = [0, 0] + [word_class[w] for w in words[2:]] + [t[1] for t in tail] + [noun] * len(moras)
    rights = [0, 0] + [word_class[w] for w in words[2:]] + [t[2] for t in tail] + [noun] * len(moras)
    inside = [-20.0, -20.0] + [cost_of.get(w, -11.0) for w in words[2:]] + [t[3] for t in tail] + [-20.0] * len(moras)
    print(f"{V} words ({in_domain} from text, {len(tail)} from the dictionary, {len(moras)} moras)")

    # unigram of the trigram model: over the words of the text only
    uni = np.full(V, -20.0)
    in_text = sum(c for w, c in count[0].items() if w in index)
    for w, c in count[0].items():
        if w in index:
            uni[index[w]] = math.log(0.98 * c / in_text)
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
        entry = bi.get((words[w1],)) if w1 < in_domain else None
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

    # How classes follow each other in speech, where commas are not said: straight on, or over a comma.
    chain = np.exp(-costs / mozc.SCALE)
    comma, stop = table["記号,読点,*,*,*,*,、"], table["記号,句点,*,*,*,*,。"]
    chain[:, 0] = chain[:, stop]  # the end: Mozc has no cost for it; a full stop is one
    chain = chain + chain[:, comma:comma + 1] * chain[comma]
    follow = np.clip(np.round(-np.log(np.maximum(chain, 1e-12)) / STEP), 0, 255).astype(np.uint8)

    surfaces = [w.split("/")[0] for w in words] + [t[0].split("/")[0] for t in tail] + [k for k, _ in moras]
    blob = [s.encode() for s in surfaces]
    f16 = lambda x: np.clip(np.array(x, np.float64), -60000, 60000).astype("<f2")
    sections = [
        ("words", np.frombuffer(b"".join(blob), np.uint8)), ("word_offsets", np.cumsum([0] + [len(b) for b in blob]).astype("<u4")),
        ("phones", np.array([x for ph in phones for x in ph], np.uint8)),
        ("phone_offsets", np.cumsum([0] + [len(ph) for ph in phones]).astype("<u4")),
        ("unigram", f16(uni)), ("unigram_backoff", f16(uni_back)),
        ("bigram_offsets", np.array(bi_offset, "<u4")), ("bigram_words", np.array(bi_word, "<u2")), ("bigram", f16(bi_logp)),
        ("bigram_backoff", f16(bi_back)), ("trigram_offsets", np.array(tri_offset, "<u4")),
        ("trigram_words", np.array(tri_word, "<u2")), ("trigram", f16(tri_logp)),
        ("left_class", np.array(lefts, "<u2")), ("right_class", np.array(rights, "<u2")), ("in_class", f16(inside)),
        ("class_prior", f16(np.log(prior + 1e-12))), ("follow", follow.reshape(-1))]
    header = {"kind": "language", "name": "ja-service", "format": 2, "words": V, "first_mora": mora_start, "bos": 0, "eos": 1,
              "in_text": in_domain, "classes": len(names), "follow_step": STEP, "trigram_weight": a.trigram_weight,
              "new_word_class": table["名詞,固有名詞,一般,*,*,*,*"]}
    size = container.write(a.out, header, sections)
    print(f"{a.out}: {size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
