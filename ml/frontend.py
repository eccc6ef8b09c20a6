"""Log-mel front end of the recogniser, the same arithmetic as src/speech/features.cpp.

8 kHz, frames of 200 samples every 80 (10 ms), Hann, 256-point FFT, 40 triangular HTK-mel filters 100-3800 Hz, natural log.
Normalisation is causal: a per-band running mean, updated only by frames within `GATE` of a slowly falling peak level.
"""
import numpy as np

RATE, FRAME, HOP, FFT, MELS = 8000, 200, 80, 256, 40
LOW, HIGH = 100.0, 3800.0
FLOOR = 1e-6
PEAK_START, PEAK_FALL, GATE, QUIET = -13.0, 0.003, 4.0, -11.5
MEAN_START, MEAN_MAX = 15.0, 400.0
SCALE, CLAMP = 2.5, 3.0

WINDOW = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / FRAME)).astype(np.float32)


def mel_bank(warp=1.0):
    """[129, 40]; warp > 1 moves the filters down as for a shorter vocal tract heard as a longer one."""
    mel = lambda f: 2595 * np.log10(1 + f / 700)
    hz = lambda m: 700 * (10 ** (m / 2595) - 1)
    edges = hz(np.linspace(mel(LOW), mel(HIGH), MELS + 2)) * warp
    f = np.arange(FFT // 2 + 1) * RATE / FFT
    up = (f[:, None] - edges[None, :-2]) / (edges[1:-1] - edges[:-2])
    down = (edges[None, 2:] - f[:, None]) / (edges[2:] - edges[1:-1])
    return np.maximum(0, np.minimum(up, down)).astype(np.float32)


BANK = mel_bank()


def power(pcm, hop=HOP):
    """int16 or float in [-1,1) -> [T, 129] power spectrum."""
    x = pcm.astype(np.float32) / 32768 if pcm.dtype == np.int16 else pcm
    n = int((len(x) - FRAME) // hop) + 1
    if n <= 0:
        return np.zeros((0, FFT // 2 + 1), np.float32)
    starts = np.rint(np.arange(n) * hop).astype(np.int64)
    frames = x[starts[:, None] + np.arange(FRAME)[None, :]] * WINDOW
    spec = np.fft.rfft(frames, FFT)
    return (spec.real ** 2 + spec.imag ** 2).astype(np.float32)


def log_mel(pcm):
    return np.log(power(pcm) @ BANK + FLOOR)


def normalise(batch, start_mean):
    """[B, T, 40] log-mel -> normalised, frame by frame, for the whole batch at once."""
    b, t, m = batch.shape
    mean = np.repeat(start_mean[None, :], b, 0).astype(np.float32) if start_mean.ndim == 1 else start_mean.copy()
    level = batch.mean(2)
    peak = np.full(b, PEAK_START, np.float32)
    count = np.full(b, MEAN_START, np.float32)
    out = np.empty_like(batch)
    for i in range(t):
        e = level[:, i]
        peak = np.maximum(e, peak - PEAK_FALL)
        on = (e > peak - GATE) & (e > QUIET)
        count = np.where(on, np.minimum(count + 1, MEAN_MAX), count)
        weight = np.where(on, 1 / count, 0).astype(np.float32)
        mean += (batch[:, i] - mean) * weight[:, None]
        out[:, i] = batch[:, i] - mean
    return np.clip(out / SCALE, -CLAMP, CLAMP)
