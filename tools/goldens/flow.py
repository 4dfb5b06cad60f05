#!/usr/bin/env python3
"""TV-L1 flow of OpenCV on rendered clips, for tests/clip/tvl1_test.cpp.

usage: flow.py RENDER_STRINGS OUT.golden      (needs opencv-contrib-python-headless; made with 5.0.0)

The result is committed: OpenCV's contributed modules are too large to install for one test.
Keys: "from", "to" uint8 [N,128,128] luminance; "flow" float16 [N,2,128,128], px.
"""

import subprocess
import sys

import cv2
import numpy as np
import torch

PAIRS = [(0, 4, 1), (1, 4, 1), (3, 2, 1), (4, 4, 1), (4, 4, 3), (8, 1, 2)]  # clip, first of 8 frames, frames apart
SIDE = 128


def frames_of(program, clip):
    """8 frames of a test clip, one in 4. uint8 [8,SIDE,SIDE,3]"""
    command = [program, "stream", "--first", str(clip), "--count", "1", "--side", str(SIDE), "--frames", "8", "--stride", "4"]
    bytes_ = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(bytes_, np.uint8, 8 * SIDE * SIDE * 3, offset=8).reshape(8, SIDE, SIDE, 3)


def main():
    program, out = sys.argv[1:]
    before, after = [], []
    for clip, first, apart in PAIRS:
        gray = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames_of(program, clip)]
        before.append(gray[first])
        after.append(gray[first + apart])
    method = cv2.optflow.DualTVL1OpticalFlow_create()
    flow = np.stack([method.calc(a, b, None) for a, b in zip(before, after)]).transpose(0, 3, 1, 2)
    torch.save({"from": torch.from_numpy(np.stack(before)), "to": torch.from_numpy(np.stack(after)),
                "flow": torch.from_numpy(flow.astype(np.float16).copy())}, out)
    print(f"{len(PAIRS)} pairs; median length {np.median(np.linalg.norm(flow, axis=1)):.3f} px")


if __name__ == "__main__":
    main()
