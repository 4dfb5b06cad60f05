"""Maps of excitation backprop and FullGrad by plain PyTorch: see methods.py.

Excitation backprop walks networks that are written out layer by layer (deconvnet.py), without autograd: every layer's way back is
the paper's sum, done by transposed convolutions. FullGrad takes autograd's gradients at the outputs of modules, kept by hooks.
"""

import contextlib
import functools
from unittest import mock

import torch
import torch.nn.functional as F

from deconvnet import WRITTEN_OUT, Way
from gradients import Case  # noqa: F401, what methods.py hands over

SILENT = 1e-30
LARGE = ("r3d_18",)
INPUT_UNDER = {"gap_linear": "features", "conv_fc": "pool2", "r3d_18": "layer4", "functional_relu": "conv2"}  # once each


def shares(signal, total):
    return torch.where(total > SILENT, signal / total, 0)


class Excitation(Way):
    """Probabilities instead of signals: P(x_i) = sum_j P(y_j) max(c_ij, 0) / sum_i max(c_ij, 0), c_ij = w_ij x_i."""

    def __init__(self):
        super().__init__()
        self.heads = []  # (number of the step, the same step with negated weights), of linear layers

    def conv(self, conv, x, norm=None):
        y = F.conv3d(x, conv.weight, conv.bias, conv.stride, conv.padding)
        kernel = conv.weight
        if norm is not None:
            gain = norm.weight / (norm.running_var + norm.eps).sqrt()
            y = (y - norm.running_mean.view(-1, 1, 1, 1)) * gain.view(-1, 1, 1, 1) + norm.bias.view(-1, 1, 1, 1)
            kernel = kernel * gain.view(-1, 1, 1, 1, 1)
        rest = [(size + 2 * p - k) % s for size, p, k, s in zip(x.shape[2:], conv.padding, conv.kernel_size, conv.stride)]

        def back(p):
            # (x, w) both above zero, or both below: the products that excite.
            pairs = [(x.clamp(min=0), kernel.clamp(min=0)), (x.clamp(max=0), kernel.clamp(max=0))]
            total = sum(F.conv3d(a, w, None, conv.stride, conv.padding) for a, w in pairs)
            s = shares(p, total)
            return sum(a * F.conv_transpose3d(s, w, None, conv.stride, conv.padding, output_padding=rest) for a, w in pairs)

        self._back.append(back)
        return y

    def relu(self, x, most=float("inf")):
        self._back.append(lambda p: p)
        return x.clamp(0, most)

    def scale(self, x, factor):
        assert factor > 0
        self._back.append(lambda p: p)
        return x * factor

    def max_pool(self, pool, x):
        y, switches = F.max_pool3d(x, pool.kernel_size, pool.stride, return_indices=True)

        def back(p):  # windows do not overlap in these networks
            return F.max_unpool3d(p, switches, pool.kernel_size, pool.stride, output_size=x.shape[2:])

        self._back.append(back)
        return y

    def mean(self, x):
        a = x.clamp(min=0)
        self._back.append(lambda p: a * shares(p, a.sum(dim=(2, 3, 4)))[:, :, None, None, None])
        return x.mean(dim=(2, 3, 4))

    def linear(self, linear, x):
        def back_with(weight):
            def back(p):
                contributions = (weight[None] * x[:, None]).clamp(min=0)  # [N,out,in], written out densely
                return (shares(p, contributions.sum(2))[:, :, None] * contributions).sum(1)
            return back

        self._back.append(back_with(linear.weight))
        self.heads.append((len(self._back) - 1, back_with(-linear.weight)))
        return F.linear(x, linear.weight, linear.bias)

    def add(self, main, y, side, beside):
        def back(p):
            a, b = y.clamp(min=0), beside.clamp(min=0)
            s = shares(p, a + b)
            return main.down(s * a, "end") + side.down(s * b, "end")

        self._back.append(back)
        return y + beside

    def dual(self, signal, layer, to):
        """The same with the weights of the topmost linear layer negated."""
        number, other = self.heads[-1]
        kept, self._back[number] = self._back[number], other
        result = self.down(signal, layer, to)
        self._back[number] = kept
        return result


def functional_relu(model, x, kind=Excitation):
    way = kind()
    x = way.mark("conv1", way.conv(model.conv1, x))
    x = way.mark("conv2", way.conv(model.conv2, way.relu(x)))
    x = way.relu(way.scale(x, 20.0), 6)
    x = way.relu(way.conv(model.conv3, x))
    x = way.relu(way.conv(model.conv4, x))
    x = way.relu(way.scale(way.conv(model.conv5, x), 20.0), 6)
    way.mark("logits", way.linear(model.fc, way.mean(x)))
    return way


NETWORKS = {**WRITTEN_OUT, "functional_relu": functional_relu}
DEAD_ENDS = ("functional_relu",)  # units that only their bias excites: what reaches them ends there


@functools.lru_cache(maxsize=2)
def way_of(case, n):
    return NETWORKS[case.name](case.model, case.clips[0][n:n + 1], Excitation)


def start_of(way, target):
    """Where a probability starts: 1 at the class, minus 1 at the other of a contrast, shared among a unit's positions."""
    if not target.startswith("unit:"):
        signal = torch.zeros_like(way.outputs["logits"])
        for sign, c in zip((1, -1), target.split("-")):
            signal[0, int(c)] += sign
        return "logits", signal
    _, layer, channel = target.split(":")
    channel, _, where = channel.partition("@")
    index = tuple(slice(None) if p == "*" else int(p) for p in where.split(",")) if where else ...
    output = way.outputs[layer]
    signal = torch.zeros_like(output)
    activity = output[0, int(channel)][index].clamp(min=0)
    assert activity.sum() > 0
    signal[0, int(channel)][index] = activity / activity.sum()
    return layer, signal


def excitation(case, target, to, n, contrast):
    """P [C,...] at a layer's output, or at the input (to=None), of clip n."""
    way = way_of(case, n)
    layer, signal = start_of(way, target)
    found = way.down(signal, layer, to)
    if target.isdigit() and case.clips[0].dtype == torch.float64 and case.name not in DEAD_ENDS:
        torch.testing.assert_close(found.sum(), torch.ones_like(found.sum()))  # nothing is lost on the way
    return (found - way.dual(signal, layer, to) if contrast else found)[0]


def put_excitation(golden, case, layer, to, at, targets, what):
    for target in targets[:1] if case.name in LARGE else targets:
        for contrast in (False,) if target.startswith("unit:") else (False, True):
            p = torch.stack([excitation(case, target, to, n, contrast).sum(0) for n in range(len(case.clips[0]))])
            options = [name for name in (at, "contrast=class" if contrast else "") if name]
            golden[f"{case.name}|{layer}|excitation_backprop|{','.join(options)}|{target}|{what}"] = p.clamp(min=0)
            golden[f"{case.name}|{layer}|excitation_backprop|{','.join([*options, 'relu=off'])}|{target}|{what}"] = p


def at_layer(golden, case, layer, _activation, targets, what):
    if case.name not in NETWORKS:
        return
    put_excitation(golden, case, layer, layer, "", targets, what)
    if INPUT_UNDER[case.name] == layer:
        put_excitation(golden, case, layer, None, "at=input", targets, what)


# FullGrad. Inputs that a module's output depends on, where that is not all of them: by the beginning of its name.
UNDER = {
    "two_stream_dict": {"rgb_net": [0], "flow_net": [1]},
    "two_stream_list": {"slow1": [0], "fast": [1], "lateral": [1]},
}


class Biases:
    """Outputs of modules that add something, and what they add: (module, output, b)."""

    def __init__(self, model):
        self.kept = []
        self._stack = contextlib.ExitStack()
        for name, module in model.named_modules():
            if isinstance(module, (torch.nn.Conv3d, torch.nn.Linear, torch.nn.BatchNorm3d)):
                self._stack.callback(module.register_forward_hook(self._hook(name)).remove)

    def _hook(self, name):
        def hook(module, _inputs, output):
            b = module.bias
            if isinstance(module, torch.nn.BatchNorm3d):
                b = module.bias - module.running_mean * module.weight / (module.running_var + module.eps).sqrt()
            if b is None:
                return None
            self.kept.append((name, output, b.view(1, -1, *[1] * (output.dim() - 2))))
            return output.clone()  # rectifiers in place hit the copy
        return hook

    def _full(self, x, most):
        y = x.clamp(0, most)
        self.kept.append(("", y, torch.where(x >= most, most, 0.0).to(x.dtype)))
        return y.clone()

    def __enter__(self):
        for name, function in (("relu6", lambda x, inplace=False: self._full(x, 6.0)),
                               ("hardtanh", lambda x, low, high, inplace=False: self._full(x, high))):
            self._stack.enter_context(mock.patch.object(F, name, function))
        return self

    def __exit__(self, *_):
        self._stack.close()


def psi(part, rescaled):
    """One clip's map at one layer before it is enlarged: [C,T,H,W] -> [T,H,W]."""
    total = torch.zeros_like(part[0])
    for channel in part.abs():
        lo, hi = channel.min(), channel.max()
        if not rescaled:
            total += channel
        elif hi - lo > 1e-5 * hi:
            total += (channel - lo) / (hi - lo)
    return total


def enlarged(coarse, shape, rescaled):
    fine = F.interpolate(coarse[None, None], size=shape, mode="trilinear", align_corners=False)[0, 0]
    return fine if rescaled else fine * (coarse.numel() / fine.numel())


def full_gradients(case, target):
    """[n]: parts x df/dx of every input, and (module, b df/db) of every layer; their sum is held against the score."""
    leaves = [x.clone().requires_grad_(True) for x in case.clips]
    with Biases(case.model) as biases:
        logits, kept = case.forward(leaves)
    found = []
    for n in range(len(logits)):
        score = case.score(logits, kept, target, n)
        outputs = [output for _, output, _ in biases.kept]
        gradients = torch.autograd.grad(score, [*leaves, *outputs], retain_graph=True, allow_unused=True)
        gradients = [torch.zeros_like(x) if g is None else g for g, x in zip(gradients, [*leaves, *outputs])]
        of_inputs = [(g[n] * x[n]).detach() for g, x in zip(gradients, case.clips)]
        of_layers = [(name, (g * b)[n].detach()) for g, (name, _, b) in zip(gradients[len(leaves):], biases.kept)]
        total = sum(part.sum() for part in of_inputs) + sum(part.sum() for _, part in of_layers)
        if score.dtype == torch.float64:
            torch.testing.assert_close(total, score.detach())  # complete (prop. 1), or the reference is wrong
        found.append((of_inputs, of_layers))
    return found


def full_grad(case, of_clip, rescaled):
    """[input]: [T,H,W]."""
    of_inputs, of_layers = of_clip
    maps = [psi(part, rescaled) for part in of_inputs]
    for name, part in of_layers:
        if part.dim() != 4:
            continue
        coarse = psi(part, rescaled)
        under = next((inputs for prefix, inputs in UNDER.get(case.name, {}).items() if name.startswith(prefix)), range(len(maps)))
        for i in under:
            maps[i] = maps[i] + enlarged(coarse, maps[i].shape, rescaled)
    return maps


def at_input(golden, case, targets, what):
    for target in targets[:1] if case.name in LARGE else targets:
        found = full_gradients(case, target)
        for options in ("", "aggregate=absolute"):
            maps = [full_grad(case, of_clip, options == "") for of_clip in found]
            for i in range(len(case.clips)):
                golden[f"{case.name}|{i}|full_grad|{options}|{target}|{what}"] = torch.stack([of[i] for of in maps])
