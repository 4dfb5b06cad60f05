#!/usr/bin/env python3
"""`praxiscope evaluate` with masks and times as files, against the same numbers worked out with NumPy from what `explain` writes:
pointing game, tubes and moments of rendered clips.

usage: evaluate_agrees.py --program PRAXISCOPE --renderer RENDER_STRINGS --model FOLDER    (77: something is missing)
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import numpy as np
except ImportError:
    sys.exit(77)

METHODS = ["grad_cam", "layer_cam"]
CLIPS, SIDE, RATE = 5, 128, 25
TOLERANCE = 15 / 224 * SIDE


def mask_of(path):
    raw = subprocess.run(["ffmpeg", "-loglevel", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "gray", "-"], capture_output=True,
                         check=True).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, SIDE, SIDE) > 127


def hits(values, truth):
    """Of the places [t, y, x] that share the largest value, how many lie near the truth of their frame."""
    if values.min() == values.max():
        return 0.0
    places = np.argwhere(values == values.max())
    near = []
    for t, y, x in places:
        ys, xs = np.nonzero(truth[t])
        near.append(len(ys) > 0 and ((ys - y) ** 2 + (xs - x) ** 2).min() <= TOLERANCE**2)
    return float(np.mean(near))


def numbers_of(values, truth, is_action):
    """What the program should say of one map [T,H,W]."""
    share = np.clip(values, 0, None) / values.max()
    frames = [hits(values[t:t + 1], truth[t:t + 1]) for t in range(len(values))]
    wanted = {"pointing": 100 * hits(values, truth), "frame_pointing": 100 * np.mean(frames)}
    for percent in (25, 50):
        bright = share > percent / 100
        wanted[f"tube_iou_{percent}"] = (bright & truth).sum() / (bright | truth).sum()
    profile = share.mean(axis=(1, 2))
    moment = profile / profile.max() > 0.5
    wanted["temporal_iou"] = (moment & is_action).sum() / (moment | is_action).sum()
    return wanted


def main():
    parser = argparse.ArgumentParser()
    for name in ("program", "renderer", "model"):
        parser.add_argument("--" + name, required=True)
    wish = parser.parse_args()
    if shutil.which("ffmpeg") is None:
        print("skipped: no ffmpeg on this machine")
        sys.exit(77)
    compared, found_hits = 0, set()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        world, told_at, maps_at = folder / "world", folder / "told.json", folder / "maps.npz"
        quiet = {"check": True, "stdout": subprocess.DEVNULL}
        subprocess.run([wish.renderer, "folder", world, "--split", "test", "--first", "500", "--count", str(CLIPS)], **quiet)
        subprocess.run([wish.program, "evaluate", "-m", wish.model, world / "clips", "--annotations",
                        f"{world / 'masks' / 'instrument'},{world / 'intervals.txt'}", "--method", ",".join(METHODS), "--random-clips", "0",
                        "--steps", "2", "-o", told_at, "--quiet"], **quiet)
        times = {words[0]: (float(words[1]), float(words[2]))
                 for words in map(str.split, (world / "intervals.txt").read_text().splitlines()) if words and words[0] != "#"}
        for told in json.loads(told_at.read_text())["clips"]:
            clip = Path(told["input"])
            subprocess.run([wish.program, "explain", "-m", wish.model, clip, "--clips", "center", "--method", ",".join(METHODS), "-o", maps_at,
                            "--force", "--quiet"], **quiet)
            with np.load(maps_at) as maps:
                frames = maps["frame_index"][0]
                begin, end = times[clip.name]
                is_action = np.array([begin <= frame / RATE < end for frame in frames])
                truth = mask_of(world / "masks" / "instrument" / clip.name)[frames]
                for method in METHODS:
                    wanted = numbers_of(maps[f"map/{method}/rgb"][0], truth, is_action)
                    found_hits.add(wanted["pointing"])
                    for measure, value in wanted.items():
                        found = told["methods"][method]["numbers"][measure][0]
                        compared += 1
                        # Maps in the file are float32; a voxel at a threshold may fall to either side.
                        if not abs(found - value) <= 2e-3 * max(1, abs(value)):
                            sys.exit(f"{clip.name}, {method}, {measure}: found {found}, expected {value}")
    if compared != CLIPS * len(METHODS) * 5:
        sys.exit(f"compared {compared} numbers only")
    print(f"{compared} numbers agree; pointing among {sorted(found_hits)}")


if __name__ == "__main__":
    main()
