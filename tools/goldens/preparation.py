#!/usr/bin/env python3
"""What torchvision's and PyTorchVideo's own transforms make of a few pictures.

    preparation.py --out DIR        writes DIR/preparation.golden: picture/<case> u8 [H,W,3], prepared/<case> f32 [3,h,w]

The cases' settings are repeated, in our words, in tests/clip/prepare_test.cpp. torchvision is called itself; PyTorchVideo's
short-side scale is restated with torch.nn.functional.interpolate (floor of the longer side, no antialias, on floats), because the
package no longer installs beside a current torchvision. Done again only when this script or the packages change.
"""

import argparse
import hashlib
import importlib.metadata
import os
import pathlib


def fingerprint():
    versions = [importlib.metadata.version(package) for package in ("torch", "torchvision")]
    return hashlib.sha256(pathlib.Path(__file__).read_bytes() + "".join(versions).encode()).hexdigest()


def picture(height, width, seed):
    """Smooth slopes, hard edges and noise: what resizing gets wrong in different ways."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    y = torch.linspace(0, 1, height)[:, None, None]
    x = torch.linspace(0, 1, width)[None, :, None]
    slopes = torch.cat([y + 0 * x, x + 0 * y, (x + y) / 2], dim=2)
    edges = ((x * 7).floor() + (y * 5).floor()) % 2
    noise = torch.rand(height, width, 3, generator=generator)
    return (255 * (0.5 * slopes + 0.25 * edges + 0.25 * noise)).round().to(torch.uint8)


def torchvision_case(image, size, crop, interpolation, antialias, mean, std):
    import torchvision.transforms.v2.functional as F

    out = image.permute(2, 0, 1)
    if size:
        out = F.resize(out, size, interpolation=interpolation, antialias=antialias)
    if crop:
        out = F.center_crop(out, crop)
    import torch
    return F.normalize(F.to_dtype(out, torch.float32, scale=True), mean, std)


def short_side_scale(video, side):
    """PyTorchVideo: the longer side is floor(ratio * side); floats, align_corners=False."""
    import math

    import torch

    height, width = video.shape[-2:]
    if width < height:
        size = (int(math.floor(height / width * side)), side)
    else:
        size = (side, int(math.floor(width / height * side)))
    return torch.nn.functional.interpolate(video, size=size, mode="bilinear", align_corners=False)


def cases():
    import torch
    import torchvision.transforms.v2.functional as F
    from torchvision.models.video import MViT_V2_S_Weights, R3D_18_Weights
    from torchvision.transforms import InterpolationMode

    bilinear, bicubic = InterpolationMode.BILINEAR, InterpolationMode.BICUBIC
    mean, std = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]

    def v2(height, width, size, crop, interpolation=bilinear, antialias=True):
        image = picture(height, width, seed=height * 1000 + width)
        return image, torchvision_case(image, size, crop, interpolation, antialias, mean, std)

    yield "bilinear_antialias", v2(120, 161, [64], [56, 56])
    yield "bilinear_plain", v2(120, 161, [64], [56, 56], antialias=False)
    yield "bicubic_antialias", v2(120, 161, [64], [56, 56], interpolation=bicubic)
    yield "bicubic_plain", v2(120, 161, [64], [56, 56], interpolation=bicubic, antialias=False)
    yield "portrait", v2(161, 90, [64], [60, 60])
    yield "larger", v2(40, 53, [64], [60, 61])
    yield "larger_bicubic", v2(40, 53, [64], [60, 61], interpolation=bicubic)
    yield "exact_size", v2(120, 161, [48, 77], None)
    yield "crop_only_even", v2(40, 52, None, [20, 30])
    yield "crop_only_odd", v2(41, 53, None, [20, 30])  # halves: 10.5 and 11.5
    yield "crop_larger", v2(41, 53, None, [60, 60])  # padding of odd sizes, and on one axis a cut
    yield "crop_mixed", v2(41, 53, None, [48, 30])
    yield "nothing", v2(41, 53, None, None)

    for name, weights, size in (("preset_torchvision", R3D_18_Weights.KINETICS400_V1, (200, 301)),
                                ("preset_torchvision_mvit", MViT_V2_S_Weights.KINETICS400_V1, (320, 413))):
        image = picture(*size, seed=1)
        yield name, (image, weights.transforms()(image.permute(2, 0, 1)[None])[:, 0])

    image = picture(320, 413, seed=2)
    video = (image.permute(2, 0, 1)[:, None] / 255.0 - 0.45) / 0.225
    yield "preset_slowfast", (image, F.center_crop(short_side_scale(video, 256), [256, 256])[:, 0])
    yield "preset_x3d", (image, F.center_crop(short_side_scale(video, 256), [224, 224])[:, 0])

    # No resize from here on: the picture has the size already.
    image = picture(256, 301, seed=3)
    floats = F.center_crop(image.permute(2, 0, 1), [224, 224]).float()
    yield "preset_i3d_rgb", (image, 2 * (floats / 255) - 1)
    yield "preset_mmaction2", (image, (floats - torch.tensor([123.675, 116.28, 103.53]).view(3, 1, 1))
                               / torch.tensor([58.395, 57.12, 57.375]).view(3, 1, 1))
    yield "preset_efficientnet_lite", (image, (floats - 127) / 128)
    image = picture(128, 171, seed=4)
    floats = F.center_crop(image.permute(2, 0, 1), [112, 112]).float()
    yield "preset_c3d", (image, floats.flip(0) - torch.tensor([90.0, 98.0, 102.0]).view(3, 1, 1))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder for the goldens")
    out = parser.parse_args().out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    golden, stamp = out / "preparation.golden", out / ".preparation.stamp"
    if golden.exists() and stamp.exists() and stamp.read_text() == fingerprint():
        print(f"up to date: {golden}")
        return
    import torch

    torch.set_num_threads(2)
    tensors = {}
    for name, (image, prepared) in cases():
        tensors[f"picture/{name}"] = image.contiguous()
        tensors[f"prepared/{name}"] = prepared.float().contiguous().clone()
        print(f"{name}: {tuple(image.shape)} -> {tuple(prepared.shape)}")
    for path, write in ((golden, lambda p: torch.save(tensors, p)), (stamp, lambda p: p.write_text(fingerprint()))):
        scratch = path.with_name(f"{path.name}.{os.getpid()}")
        write(scratch)
        os.replace(scratch, path)


if __name__ == "__main__":
    main()
