"""restore.py --model models/ctc-ja-8k/acoustic.bin --shards DIR --out DIR : a shipped model back into a checkpoint to go on from.

Exporting folds batch normalisation into the weights; here every normalisation is set so that, with the statistics of the
training speech, the network computes what the shipped one does. Start `train.py --out DIR` afterwards; its clock starts at 0.
"""
import argparse, os

import numpy as np
import torch
import torch.nn.functional as F

import container
import train
from network import Acoustic
from phones import PHONES


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--model", required=True)
    p.add_argument("--shards", required=True)
    p.add_argument("--out", required=True)
    a = p.parse_args()
    header, part = container.read(a.model)
    if header["phones"] != PHONES:
        raise SystemExit("the phonemes of the model are not those of phones.py")
    os.makedirs(a.out, exist_ok=True)
    mean = part["mean"].reshape(-1)
    np.save(os.path.join(a.out, "mean.npy"), mean)
    everything = train.load(a.shards, set())
    items = [it for it in everything if not train.held_out(it["source"])]
    rng = np.random.default_rng(1)
    pool = train.Pool(items)
    groups = train.batches(items, rng, 60 * 8000)[:24]
    built = [train.assemble(g, rng, mean, pool)[0] for g in groups]
    inputs = [torch.from_numpy(b).transpose(1, 2).contiguous() for b in built]
    net = Acoustic(len(PHONES)).eval()
    lay = lambda w: torch.from_numpy(np.ascontiguousarray(w.transpose(2, 1, 0)))

    def settle(norm, outputs, bias):
        """outputs: what the convolution without its bias gives for each batch."""
        flat = torch.cat([o.transpose(0, 1).reshape(o.shape[1], -1) for o in outputs], 1)
        norm.running_mean.copy_(flat.mean(1))
        norm.running_var.copy_(flat.var(1))
        scale = torch.sqrt(norm.running_var + norm.eps)
        norm.weight.copy_(scale)
        norm.bias.copy_(torch.from_numpy(bias.reshape(-1)) + norm.running_mean)

    with torch.no_grad():
        net.input.weight.copy_(lay(part["input.weight"]))
        raw = [net.input(F.pad(x, (3, 3))) for x in inputs]
        settle(net.input_norm, raw, part["input.bias"])
        xs = [F.relu(net.input_norm(r)) for r in raw]
        for i, block in enumerate(net.blocks):
            block.conv.weight.copy_(lay(part[f"block{i}.weight"]))
            settle(block.norm, [block.convolve(x) for x in xs], part[f"block{i}.bias"])
            xs = [block(x) for x in xs]
            if i == len(net.blocks) // 2:
                half = xs
        net.output.weight.copy_(lay(part["output.weight"]))
        net.output.bias.copy_(torch.from_numpy(part["output.bias"].reshape(-1)))
        # The auxiliary output is not shipped: a least-squares fit of the final scores on the middle layer starts it.
        h = torch.cat([x.transpose(1, 2).reshape(-1, x.shape[1]) for x in half])
        y = torch.cat([net.output(x).transpose(1, 2).reshape(-1, len(PHONES)) for x in xs])
        one = torch.cat([h, torch.ones(len(h), 1)], 1)
        fit = torch.linalg.solve(one.T @ one + 1e-2 * len(h) * torch.eye(one.shape[1]), one.T @ y)
        net.aux.weight.copy_(fit[:-1].T[:, :, None])
        net.aux.bias.copy_(fit[-1])
    train.save(os.path.join(a.out, "checkpoint.pt"), net, net, train.optimiser(net, 1e-3), 0.0, 0, 0)
    valid = [it for it in everything if train.held_out(it["source"])]
    print("held-out readers PER", round(train.evaluate(net, valid, mean)["all"], 4))


if __name__ == "__main__":
    main()
