"""say.py: text -> 8 kHz mono 16-bit WAV, for scenes and tests. Open JTalk with any HTS voice.

  say.py --dic DIR --voice FILE.htsvoice --out out.wav [--rate 1.0] [--pitch 0] [--vocal-tract 0.55] [--expression 1.0]
         [--style calm|brisk|angry|shout|tired] [--line] "テキスト"
`--style` sets rate, pitch (semitones), expression (F0 variance) and level together; single options win over it.
`--line` sends the result through a telephone line (300-3400 Hz, µ-law). Level: RMS in dBFS.
"""
import argparse, os, subprocess, tempfile, wave

import numpy as np

#         rate  pitch expression level
STYLES = {"calm": (1.0, 0.0, 1.0, -24.0), "brisk": (1.18, 1.0, 1.1, -22.0), "angry": (1.2, 3.0, 1.6, -15.0),
          "shout": (1.1, 5.0, 1.8, -10.0), "tired": (0.85, -2.0, 0.7, -28.0)}


def synthesise(text, dic, voice, rate=1.0, pitch=0.0, vocal_tract=0.55, expression=1.0):
    with tempfile.TemporaryDirectory() as tmp:
        full, low = os.path.join(tmp, "f.wav"), os.path.join(tmp, "l.raw")
        subprocess.run(["open_jtalk", "-x", dic, "-m", voice, "-r", str(rate), "-fm", str(pitch), "-a", str(vocal_tract), "-jf", str(expression),
                        "-ow", full], input=text.encode(), check=True, stderr=subprocess.DEVNULL)
        subprocess.run(["sox", full, "-t", "raw", "-r", "8000", "-c", "1", "-e", "signed", "-b", "16", low], check=True)
        return np.fromfile(low, dtype="<i2")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("text")
    p.add_argument("--dic", required=True); p.add_argument("--voice", required=True); p.add_argument("--out", required=True)
    p.add_argument("--style", choices=sorted(STYLES), default="calm")
    p.add_argument("--rate", type=float); p.add_argument("--pitch", type=float); p.add_argument("--expression", type=float)
    p.add_argument("--vocal-tract", type=float, default=0.55); p.add_argument("--level", type=float)
    p.add_argument("--line", action="store_true")
    a = p.parse_args()
    rate, pitch, expression, level = STYLES[a.style]
    pick = lambda given, preset: preset if given is None else given
    pcm = synthesise(a.text, a.dic, a.voice, pick(a.rate, rate), pick(a.pitch, pitch), a.vocal_tract, pick(a.expression, expression))
    x = pcm.astype(np.float64)
    x *= 32768 * 10 ** (pick(a.level, level) / 20) / (np.sqrt((x ** 2).mean()) + 1e-9)
    out = np.clip(x, -32768, 32767).astype(np.int16)
    if a.line:
        from augment import companded
        spec, f = np.fft.rfft(out / 32768), np.fft.rfftfreq(len(out), 1 / 8000)
        band = np.fft.irfft(spec * ((f > 300) & (f < 3400)), len(out))
        out = np.round(companded(np.clip(band, -1, 1), "mu") * 32767).astype(np.int16)
    with wave.open(a.out, "wb") as w:
        w.setnchannels(1); w.setsampwidth(2); w.setframerate(8000)
        w.writeframes(out.astype("<i2").tobytes())


if __name__ == "__main__":
    main()
