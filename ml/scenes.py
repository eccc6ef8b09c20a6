"""scenes.py: makes the sounds of data/scenes/*/scene.toml and data/prompts/prompts.toml with Open JTalk.

  scenes.py --dic DIR --voice nitech=FILE --voice mei=FILE --voice tohoku-angry=FILE --voice tohoku-sad=FILE [SCENE ...]
Writes 8 kHz mono mu-law WAV. Run by hand when a text changes; the results are kept in the repository.
"""
import argparse, pathlib, subprocess, tempfile, tomllib

import numpy as np

from say import STYLES, synthesise

ROOT = pathlib.Path(__file__).resolve().parent.parent


def write(path, pcm):
    with tempfile.NamedTemporaryFile(suffix=".raw") as raw:
        pcm.astype("<i2").tofile(raw.name)
        subprocess.run(["sox", "-t", "raw", "-r", "8000", "-c", "1", "-e", "signed", "-b", "16", raw.name, "-e", "u-law", str(path)], check=True)


def say(text, dic, voice, style):
    rate, pitch, expression, level = STYLES[style]
    x = synthesise(text, dic, voice, rate, pitch, 0.55, expression).astype(np.float64)
    x *= 32768 * 10 ** (level / 20) / (np.sqrt((x ** 2).mean()) + 1e-9)
    return np.clip(x, -32000, 32000)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("scenes", nargs="*")
    p.add_argument("--dic", required=True)
    p.add_argument("--voice", action="append", default=[], help="NAME=FILE.htsvoice")
    a = p.parse_args()
    voices = dict(v.split("=", 1) for v in a.voice)
    for file in sorted((ROOT / "data/scenes").glob("*/scene.toml")):
        if a.scenes and file.parent.name not in a.scenes:
            continue
        scene = tomllib.loads(file.read_text(encoding="utf-8"))
        for line in scene["line"]:
            write(file.parent / line["sound"], say(line.get("reading", line["text"]), a.dic, voices[scene["voices"][line["speaker"]]], line["style"]))
        print(file.parent.name)
    if not a.scenes:
        folder = ROOT / "data/prompts"
        for prompt in tomllib.loads((folder / "prompts.toml").read_text(encoding="utf-8")).values():
            write(folder / prompt["sound"], say(prompt["text"], a.dic, voices["mei"], "calm"))


if __name__ == "__main__":
    main()
