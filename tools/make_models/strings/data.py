"""Batches of a store of clips, with the small changes that training makes to them."""

import numpy as np
import torch

from clips import BOUND

MEAN, STD = 0.45, 0.25  # of every colour


def rgb_input(pictures):
    """uint8 [N,T,H,W,3] -> [N,3,T,H,W]; channels stay next to each other in memory, which is quicker."""
    return (torch.from_numpy(pictures).permute(0, 4, 1, 2, 3).float() / 255 - MEAN) / STD


def flow_input(flow):
    """px [N,T,H,W,2] -> [N,2,T,H,W] within -1..1."""
    return torch.from_numpy(flow).permute(0, 4, 1, 2, 3).float().clamp(-BOUND, BOUND) / BOUND


def training_batch(store, places, dice, still, has_rgb=True):
    """rgb, flow, classes. A share `still` of the clips shows the RGB stream one frame all the time; half of all are mirrored;
    brightness, contrast and tint vary."""
    places = np.sort(np.asarray(places))
    flow, classes = store["flow"][places], torch.tensor(store["about"][places, 0], dtype=torch.long)
    mirrored = np.flatnonzero(dice.random(len(places)) < 0.5)
    flow[mirrored] = flow[mirrored, :, :, ::-1]
    flow[mirrored, ..., 0] *= -1
    if not has_rgb:
        return None, flow_input(flow), classes
    pictures = store["rgb"][places]
    pictures[mirrored] = pictures[mirrored, :, :, ::-1]
    for clip in pictures:
        if dice.random() < still:
            clip[:] = clip[dice.integers(len(clip))]
    n = len(places)
    gain = dice.uniform(0.8, 1.2, (n, 1)) * dice.uniform(0.93, 1.07, (n, 3))
    shift = dice.uniform(-0.3, 0.3, (n, 1)) + np.zeros((n, 3))
    gain, shift = (torch.tensor(x, dtype=torch.float32).reshape(n, 3, 1, 1, 1) for x in (gain, shift))
    return rgb_input(pictures).mul_(gain).add_(shift), flow_input(flow), classes


def test_batches(store, count=None, size=30):
    """rgb, flow, about of consecutive clips."""
    count = count or len(store["about"])
    for at in range(0, count, size):
        part = slice(at, min(at + size, count))
        yield rgb_input(np.array(store["rgb"][part])), flow_input(np.array(store["flow"][part])), np.array(store["about"][part])
