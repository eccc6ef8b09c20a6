"""What a telephone, a room and another speaker do to a clip. All on numpy, about 5 ms a clip."""
import numpy as np

import frontend as fe

# G.711 companding as in src/audio/g711.cpp, continuous form (the quantisation is what matters).
def companded(x, law):
    if law == "mu":
        y = np.sign(x) * np.log1p(255 * np.abs(x)) / np.log(256)
        y = np.round(y * 127) / 127
        return np.sign(y) * (256 ** np.abs(y) - 1) / 255
    a = 87.6
    big = np.abs(x) > 1 / a
    y = np.where(big, (1 + np.log(np.maximum(a * np.abs(x), 1e-9))) / (1 + np.log(a)), a * np.abs(x) / (1 + np.log(a)))
    y = np.round(np.sign(x) * y * 127) / 127
    m = np.abs(y)
    return np.sign(y) * np.where(m > 1 / (1 + np.log(a)), np.exp(m * (1 + np.log(a)) - 1) / a, m * (1 + np.log(a)) / a)


FREQ = np.arange(fe.FFT // 2 + 1) * fe.RATE / fe.FFT
BANKS = {round(w, 2): fe.mel_bank(w) for w in np.arange(0.82, 1.241, 0.02)}
WARPS = sorted(BANKS)


def room(x, rng):
    n = int(rng.uniform(0.03, 0.25) * fe.RATE)
    h = rng.standard_normal(n).astype(np.float32) * np.exp(-np.arange(n) / n * 6.9).astype(np.float32)
    h *= rng.uniform(0.1, 0.6) / (np.sqrt((h ** 2).sum()) + 1e-9)
    h[0] = 1.0
    size = 1 << int(np.ceil(np.log2(len(x) + n)))
    return np.fft.irfft(np.fft.rfft(x, size) * np.fft.rfft(h, size), size)[:len(x)].astype(np.float32)


def clip_features(pcm, rng, synthetic, noise_pool):
    """int16 clip -> [T, 40] log-mel with everything random. One in three comes over a good line: no room, clipping, loss, hum, and
    noise only far below; with bad lines alone the network never fitted the few human speakers (19 % PER on their training clips)."""
    good = rng.random() < 0.35
    x = pcm.astype(np.float32) / 32768
    if rng.random() < 0.5:  # another voice: pitch, tract and tempo together, as a tape runs faster or slower
        at = np.arange(0, len(x) - 1, rng.uniform(0.82, 1.22))
        x = np.interp(at, np.arange(len(x)), x).astype(np.float32)
    rms = np.sqrt((x ** 2).mean()) + 1e-6
    lead, tail = int(rng.uniform(0, 0.4) * fe.RATE), int(rng.uniform(0.35, 0.6) * fe.RATE)
    x = np.concatenate([np.zeros(lead, np.float32), x, np.zeros(tail, np.float32)])
    if not good and rng.random() < 0.3:
        x = room(x, rng)
    # level: quiet lines to shouting into the handset; the loudest are clipped
    x = x * (10 ** (rng.uniform(-42, -8) / 20) / rms)
    if not good and rng.random() < 0.15:
        x = np.tanh(x * rng.uniform(2, 6)) * rng.uniform(0.3, 0.9)
    p = rng.random()
    if p < 0.7:
        x = companded(np.clip(x, -1, 1), "mu" if p < 0.5 else "a").astype(np.float32)
    if not good and rng.random() < 0.1:  # lost packets, 20 ms each
        for at in rng.integers(0, max(1, len(x) - 160), rng.integers(1, 4)):
            n = 160 * int(rng.integers(1, 4))
            before = x[max(0, at - 160):at]
            if rng.random() < 0.5 and len(before) == 160:  # concealed by repeating what came before, fading
                fill = np.tile(before, 3)[:n] * np.linspace(1, 0.2, n)
                x[at:at + n] = fill[:len(x[at:at + n])]
            else:
                x[at:at + n] = 0
    if not good and rng.random() < 0.08:  # mains hum, 50 Hz in the east and 60 Hz in the west, with its harmonics
        t = np.arange(len(x)) / fe.RATE
        base = rng.choice([50, 60])
        level = np.sqrt((x ** 2).mean()) * 10 ** (rng.uniform(-30, -8) / 20)
        x = x + level * sum(rng.uniform(0, 1) / k * np.sin(2 * np.pi * base * k * t) for k in range(1, 9)).astype(np.float32)
    spec = fe.power(np.clip(x, -1, 1), fe.HOP * rng.uniform(0.84, 1.2))
    if not len(spec):
        return None
    # channel: band edges, tilt, a broad peak
    low, high = rng.uniform(50, 380), rng.uniform(3200, 3900)
    response = 1 / (1 + (low / np.maximum(FREQ, 1)) ** 8) / (1 + (FREQ / high) ** 24)
    response *= 10 ** (rng.uniform(-6, 6) * (FREQ - 1500) / 2000 / 10)
    if not good and rng.random() < 0.4:
        response *= 10 ** (rng.uniform(-8, 8) * np.exp(-((FREQ - rng.uniform(300, 3400)) / rng.uniform(200, 800)) ** 2) / 10)
    spec = spec * response.astype(np.float32)
    # noise under the speech: coloured, or babble from another clip
    if rng.random() < 0.75:
        snr = rng.uniform(28, 45) if good else rng.uniform(5, 40)
        level = spec.mean() * 10 ** (-snr / 10)
        if not good and rng.random() < 0.35 and noise_pool:
            other = fe.power(noise_pool[rng.integers(len(noise_pool))])
            if len(other) > 10:
                other = np.resize(other, spec.shape)
                spec = spec + other * (level / (other.mean() + 1e-12)) * 0.5
        else:
            shape = np.exp(rng.uniform(-2, 1) * FREQ / 2000) * response
            shape = shape / shape.mean()
            spec = spec + level * shape[None].astype(np.float32) * rng.exponential(1, spec.shape).astype(np.float32)
    width = 0.1 if not synthetic else 0.11
    warp = np.clip(rng.normal(1.0, width), WARPS[0], WARPS[-1])
    mel = spec @ BANKS[min(WARPS, key=lambda w: abs(w - warp))]
    mel = np.log(mel + fe.FLOOR * 10 ** rng.uniform(-0.5, 0.5))
    if rng.random() < 0.5:  # and one whose formants do not all move alike: a band or so up or down, differently low and high
        at = np.arange(fe.MELS) + rng.normal(0, 0.8) * np.sin(np.pi * np.arange(fe.MELS) / fe.MELS * rng.uniform(0.5, 2.5) + rng.uniform(0, 6.3))
        at = np.clip(at, 0, fe.MELS - 1)
        low = np.minimum(at.astype(int), fe.MELS - 2)
        part = (at - low).astype(np.float32)
        mel = mel[:, low] * (1 - part) + mel[:, low + 1] * part
    return mel.astype(np.float32)


def mask(batch, rng):
    """SpecAugment on normalised features, in place."""
    for x in batch:
        t = len(x)
        for _ in range(2):
            w = rng.integers(0, 10)
            at = rng.integers(0, fe.MELS - w)
            x[:, at:at + w] = 0
        for _ in range(1 + t // 140):
            w = rng.integers(0, 20)
            at = rng.integers(0, max(1, t - w))
            x[at:at + w] = 0


def telephone(pcm):
    """The fixed test channel: 300-3400 Hz and µ-law at -20 dBFS."""
    x = pcm.astype(np.float32) / 32768
    spec = np.fft.rfft(x)
    f = np.fft.rfftfreq(len(x), 1 / fe.RATE)
    x = np.fft.irfft(spec * ((f > 300) & (f < 3400)), len(x))
    x *= 0.1 / (np.sqrt((x ** 2).mean()) + 1e-9)
    return np.round(companded(np.clip(x, -1, 1), "mu") * 32767).astype(np.int16)
