#!/usr/bin/env python3
"""Exports one of torchvision's video networks for praxiscope: a file, a model.json, labels.

    export_torchvision.py r3d_18 --out models/r3d                      torchvision's Kinetics-400 weights (downloaded)
    export_torchvision.py r3d_18 --out mine --weights best.pth --labels classes.txt
    praxiscope explain -m mine clip.mp4 -o out.mp4

--weights takes a state_dict as torch.save writes it, also nested (state_dict, model_state, model) or with "module." in front of
the names; the number of classes is read from it. --form pt2 (torch.export, the default) or pt (TorchScript).

For a network of your own, the lines that count are

    model.eval()
    batch = torch.export.Dim("n", min=1, max=64)
    program = torch.export.export(model, (torch.randn(2, 3, 16, 112, 112),), dynamic_shapes=({0: batch},))
    torch.export.save(program, "mine.pt2")                              # recommended
    torch.jit.script(model).save("mine.pt")                             # or; torch.jit.trace where script cannot

with an example of two small clips: with an example of one the batch becomes fixed, and the example is stored in the file. Then put
a model.json beside it that says how frames become the input, e.g.

    {"praxiscope": 1, "file": "mine.pt2", "preset": "torchvision", "output": {"labels": "classes.txt"}}
"""

import argparse
import json
import os
import pathlib
import shutil
import warnings

# Network -> preset, and T, H, W of the example it is exported with (as small as the network takes).
NETWORKS = {
    "r3d_18": ("torchvision", (16, 112, 112)),
    "mc3_18": ("torchvision", (16, 112, 112)),
    "r2plus1d_18": ("torchvision", (16, 112, 112)),
    "s3d": ("torchvision_s3d", (16, 224, 224)),
    "swin3d_t": ("torchvision_swin3d", (32, 224, 224)),
    "swin3d_s": ("torchvision_swin3d", (32, 224, 224)),
    "swin3d_b": ("torchvision_swin3d", (32, 224, 224)),
    "mvit_v1_b": ("torchvision_mvit", (16, 224, 224)),
    "mvit_v2_s": ("torchvision_mvit", (16, 224, 224)),
}


def read_state(path):
    """The weights in a checkpoint, wherever it keeps them."""
    import torch

    state = torch.load(path, map_location="cpu", weights_only=True)
    for key in ("state_dict", "model_state", "model_state_dict", "model"):
        if isinstance(state, dict) and isinstance(state.get(key), dict):
            state = state[key]
    if not isinstance(state, dict) or not all(hasattr(value, "shape") for value in state.values()):
        raise SystemExit(f"{path}: found no weights (names with tensors); expected a state_dict")
    return {key.removeprefix("module."): value for key, value in state.items()}


def make_network(name, weights):
    """The network in eval mode, and its class names where they are known."""
    import torchvision

    if weights is None:
        known = torchvision.models.get_model_weights(name).DEFAULT
        return torchvision.models.get_model(name, weights=known).eval(), list(known.meta["categories"])
    state = read_state(weights)
    biases = [value for key, value in state.items() if key.endswith(".bias")]
    if not biases:
        raise SystemExit(f"{weights} does not fit {name}: found no biases; expected those of the last layer, one a class")
    network = torchvision.models.get_model(name, weights=None, num_classes=biases[-1].shape[0])
    try:
        network.load_state_dict(state)
    except RuntimeError as error:
        raise SystemExit(f"{weights} does not fit {name}: {str(error).splitlines()[1].strip()}")
    return network.eval(), []


def write_network(network, shape, path, form):
    import torch

    network.requires_grad_(False)
    if form == "pt":
        torch.jit.script(network).save(str(path))
        return
    batch = torch.export.Dim("n", min=1, max=64)
    program = torch.export.export(network, (torch.randn(2, 3, *shape),), dynamic_shapes=({0: batch},), strict=False)
    torch.export.save(program, str(path))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", choices=sorted(NETWORKS), metavar="NETWORK", help=", ".join(NETWORKS))
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder for the model")
    parser.add_argument("--weights", type=pathlib.Path, help="your own; otherwise torchvision's are downloaded")
    parser.add_argument("--labels", type=pathlib.Path, help="class names of your own weights, one a line")
    parser.add_argument("--form", choices=("pt2", "pt"), default="pt2", help="torch.export (default) or TorchScript")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")

    preset, shape = NETWORKS[arguments.network]
    network, names = make_network(arguments.network, arguments.weights)
    arguments.out.mkdir(parents=True, exist_ok=True)
    file = f"{arguments.network}.{arguments.form}"
    scratch = arguments.out / f".making-{os.getpid()}" / file  # the archive's root folder is the file's stem
    scratch.parent.mkdir()
    try:
        write_network(network, shape, scratch, arguments.form)
        os.replace(scratch, arguments.out / file)
    finally:
        shutil.rmtree(scratch.parent, ignore_errors=True)
    manifest = {"praxiscope": 1, "name": arguments.network, "file": file, "preset": preset,
                "source": str(arguments.weights) if arguments.weights else "torchvision, default weights"}
    if arguments.labels:
        shutil.copyfile(arguments.labels, arguments.out / "labels.txt")
    elif names:
        (arguments.out / "labels.txt").write_text("\n".join(names) + "\n", encoding="utf-8")
    if arguments.labels or names:
        manifest["output"] = {"labels": "labels.txt"}
    (arguments.out / "model.json").write_text(json.dumps(manifest, indent=2) + "\n")
    print(f"{arguments.out}: {file}, model.json" + (", labels.txt" if "output" in manifest else ", no labels"))


if __name__ == "__main__":
    main()
