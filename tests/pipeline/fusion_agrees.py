#!/usr/bin/env python3
"""`praxiscope fusion` against PyTorch: scores with each stream replaced, Shapley values, units, swapped streams.

usage: fusion_agrees.py --program PRAXISCOPE    (exits with 77 where something it needs is missing)
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import numpy
    import torch
    from torch import nn
except ImportError:
    sys.exit(77)

VIDEOS = {"tests": "testsrc2=size=64x48:rate=25", "fractal": "mandelbrot=size=64x48:rate=25",
          "game": "life=size=64x48:rate=25:mold=10:ratio=0.2:seed=3:death_color=red", "bars": "smptebars=size=64x48:rate=25",
          "gradient": "gradients=size=64x48:rate=25:seed=5", "cells": "cellauto=size=64x48:rate=25:seed=7"}
COALITIONS = ("neither", "first", "second", "both")
MEAN, STD = 0.45, 0.22


class Streams(nn.Module):
    """Two pathways that join in a convolution; the code is centred on the clips, so that their classes differ."""

    def __init__(self):
        super().__init__()
        self.slow = nn.Conv3d(3, 6, 3, padding=1)
        self.fast = nn.Conv3d(3, 6, 3, stride=(4, 1, 1), padding=1)
        self.join = nn.Conv3d(12, 16, 3, padding=1)
        self.relu = nn.ReLU()
        self.head = nn.Linear(16, 4, bias=False)
        self.register_buffer("middle", torch.zeros(16))
        self.register_buffer("spread", torch.ones(16))

    def unit_maps(self, slow: torch.Tensor, fast: torch.Tensor) -> torch.Tensor:
        both = torch.cat([torch.relu(self.slow(slow)), torch.relu(self.fast(fast))], dim=1)
        return self.relu(self.join(both))

    def forward(self, slow: torch.Tensor, fast: torch.Tensor) -> torch.Tensor:
        return self.head((self.unit_maps(slow, fast).mean([2, 3, 4]) - self.middle) / self.spread)


def write_model(network, folder):
    torch.jit.script(network).save(str(folder / "net.pt"))
    pathway = {"kind": "rgb", "stride": 1, "crop": [32, 32], "mean": [MEAN] * 3, "std": [STD] * 3}
    inputs = [{"name": "slow", "frames": 2, **pathway}, {"name": "fast", "frames": 8, **pathway}]
    (folder / "model.json").write_text(json.dumps({"praxiscope": 1, "name": "net", "file": "net.pt", "inputs": inputs,
                                                   "call": "separate", "output": {"take": 0}}))


def make_videos(folder):
    videos = []
    for name, source in VIDEOS.items():
        videos.append(folder / f"{name}.mp4")
        subprocess.run(["ffmpeg", "-y", "-loglevel", "error", "-f", "lavfi", "-i", source, "-frames:v", "12", "-pix_fmt", "yuv420p",
                        str(videos[-1])], check=True)
    return videos


def inputs_of(program, model, video, folder):
    """What the network is given of the video's middle clip."""
    file = folder / "inputs.npz"
    subprocess.run([program, "explain", "-q", "-m", model, "--device", "cpu", "--clips", "center", "--method", "saliency", "--save-inputs", "-f",
                    "-o", file, video], check=True, stdout=subprocess.DEVNULL)
    with numpy.load(file) as arrays:
        return torch.from_numpy(arrays["input/slow"]), torch.from_numpy(arrays["input/fast"])


def coalitions(clip, replaced):
    return dict(zip(COALITIONS, (replaced, (clip[0], replaced[1]), (replaced[0], clip[1]), clip)))


def replacements(clip, clips):
    means = [torch.stack([each[s].double().mean((0, 2, 3, 4)) for each in clips]).mean(0).float().view(1, -1, 1, 1, 1) for s in (0, 1)]
    return {"mean": tuple(mean.expand_as(x) for mean, x in zip(means, clip)),
            "zero": tuple(torch.full_like(x, -MEAN / STD) for x in clip),
            "frozen": tuple(x[:, :, :1].expand_as(x) for x in clip)}


def near(found, expected, what):
    if abs(found - expected) > 1e-5 * max(1.0, abs(expected)):
        sys.exit(f"{what}: found {found}, PyTorch says {expected}")


def compare_clips(network, clips, result):
    strengths = {name: [] for name in COALITIONS}
    for clip, told in zip(clips, result["clips"]):
        index = network(*clip)[0].argmax().item()
        assert told["class_index"] == index
        for fill, replaced in replacements(clip, clips).items():
            values = coalitions(clip, replaced)
            logits = {name: network(*streams)[0] for name, streams in values.items()}
            for name in COALITIONS:
                near(told["fills"][fill]["logit"]["values"][name], logits[name][index].item(), f"{fill} logit {name}")
                near(told["fills"][fill]["probability"]["values"][name], logits[name].softmax(0)[index].item(), f"{fill} probability {name}")
                if fill == "mean":
                    cells = network.unit_maps(*values[name])[0].flatten(1)
                    strengths[name].append(cells.topk(math.ceil(0.05 * cells.shape[1]), dim=1).values.mean(1))
            v = {name: logits[name][index].item() for name in COALITIONS}
            shapley = told["fills"][fill]["logit"]["shapley"]
            near(shapley["first"], (v["first"] - v["neither"] + v["both"] - v["second"]) / 2, f"{fill} stream 1")
            near(shapley["second"], (v["second"] - v["neither"] + v["both"] - v["first"]) / 2, f"{fill} stream 2")
    return {name: torch.stack(each).max(0).values for name, each in strengths.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    program = parser.parse_args().program
    torch.manual_seed(1)
    torch.set_grad_enabled(False)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        try:
            videos = make_videos(folder)
        except (OSError, subprocess.CalledProcessError):
            sys.exit(77)
        network = Streams().eval()
        write_model(network, folder)
        clips = [inputs_of(program, folder, video, folder) for video in videos]
        codes = torch.stack([network.unit_maps(*clip).mean([2, 3, 4])[0] for clip in clips])
        network.middle.copy_(codes.mean(0))
        network.spread.copy_(codes.std(0) + 1e-3)
        write_model(network, folder)
        subprocess.run([program, "fusion", "-q", "-m", folder, "--device", "cpu", "-f", "-o", folder / "found.json", *videos], check=True,
                       stdout=subprocess.DEVNULL)
        result = json.loads((folder / "found.json").read_text())
        strengths = compare_clips(network, clips, result)
        assert result["layer"]["reached_by"] == {"first": 16, "second": 16, "both": 16}, result["layer"]
        assert not result["layer"]["has_negative"], "the rectifier behind the convolution that joins"
        for unit in result["units"]:
            for name in COALITIONS:
                near(unit["strength"][name], strengths[name][unit["channel"]].item(), f"unit {unit['channel']} {name}")
        answers = result["swap"]["answers"]
        assert answers, "all clips are of one class: nothing was swapped"
        for answer in answers:
            expected = network(clips[answer["first"]][0], clips[answer["second"]][1])[0].argmax().item()
            assert answer["class_index"] == expected, answer
        print(f"{len(clips)} clips, {len(result['units'])} units, {len(answers)} swaps agree with PyTorch")


if __name__ == "__main__":
    main()
