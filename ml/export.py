"""export.py --run DIR --out models/ctc-ja-8k/acoustic.bin : the EMA weights with batch normalisation folded in, float16."""
import argparse, os

import numpy as np
import torch

import container
import frontend as fe
from network import KERNEL_IN, PLAN, STRIDE, Acoustic
from phones import PHONES


def folded(weight, norm):
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    return (weight * scale[:, None, None]).detach().numpy(), (norm.bias - norm.running_mean * scale).detach().numpy()


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--run", required=True)
    p.add_argument("--out", required=True)
    a = p.parse_args()
    c = torch.load(os.path.join(a.run, "checkpoint.pt"))
    net = Acoustic(len(PHONES))
    net.load_state_dict(c["ema"])
    net.eval()
    mean = np.load(os.path.join(a.run, "mean.npy")).astype(np.float32)
    # [out, in, k] -> [k, in, out]: the engine walks outputs fastest
    lay = lambda w: np.ascontiguousarray(w.transpose(2, 1, 0)).astype(np.float16)
    w, b = folded(net.input.weight, net.input_norm)
    sections = [("mean", mean), ("input.weight", lay(w)), ("input.bias", b.astype(np.float32))]
    for i, block in enumerate(net.blocks):
        w, b = folded(block.conv.weight, block.norm)
        sections += [(f"block{i}.weight", lay(w)), (f"block{i}.bias", b.astype(np.float32))]
    w, b = net.output.weight.detach().numpy(), net.output.bias.detach().numpy()
    sections += [("output.weight", lay(w)), ("output.bias", b.astype(np.float32))]
    header = {"kind": "acoustic", "name": "ctc-ja-8k", "phones": PHONES, "channels": w.shape[1], "plan": PLAN, "stride": STRIDE,
              "kernel_in": KERNEL_IN, "minutes": round(c["used"] / 60, 1), "steps": c["step"],
              "features": {"rate": fe.RATE, "frame": fe.FRAME, "hop": fe.HOP, "fft": fe.FFT, "mels": fe.MELS, "low": fe.LOW,
                           "high": fe.HIGH, "floor": fe.FLOOR, "peak_start": fe.PEAK_START, "peak_fall": fe.PEAK_FALL, "gate": fe.GATE,
                           "quiet": fe.QUIET, "mean_start": fe.MEAN_START, "mean_max": fe.MEAN_MAX, "scale": fe.SCALE,
                           "clamp": fe.CLAMP}}
    print(container.write(a.out, header, sections), "bytes")


if __name__ == "__main__":
    main()
