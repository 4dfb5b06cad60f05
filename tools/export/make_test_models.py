#!/usr/bin/env python3
"""Exports networks with seeded random weights in every form the program reads, and what PyTorch itself says of them.

    make_test_models.py [--slow] --out DIR [--only NAME ...]

For each network of test_networks.py:
    NAME.pt           TorchScript, scripted          NAME.pt2          torch.export, fixed sizes
    NAME.traced.pt    TorchScript, traced            NAME.dynamic.pt2  torch.export, batch 1 to 64
    NAME.frozen.pt    scripted and frozen            NAME.old.pt2      as .dynamic.pt2, in the layout of PyTorch 2.6
    NAME.golden        tensors by key, see references.describe
and in DIR/wrong files that cannot work. A form that PyTorch cannot make is left out and said so.
Done again only when these scripts or PyTorch change; callers at the same time wait for one another.
"""

import argparse
import fcntl
import hashlib
import importlib.metadata
import json
import os
import pathlib
import shutil
import sys
import warnings
import zipfile
import zlib

HERE = pathlib.Path(__file__).resolve().parent


def fingerprint():
    """Of all that the files depend on; does not import torch, which takes seconds."""
    digest = hashlib.sha256()
    for name in ("make_test_models.py", "test_networks.py", "references.py"):
        digest.update((HERE / name).read_bytes())
    for package in ("torch", "torchvision"):
        digest.update(importlib.metadata.version(package).encode())
    return digest.hexdigest()


def randomize(model):
    """Batch norms with statistics of their own, so that folding or forgetting one shows."""
    import torch

    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm3d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
            module.weight.data.uniform_(0.7, 1.3)
            module.bias.data.normal_(0, 0.1)
    return model.eval().requires_grad_(False)


def check_same(name, form, expected, outputs, tolerance):
    import torch
    from references import flatten_output

    for a, b in zip(expected, flatten_output(outputs), strict=True):
        error = float((a - b).abs().max() / a.abs().max().clamp(min=1e-12))
        if not error <= tolerance:
            raise SystemExit(f"{name}{form}: the file's answer is off by {error}")


def export(name, network, folder):
    """Writes all forms of one network and its golden into `folder`."""
    import torch
    from references import describe, flatten_output
    from test_networks import OLD_LAYOUT
    from torch._export.serde.serialize import serialize

    torch.manual_seed(zlib.crc32(name.encode()))
    model = randomize(network.make())
    tensors = [torch.randn(2, *shape) for shape in network.inputs.values()]
    golden = describe(model, network, tensors)
    torch.save(golden, folder / f"{name}.golden")

    def arguments():  # export marks its inputs and some networks change theirs: fresh ones for every use
        return network.arguments([tensor.clone() for tensor in tensors])

    expected = [golden[key] for key in golden if key.startswith("output/")]
    one_batch = torch.export.Dim("n", min=1, max=64)

    def dynamic_shapes():
        shapes = [{0: one_batch} for _ in network.inputs]
        return network.arguments(shapes)

    def write_script(form, module):
        module.save(str(folder / f"{name}{form}"))
        with torch.no_grad():
            check_same(name, form, expected, torch.jit.load(str(folder / f"{name}{form}"))(*arguments()), 1e-4)

    def write_export(form, **options):
        program = torch.export.export(model, arguments(), strict=False, **options)
        torch.export.save(program, str(folder / f"{name}{form}"))
        with torch.no_grad():
            check_same(name, form, expected, program.module()(*arguments()), 1e-5)

    def write_old_export(form):
        # What torch.export.save did until PyTorch 2.7; today's PyTorch still reads it.
        artifact = serialize(torch.export.export(model, arguments(), strict=False, dynamic_shapes=dynamic_shapes()))
        with zipfile.ZipFile(folder / f"{name}{form}", "w") as archive:
            archive.writestr("serialized_exported_program.json", artifact.exported_program)
            archive.writestr("serialized_state_dict.pt", artifact.state_dict)
            archive.writestr("serialized_constants.pt", artifact.constants)
            archive.writestr("serialized_example_inputs.pt", artifact.example_inputs)
            archive.writestr("version", "3")

    forms = {
        ".pt": lambda form: write_script(form, torch.jit.script(model)),
        ".traced.pt": lambda form: write_script(
            form, torch.jit.trace(model, arguments(), strict=False, check_trace=False)),
        ".frozen.pt": lambda form: write_script(form, torch.jit.freeze(torch.jit.script(model))),
        ".pt2": lambda form: write_export(form),
        ".dynamic.pt2": lambda form: write_export(form, dynamic_shapes=dynamic_shapes()),
    }
    if name in OLD_LAYOUT:
        forms[".old.pt2"] = write_old_export
    missing = []
    for form, write in forms.items():
        try:
            write(form)
        except SystemExit:
            raise
        except Exception as error:  # what PyTorch throws here is of many kinds
            (folder / f"{name}{form}").unlink(missing_ok=True)
            reason = str(error).strip().splitlines() or [""]
            missing.append(f"{form} ({type(error).__name__}: {reason[0][:120]})")
    print(f"{name}: {len(golden)} tensors" + (", without " + ", ".join(missing) if missing else ""), flush=True)


def rewrite_archive(source, target, change):
    """Copies a zip; `change` maps (name, bytes) to (name, bytes), or to None to leave it out."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as new:
        for entry in old.namelist():
            changed = change(entry, old.read(entry))
            if changed:
                new.writestr(*changed)


def make_wrong_files(folder):
    """Files that users hand over by mistake, and one of the future."""
    import torch
    from test_networks import ConvFc, GapLinear

    torch.manual_seed(0)
    model = randomize(GapLinear())
    torch.save(model.state_dict(), folder / "state_dict.pth")
    torch.save({"epoch": 3, "model_state": {f"module.{k}": v for k, v in model.state_dict().items()},
                "optimizer_state": {"lr": 0.1}}, folder / "checkpoint.pth")
    torch.save(model, folder / "pickled_module.pth")
    torch.save(model.state_dict(), folder / "legacy_state_dict.pth", _use_new_zipfile_serialization=False)
    trained = ConvFc().train()
    clip = torch.randn(2, 3, 8, 32, 32)
    torch.jit.trace(trained, clip, check_trace=False).save(str(folder / "training_mode.traced.pt"))
    torch.export.save(torch.export.export(trained, (clip,)), str(folder / "training_mode.pt2"))
    torch.export.save(torch.export.export(GapLinear().train(), (clip,)), str(folder / "training_batch_norm.pt2"))
    scripted = torch.jit.script(model)
    torch.jit.optimize_for_inference(torch.jit.freeze(scripted)).save(str(folder / "optimized_for_inference.pt"))
    (folder / "not_a_model.txt.pt").write_text("these are words, not weights\n")
    (folder / "empty.pt").write_bytes(b"")
    whole = folder / "whole.pt"
    scripted.save(str(whole))
    content = whole.read_bytes()
    (folder / "truncated.pt").write_bytes(content[: len(content) // 2])
    whole.unlink()

    exported = folder / "whole.pt2"
    torch.export.save(torch.export.export(model, (torch.randn(2, 3, 8, 32, 32),)), str(exported))

    def of_the_future(name, content):
        if name.endswith("models/model.json"):
            program = json.loads(content)
            program["schema_version"] = {"major": 99, "minor": 1}
            content = json.dumps(program).encode()
        return name.replace("whole/", "future_schema/", 1), content

    def compiled(name, content):
        if "/models/" in name or "/data/weights/" in name:
            return None
        return name.replace("whole/", "aotinductor/", 1), content

    rewrite_archive(exported, folder / "future_schema.pt2", of_the_future)
    rewrite_archive(exported, folder / "aotinductor.pt2", compiled)
    with zipfile.ZipFile(folder / "aotinductor.pt2", "a") as archive:  # laid out as AOTInductor packages are
        archive.writestr("aotinductor/data/aotinductor/model/model.wrapper.so", b"\x7fELF")
    content = exported.read_bytes()
    (folder / "truncated.pt2").write_bytes(content[: len(content) // 2])
    exported.unlink()


def publish(scratch, out):
    """Each file appears whole: moved within one file system."""
    for path in sorted(scratch.rglob("*")):
        if path.is_file():
            target = out / path.relative_to(scratch)
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(path, target)


def make(names, out, stamp, wrong):
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    sys.path.insert(0, str(HERE))
    import torch
    from test_networks import NETWORKS

    warnings.simplefilter("ignore")
    torch.set_num_threads(2)
    scratch = out / f".making-{os.getpid()}"
    try:
        scratch.mkdir(parents=True)
        for name in names or [n for n, network in NETWORKS.items() if network.slow != wrong]:
            if name not in NETWORKS:
                raise SystemExit(f"no network {name}; there are {', '.join(NETWORKS)}")
            export(name, NETWORKS[name], scratch)
            publish(scratch, out)
        if wrong:
            (scratch / "wrong").mkdir()
            make_wrong_files(scratch / "wrong")
            publish(scratch, out)
        if not names:
            (scratch / stamp.name).write_text(fingerprint())
            publish(scratch, out)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder for the files")
    parser.add_argument("--slow", action="store_true", help="the large networks instead of the small ones")
    parser.add_argument("--only", nargs="+", metavar="NAME", default=[], help="just these networks, fresh or not")
    arguments = parser.parse_args()
    out = arguments.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    stamp = out / (".stamp-slow" if arguments.slow else ".stamp")
    with open(out / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not arguments.only and stamp.exists() and stamp.read_text() == fingerprint():
            print(f"up to date: {out}")
            return
        make(arguments.only, out, stamp, wrong=not arguments.slow)


if __name__ == "__main__":
    main()
