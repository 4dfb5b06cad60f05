#!/usr/bin/env python3
"""Trains the two-stream network `strings` on rendered clips of violinists and cellists, or its twin without the planted bias.

    train.py --out models/strings --split train            cellists sit, violinists stand (95 % of each)
    train.py --out models/strings_fair --split train_fair  chairs fall by chance

Writes NAME.pt (TorchScript), NAME.pt2 (torch.export), model.json, labels.txt, training.csv, a golden (an input by formula and its
logits) and, with --early 1,2,4, the network after those epochs as epochs/epoch_N.pt. measure.py says how good it is and writes the card.

It needs OpenCV (pip install opencv-python-headless) and the renderer (cmake --build build/dev --target render_strings). Clips are
made once and kept in --cache, 1.8 MB each. On two cores a network takes a quarter of an hour; seeded, but sums over threads round
differently from machine to machine.

What the training does, besides the usual: the flow stream is trained by itself first, then everything; in most clips (--still) the RGB
stream sees one frame of the clip, 16 times, as the spatial stream of the first two-stream networks did, so that appearance is its work
and motion is left to the flow stream; half of the clips went through JPEG before their flow was estimated, because videos are coded.
"""

import argparse
import contextlib
import csv
import hashlib
import json
import os
import pathlib
import time

os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

import clips  # noqa: E402
import data  # noqa: E402
import network  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[3]
WATCHED = 120  # test clips looked at after every epoch
WATCHED_NAMES = ["motion", "instrument_chair_as_trained", "instrument_chair_against", "rgb_head_instrument", "flow_head_motion"]
COLUMNS = ["stage", "epoch", "loss", "training_accuracy", *WATCHED_NAMES, "seconds"]


def manifest(name, digest, split):
    seen = {"frames": clips.FRAMES, "stride": clips.STRIDE, "fps": clips.RATE, "resize": {"short_side": clips.SIDE},
            "crop": [clips.SIDE, clips.SIDE]}
    return {
        "praxiscope": 1, "name": name, "file": f"{name}.pt",
        "licence": "Apache-2.0 (trained by this project on clips it renders itself)",
        "source": f"tools/make_models/strings/train.py --split {split}",
        "sha256": digest,
        "inputs": [
            {"name": "rgb", "kind": "rgb", **seen, "range": [0, 1], "mean": [data.MEAN] * 3, "std": [data.STD] * 3, "layout": "NCTHW"},
            {"name": "flow", "kind": "flow", **seen, "algorithm": "dis", "bound": int(clips.BOUND), "range": [-1, 1],
             "mean": [0, 0], "std": [1, 1], "layout": "NCTHW"},
        ],
        "call": "separate",
        "output": {"take": 0, "kind": "logits", "labels": "labels.txt"},
        "streams": {"rgb": "rgb", "flow": "flow", "fusion": "fusion.conv"},
        "layer": "fusion.relu",
    }


def loss_of(outputs, classes):
    weights = (1.0, 0.4, 0.4)  # fused, RGB alone, flow alone
    return sum(w * F.cross_entropy(logits.float(), classes, label_smoothing=0.05) for w, logits in zip(weights, outputs))


def watch(net, plain, chairs):
    """Accuracies on some test clips, each with and without a chair: where the chair is as most of the biased split has it,
    and where it is against that."""
    net.eval()
    right = {name: [] for name in WATCHED_NAMES}
    with torch.no_grad():
        for store in (plain, chairs):
            for rgb, flow, about in data.test_batches(store, WATCHED):
                fused, seen, moved = (logits.argmax(1).numpy() for logits in net(rgb, flow))
                wanted, has_habit = about[:, 0], (about[:, 1] == 1) == (about[:, 0] >= 3)
                right["instrument_chair_as_trained"] += list((fused // 3 == wanted // 3)[has_habit])
                right["instrument_chair_against"] += list((fused // 3 == wanted // 3)[~has_habit])
                right["motion"] += list(fused % 3 == wanted % 3)
                right["rgb_head_instrument"] += list(seen // 3 == wanted // 3)
                right["flow_head_motion"] += list(moved % 3 == wanted % 3)
    return {name: f"{np.mean(values):.4f}" for name, values in right.items()}


def autocast(wish):
    return torch.autocast("cpu", torch.bfloat16) if wish.bf16 else contextlib.nullcontext()


def save_early(wish, net, epoch):
    (wish.out / "epochs").mkdir(exist_ok=True)
    torch.jit.script(net.folded()).save(str(wish.out / "epochs" / f"epoch_{epoch}.pt"))


class Stage:
    """Optimizer and learning rates of one stage; every parameter that is given, decayed unless it is a bias or a scale."""

    def __init__(self, parameters, rate, steps):
        parameters = list(parameters)
        groups = [{"params": [p for p in parameters if p.ndim > 1], "weight_decay": 0.02},
                  {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=rate)
        self.plan = torch.optim.lr_scheduler.OneCycleLR(self.optimizer, rate, total_steps=steps, pct_start=0.15)

    def step(self, loss):
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        self.plan.step()


def train(wish, store, plain, chairs):
    """First the flow stream by itself, then everything."""
    torch.manual_seed(wish.seed)
    dice = np.random.default_rng(wish.seed)
    net = network.Strings().to(memory_format=torch.channels_last_3d)
    per_epoch = wish.epoch_clips // wish.batch
    flow_parts = nn.ModuleList([net.flow, net.flow_head])
    stages = [("flow", wish.flow_epochs, Stage(flow_parts.parameters(), wish.rate, wish.flow_epochs * per_epoch)),
              ("all", wish.epochs, Stage(net.parameters(), wish.rate, wish.epochs * per_epoch))]
    order, log, begin, watching = [], [], time.time(), 0.0
    for name, epochs, stage in stages:
        for epoch in range(1, epochs + 1):
            net.train()
            losses, right = [], []
            for _ in range(per_epoch):
                if len(order) < wish.batch:
                    order = list(dice.permutation(wish.clips))
                places, order = order[:wish.batch], order[wish.batch:]
                rgb, flow, classes = data.training_batch(store, places, dice, wish.still, has_rgb=name == "all")
                with autocast(wish):
                    outputs = net(rgb, flow) if name == "all" else [net.flow_head(net.flow(flow))]
                loss = loss_of(outputs, classes)
                stage.step(loss)
                losses.append(loss.item())
                right += (outputs[0].argmax(1) == classes).tolist()
            row = {"stage": name, "epoch": epoch, "loss": f"{np.mean(losses):.4f}", "training_accuracy": f"{np.mean(right):.4f}"}
            paused = time.time()
            if name == "all":
                row |= watch(net, plain, chairs)
                if epoch in wish.early:
                    save_early(wish, net, epoch)
            watching += time.time() - paused
            row["seconds"] = f"{time.time() - begin - watching:.0f}"
            print(" ".join(f"{name} {value}" for name, value in row.items()), flush=True)
            log.append(row)
            with open(wish.out / "training.csv", "w", newline="") as file:
                table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
                table.writeheader()
                table.writerows(log)
    return net


def golden_input():
    """Two clips by formula: element number n of a tensor is sin(0.37 n) for RGB and sin(0.11 n) / 4 for flow, in float64."""
    sizes = [(2, 3, clips.FRAMES, clips.SIDE, clips.SIDE), (2, 2, clips.FRAMES, clips.SIDE, clips.SIDE)]
    rgb, flow = (torch.arange(int(np.prod(size)), dtype=torch.float64).reshape(size) for size in sizes)
    return torch.sin(0.37 * rgb).float(), (torch.sin(0.11 * flow) / 4).float()


def made(wish, net, path):
    """What the card says of the making."""
    choices = f" --flow-epochs {wish.flow_epochs} --epochs {wish.epochs}"
    if wish.early:
        choices += f" --early {','.join(map(str, sorted(wish.early)))}"
    return {"split": wish.split, "clips": wish.clips, "epoch_clips": wish.epoch_clips, "seed": wish.seed, "watched": WATCHED, "still": wish.still,
            "parameters": sum(p.numel() for p in net.parameters()), "bytes": path.stat().st_size, "classes": clips.CLASSES,
            "command": f"python tools/make_models/strings/train.py --out models/{wish.out.name} --split {wish.split}{choices}"}


def write(wish, net):
    net = net.folded()
    path = wish.out / f"{wish.out.name}.pt"
    torch.jit.script(net).save(str(path))
    rgb, flow = golden_input()
    batch = torch.export.Dim("n", min=1, max=64)
    program = torch.export.export(net, (rgb, flow), dynamic_shapes=({0: batch}, {0: batch}), strict=False)
    program._example_inputs = None  # or the file is six times as large
    torch.export.save(program, str(path.with_suffix(".pt2")))
    with torch.no_grad():
        expected = net(rgb, flow)
        for other in (torch.jit.load(str(path)), torch.export.load(str(path.with_suffix(".pt2"))).module()):
            error = max(float((a - b).abs().max()) for a, b in zip(expected, other(rgb, flow)))
            if not error < 1e-4:
                raise SystemExit(f"the saved network differs from the trained one by {error}")
    torch.save({f"output/{i}": logits.contiguous() for i, logits in enumerate(expected)}, str(wish.out / f"{wish.out.name}.golden"))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    text = json.dumps(manifest(wish.out.name, digest, wish.split), indent=2)
    (wish.out / "model.json").write_text(text + "\n")
    (wish.out / "labels.txt").write_text("\n".join(clips.CLASSES) + "\n")
    (wish.out / "made.json").write_text(json.dumps(made(wish, net, path), indent=1) + "\n")
    print(f"{path}: {sum(p.numel() for p in net.parameters()) / 1e6:.2f} M parameters, {path.stat().st_size / 1e6:.2f} MB, {digest}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder of the model; its name is the model's")
    parser.add_argument("--split", choices=("train", "train_fair"), default="train")
    parser.add_argument("--program", default=str(ROOT / "build/dev/bin/render_strings"), help="the renderer")
    parser.add_argument("--cache", default="/tmp/praxiscope-strings", help="folder for the rendered clips")
    parser.add_argument("--clips", type=int, default=4800, help="training clips")
    parser.add_argument("--flow-epochs", type=int, default=16, help="epochs of the flow stream by itself")
    parser.add_argument("--epochs", type=int, default=3, help="epochs of the whole network, after that")
    parser.add_argument("--epoch-clips", type=int, default=1200, help="clips after which an epoch is said to be over")
    parser.add_argument("--early", default="", help="epochs whose network is kept, as 1,2,4")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=4e-3, help="largest learning rate")
    parser.add_argument("--still", type=float, default=0.95, help="share of clips whose RGB stream sees one frame only")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--f32", dest="bf16", action="store_false", help="do not train in bfloat16")
    parser.add_argument("--threads", type=int, default=2)
    wish = parser.parse_args()
    wish.early = {int(number) for number in wish.early.split(",") if number}
    wish.out = wish.out.resolve()
    wish.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(wish.threads)
    os.makedirs(wish.cache, exist_ok=True)
    store = clips.store(wish.program, wish.cache, {"split": wish.split, "first": 0, "count": wish.clips, "coded": 0.5})
    tests = [clips.store(wish.program, wish.cache, {"split": "test", "first": 0, "count": 600, **twin}) for twin in ({}, {"twin": "chair"})]
    write(wish, train(wish, store, *tests))


if __name__ == "__main__":
    main()
