#!/usr/bin/env python3
"""What NumPy says of activations and kernels of the test networks, for tests/studies/looking_golden_test.cpp.

    looking.py --models DIR --out DIR        writes OUT/looking.golden: a dict of tensors

Kernels come from the files' own state_dict, activations from what PyTorch's hooks kept in NAME.golden (tools/export); the numbers of
the studies "activations" and "filters" are written down from their definitions, cell by cell where that is short enough.
Done again only when this script, the networks or the packages change.
"""

import argparse
import hashlib
import importlib.metadata
import os
import pathlib

import numpy as np

KERNELS = {"r3d_18": ["stem.0.weight"], "r2plus1d_18": ["stem.0.weight", "stem.3.weight"],
           "two_stream_dict": ["flow_net.conv1.0.weight"]}
ACTIVATIONS = {"gap_linear": ["features.0", "features.1"], "two_stream_list": ["slow1", "fast2"], "r3d_18": ["layer2.0.conv1"]}


def smoothness(kernel, axes):
    """1 - d / (2 e): d over all pairs of neighbours along `axes`, e over all weights."""
    squares = []
    for axis in axes:
        for place in range(kernel.shape[axis] - 1):
            squares.append((kernel.take(place + 1, axis) - kernel.take(place, axis)).ravel() ** 2)
    if not squares:
        return np.nan
    return 1 - np.concatenate(squares).mean() / (2 * (kernel**2).mean())


def temporal_share(kernel):
    if kernel.shape[1] == 1:
        return np.nan
    moving = kernel - kernel.mean(axis=1, keepdims=True)
    return (moving**2).sum() / (kernel**2).sum()


def kernel_numbers(weights):
    kernels = [kernel.astype(np.float64) for kernel in weights]
    return {"norm": [np.linalg.norm(kernel.ravel()) for kernel in kernels],
            "temporal_share": [temporal_share(kernel) for kernel in kernels],
            "smoothness_space": [smoothness(kernel, (2, 3)) for kernel in kernels],
            "smoothness_time": [smoothness(kernel, (1,)) for kernel in kernels]}


def channel_numbers(activation):
    channels = [activation[:, c].astype(np.float64) for c in range(activation.shape[1])]  # [N,T,H,W]
    return {"zero_share": [np.count_nonzero(c == 0) / c.size for c in channels],
            "not_positive_share": [np.count_nonzero(c <= 0) / c.size for c in channels],
            "mean": [c.mean() for c in channels], "mean_magnitude": [np.abs(c).mean() for c in channels],
            "min": [c.min() for c in channels], "max": [c.max() for c in channels],
            "dead_rate": [np.mean([not clip.any() for clip in c]) for c in channels],
            "curve": [c.mean(axis=(0, 2, 3)) for c in channels]}


def tensors(models):
    import torch

    made = {}

    def put(prefix, numbers):
        for name, values in numbers.items():
            made[f"{prefix}/{name}"] = torch.tensor(np.array(values), dtype=torch.float64)

    for network, names in KERNELS.items():
        weights = torch.jit.load(str(models / f"{network}.pt")).state_dict()
        for name in names:
            layer = f"{network}/{name.removesuffix('.weight')}"
            made[f"{layer}/weights"] = weights[name]
            put(layer, kernel_numbers(weights[name].numpy()))
    for network, layers in ACTIVATIONS.items():
        golden = torch.load(models / f"{network}.golden")
        for layer in layers:
            put(f"{network}/{layer}", channel_numbers(golden[f"act/{layer}"].numpy()))
    return made


def fingerprint(models):
    digest = hashlib.sha256(pathlib.Path(__file__).read_bytes())
    digest.update((models / ".stamp").read_bytes())
    for package in ("torch", "numpy"):
        digest.update(importlib.metadata.version(package).encode())
    return digest.hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=pathlib.Path, required=True, help="folder that make_test_models.py has filled")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder for the golden")
    arguments = parser.parse_args()
    models, out = arguments.models.resolve(), arguments.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    golden, stamp = out / "looking.golden", out / ".looking.stamp"
    current = fingerprint(models)
    if golden.exists() and stamp.exists() and stamp.read_text() == current:
        print(f"up to date: {golden}")
        return
    import torch

    made = tensors(models)
    for path, write in ((golden, lambda p: torch.save(made, p)), (stamp, lambda p: p.write_text(current))):
        scratch = path.with_name(f"{path.name}.{os.getpid()}")
        write(scratch)
        os.replace(scratch, path)
    print(f"{len(made)} tensors: {golden}")


if __name__ == "__main__":
    main()
