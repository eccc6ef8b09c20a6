"""voice_norms.py: what calm human speech measures, for the constants of src/speech/voice_style.cpp.

  mamori_speech_measure --voice --list LIST > measures.tsv      (LIST: 8 kHz files, one folder per speaker)
  voice_norms.py measures.tsv
Prints, per measure, the mean over speakers, the spread within and between speakers (a speaker is also a microphone), and
the Fisher weights of the differences expected from the literature, the covariance shrunk half way to its diagonal.
"""
import collections, sys

import numpy as np

NAMES = "pitch pitch_range pitch_movement alpha_ratio hammarberg first_formant middle dynamics rate harmonicity flux".split()
# Hot anger less calm speech, rounded down: Banse & Scherer 1996, Juslin & Laukka 2003, Traunmueller & Eriksson 2000, Eyben et al. 2016.
EXPECTED = dict(pitch_range=3, pitch_movement=8, alpha_ratio=5, hammarberg=-4, first_formant=3, dynamics=1.5, rate=0.3, flux=0.6)
BETWEEN = 0.6  # how much of the spread between microphones a line keeps
LEAST, MOST = 4, 60  # sentences of a speaker


def main():
    speakers = collections.defaultdict(list)
    for line in open(sys.argv[1]):
        part = line.rstrip("\n").split("\t")
        speakers[part[1].split("/")[-2]].append([float(x) for x in part[6:]])
    kept = [np.array(v) for k, v in speakers.items() if len(v) >= LEAST and k != "unnamed"]
    means = np.array([v.mean(0) for v in kept])
    within = np.cov(np.concatenate([(v - v.mean(0))[:MOST] for v in kept]).T)
    between = np.cov(means.T)
    print(f"{len(kept)} speakers")
    for i, name in enumerate(NAMES):
        print(f"{name:15} mean {means.mean(0)[i]:7.2f}  within {within[i, i] ** 0.5:5.2f}  between {between[i, i] ** 0.5:5.2f}  both {(within[i, i] + BETWEEN * between[i, i]) ** 0.5:5.2f}")
    at = [NAMES.index(k) for k in EXPECTED]
    s = (within + BETWEEN * between)[np.ix_(at, at)]
    s = 0.5 * s + 0.5 * np.diag(np.diag(s))
    weights = np.linalg.solve(s, np.array(list(EXPECTED.values()))) * np.sqrt(np.diag(s))
    print("weights per standard deviation:", {k: round(float(w), 2) for k, w in zip(EXPECTED, weights)})


if __name__ == "__main__":
    main()
