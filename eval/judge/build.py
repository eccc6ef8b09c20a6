#!/usr/bin/env python3
"""build.py: the written corpus -> train.jsonl, dev.jsonl, test.jsonl, second.jsonl (docs/format/judge-jsonl.md, with a "label" beside).

Reads written/*.txt (messages and utterances) and written/dialogues/*.txt, checks every label against the rules
(level 2 or more if and only if there is a category; known names; a topic in one split only; no text twice, none in two splits
that share most of their characters) and writes one JSON object per line. Exit status 1 with file, line and reason.

  messages:  LEVEL CATEGORIES FLAGS_AND_KIND CHANNEL | TEXT
  dialogues: ## TOPIC CHANNEL | LEVEL | CATEGORIES | FLAGS | FIRST TURN OF LEVEL 3 OR - | KIND
             A: / C: turns
"""
import json, pathlib, re, sys
from collections import Counter, defaultdict

HERE = pathlib.Path(__file__).resolve().parent
CATEGORY = {"va": "verbal_abuse", "th": "threat", "in": "intimidation", "ed": "excessive_demand", "fa": "forced_apology",
            "ad": "authority_demand", "pr": "prolonged_restraint", "rp": "repetition", "pi": "privacy_invasion",
            "sh": "sexual_harassment", "od": "online_defamation", "di": "discrimination", "pv": "physical_violence"}
FLAG = {"c": "complaint", "i": "inquiry", "d": "distress", "q": "third_party_quote"}
# What makes an item hard: the reason it could be taken for the other side, or how its words are changed.
KIND = {"quo": "quotation", "tes": "about_words", "neg": "negation", "den": "denial", "idi": "idiom", "fai": "fair_complaint",
        "law": "legal_way", "rep": "fair_repetition", "car": "care", "emg": "emergency", "sel": "self_or_thing", "fir": "first_person_quote",
        "obf": "obfuscated", "dia": "dialect", "asr": "recognised", "pol": "polite", "-": ""}
SPLITS = ("train", "dev", "test", "second")
CHANNEL = {"p": "phone", "m": "mail", "c": "chat", "n": "counter", "s": "form"}
problems = []
# The polite form at the end of a sentence, and what nobody says who means to be polite.
POLITE_END = re.compile(r"(です|ます|ました|ません|でした|ください|くださいませ|でしょう|ましょう|ございます|存じます)(か|ね|よ|わ|が|から|けど|けれど|のに|ので|し|のよ|の)*[。、」』！？!?…]*$")
RUDE = re.compile(r"お前|おまえ|てめ|あんた|貴様|きさま|だろ[うが]?|やがる|しろ[。よ!！]|[るたい]ぞ|んだよ|じゃねえ|ねえ[よぞ]|馬鹿|バカ|クズ|くず")


def polite(text):
    """In the polite register as a whole: six of ten sentences end so, and nothing rude stands in it."""
    sentences = [s for s in re.split(r"(?<=[。！？!?])", text) if any(c.isalnum() for c in s)]
    return not RUDE.search(text) and sum(bool(POLITE_END.search(s)) for s in sentences) >= 0.6 * max(1, len(sentences))


def bad(path, number, why):
    problems.append(f"{path.relative_to(HERE)}:{number}: {why}")


def head(lines):
    return {k.strip(): v.strip() for k, v in (l[2:].split(":", 1) for l in lines if l.startswith("# ") and ":" in l and not l.startswith("# Format"))}


def message(path, number, line, meta, out):
    if " | " not in line:
        return bad(path, number, "no ` | `")
    left, text = line.split(" | ", 1)
    field = left.split()
    level = int(field[0]) if field[0].isdigit() else -1
    flags, kind, channel = set(), "", ""
    categories = [] if field[1] == "-" or set(field[1].split(",")) <= set(FLAG) else field[1].split(",")
    rest = field[1:] if not categories and field[1] != "-" else field[2:]
    channel = rest[-1]
    for f in rest[:-1]:
        if f == "-":
            continue
        if set(f.split(",")) <= set(FLAG):
            flags |= {FLAG[x] for x in f.split(",")}
        elif f in KIND:
            kind = KIND[f]
        else:
            bad(path, number, f"neither flag nor kind: {f}")
    if not 0 <= level <= 4 or channel not in CHANNEL or any(c not in CATEGORY for c in categories):
        return bad(path, number, f"level, category or channel: {left}")
    if (level >= 2) != bool(categories):
        return bad(path, number, "level 2 or more if and only if there is a category")
    categories = [CATEGORY[c] for c in categories]
    if not kind and {"threat", "intimidation"} & set(categories) and channel != "n" and polite(text):
        kind = "polite"
    out.append({"id": f"{path.stem}-{number}", "split": meta["split"], "sector": meta["sector"], "topic": meta["topic"], "channel": CHANNEL[channel], "text": text.strip(),
                **({"chosen": True} if meta.get("chosen") == "yes" else {}),
                "label": {"level": level, "categories": categories, "flags": sorted(flags), "kind": kind}})


def dialogues(path, lines, meta, out):
    item = None
    for number, line in enumerate(lines, 1):
        if line.startswith("## "):
            part = [p.strip() for p in line[3:].split("|")]
            topic, channel = part[0].split()
            level, first = int(part[1]), None if part[4] == "-" else int(part[4])
            names = [] if part[2] == "-" else part[2].split(",")
            if (level >= 2) != bool(names) or (first is not None) != (level >= 3) or any(n not in CATEGORY.values() for n in names):
                bad(path, number, "level, categories and first turn do not fit")
            item = {"id": f"{path.stem}-d{number}", "split": meta["split"], "sector": meta["sector"], "topic": topic, "channel": CHANNEL[channel], "turns": [],
                    "label": {"level": level, "categories": names, "flags": [] if part[3] == "-" else part[3].split(","), "first_level3_turn": first, "kind": part[5]}}
            out.append(item)
        elif line[:2] in ("A:", "C:") and item:
            item["turns"].append({"speaker": "agent" if line[0] == "A" else "customer", "text": line[2:].strip()})
            first = item["label"]["first_level3_turn"]
            if first == len(item["turns"]) - 1 and line[0] != "C":
                bad(path, number, "the first turn of level 3 is the agent's")
        elif line.strip() and not line.startswith("#"):
            bad(path, number, "neither a head nor a turn")
    for d in out:
        f = d.get("label", {}).get("first_level3_turn")
        if "turns" in d and f is not None and f >= len(d["turns"]):
            problems.append(f"{d['id']}: first turn of level 3 beyond the end")


def grams(text):
    t = "".join(c for c in text if c.isalnum())
    return {t[i:i + 3] for i in range(len(t) - 2)}


def main():
    items, talks = [], []
    for path in sorted((HERE / "written").glob("*.txt")):
        lines = path.read_text(encoding="utf-8").splitlines()
        meta = head(lines)
        for number, line in enumerate(lines, 1):
            if line.strip() and not line.startswith("#"):
                message(path, number, line, meta, items)
    for path in sorted((HERE / "written" / "dialogues").glob("*.txt")):
        lines = path.read_text(encoding="utf-8").splitlines()
        dialogues(path, lines, head(lines), talks)
    seen = {}
    index = {split: defaultdict(list) for split in SPLITS}  # only other splits are looked at
    for n, it in enumerate(items):
        if it["text"] in seen:
            problems.append(f"{it['id']}: the same text as {seen[it['text']]}")
        seen[it["text"]] = it["id"]
        it["grams"] = grams(it["text"])
        near = Counter(m for split in SPLITS if split != it["split"] for g in it["grams"] for m in index[split].get(g, ()))
        for m, common in near.items():
            other = items[m]
            if len(it["grams"]) > 8 and common / len(it["grams"] | other["grams"]) > 0.6:
                problems.append(f"{it['id']}: nearly {other['id']}, in another split")
        for g in it["grams"]:
            index[it["split"]][g].append(n)
    for it in items:
        del it["grams"]
    for split in SPLITS:
        with open(HERE / f"{split}.jsonl", "w", encoding="utf-8") as f:
            for it in items + talks:
                if it["split"] == split:
                    f.write(json.dumps({k: v for k, v in it.items() if k != "split"}, ensure_ascii=False) + "\n")
    hard = sum(it["label"]["level"] < 2 for it in items)
    print(f"{len(items)} messages ({100 * hard / len(items):.0f} % fair or neutral), {len(talks)} dialogues")
    for split in SPLITS:
        print(split, sum(i["split"] == split for i in items), "messages,", sum(d["split"] == split for d in talks), "dialogues;",
              dict(Counter(c for i in items if i["split"] == split for c in i["label"]["categories"])))
    for p in problems:
        print(p, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
