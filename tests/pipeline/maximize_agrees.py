#!/usr/bin/env python3
"""`praxiscope maximize` against PyTorch: the same objective, priors, start and steps, written out again with autograd.

usage: maximize_agrees.py --program PRAXISCOPE    (exits with 77 where something it needs is missing)
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import torch
    from torch import nn
except ImportError:
    sys.exit(77)

FRAMES, SIDE, STEPS, RATE, SEED = 6, 20, 12, 0.05, 3
MEAN, STD = 0.45, 0.22
PRIORS = {"kappa": 1.5, "chi": 0.7, "energy": 0.4, "alpha": 3, "l2": 0.2}
SPEEDS = {"slow": 10, "medium": 1, "fast": 0.1, "free": 0}
FREE_STEPS = 24  # what activations are measured by where no clips are given
CHANNEL = 2


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv3d(3, 5, 3, padding=1)
        self.relu = nn.ReLU()
        self.second = nn.Conv3d(5, 6, 3, stride=2, padding=1)
        self.head = nn.Linear(6, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        inner = self.relu(self.conv(x))
        return self.head(torch.relu(self.second(inner)).mean([2, 3, 4]))


def start(draw):
    """The program's noise: one generator a row, seeded by seed and draw."""
    seed = (SEED * 0x9E3779B97F4A7C15 + draw * 64) % 2**64
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(3, FRAMES, SIDE, SIDE, generator=generator)
    return (noise / noise.std(correction=0) * 0.05)[None]


def network_input(pictures):
    return (pictures / 2 + 0.5 - MEAN) / STD


def score(network, pictures, kind):
    x = network_input(pictures)
    if kind == "class":
        return network(x)[0, 1]
    return network.conv(x)[0, CHANNEL, FRAMES // 2, SIDE // 2, SIDE // 2]  # before the rectifier


def penalty(pictures, chi, voxels, weights):
    steps = [pictures.diff(dim=axis).square().sum() for axis in (2, 3, 4)]
    energy = (pictures.square().sum(1) + 1e-12).pow(weights["alpha"] / 2).sum()
    sum_of = weights["energy"] * energy + weights["l2"] * pictures.square().sum() + weights["kappa"] * (steps[1] + steps[2])
    return (sum_of + chi * steps[0]) / voxels


def rate_at(step, steps):
    begin = 2 / 3 * steps
    if step <= begin:
        return RATE
    way = min(1.0, (step - begin) / max(1.0, steps - 1 - begin))
    return RATE * (0.1 + 0.9 * (1 + torch.cos(torch.tensor(torch.pi * way, dtype=torch.float64)).item()) / 2)


def climb(network, kind, a_hat, chi, voxels, steps, weights):
    pictures = start(0).requires_grad_(True)
    sure = None  # the logit of the class at the first step with p >= 0.99
    for step in range(steps):
        if kind == "class" and sure is None:
            logits = network(network_input(pictures)).detach()[0]
            if logits.softmax(0)[1] >= 0.99:
                sure = logits[1].item()
        value = score(network, pictures, kind) / a_hat - penalty(pictures, chi, voxels, weights)
        gradient, = torch.autograd.grad(value, pictures)
        with torch.no_grad():
            pictures += rate_at(step, steps) * gradient / gradient.square().mean().sqrt()
            pictures.clamp_(-1, 1)
    with torch.no_grad():
        raw = score(network, pictures, kind)
        return raw.item(), (raw / a_hat - penalty(pictures, chi, voxels, weights)).item(), pictures, sure


def frequency(pictures):
    values = (pictures - pictures.mean()).double()[0]
    power = torch.fft.fft(values, dim=1).abs().square().sum((0, 2, 3))
    return float((power * torch.fft.fftfreq(FRAMES).abs()).sum() / power.sum())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    program = parser.parse_args().program
    torch.manual_seed(1)
    network = Network().eval()
    with torch.no_grad():
        network.head.weight *= 20  # so that it can be sure of a class
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        torch.jit.script(network).save(str(folder / "net.pt"))
        (folder / "model.json").write_text(json.dumps({
            "praxiscope": 1, "name": "net", "file": "net.pt",
            "inputs": [{"name": "rgb", "kind": "rgb", "frames": FRAMES, "crop": [SIDE, SIDE], "mean": [MEAN] * 3, "std": [STD] * 3}],
            "output": {"take": 0}}))
        priors = [word for key, value in PRIORS.items() for word in (f"--{key}", str(value))]
        for kind, wish in (("class", ["--class", "1"]), ("unit", ["--unit", f"relu:{CHANNEL}"])):
            out = folder / f"{kind}.json"
            subprocess.run([program, "maximize", "-m", str(folder), *wish, "--canvas", "pixels", "--optimizer", "normalized",
                            "--jitter", "0", "--time-jitter", "0", "--scale", "0", "--rotate", "0", "--steps", str(STEPS),
                            "--rate", str(RATE), "--seed", str(SEED), *priors, "--quiet", "-o", str(out)], check=True,
                           stdout=subprocess.DEVNULL)
            told = json.loads(out.read_text())["sought"][0]
            voxels = FRAMES * SIDE * SIDE if kind == "class" else 27  # of a unit: what its kernel sees
            nothing = dict.fromkeys(PRIORS, 0) | {"alpha": 3}
            reached, _, _, sure = climb(network, kind, 1, 0, voxels, FREE_STEPS, nothing)
            if (sure is None) != (kind == "unit"):
                sys.exit(f"{kind}: the network of this test should become sure of its class")
            a_hat = sure or abs(reached)
            near(told["a_hat"], a_hat, f"{kind}: a_hat")
            assert [result["speed"] for result in told["results"]] == list(SPEEDS), told["results"]
            for result in told["results"]:
                chi = PRIORS["chi"] * SPEEDS[result["speed"]]
                raw, value, pictures, _ = climb(network, kind, a_hat, chi, voxels, STEPS, PRIORS)
                what = f"{kind}, {result['speed']}"
                near(result["score"], raw, what + ": score")
                near(result["value"], value, what + ": value")
                near(result["temporal_frequency"]["rgb"], frequency(pictures.detach()), what + ": cycles a frame")
            if kind == "unit":
                assert (told["layer"], told["taken_at"]) == ("relu", "conv"), told
    print("8 results agree")


def near(found, expected, what):
    # Rounding grows from step to step: a gradient is made a unit's size each time.
    if not abs(found - expected) <= 2e-3 * max(1e-3, abs(expected)):
        sys.exit(f"{what}: found {found}, expected {expected}")


if __name__ == "__main__":
    main()
