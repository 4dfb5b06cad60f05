"""The rendered world is made so that pictures name the instrument and flow the motion. This asks models/strings_fair by swapping streams:
what it answers must have the instrument of the clip that gave the pictures and the motion of the clip that gave the flow."""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

CLIPS, PAIRS = 18, 60  # three clips a class


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--renderer", required=True)
    parser.add_argument("--model", required=True)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        subprocess.run([arguments.renderer, "folder", folder / "set", "--split", "test", "--count", str(CLIPS)], check=True,
                       stdout=subprocess.DEVNULL)
        subprocess.run([arguments.program, "fusion", "-m", arguments.model, folder / "set" / "clips", "--pairs", str(PAIRS), "--quiet",
                        "-o", folder / "found.json"], check=True, stdout=subprocess.DEVNULL)
        found = json.loads((folder / "found.json").read_text())

    # Clip i of a split has class i mod 6: instrument * 3 + motion.
    answers = [(one["class_index"], one["first"] % 6, one["second"] % 6) for one in found["swap"]["answers"]]
    by_pictures = sum(said // 3 == pictures // 3 for said, pictures, _ in answers) / len(answers)
    by_flow = sum(said % 3 == flow % 3 for said, _, flow in answers) / len(answers)
    need_both = [(said, pictures // 3 * 3 + flow % 3) for said, pictures, flow in answers
                 if pictures // 3 != flow // 3 and pictures % 3 != flow % 3]
    both = sum(said == expected for said, expected in need_both) / len(need_both)
    print(f"{len(answers)} swaps: instrument of the pictures {by_pictures:.1%}, motion of the flow {by_flow:.1%}; "
          f"{len(need_both)} of clips that share neither: both {both:.1%}; by chance 50.0%, 33.3%, 16.7%")
    sys.exit(0 if len(answers) == PAIRS and by_pictures >= 0.95 and by_flow >= 0.9 and both >= 0.85 else 1)


if __name__ == "__main__":
    main()
