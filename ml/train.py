"""Train the acoustic model:  train.py --shards DIR --out DIR --minutes 40 [--workers 2] [--seed 1]

Data-parallel over processes (gloo), one thread each. The learning rate follows the clock (warm-up 4 %, cosine), so the run
ends when told to, however busy the machine is. A checkpoint every four minutes; started again, it goes on from there.
New shards that appear in DIR are picked up at the next epoch.
"""
import argparse, glob, math, os, pickle, time

import numpy as np
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
import torch.nn.functional as F

import augment
import frontend as fe
from network import Acoustic
from phones import INDEX, PHONES
from split import VALIDATION

# How often a clip of each source enters an epoch: one speaker has 718 clips, others a handful.
SHARE = {"human:e5689aea6ff3": 0.55, "human:eb78e75bb6fd": 1.0, "human:unnamed": 1.6, "human": 2.4, "synth": 0.2, "synth:angry": 0.4}


def held_out(source):
    return source.startswith("human:") and source[6:] in VALIDATION


def share(source):
    return SHARE.get(source, SHARE[source.split(":")[0]])


def load(path, seen):
    items = []
    for part in sorted(glob.glob(os.path.join(path, "*.pkl"))):
        if part not in seen:
            seen.add(part)
            fresh = pickle.load(open(part, "rb"))
            if os.path.exists(part[:-4] + ".coded"):
                for it, coded in zip(fresh, pickle.load(open(part[:-4] + ".coded", "rb"))):
                    it["coded"] = coded
            items += fresh
    for it in items:
        it["target"] = np.array([INDEX[p] for p in it["phones"]], np.int64)
    return items


def distance(a, b):
    row = np.arange(len(b) + 1)
    for x in a:
        prev = row.copy()
        row[0] += 1
        sub = prev[:-1] + (np.asarray(b) != x)
        row[1:] = np.minimum(sub, prev[1:] + 1)
        for j in range(1, len(row)):
            if row[j - 1] + 1 < row[j]:
                row[j] = row[j - 1] + 1
    return int(row[-1])


def greedy(logp):
    best = logp.argmax(-1)
    out, last = [], 0
    for p in best:
        if p != last and p != 0:
            out.append(int(p))
        last = p
    return out


def features_for_test(pcm, start_mean):
    pcm = np.concatenate([augment.telephone(pcm), np.zeros(4000, np.int16)])
    mel = fe.log_mel(pcm)[None]
    mel = fe.normalise(mel, start_mean)
    return np.pad(mel, ((0, 0), (0, -mel.shape[1] % 3), (0, 0)))


def evaluate(model, items, start_mean):
    model.eval()
    errors, total = {}, {}
    with torch.no_grad():
        for it in items:
            x = torch.from_numpy(features_for_test(it["pcm"], start_mean)).transpose(1, 2)
            hyp = greedy(model(x)[0].numpy())
            for key in (it["source"], "all"):
                errors[key] = errors.get(key, 0) + distance(hyp, it["target"])
                total[key] = total.get(key, 0) + len(it["target"])
    model.train()
    return {k: errors[k] / total[k] for k in sorted(errors)}


def batches(items, rng, frames_per_batch):
    chosen = [it for it in items if rng.random() < share(it["source"]) % 1 or share(it["source"]) >= 1]
    chosen += [it for it in items if share(it["source"]) > 1 and rng.random() < share(it["source"]) - 1]
    chosen.sort(key=lambda it: len(it["pcm"]) * rng.uniform(0.9, 1.1))
    out, group, longest = [], [], 0
    for it in chosen:
        longest = max(longest, len(it["pcm"]) + 5600)
        if group and longest * (len(group) + 1) > frames_per_batch:
            out.append(group)
            group, longest = [], len(it["pcm"]) + 5600
        group.append(it)
    if group:
        out.append(group)
    rng.shuffle(out)
    return out


def assemble(group, rng, start_mean, pool):
    mels, targets = [], []
    for it in group:
        synthetic = it["source"].startswith("synth")
        pcm = it["coded"] if "coded" in it and rng.random() < 0.25 else it["pcm"]
        mel = augment.clip_features(pcm, rng, synthetic, pool)
        if mel is None:
            continue
        if len(mel) < 250 and rng.random() < 0.3:  # two turns of one stream
            other = pool_item(pool, rng)
            second = augment.clip_features(other["pcm"], rng, True, [])
            if second is not None and len(second) < 350:
                shift = mel.mean() - second.mean() + rng.normal(0, 1)
                mels.append(np.concatenate([mel, second + shift]))
                targets.append(np.concatenate([it["target"], other["target"]]))
                continue
        mels.append(mel)
        targets.append(it["target"])
    t = max(len(m) for m in mels)
    t += -t % 3
    batch = np.full((len(mels), t, fe.MELS), np.log(fe.FLOOR), np.float32)
    lengths = np.array([math.ceil(len(m) / 3) for m in mels])
    for i, m in enumerate(mels):
        batch[i, :len(m)] = m
    # Half of the clips begin as a new stream does, half as if the caller had been talking for a while.
    means = np.repeat(start_mean[None], len(mels), 0).astype(np.float32)
    for i, m in enumerate(mels):
        if rng.random() < 0.5:
            loud = m[m.mean(1) > np.percentile(m.mean(1), 60)]
            means[i] = loud.mean(0) + rng.normal(0, 0.3)
    batch = fe.normalise(batch, means)
    augment.mask(batch, rng)
    for i, m in enumerate(mels):
        batch[i, len(m):] = 0
    return batch, lengths, targets


def pool_item(pool, rng):
    return pool.items[rng.integers(len(pool.items))]


class Pool:
    """Other clips: babble to put under speech, second turns to append."""

    def __init__(self, items):
        self.items = [it for it in items if len(it["pcm"]) < 8000 * 4]

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i]["pcm"]


def run(rank, a):
    torch.set_num_threads(1)
    os.nice(a.nice)
    dist.init_process_group("gloo", init_method=f"file://{a.out}/rendezvous", rank=rank, world_size=a.workers)
    torch.manual_seed(a.seed)
    rng = np.random.default_rng(a.seed * 100 + rank)
    seen = set()
    everything = load(a.shards, seen)
    valid = [it for it in everything if held_out(it["source"])]
    items = [it for it in everything if not held_out(it["source"])]
    start_path = os.path.join(a.out, "mean.npy")
    if rank == 0 and not os.path.exists(start_path):
        sample = [items[i] for i in rng.integers(0, len(items), 300)]
        loud = []
        for it in sample:
            m = augment.clip_features(it["pcm"], rng, False, [])
            loud.append(m[m.mean(1) > np.percentile(m.mean(1), 60)].mean(0))
        np.save(start_path, np.mean(loud, 0))
    dist.barrier()
    start_mean = np.load(start_path).astype(np.float32)

    model = Acoustic(len(PHONES))
    ema = Acoustic(len(PHONES))
    ema.load_state_dict(model.state_dict())
    opt = optimiser(model, a.rate)
    used, step, epoch = 0.0, 0, 0
    checkpoint = os.path.join(a.out, "checkpoint.pt")
    if os.path.exists(checkpoint):
        c = torch.load(checkpoint)
        model.load_state_dict(c["model"]); ema.load_state_dict(c["ema"]); opt.load_state_dict(c["opt"])
        used, step, epoch = c["used"], c["step"], c["epoch"]
    else:
        for p in model.state_dict().values():
            dist.broadcast(p, 0)
        ema.load_state_dict(model.state_dict())
    if rank == 0:
        print(f"{len(items)} clips, {sum(len(i['pcm']) for i in items) / 28.8e6:.2f} h; "
              f"validation {len(valid)}; {sum(p.numel() for p in model.parameters()) / 1e6:.2f} M parameters", flush=True)
    budget, last, saved = a.minutes * 60, time.time(), time.time()
    running, audio = 0.0, 0.0
    done = False
    while not done:
        fresh = [it for it in load(a.shards, seen) if not held_out(it["source"])]
        items += fresh
        pool = Pool(items)
        plan = batches(items, rng, a.batch * 8000)
        count = torch.tensor([len(plan)])
        dist.all_reduce(count, dist.ReduceOp.MIN)
        plan = plan[:int(count)]
        plan = plan[:len(plan) // 2] if a.workers > 1 else plan  # each worker draws its own half
        for group in plan:
            clock = torch.tensor([used])
            dist.broadcast(clock, 0)
            part = float(clock) / budget
            if part >= 1:
                done = True
                break
            warm = 0.04
            factor = part / warm if part < warm else 0.5 * (1 + math.cos(math.pi * (part - warm) / (1 - warm)))
            for g in opt.param_groups:
                g["lr"] = a.rate * max(factor, 0.01)
            batch, lengths, targets = assemble(group, rng, start_mean, pool)
            x = torch.from_numpy(batch).transpose(1, 2).contiguous()
            with torch.cpu.amp.autocast(enabled=bool(a.bf16)):
                main, aux = model(x, True)
            goal = torch.from_numpy(np.concatenate(targets))
            goal_len = torch.tensor([len(t) for t in targets])
            frames = torch.from_numpy(lengths)
            loss = 0
            for logp, weight in ((main, 0.75), (aux, 0.25)):
                each = F.ctc_loss(logp.transpose(0, 1), goal, frames, goal_len, reduction="none", zero_infinity=True)
                loss = loss + weight * (each.sum() / goal_len.sum())
            opt.zero_grad()
            loss.backward()
            flat = torch.cat([p.grad.reshape(-1) for p in model.parameters()])
            dist.all_reduce(flat)
            flat /= a.workers
            norm = flat.norm()
            if torch.isfinite(norm):
                flat *= min(1.0, 3.0 / (float(norm) + 1e-9))
                at = 0
                for p in model.parameters():
                    p.grad.copy_(flat[at:at + p.numel()].view_as(p))
                    at += p.numel()
                opt.step()
            step += 1
            keep = min(0.998, (1 + step) / (20 + step))
            with torch.no_grad():
                for e, m in zip(ema.state_dict().values(), model.state_dict().values()):
                    if e.dtype.is_floating_point:
                        e.mul_(keep).add_(m, alpha=1 - keep)
            running += float(loss)
            audio += len(batch) * batch.shape[1] / 100
            now = time.time()
            used, last = used + now - last, now
            if rank == 0 and step % 50 == 0:
                print(f"{used / 60:6.1f} min epoch {epoch} step {step} loss {running / 50:.3f} "
                      f"lr {opt.param_groups[0]['lr']:.5f} {a.workers * audio / used:.0f} x", flush=True)
                running = 0.0
            if rank == 0 and now - saved > 240:
                saved = now
                save(checkpoint, model, ema, opt, used, step, epoch)
                print("   held-out readers PER", round(evaluate(ema, valid, start_mean)["all"], 4), flush=True)
        epoch += 1
    if rank == 0:
        save(checkpoint, model, ema, opt, used, step, epoch)
        for k, v in evaluate(ema, valid, start_mean).items():
            print(f"{k} {v:.4f}")
        print("finished", flush=True)


def optimiser(model, rate):
    decay = [p for n, p in model.named_parameters() if p.ndim > 1]
    plain = [p for n, p in model.named_parameters() if p.ndim <= 1]
    return torch.optim.AdamW([{"params": decay, "weight_decay": 0.02}, {"params": plain, "weight_decay": 0.0}],
                             lr=rate, betas=(0.9, 0.98))


def save(path, model, ema, opt, used, step, epoch):
    torch.save({"model": model.state_dict(), "ema": ema.state_dict(), "opt": opt.state_dict(), "used": used,
                "step": step, "epoch": epoch}, path + ".tmp")
    os.rename(path + ".tmp", path)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--shards", required=True)
    p.add_argument("--out", required=True)
    p.add_argument("--minutes", type=float, default=45)
    p.add_argument("--workers", type=int, default=2)
    p.add_argument("--batch", type=float, default=60, help="seconds of sound per worker and step")
    p.add_argument("--rate", type=float, default=2e-3)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--nice", type=int, default=10)
    p.add_argument("--bf16", type=int, default=1)
    a = p.parse_args()
    os.makedirs(a.out, exist_ok=True)
    a.out = os.path.abspath(a.out)
    rendezvous = os.path.join(a.out, "rendezvous")
    if os.path.exists(rendezvous):
        os.remove(rendezvous)
    mp.spawn(run, (a,), nprocs=a.workers)


if __name__ == "__main__":
    main()
