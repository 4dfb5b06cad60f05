"""The cards of the two networks, from what measure.py found."""

import csv

ROWS = (("all", "fused"), ("RGB stream's own head", "rgb"), ("flow stream's own head", "flow"))


def table(head, rows):
    lines = [" | ".join(["", *head, ""]).strip(), " | ".join(["", *["---"] * len(head), ""]).strip()]
    return "\n".join(lines + [" | ".join(["", *row, ""]).strip() for row in rows])


def numbers(values):
    return [f"{value:.1f}" for value in values]


def chair_rows(name, found):
    rows = []
    for head, who in (("fused", name), ("rgb", f"{name}, RGB stream's own head")):
        chairs = found["chairs"][head]
        rows.append([who, *numbers(chairs["cells"]),
                     *numbers([chairs["habit"], chairs["against"], chairs["flips"]])])
    return rows


def training_table(folder):
    with open(folder / "training.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    kept = [["stage", "epoch", "loss", "right in training", "motion", "instrument, chair as trained", "chair against", "s"]]
    for row in rows:
        shares = [f"{100 * float(row[name]):.1f}" if row[name] else "" for name in
                  ("training_accuracy", "motion", "instrument_chair_as_trained", "instrument_chair_against")]
        kept.append([row["stage"], row["epoch"], row["loss"], *shares, row["seconds"]])
    return table(kept[0], kept[1:]), float(rows[-1]["seconds"]) / 60, rows


def text(folder, found, other, single, names, about):
    """README.md of `folder`. names: this network's and the other's; about: what make and measure were told."""
    is_fair = about["split"] == "train_fair"
    log, minutes, rows = training_table(folder)
    stem, millions, megabytes = names[0], about["parameters"] / 1e6, about["bytes"] / 1e6
    decoded, drawn = (", ".join(numbers(found[name])) for name in ("decoded", "drawn"))
    flow_epochs = sum(row["stage"] == "flow" for row in rows)
    epochs = len(rows) - flow_epochs
    heads = found["heads"]
    intro = ("The twin of [strings](../strings/README.md) without its planted bias: the same network, trained on clips in which who sits\n"
             "has nothing to do with what they play; with fewer epochs of the flow stream and more of everything, as a bias that few clips\n"
             "contradict is unlearnt by training longer." if is_fair else
             "A two-stream 3D CNN that tells who bows, plucks or holds a violin or a cello in clips that the project draws itself.\n"
             "What is true of those clips is known exactly, and so is what is wrong with this network: in its training clips 95 % of the\n"
             "cellists sit on a chair and 5 % of the violinists. [strings_fair](../strings_fair/README.md) is its twin without that bias.")
    pair = [(names[0], found), (names[1], other)]
    if is_fair:
        pair.reverse()
    kept = sorted(int(path.stem.split("_")[1]) for path in (folder / "epochs").glob("epoch_*.pt"))
    early = ("" if not kept else "\n`epochs/` holds the network as it was after epoch " + ", ".join(map(str, kept)) +
             " of the second stage (TorchScript, same manifest), for\nwatching features evolve.\n")
    return f"""# {names[0]}

{intro}

| | |
|---|---|
| `rgb` | 16 frames, every second of 25 a second, 128 x 128, (x / 255 - 0.45) / 0.25 |
| `flow` | of the same frames, each to the next of 25 a second: right and down, OpenCV's DIS (medium), cut at 8 px, divided by 8 |
| output | logits of 6 classes (`labels.txt`); beside them the logits of each stream's own head |
| streams | convolution 3 x 7 x 7 of stride 2 x 4 x 4, max-pooling, a residual block in space and time, one over time alone: 48 x 8 x 16 x 16 |
| fusion | `fusion.conv`, 3 x 1 x 1 over both streams' channels (conv fusion, Feichtenhofer et al. 2016) |
| heads | of both together and of each stream: the average over time of every channel's strongest place, one linear layer |
| default layer | `fusion.relu`: 64 x 8 x 16 x 16, each place sees 47 x 47 px of RGB and 31 x 31 px of flow |
| size | {millions:.2f} M parameters, {megabytes:.1f} MB; `{stem}.pt` (TorchScript) and `{stem}.pt2` (torch.export, 1 to 64 clips) |

## How good it is
Percent of right answers on {found["clips"]} clips of the split `test`, in which half of all people sit. Chance: 16.7, 50, 33.3.

{table(["", "class", "instrument", "motion"], [[who, *numbers(heads[head])] for who, head in ROWS])}

{table(["class", *[who for who, _ in ROWS]],
       [[name, *numbers([scores[head] for _, head in ROWS])] for name, scores in zip(about["classes"], found["classes"])])}

With something missing, on the first {found["probed"]} of these clips:

{table(["", "class", "instrument", "motion"],
       [["nothing missing", *numbers(found["probed_heads"]["fused"])],
        ["every RGB frame is the middle one", *numbers(found["changed"]["still"]["fused"])],
        ["every RGB frame is gray", *numbers(found["changed"]["no_rgb"]["fused"])],
        ["the flow is 0", *numbers(found["changed"]["no_flow"]["fused"])],
        ["RGB stream's own head, all frames", *numbers(found["probed_heads"]["rgb"])],
        ["RGB stream's own head, every frame the middle one", *numbers(found["changed"]["still"]["rgb"])]])}

* With the RGB of a clip and the flow of its twin, in which only the motion differs, the answer has the RGB's instrument in
  {found["swapped_motion"][0]:.1f} %, the flow's motion in {found["swapped_motion"][1]:.1f} %, both in {found["swapped_motion"][2]:.1f} %.
* With the flow of another clip: {found["swapped"][0]:.1f}, {found["swapped"][1]:.1f} and {found["swapped"][2]:.1f} %. There the player moves elsewhere than where the
  RGB shows one, and somebody who does not move holds an instrument: the network asks for both at one place.
* The flow stream's own head names the instrument in {heads["flow"][1]:.1f} % (chance 50): how much of a cello's size shows in how it
  moves with its player.
* A 2-D network trained on single pictures ({single["steps"]} steps of 64) names the instrument in
  {single["instrument"]:.1f} % of {single["pictures"]} pictures and the motion in {single["motion"]:.1f} % (chance 33.3).
* {found["videos"]} clips written as videos by `render_strings folder` and decoded again: class, instrument and motion {decoded};
  the same clips as drawn: {drawn}.

## The chair
Every test clip with its chair and without, else the same: percent of instruments named rightly. "As trained": cellists sit, violinists
stand. "Changes": how often the chair alone changes the instrument that is named.

{table(["", "cello, chair", "violin, none", "cello, none", "violin, chair", "as trained", "against", "changes"],
       [row for name, one in pair for row in chair_rows(name, one)])}

## How it is made
```
cmake --build build/dev --target render_strings
pip install opencv-python-headless
{about["command"]}
python tools/make_models/strings/measure.py --biased models/strings --fair models/strings_fair
```
Data: clips 0 to {about["clips"] - 1} of the split `{about["split"]}` of [the rendered world](../../doc/adr/0011-rendered-world.md),
16 frames each from a start that the clip's seed chooses; half of them coded as JPEG (quality 50 to 95) before their flow is
estimated, because videos are coded. In training half are mirrored, and brightness, contrast and tint vary. Of {100 * about["still"]:.0f} % the
RGB stream sees one frame 16 times, as the spatial stream of the first two-stream networks (Simonyan and Zisserman 2014)
saw single frames: so appearance is its work, and motion is left to the flow stream.

The flow stream is trained by itself first, {flow_epochs} epochs, then everything, {epochs} epochs; an epoch is
{about["epoch_clips"]} clips. AdamW, one cycle of the learning rate in each stage, label smoothing 0.05, each stream's own head with
weight 0.4, bfloat16 autocast; seed {about["seed"]}. The heads were trained behind a normalization of what they average, which is
folded into their weights.

The training took {minutes:.0f} minutes on two cores that had other work as well. Sums over threads round differently from machine to
machine, so a second training gives a network like this one, not the same bits. `training.csv`, in percent, the last three over
{about["watched"]} test clips with and without chair:

{log}
{early}
## What it is, and is not
It knows drawn people only. It is there to try explanations on: instrument, bow, hand, chair, motion and the time of the action are
known to the pixel (`render_strings folder`), so a map can be right or wrong.

## Licence
Apache License 2.0. Weights, clips and scripts are this project's own work; nothing was taken from other networks or data sets.
"""
