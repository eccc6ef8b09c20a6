"""The phoneme inventory and the two ways into it: Open JTalk labels and katakana readings.

The order of PHONES is part of the model format: index 0 is the CTC blank, phone i is output i.
"""

PHONES = ["<b>", "a", "i", "u", "e", "o", "N", "cl", "k", "ky", "g", "gy", "s", "sh", "z", "j", "t", "ts", "ch",
          "d", "n", "ny", "h", "hy", "f", "b", "by", "p", "py", "m", "my", "y", "r", "ry", "w"]
INDEX = {p: i for i, p in enumerate(PHONES)}

# Phones too rare to train become their nearest neighbour.
MERGE = {"v": "b", "ty": "ch", "dy": "j", "kw": "k", "gw": "g", "A": "a", "I": "i", "U": "u", "E": "e", "O": "o"}
DROP = {"sil", "pau", "xx"}


def from_labels(labels):
    """Phone symbols of full-context labels -> inventory (pauses dropped, devoiced vowels as plain vowels)."""
    out = []
    for p in labels:
        if p in DROP:
            continue
        p = MERGE.get(p, p)
        if p in INDEX:
            out.append(p)
    return out


_ROWS = {"": "アイウエオ", "k": "カキクケコ", "g": "ガギグゲゴ", "s": "サ_スセソ", "z": "ザ_ズゼゾ", "t": "タ__テト", "d": "ダ__デド",
         "n": "ナニヌネノ", "h": "ハヒ_ヘホ", "b": "バビブベボ", "p": "パピプペポ", "m": "マミムメモ", "y": "ヤ_ユ_ヨ",
         "r": "ラリルレロ", "w": "ワ____"}
_MORA = {}
for _c, _row in _ROWS.items():
    for _k, _v in zip(_row, "aiueo"):
        if _k != "_":
            _MORA[_k] = ([_c] if _c else []) + [_v]
_MORA.update({"シ": ["sh", "i"], "ジ": ["j", "i"], "チ": ["ch", "i"], "ツ": ["ts", "u"], "ヅ": ["z", "u"], "ヂ": ["j", "i"],
              "フ": ["f", "u"], "ヲ": ["o"], "ン": ["N"], "ッ": ["cl"], "ヴ": ["b", "u"], "ヰ": ["i"], "ヱ": ["e"],
              "ァ": ["a"], "ィ": ["i"], "ゥ": ["u"], "ェ": ["e"], "ォ": ["o"], "ャ": ["y", "a"], "ュ": ["y", "u"],
              "ョ": ["y", "o"], "ヮ": ["w", "a"]})
for _k, _c in {"キ": "ky", "ギ": "gy", "シ": "sh", "ジ": "j", "チ": "ch", "ヂ": "j", "ニ": "ny", "ヒ": "hy", "ビ": "by",
               "ピ": "py", "ミ": "my", "リ": "ry"}.items():
    for _s, _v in {"ャ": "a", "ュ": "u", "ョ": "o", "ェ": "e"}.items():
        _MORA[_k + _s] = [_c, _v]
for _s, _v in {"ァ": "a", "ィ": "i", "ェ": "e", "ォ": "o"}.items():
    _MORA["フ" + _s] = ["f", _v]
    _MORA["ヴ" + _s] = ["b", _v]
    _MORA["ツ" + _s] = ["ts", _v]
    _MORA["ウ" + _s] = ["w", _v]
_MORA.update({"ティ": ["t", "i"], "ディ": ["d", "i"], "トゥ": ["t", "u"], "ドゥ": ["d", "u"], "テュ": ["ch", "u"],
              "デュ": ["j", "u"], "イェ": ["i", "e"], "クァ": ["k", "a"], "グァ": ["g", "a"], "フュ": ["f", "u"],
              "スィ": ["s", "i"], "ズィ": ["z", "i"]})


def hira_to_kata(text):
    return "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in text)


def from_kana(reading):
    """A pronunciation in katakana (long vowels as ー) -> phones, or None when a character is not kana."""
    reading = hira_to_kata(reading)
    out, i = [], 0
    while i < len(reading):
        two = reading[i:i + 2]
        if len(two) == 2 and two in _MORA:
            out += _MORA[two]
            i += 2
            continue
        one = reading[i]
        i += 1
        if one in "ー〜":
            if not out:
                return None
            last = next((p for p in reversed(out) if p in "aiueo"), None)
            if last:
                out.append(last)
        elif one in _MORA:
            out += _MORA[one]
        elif one in "、。？！・ 　’":
            continue
        else:
            return None
    return out
