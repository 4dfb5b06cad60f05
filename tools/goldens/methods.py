#!/usr/bin/env python3
"""Maps of every method on the test networks, by plain PyTorch: hooks, autograd, and the papers' formulas as they are printed.

    methods.py --out DIR     writes DIR/methods.golden; reads DIR/../test-models, made first where missing

The golden is a plain dict of tensors. Keys are cases, "network|layer|method|options|target|what": options as on the command
line, targets too; what is f64 or f32 (the coarse map [N,T',H',W'] in that precision; input-level methods [N,T,H,W]) or
volume (f64, at the clip's size). Nothing here knows the program under test. Grad-CAM++ is not computed by its closed form
where that can be avoided: on small networks the first clip's weights come from the second and third derivatives of exp(S) at
every single cell (eq. 10).
Done again only when this script, the test networks or PyTorch change.
"""

import argparse
import fcntl
import functools
import hashlib
import importlib.metadata
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
EXPORT = HERE.parent / "export"

# network: layers to explain at, targets. Layers after a ReLU unless said otherwise.
CASES = {
    "gap_linear": (["features", "features.0"], ["3", "3-1", "unit:features:4", "unit:features:4@1,3,*"]),
    "conv_fc": (["pool2", "pool1", "conv2"], ["0", "5-2"]),  # conv2: before its ReLU
    "r3d_18": (["layer4", "layer2.0"], ["3", "3-10"]),
    "inplace_relu": (["body"], ["1", "unit:fc:2"]),  # changed in place afterwards
    "functional_relu": (["conv2"], ["1"]),
    "shared_loop": (["stem"], ["6"]),
    "two_stream_dict": (["rgb_net", "flow_net.conv1", "fusion"], ["3", "3-0"]),
    "two_stream_list": (["slow2", "fast2"], ["3"]),
}
# Eq. 10 cell by cell: (network, layer after a ReLU) with a small piecewise linear tail.
BY_DERIVATIVES = {("gap_linear", "features"), ("conv_fc", "pool2"), ("two_stream_dict", "fusion")}
POOL_AND_LINEAR = {("gap_linear", "features"), ("r3d_18", "layer4"), ("two_stream_dict", "fusion"), ("two_stream_list", "slow2"),
                   ("two_stream_list", "fast2")}


def fingerprint():
    digest = hashlib.sha256()
    for name in ("methods.py", "attribution_rules.py", "gradients.py", "deconvnet.py", "perturbation.py"):
        digest.update((HERE / name).read_bytes())
    for name in ("make_test_models.py", "test_networks.py", "references.py"):
        digest.update((EXPORT / name).read_bytes())
    digest.update(importlib.metadata.version("torch").encode())
    return digest.hexdigest()


class Tap:
    """Outputs of layers; the network goes on with copies. Below `start` nothing enters the graph."""

    def __init__(self, model, layers, start):
        self.kept = {}
        self._handles = [model.get_submodule(layer).register_forward_hook(self._hook(layer, layer == start))
                         for layer in dict.fromkeys(layers)]

    def _hook(self, layer, is_start):
        def hook(_module, _inputs, output):
            if layer in self.kept:  # the first call counts
                return None
            self.kept[layer] = output.detach().requires_grad_(True) if is_start else output
            return self.kept[layer].clone()
        return hook

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for handle in self._handles:
            handle.remove()


def score_of(logits, kept, target, clip):
    """The explained number of one clip."""
    if not target.startswith("unit:"):
        classes = [int(part) for part in target.split("-")]
        return logits[clip, classes[0]] - (logits[clip, classes[1]] if len(classes) == 2 else 0)
    _, layer, channel = target.split(":")
    channel, _, where = channel.partition("@")
    value = kept[layer][clip, int(channel)]
    assert value.any(), f"{target} says nothing: its channel is 0 everywhere"
    index = tuple(slice(None) if p in ("*", "") else int(p) for p in where.split(",")) if where else ()
    return value[index].mean()


# Formulas. A, g: activation and gradient of one clip, [C,T,H,W]; loops as in the papers, not as a program would do it.

def relu(x):
    return x.clamp(min=0)


def cam(A, g, **_):
    import torch
    weights = [g[k].sum() for k in range(len(A))]  # Z * dS/dA for pool + linear
    return torch.stack([w * a for w, a in zip(weights, A)]).sum(0)


def grad_cam(A, g, weights="volume", **_):
    import torch
    total = torch.zeros_like(A[0])
    for k in range(len(A)):
        if weights == "volume":
            total += g[k].sum() / g[k].numel() * A[k]
        else:
            for t in range(A.shape[1]):
                total[t] += g[k, t].sum() / g[k, t].numel() * A[k, t]
    return total


def grad_cam_pp(A, g, derivatives=None, **_):
    import torch
    if derivatives:
        first, second, third = derivatives  # of Y = exp(S), at every cell
        sums = A.sum(dim=(1, 2, 3), keepdim=True)
        denominator = 2 * second + sums * third
        alpha = torch.where(denominator != 0, second / denominator, 0)
        Y = first.abs().max() / g.abs().max() if g.abs().max() > 0 else 1  # the common factor exp(S)
        weights = (alpha * relu(first) / Y).sum(dim=(1, 2, 3))
    else:
        sums = relu(A.sum(dim=(1, 2, 3), keepdim=True))
        denominator = 2 * g ** 2 + sums * g ** 3
        alpha = torch.where(g > 0, g ** 2 / denominator, 0)
        weights = (alpha * relu(g)).sum(dim=(1, 2, 3))
    return sum(w * a for w, a in zip(weights, A))


def layer_cam(A, g, **_):
    return sum(relu(g[k]) * A[k] for k in range(len(A)))


def hires_cam(A, g, **_):
    return sum(g[k] * A[k] for k in range(len(A)))


def xgrad_cam(A, g, **_):
    total = 0
    for k in range(len(A)):
        if A[k].sum() != 0:
            total = total + (A[k] / A[k].sum() * g[k]).sum() * A[k]
    return total


METHODS = {  # method: (formula, option variants, does it end in a ReLU when no option says so)
    "cam": (cam, [""], False),
    "grad_cam": (grad_cam, ["", "weights=per_frame", "relu=off", "counterfactual=on", "weights=per_frame,relu=off"], True),
    "grad_cam_pp": (grad_cam_pp, ["", "counterfactual=on"], True),
    "layer_cam": (layer_cam, ["", "counterfactual=on"], True),
    "hires_cam": (hires_cam, ["", "relu=on"], False),
    "xgrad_cam": (xgrad_cam, ["", "relu=off"], True),
}
SALIENCY = ["", "channels=mean", "channels=sum", "channels=l2", "values=signed", "values=signed,channels=sum"]


def derivatives_of_exp(model, arguments, layer, target, A, block=512):
    """dY, d2Y, d3Y along every single cell of A for Y = exp(S), each [C,T,H,W]: nested forward derivatives."""
    import torch
    from torch.func import jvp, vmap

    cells = A.numel()
    state = {}

    def replace(_module, _inputs, _output):
        return state["activation"]

    handle = model.get_submodule(layer).register_forward_hook(replace)

    def exp_score(activation):
        state["activation"] = activation.unsqueeze(0)
        return torch.exp(score_of(first_output(model(*arguments)), {layer: activation.unsqueeze(0)}, target, 0))

    def along(direction):
        def once(a): return jvp(exp_score, (a,), (direction,))[1]
        def twice(a): return jvp(once, (a,), (direction,))[1]
        def thrice(a): return jvp(twice, (a,), (direction,))[1]
        return once(A), twice(A), thrice(A)

    parts = []
    for start in range(0, cells, block):
        directions = torch.zeros(min(block, cells - start), cells, dtype=A.dtype)
        directions[torch.arange(len(directions)), torch.arange(start, start + len(directions))] = 1
        parts.append(vmap(along)(directions.view(-1, *A.shape)))
    handle.remove()
    return tuple(torch.cat([p[i] for p in parts]).view(A.shape) for i in range(3))


def first_output(output):
    while not hasattr(output, "dim"):
        output = next(iter(output.values())) if isinstance(output, dict) else output[0]
    return output


def options_of(text):
    return dict(part.split("=") for part in text.split(",")) if text else {}


def coarse_map(method, options, A, g, derivatives):
    formula, _, ends_in_relu = METHODS[method]
    given = options_of(options)
    if given.get("counterfactual") == "on":
        g, derivatives = -g, None
    total = formula(A, g, weights=given.get("weights", "volume"), derivatives=derivatives)
    wants_relu = given["relu"] == "on" if "relu" in given else ends_in_relu
    return relu(total) if wants_relu else total


def reduce_channels(gradient, options):
    import torch
    given = options_of(options)
    values, channels = given.get("values", "absolute"), given.get("channels", "max")
    x = gradient if values == "signed" else gradient.abs()
    if channels == "max":
        strongest = gradient.abs().max(dim=0).indices
        return torch.gather(x, 0, strongest.unsqueeze(0))[0]
    return {"mean": x.mean(0), "sum": x.sum(0), "l2": (x ** 2).sum(0).sqrt()}[channels]


@functools.lru_cache(maxsize=2)
def load(name, folder, dtype):
    """The network as Python builds it, with the weights and the clips of the exported files."""
    import torch
    from test_networks import NETWORKS

    model = NETWORKS[name].make()
    model.load_state_dict(torch.jit.load(str(folder / f"{name}.pt")).state_dict())
    golden = torch.load(folder / f"{name}.golden", weights_only=True)
    clips = [golden[f"input/{i}"].to(dtype) for i in range(len(NETWORKS[name].inputs))]
    return NETWORKS[name], model.to(dtype).eval().requires_grad_(False), clips


def unit_layers(targets):
    return [target.split(":")[1] for target in targets if target.startswith("unit:")]


@functools.lru_cache(maxsize=2)
def case_of(module, name, folder, dtype):
    """The network as gradients.py, perturbation.py and attribution_rules.py want it."""
    network, model, clips = load(name, folder, dtype)

    def forward(inputs):
        with Tap(model, unit_layers(CASES[name][1]), None) as tap:
            return first_output(model(*network.arguments([x.clone() for x in inputs]))), tap.kept

    return module.Case(name, model, clips, forward, score_of)


def at_layer(golden, name, layer, targets, folder, dtype, what):
    import attribution_rules
    import gradients
    import perturbation
    import torch
    import torch.nn.functional as F

    network, model, clips = load(name, folder, dtype)
    with Tap(model, [layer, *unit_layers(targets)], layer) as tap:
        logits = first_output(model(*network.arguments([c.clone() for c in clips])))
    for target in targets:
        maps = {}
        for n in range(len(logits)):
            score = score_of(logits, tap.kept, target, n)
            (gradient,) = torch.autograd.grad(score, tap.kept[layer], retain_graph=True)
            A, g = tap.kept[layer].detach()[n], gradient[n]
            derivatives = None
            is_checked = (name, layer) in BY_DERIVATIVES and target == targets[0] and n == 0
            if what == "f64" and is_checked:
                arguments = network.arguments([c[n:n + 1].clone() for c in clips])
                derivatives = derivatives_of_exp(model, arguments, layer, target, A)
                torch.testing.assert_close(derivatives[0], torch.exp(score.detach()) * g)
            for method, (_, variants, _) in METHODS.items():
                has_cam = (name, layer) in POOL_AND_LINEAR and not target.startswith("unit:")
                if method == "cam" and not has_cam:
                    continue
                for options in variants:
                    maps.setdefault((method, options), []).append(coarse_map(method, options, A, g, derivatives))
        for (method, options), clip_maps in maps.items():
            key = f"{name}|{layer}|{method}|{options}|{target}|"
            golden[key + what] = torch.stack(clip_maps).detach()
            if what == "f64" and options == "" and method in ("cam", "grad_cam"):
                golden[key + "volume"] = F.interpolate(
                    golden[key + what].unsqueeze(1), size=clips[-1].shape[2:], mode="trilinear", align_corners=False)[:, 0]
    for module in (gradients, perturbation, attribution_rules):
        module.at_layer(golden, case_of(module, name, folder, dtype), layer, tap.kept[layer].detach(), targets, what)


def at_input(golden, name, targets, folder, dtype, what):
    import attribution_rules
    import gradients
    import perturbation
    import torch

    network, model, clips = load(name, folder, dtype)
    leaves = [c.clone().requires_grad_(True) for c in clips]
    with Tap(model, unit_layers(targets), None) as tap:
        logits = first_output(model(*network.arguments([leaf.clone() for leaf in leaves])))
    for target in targets:
        per_clip = [torch.autograd.grad(score_of(logits, tap.kept, target, n), leaves, retain_graph=True)
                    for n in range(len(logits))]
        for i in range(len(leaves)):
            for options in SALIENCY:
                golden[f"{name}|{i}|saliency|{options}|{target}|{what}"] = torch.stack(
                    [reduce_channels(of[i][n], options) for n, of in enumerate(per_clip)])
    for module in (gradients, perturbation, attribution_rules):
        module.at_input(golden, case_of(module, name, folder, dtype), targets, what)


def make(folder):
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    sys.path.insert(0, str(EXPORT))
    import torch

    torch.set_num_threads(2)
    golden = {}
    for name, (layers, targets) in CASES.items():
        for dtype, what in ((torch.float64, "f64"), (torch.float32, "f32")):
            for layer in layers:
                at_layer(golden, name, layer, targets, folder, dtype, what)
            at_input(golden, name, targets, folder, dtype, what)
        print(f"{name}: {sum(key.startswith(name + '|') for key in golden)} maps", flush=True)
    return {key: value.contiguous() for key, value in golden.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder for methods.golden")
    out = parser.parse_args().out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    target, stamp = out / "methods.golden", out / ".methods-stamp"
    with open(out / ".methods-lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if target.exists() and stamp.exists() and stamp.read_text() == fingerprint():
            print(f"up to date: {target}")
            return
        models = out.parent / "test-models"
        subprocess.run([sys.executable, EXPORT / "make_test_models.py", "--out", models], check=True)
        import torch
        golden = make(models)
        scratch = out / f"methods-{os.getpid()}.making"
        torch.save(golden, scratch)
        os.replace(scratch, target)
        stamp.write_text(fingerprint())
        print(f"{len(golden)} tensors: {target}")


if __name__ == "__main__":
    main()
