"""Rendered clips as the network sees them: RGB pictures, and the optical flow that OpenCV estimates from them.

A store is a folder of NumPy files that are mapped into memory, one clip after the other:
rgb.npy uint8 [n,16,128,128,3], flow.npy float16 [n,16,128,128,2] in px (x right, y down), about.npy int32 [n,2] (class, has chair).
"""

import hashlib
import json
import os
import shutil
import subprocess
from concurrent.futures import ProcessPoolExecutor

import numpy as np

FRAMES, SIDE, STRIDE, RATE = 16, 128, 2, 25
BOUND = 8.0  # px: larger displacements are cut off
CLASSES = ["bowing a violin", "plucking a violin", "holding a violin", "bowing a cello", "plucking a cello", "holding a cello"]
PART = 60  # clips that one process makes at a time
VERSION = 1  # of what is in a store


def opencv():
    try:
        import cv2
    except ImportError:
        raise SystemExit("no OpenCV in this Python: pip install opencv-python-headless")
    cv2.setNumThreads(1)
    return cv2


def flow_of(cv2, dis, first, second):
    """first, second [H,W,3] uint8 -> [H,W,2] float32 px, from first to second."""
    gray = [cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY) for picture in (first, second)]
    return dis.calc(gray[0], gray[1], None)


def coded(cv2, picture, quality):
    """What JPEG leaves of a picture."""
    ok, data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert ok
    return cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1]


def render(program, wish, first, count):
    """Yields class, has chair, rgb [T,H,W,3] and the following frames of 25 frames/s [T,H,W,3] of each clip."""
    command = [program, "stream", "--split", wish["split"], "--first", str(first), "--count", str(count), "--side", str(SIDE),
               "--frames", str(FRAMES), "--stride", str(STRIDE), "--pairs", "--no-flow"]
    if wish.get("twin"):
        command += ["--twin", wish["twin"]]
    pictures = FRAMES * SIDE * SIDE * 3
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        for _ in range(count):
            record = process.stdout.read(8 + 2 * pictures)
            if len(record) != 8 + 2 * pictures:
                raise SystemExit(f"{program} stopped early")
            head = np.frombuffer(record, np.int32, 2)
            rgb, following = np.frombuffer(record, np.uint8, offset=8).reshape(2, FRAMES, SIDE, SIDE, 3)
            yield int(head[0]), int(head[1]), rgb, following


def fill(program, folder, wish, first, count, at):
    """Writes `count` clips into the store from place `at` on. A share of them is lossy-coded first, as videos are."""
    cv2 = opencv()
    dis = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    store = {name: np.load(os.path.join(folder, name + ".npy"), mmap_mode="r+") for name in ("rgb", "flow", "about")}
    for i, (number, chair, rgb, following) in enumerate(render(program, wish, first, count)):
        dice = np.random.default_rng([7, first + i])
        if dice.random() < wish.get("coded", 0):
            quality = int(dice.integers(50, 96))
            rgb, following = (np.stack([coded(cv2, picture, quality) for picture in clip]) for clip in (rgb, following))
        store["rgb"][at + i] = rgb
        for k in range(FRAMES):
            store["flow"][at + i, k] = flow_of(cv2, dis, rgb[k], following[k])
        store["about"][at + i] = number, chair
    return count


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def store(program, cache, wish, processes=2):
    """The clips of `wish` (split, first, count; twin, coded), made unless they are in the cache already."""
    key = json.dumps({**wish, "program": sha256(program), "version": VERSION}, sort_keys=True)
    folder = os.path.join(cache, f"{wish['split']}_{wish.get('twin', 'plain')}_{hashlib.sha256(key.encode()).hexdigest()[:12]}")
    if not os.path.exists(folder):
        scratch = folder + f".{os.getpid()}"
        os.makedirs(scratch)
        shapes = {"rgb": (np.uint8, (FRAMES, SIDE, SIDE, 3)), "flow": (np.float16, (FRAMES, SIDE, SIDE, 2)), "about": (np.int32, (2,))}
        for name, (kind, shape) in shapes.items():
            np.lib.format.open_memmap(os.path.join(scratch, name + ".npy"), "w+", kind, (wish["count"], *shape)).flush()
        with ProcessPoolExecutor(processes) as pool:
            parts = [pool.submit(fill, program, scratch, wish, wish["first"] + at, min(PART, wish["count"] - at), at)
                     for at in range(0, wish["count"], PART)]
            for part in parts:
                part.result()
        try:
            os.rename(scratch, folder)
        except OSError:  # another run was quicker
            shutil.rmtree(scratch)
    return {name: np.load(os.path.join(folder, name + ".npy"), mmap_mode="r") for name in ("rgb", "flow", "about")}
