"""tools_check.py --run DIR WAV.raw : prints the Python network's log-probabilities for 8 kHz s16 raw, for comparing engines."""
import sys

import numpy as np
import torch

import frontend as fe
from network import Acoustic
from phones import PHONES

run, raw = sys.argv[1], sys.argv[2]
net = Acoustic(len(PHONES))
net.load_state_dict(torch.load(run + "/checkpoint.pt")["ema"])
net.eval()
mean = np.load(run + "/mean.npy").astype(np.float32)
pcm = np.fromfile(raw, dtype="<i2")
mel = fe.normalise(fe.log_mel(pcm)[None], mean)
mel = mel[:, :mel.shape[1] // 3 * 3]
with torch.no_grad():
    logp = net(torch.from_numpy(mel).transpose(1, 2))[0].numpy()
for row in logp:
    print(" ".join(f"{v:.3f}" for v in row))
