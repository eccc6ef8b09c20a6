"""The acoustic network: stride-3 input convolution, residual k3 convolutions, linear CTC output with an auxiliary one half-way.

Streaming by construction: a block is either `s` (symmetric: one step of look-ahead) or `c` (causal, dilation 2).
Look-ahead in all: 9 x 30 ms + 30 ms (input) + 25 ms (window) = 325 ms.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F

CHANNELS, PLAN, STRIDE, KERNEL_IN = 288, "sscsscsscsscsc", 3, 7


class Block(nn.Module):
    def __init__(self, channels, kind, dropout):
        super().__init__()
        self.kind = kind
        self.conv = nn.Conv1d(channels, channels, 3, dilation=2 if kind == "c" else 1, bias=False)
        self.norm = nn.BatchNorm1d(channels)
        self.drop = nn.Dropout(dropout)

    def convolve(self, x):
        return self.conv(F.pad(x, (1, 1) if self.kind == "s" else (4, 0)))

    def forward(self, x):
        return x + self.drop(F.relu(self.norm(self.convolve(x))))


class Acoustic(nn.Module):
    def __init__(self, phones, mels=40, channels=CHANNELS, plan=PLAN, dropout=0.1):
        super().__init__()
        self.input = nn.Conv1d(mels, channels, KERNEL_IN, stride=STRIDE, bias=False)
        self.input_norm = nn.BatchNorm1d(channels)
        self.blocks = nn.ModuleList(Block(channels, k, dropout) for k in plan)
        self.output = nn.Conv1d(channels, phones, 1)
        self.aux = nn.Conv1d(channels, phones, 1)

    def forward(self, mel, with_aux=False):
        """[B, 40, T] -> log-probabilities [B, T/3, phones]; T should be a multiple of 3."""
        x = F.relu(self.input_norm(self.input(F.pad(mel, (3, 3)))))
        half = None
        for i, block in enumerate(self.blocks):
            x = block(x)
            if i == len(self.blocks) // 2:
                half = x
        main = F.log_softmax(self.output(x).float(), 1).transpose(1, 2)
        if not with_aux:
            return main
        return main, F.log_softmax(self.aux(half).float(), 1).transpose(1, 2)
