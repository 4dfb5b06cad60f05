#!/usr/bin/env python3
"""What NumPy and SciPy say of maps: the numbers of the study "faithfulness", for tests/studies/golden_test.cpp.

    faithfulness.py --out DIR        writes DIR/faithfulness.golden: a dict of tensors, the inputs of each measure beside its results

Written from the definitions, with other means than the program's: distances to the truth by Euclidean distance transform, overlaps
by sets of voxels, ranks by scipy.stats, edges and windows by scipy.ndimage, points in polygons by winding number, intervals by
NumPy's own random numbers (so the bounds agree only within what chance leaves, which is measured here as well).
Done again only when this script or the packages change. Without SciPy nothing is written, and the test says so.
"""

import argparse
import hashlib
import importlib.metadata
import os
import pathlib

import numpy as np

T, H, W = 6, 11, 13
TOLERANCES = (0.0, 1.0, 1.5, 3.0)
DELTAS = (0.0, 0.25, 0.5)


def fingerprint():
    versions = [importlib.metadata.version(package) for package in ("torch", "numpy", "scipy")]
    return hashlib.sha256(pathlib.Path(__file__).read_bytes() + "".join(versions).encode()).hexdigest()


def scaled(values):
    return (values - values.min()) / (values.max() - values.min())


def make_maps(random):
    """Rectified, as most maps are: half of the voxels are 0. The second is like the first."""
    one = np.maximum(random.standard_normal((T, H, W)), 0).astype(np.float32)
    two = np.maximum(0.6 * one + 0.8 * random.standard_normal((T, H, W)), 0).astype(np.float32)
    return one, two


def make_truth(random):
    """Rectangles that move; frame 2 is known to show nothing, nothing is known of frame 4."""
    truth = np.zeros((T, H, W), dtype=bool)
    for t in range(T):
        y, x = random.integers(0, 6, 2)
        truth[t, y:y + 3 + t % 2, x:x + 5] = True
    annotated = np.ones(T, dtype=bool)
    truth[2], annotated[4] = False, False
    return truth, annotated


def points(values, truth, tolerance):
    """The share of the largest voxels of [t,H,W] that are near enough to the truth of their frames."""
    from scipy.ndimage import distance_transform_edt
    hits = []
    for t, y, x in np.argwhere(values == values.max()):
        away = distance_transform_edt(~truth[t])[y, x] if truth[t].any() else np.inf
        hits.append(away <= tolerance)
    return np.mean(hits)


def pointing(put, values, truth, annotated):
    for tolerance in TOLERANCES:
        put(f"point_in_clip/{tolerance}", points(values[annotated], truth[annotated], tolerance))
        frames = [t for t in range(T) if annotated[t] and truth[t].any()]
        put(f"point_in_frames/{tolerance}",
            [sum(points(values[t:t + 1], truth[t:t + 1], tolerance) for t in frames), len(frames)])


def overlaps(put, values, truth, annotated, action):
    def voxels(mask):
        return {tuple(at) for at in np.argwhere(mask) if annotated[at[0]]}

    map_ = scaled(values.astype(np.float64))
    for delta in DELTAS:
        bright, true = voxels(map_ > delta), voxels(truth)
        frames = [t for t in range(T) if any(at[0] == t for at in true)]
        each = []
        for t in frames:
            b, w = ({at for at in s if at[0] == t} for s in (bright, true))
            each.append(len(b & w) / (len(w) + len(b - w)))
        put(f"localisation/{delta}", [len(bright & true) / (len(true) + len(bright - true)), np.mean(each), len(frames)])
        for kind, profile in (("max", map_.max((1, 2))), ("mean", map_.mean((1, 2)))):
            found = {t for t in range(T) if profile[t] / profile.max() > delta}
            wanted = set(np.flatnonzero(action))
            put(f"temporal_iou/{kind}/{delta}", len(found & wanted) / len(found | wanted))


def ssim(a, b):
    from scipy.ndimage import uniform_filter

    def mean(values):  # whole windows only
        return uniform_filter(values, size=5, mode="constant")[2:-2, 2:-2, 2:-2]

    ma, mb = mean(a), mean(b)
    va, vb, cov = mean(a * a) - ma ** 2, mean(b * b) - mb ** 2, mean(a * b) - ma * mb
    c1, c2 = 0.01 ** 2, 0.03 ** 2
    return np.mean((2 * ma * mb + c1) * (2 * cov + c2) / ((ma ** 2 + mb ** 2 + c1) * (va + vb + c2)))


def similarities(put, one, two):
    import scipy.stats
    a, b = one.astype(np.float64), two.astype(np.float64)
    put("spearman", scipy.stats.spearmanr(a.ravel(), b.ravel()).statistic)
    put("pearson", scipy.stats.pearsonr(a.ravel(), b.ravel()).statistic)
    a, b = (np.repeat(scaled(m), 2, axis=0).astype(np.float32) for m in (a, b))
    put("ssim/a", a)
    put("ssim/b", b)
    put("ssim", ssim(a.astype(np.float64), b.astype(np.float64)))


def faithfulness(put, random):
    """Average Drop, Increase and Win, sums as the paper prints them."""
    before = random.uniform(0.05, 1, 40)
    after = np.stack([np.clip(before * random.uniform(0.2, 1.3, 40), 0, 1) for _ in range(3)])
    after[1, :7] = after[0, :7]  # ties
    put("before", before)
    put("after", after)
    drop, increase, win = [], [], np.zeros((3, 3))
    for method in after:
        drop.append(100 * sum(max(0, y - o) / y for y, o in zip(before, method)) / 40)
        increase.append(100 * sum(y < o for y, o in zip(before, method)) / 40)
    for i in range(3):
        for j in range(3):
            for y, a, b in zip(before, after[i], after[j]):
                win[i, j] += 1 if y - a < y - b else 0.5 if a == b else 0
    put("average_drop", drop)
    put("increase", increase)
    put("win", 100 * win / 40)


def replaced(put, random):
    """Deletion and insertion voxel by voxel, with values that are all different."""
    ranked = random.permutation(T * H * W).reshape(T, H, W).astype(np.float32)
    clip, fill = random.standard_normal((2, 3, T, H, W)).astype(np.float32)
    places = [np.unravel_index(k, ranked.shape) for k in np.argsort(-ranked, axis=None)]
    counts = [round(k * ranked.size / 4) for k in range(5)]
    deleted, inserted = [], []
    for count in counts:
        d, i = clip.copy(), fill.copy()
        for t, y, x in places[:count]:
            d[:, t, y, x], i[:, t, y, x] = fill[:, t, y, x], clip[:, t, y, x]
        deleted.append(d)
        inserted.append(i)
    for name, value in (("map", ranked), ("clip", clip), ("fill", fill), ("counts", counts), ("deleted", np.stack(deleted)),
                        ("inserted", np.stack(inserted))):
        put(f"curve/{name}", value)
    values = random.uniform(0, 1, 17)
    put("area/values", values)
    put("area", np.trapezoid(values, np.linspace(0, 1, 17)))


def bootstrap(values, weights, groups, resamples, random):
    """Bounds of the weighted mean when whole groups are drawn."""
    names = np.unique(groups)
    sums = np.array([[(values * weights)[groups == g].sum(), weights[groups == g].sum()] for g in names])
    drawn = sums[random.integers(0, len(names), (resamples, len(names)))].sum(1)
    return np.percentile(drawn[:, 0] / drawn[:, 1], [2.5, 97.5])


def intervals(put, random):
    groups = np.repeat(np.arange(12), [1, 4, 2, 6, 3, 3, 5, 1, 2, 8, 4, 3])
    values = random.uniform(0, 1, len(groups)) + random.standard_normal(12)[groups]  # clips of one video are alike
    weights = random.integers(1, 6, len(groups)).astype(np.float64)
    put("bootstrap/values", values)
    put("bootstrap/groups", groups)
    put("bootstrap/weights", weights)
    for name, w in (("equal", np.ones_like(weights)), ("weighted", weights)):
        bounds = bootstrap(values, w, groups, 400_000, random)
        some = np.stack([bootstrap(values, w, groups, 2000, random) for _ in range(200)])
        put(f"bootstrap/{name}", [np.average(values, weights=w), *bounds])
        put(f"bootstrap/{name}/spread", np.abs(some - bounds).max(0))


def baselines(put, random):
    from scipy.ndimage import sobel
    from scipy.signal.windows import gaussian
    put("centre", np.outer(gaussian(H, H / 4), gaussian(W, W / 4)) / (gaussian(H, H / 4).max() * gaussian(W, W / 4).max()))
    clip = random.standard_normal((3, T, H, W)).astype(np.float32)
    picture = clip.astype(np.float64).mean(0)
    put("edges/clip", clip)
    put("edges", np.stack([np.hypot(sobel(p, 0, mode="nearest"), sobel(p, 1, mode="nearest")) for p in picture]))


def winding(corners, x, y):
    """How often a polygon goes round a point: the sum of the angles of its sides, seen from there."""
    angles = np.arctan2(corners[:, 1] - y, corners[:, 0] - x)
    steps = np.diff(np.append(angles, angles[0]))
    return round(np.sum((steps + np.pi) % (2 * np.pi) - np.pi) / (2 * np.pi))


def truths(put, random):
    """A clip of 20 x 24 px cut out of a source of 320 x 180 px; a star and a box given at 640 x 360 px."""
    height, width = 20, 24
    scale_x, offset_x, scale_y, offset_y = 7.3, 31.7, 8.1, 5.2
    turn = np.linspace(0, 2 * np.pi, 11)[:-1] + 0.1
    radius = np.where(np.arange(10) % 2 == 0, 130.0, 55.0)
    star = np.stack([230 + radius * np.cos(turn), 190 + radius * np.sin(turn)], 1)
    box = np.array([301.3, 77.7, 412.9, 222.2])  # x1 y1 x2 y2 in the source's pixels / 2
    in_star, in_box = np.zeros((height, width), dtype=bool), np.zeros((height, width), dtype=bool)
    for i in range(height):
        for j in range(width):
            x, y = scale_x * (j + 0.5) + offset_x, scale_y * (i + 0.5) + offset_y
            in_star[i, j] = winding(star, 2 * x, 2 * y) != 0
            in_box[i, j] = box[0] <= 2 * x < box[2] and box[1] <= 2 * y < box[3]
    put("truth/map", [scale_x, offset_x, scale_y, offset_y])
    put("truth/star", star)
    put("truth/box", box)
    put("truth/in_star", in_star)
    put("truth/in_box", in_box)


def tensors():
    import torch
    out = {}

    def put(name, value):
        array = np.asarray(value)
        if array.dtype not in (np.float32, bool, np.int64):
            array = array.astype(np.float64)
        out[name] = torch.from_numpy(np.array(array, copy=True, ndmin=0).reshape(array.shape))

    random = np.random.default_rng(20)
    one, two = make_maps(random)
    truth, annotated = make_truth(random)
    one[:, :, 2:] += truth[:, :, :-2]  # beside the truth by two pixels
    one *= np.array([0.1, 0.35, 1, 0.6, 0.9, 0.45], dtype=np.float32)[:, None, None]
    action = np.array([0, 0, 1, 1, 1, 0], dtype=bool)
    for name, value in (("map", one), ("other", two), ("truth", truth), ("annotated", annotated), ("action", action)):
        put(name, value)
    put("normalised", scaled(one.astype(np.float64)))
    plateaus = np.minimum(one, 1)  # many voxels share the largest value
    put("plateaus", plateaus)
    pointing(put, one, truth, annotated)
    pointing(lambda name, value: put("plateaus/" + name, value), plateaus, truth, annotated)
    overlaps(put, one, truth, annotated, action)
    similarities(put, one, two)
    faithfulness(put, random)
    replaced(put, random)
    intervals(put, random)
    baselines(put, random)
    truths(put, random)
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder for the golden")
    out = parser.parse_args().out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    golden, stamp = out / "faithfulness.golden", out / ".faithfulness.stamp"
    try:
        current = fingerprint()
    except importlib.metadata.PackageNotFoundError as missing:
        print(f"nothing written: no package {missing}")
        return
    if golden.exists() and stamp.exists() and stamp.read_text() == current:
        print(f"up to date: {golden}")
        return
    import torch

    made = tensors()
    for path, write in ((golden, lambda p: torch.save(made, p)), (stamp, lambda p: p.write_text(current))):
        scratch = path.with_name(f"{path.name}.{os.getpid()}")
        write(scratch)
        os.replace(scratch, path)
    print(f"{len(made)} tensors: {golden}")


if __name__ == "__main__":
    main()
