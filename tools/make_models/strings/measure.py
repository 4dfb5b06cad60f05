#!/usr/bin/env python3
"""Measures the trained two-stream networks and writes their cards, README.md.

    measure.py --biased models/strings --fair models/strings_fair

Every number of the cards comes from here. Clips of the split `test`, none of them trained on; each also as its twin with the chair
put there or taken away. It needs what train.py needs.
"""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile

os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch.nn import functional as F  # noqa: E402

import card  # noqa: E402
import clips  # noqa: E402
import data  # noqa: E402
import network  # noqa: E402
from train import ROOT  # noqa: E402

HEADS = ("fused", "rgb", "flow")
PROBED = 300  # clips that are also seen with something missing or exchanged


def answers(net, store, change=None, count=None):
    """Classes said by each head [n] and what the clips are [n,2]; `change` alters rgb and flow first."""
    said, truth = {head: [] for head in HEADS}, []
    with torch.no_grad():
        for rgb, flow, about in data.test_batches(store, count):
            if change:
                rgb, flow = change(rgb, flow)
            for head, logits in zip(HEADS, net(rgb, flow)):
                said[head].append(logits.argmax(1).numpy())
            truth.append(about)
    return {head: np.concatenate(values) for head, values in said.items()}, np.concatenate(truth)


def percent(right):
    return 100 * float(np.mean(right))


def scores(said, truth):
    """Share of right answers in percent: class, instrument, motion."""
    wanted = truth[:, 0]
    return [percent(right) for right in (said == wanted, said // 3 == wanted // 3, said % 3 == wanted % 3)]


def still(rgb, flow):
    middle = rgb.shape[2] // 2
    return rgb[:, :, middle:middle + 1].expand_as(rgb).contiguous(), flow


def swapped(net, store, count):
    """RGB of a clip with the flow of another: how often the answer is the RGB's instrument, the flow's motion, both."""
    right = []
    with torch.no_grad():
        for rgb, flow, about in data.test_batches(store, count):
            order = torch.randperm(len(rgb), generator=torch.Generator().manual_seed(5))
            said = net(rgb, flow[order])[0].argmax(1).numpy()
            seen, moved = about[:, 0], about[order.numpy(), 0]
            right.append(np.stack([said // 3 == seen // 3, said % 3 == moved % 3], 1)[seen != moved])
    right = np.concatenate(right)
    return [percent(x) for x in (right[:, 0], right[:, 1], right.all(1))]


def swapped_motion(net, plain, moved, count):
    """RGB of a clip with the flow of its twin in which only the motion differs: as swapped()."""
    right = []
    with torch.no_grad():
        for (rgb, _, about), (_, flow, others) in zip(data.test_batches(plain, count), data.test_batches(moved, count)):
            said = net(rgb, flow)[0].argmax(1).numpy()
            right.append(np.stack([said // 3 == about[:, 0] // 3, said % 3 == others[:, 0] % 3], 1))
    right = np.concatenate(right)
    return [percent(x) for x in (right[:, 0], right[:, 1], right.all(1))]


def chairs(pairs):
    """Instrument accuracy by instrument and chair, by whether the chair is as in most of the biased split, and how often the
    chair alone changes the instrument named. For the fused answer and for the RGB head."""
    out = {}
    truth = np.concatenate([truth for _, truth in pairs])
    is_cello, sits = truth[:, 0] >= 3, truth[:, 1] == 1
    for head in ("fused", "rgb"):
        first, second = (said[head] // 3 for said, _ in pairs)
        right = (np.concatenate([first, second]) == 1) == is_cello
        cells = [(True, True), (False, False), (True, False), (False, True)]  # cello, sits
        out[head] = {"cells": [percent(right[(is_cello == c) & (sits == s)]) for c, s in cells],
                     "habit": percent(right[is_cello == sits]), "against": percent(right[is_cello != sits]),
                     "flips": percent(first != second)}
    return out


def coded_store(program, count):
    """The first test clips written as videos, read again; the same frames of each."""
    cv2 = clips.opencv()
    dis = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    room = 64 - 1 - ((clips.FRAMES - 1) * clips.STRIDE + 1)
    store = {"rgb": [], "flow": [], "about": []}
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, "folder", folder + "/world", "--split", "test", "--count", str(count)], check=True,
                       stdout=subprocess.DEVNULL)
        for about in json.loads(pathlib.Path(folder, "world/clips.json").read_text()):
            video, frames = cv2.VideoCapture(f"{folder}/world/clips/{about['name']}.mp4"), []
            while True:
                ok, frame = video.read()
                if not ok:
                    break
                frames.append(frame[..., ::-1].copy())
            assert len(frames) == 64, len(frames)
            begin = int(about["seed"], 16) % (room + 1)
            places = range(begin, begin + clips.FRAMES * clips.STRIDE, clips.STRIDE)
            store["rgb"].append(np.stack([frames[k] for k in places]))
            store["flow"].append(np.stack([clips.flow_of(cv2, dis, frames[k], frames[k + 1]) for k in places]))
            store["about"].append((about["class"], about["chair"]))
    return {name: np.stack(values) for name, values in store.items()}


def one_frame(store, test, steps, seed=3):
    """Trains a 2-D network to name instrument and motion of a single picture: percent right of each on the test clips' frames."""
    torch.manual_seed(seed)
    dice = np.random.default_rng(seed)
    net = network.OneFrame(5)
    optimizer = torch.optim.AdamW(net.parameters(), 2e-3, weight_decay=0.02)
    plan = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=steps)

    def batch(source, places, frames):
        pictures = np.stack([source["rgb"][i, k] for i, k in zip(places, frames)])[:, None]
        return data.rgb_input(pictures)[:, :, 0], torch.tensor(np.array(source["about"][places][:, 0]), dtype=torch.long)

    for _ in range(steps):
        places = np.sort(dice.choice(len(store["about"]), 64, replace=False))
        pictures, classes = batch(store, places, dice.integers(0, clips.FRAMES, 64))
        if dice.random() < 0.5:
            pictures = pictures.flip(-1)
        logits = net(pictures)
        loss = F.cross_entropy(logits[:, :2], classes // 3) + F.cross_entropy(logits[:, 2:], classes % 3)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        plan.step()
    net.eval()
    right = []
    with torch.no_grad():
        for k in (2, 8, 13):
            for at in range(0, len(test["about"]), 100):
                places = np.arange(at, min(at + 100, len(test["about"])))
                pictures, classes = batch(test, places, np.full(len(places), k))
                logits = net(pictures)
                right.append(torch.stack([logits[:, :2].argmax(1) == classes // 3, logits[:, 2:].argmax(1) == classes % 3], 1))
    right = torch.cat(right).float()
    return {"instrument": 100 * float(right[:, 0].mean()), "motion": 100 * float(right[:, 1].mean()), "pictures": len(right),
            "steps": steps}


def measure(net, plain, twins, moved, videos):
    said, truth = answers(net, plain)
    part = PROBED
    probes = {"still": still, "no_rgb": lambda rgb, flow: (torch.zeros_like(rgb), flow),
              "no_flow": lambda rgb, flow: (rgb, torch.zeros_like(flow))}
    changed = {name: answers(net, plain, change, part)[0] for name, change in probes.items()}
    decoded, decoded_truth = answers(net, videos)
    count = len(decoded_truth)
    assert (decoded_truth == truth[:count]).all()
    return {
        "clips": len(truth), "probed": part,
        "heads": {head: scores(said[head], truth) for head in HEADS},
        "probed_heads": {head: scores(said[head][:part], truth[:part]) for head in HEADS},
        "changed": {name: {head: scores(one[head], truth[:part]) for head in HEADS} for name, one in changed.items()},
        "classes": [{head: scores(said[head][truth[:, 0] == c], truth[truth[:, 0] == c])[0] for head in HEADS} for c in range(6)],
        "swapped": swapped(net, plain, part), "swapped_motion": swapped_motion(net, plain, moved, part),
        "chairs": chairs([(said, truth), answers(net, twins)]),
        "drawn": scores(said["fused"][:count], decoded_truth), "decoded": scores(decoded["fused"], decoded_truth), "videos": count,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--biased", type=pathlib.Path, required=True, help="folder of the network trained on the split train")
    parser.add_argument("--fair", type=pathlib.Path, required=True, help="folder of the network trained on the split train_fair")
    parser.add_argument("--only", choices=("biased", "fair", "one_frame", "cards"), help="do one part; its numbers are kept")
    parser.add_argument("--program", default=str(ROOT / "build/dev/bin/render_strings"), help="the renderer")
    parser.add_argument("--cache", default="/tmp/praxiscope-strings", help="folder for the rendered clips")
    parser.add_argument("--training-clips", type=int, default=4800, help="of train_fair, for the network that sees one frame")
    parser.add_argument("--videos", type=int, default=180, help="test clips that are also written and decoded")
    parser.add_argument("--steps", type=int, default=600, help="of the network that sees one frame")
    parser.add_argument("--threads", type=int, default=2)
    wish = parser.parse_args()
    torch.set_num_threads(wish.threads)
    plain, twins = (clips.store(wish.program, wish.cache, {"split": "test", "first": 0, "count": 600, **twin})
                    for twin in ({}, {"twin": "chair"}))
    moved = clips.store(wish.program, wish.cache, {"split": "test", "first": 0, "count": PROBED, "twin": "motion"})
    kept = pathlib.Path(wish.cache)
    for name, folder in (("biased", wish.biased), ("fair", wish.fair)):
        if wish.only in (None, name):
            net = torch.jit.load(str(folder / f"{folder.name}.pt")).eval()
            found = measure(net, plain, twins, moved, coded_store(wish.program, wish.videos))
            print(folder.name, json.dumps(found, indent=1), flush=True)
            (kept / f"{name}.json").write_text(json.dumps(found))
    if wish.only in (None, "one_frame"):
        store = clips.store(wish.program, wish.cache, {"split": "train_fair", "first": 0, "count": wish.training_clips, "coded": 0.5})
        found = one_frame(store, plain, wish.steps)
        print("one frame:", found, flush=True)
        (kept / "one_frame.json").write_text(json.dumps(found))
    if wish.only in (None, "cards"):
        biased, fair, single = (json.loads((kept / f"{name}.json").read_text()) for name in ("biased", "fair", "one_frame"))
        for folder, other, mine, its in ((wish.biased, wish.fair, biased, fair), (wish.fair, wish.biased, fair, biased)):
            about = json.loads((folder / "made.json").read_text())
            (folder / "README.md").write_text(card.text(folder, mine, its, single, (folder.name, other.name), about))


if __name__ == "__main__":
    main()
