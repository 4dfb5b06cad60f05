#!/usr/bin/env python3
"""The rendered world is made so that pictures name the instrument and flow the motion. This asks models/strings_fair by swapping streams:
what it answers must have the instrument of the clip that gave the pictures and the motion of the clip that gave the flow.

Clips of one scene (a clip and its twins: another instrument, another motion; the same player at the same place) answer that. Clips of
different scenes show more: the player of the pictures then stands elsewhere than the motion, and a network that asks for both at one
place, as this one does, may see somebody who holds an instrument. The answer must still go with the flow's motion far oftener than with
the pictures'."""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

CLIPS, PAIRS = 18, 120  # of different scenes: three clips a class
SCENES = 12  # of twins: two a class


def swaps(wish, clips, pairs, out):
    """Of every swap: class said, class of the clip that gave pictures, of the one that gave flow, their files' names."""
    subprocess.run([wish.program, "fusion", "-m", wish.model, *clips, "--pairs", str(pairs), "--quiet", "-o", out, "--force"], check=True,
                   stdout=subprocess.DEVNULL)
    found = json.loads(out.read_text())
    names = [pathlib.Path(clip["input"]).stem for clip in found["clips"]]
    return [(one["class_index"], names[one["first"]], names[one["second"]]) for one in found["swap"]["answers"]]


def shares(answers, classes):
    """Of answers: those with the pictures' instrument; of pairs that differ in motion those with the flow's and the pictures' motion;
    of pairs that share neither those that are right in both."""
    told = [(said, classes[pictures], classes[flow]) for said, pictures, flow in answers]
    moved = [(said % 3, pictures % 3, flow % 3) for said, pictures, flow in told if pictures % 3 != flow % 3]
    apart = [(said, pictures // 3 * 3 + flow % 3) for said, pictures, flow in told
             if pictures // 3 != flow // 3 and pictures % 3 != flow % 3]
    return {"pairs": len(told), "instrument": sum(said // 3 == pictures // 3 for said, pictures, _ in told) / len(told),
            "motion_of_flow": sum(said == flow for said, _, flow in moved) / len(moved),
            "motion_of_pictures": sum(said == pictures for said, pictures, _ in moved) / len(moved),
            "both": sum(said == expected for said, expected in apart) / len(apart)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--renderer", required=True)
    parser.add_argument("--model", required=True)
    wish = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        subprocess.run([wish.renderer, "folder", folder / "set", "--split", "test", "--count", str(CLIPS), "--twins"], check=True,
                       stdout=subprocess.DEVNULL)
        about = json.loads((folder / "set" / "clips.json").read_text())
        classes = {clip["name"]: clip["class"] for clip in about}
        originals = [clip["name"] for clip in about if "twin_of" not in clip]
        path = {clip: folder / "set" / "clips" / f"{clip}.mp4" for clip in classes}
        scenes = swaps(wish, [path[clip] for clip in originals], PAIRS, folder / "found.json")
        twins = []
        for clip in originals[:SCENES]:
            twins += swaps(wish, [path[clip], path[f"{clip}_instrument"], path[f"{clip}_motion"]], 6, folder / "found.json")
    same, different = shares(twins, classes), shares(scenes, classes)
    for title, found in (("one scene", same), ("different scenes", different)):
        print(f"{title}: {found['pairs']} swaps, instrument of the pictures {found['instrument']:.1%}; motions differ: of the flow "
              f"{found['motion_of_flow']:.1%}, of the pictures {found['motion_of_pictures']:.1%}; share neither: both {found['both']:.1%}")
    print("by chance: instrument 50.0%, motion 33.3%, both 16.7%")
    good = (same["pairs"] >= 5 * SCENES and same["instrument"] >= 0.95 and same["motion_of_flow"] >= 0.9 and same["both"] >= 0.9
            and different["pairs"] == PAIRS and different["instrument"] >= 0.95 and different["motion_of_flow"] >= 0.6
            and different["motion_of_pictures"] <= 0.2)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
