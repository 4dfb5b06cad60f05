"""What plain PyTorch says of a network: outputs, activations, gradients, input gradients under three ReLU rules.

Nothing here knows the program under test: activations come from forward hooks, gradients from torch.autograd, and the ReLU rules
from an own autograd function put in the place of PyTorch's rectifiers while a network runs.
"""

import contextlib
from unittest import mock

import torch
import torch.nn.functional as F
from torch import Tensor

TARGET_CLASS = 3


def flatten_output(output):
    """Every tensor of an output, in order."""
    if isinstance(output, Tensor):
        return [output]
    values = output.values() if isinstance(output, dict) else output
    return [tensor for value in values for tensor in flatten_output(value)]


def _split_index(layer):
    """'lstm[0]' -> ('lstm', 0); 'fc' -> ('fc', None)."""
    if layer.endswith("]"):
        path, _, index = layer[:-1].partition("[")
        return path, int(index)
    return layer, None


class Taps:
    """Keeps the value of layers and hands a copy on, so that later in-place operators leave the kept one alone.

    The k-th call of a layer is kept as 'layer#k', the first one as 'layer'.
    """

    def __init__(self, model, layers):
        self.values = {}
        self._handles = []
        for layer in layers:
            path, index = _split_index(layer)
            self._handles.append(model.get_submodule(path).register_forward_hook(self._hook(layer, index)))

    def _hook(self, layer, index):
        calls = 0

        def hook(_module, _inputs, output):
            nonlocal calls
            calls += 1
            name = layer if calls == 1 else f"{layer}#{calls}"
            if index is None:
                self.values[name] = output
                return output.clone()
            self.values[name] = output[index]
            return tuple(value.clone() if i == index else value for i, value in enumerate(output))

        return hook

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for handle in self._handles:
            handle.remove()


class _Rectifier(torch.autograd.Function):
    """Values of clamp(x, 0, hi); what goes back is decided by `rule`.

    plain: 1[0<x<hi] R; guided: 1[0<x<hi] 1[R>0] R; deconv: 1[R>0] R.
    """

    @staticmethod
    def forward(ctx, x, hi, rule, inplace):
        ctx.rule = rule
        ctx.save_for_backward((x > 0) & (x < hi))
        if inplace:
            ctx.mark_dirty(x)
            return x.clamp_(0, hi)
        return x.clamp(0, hi)

    @staticmethod
    def backward(ctx, upper):
        (passes,) = ctx.saved_tensors
        if ctx.rule != "deconv":
            upper = upper * passes
        if ctx.rule != "plain":
            upper = upper * (upper > 0)
        return upper, None, None, None


@contextlib.contextmanager
def relu_rule(rule):
    """Within it, every rectifier at zero of PyTorch follows `rule`."""
    inf = float("inf")
    clamp = torch.clamp

    def relu(x, inplace=False):
        return _Rectifier.apply(x, inf, rule, inplace)

    def relu_inplace(x):
        return _Rectifier.apply(x, inf, rule, True)

    def relu6(x, inplace=False):
        return _Rectifier.apply(x, 6.0, rule, inplace)

    def hardtanh(x, min_val=-1.0, max_val=1.0, inplace=False):
        assert min_val == 0, "only rectifiers at zero have a rule"
        return _Rectifier.apply(x, max_val, rule, inplace)

    def ruled_clamp(x, min=None, max=None):
        if torch.is_grad_enabled() and min == 0:
            return _Rectifier.apply(x, inf if max is None else max, rule, False)
        return clamp(x, min, max)

    with contextlib.ExitStack() as stack:
        for owner, name, function in [
            (F, "relu", relu), (F, "relu_", relu_inplace), (F, "relu6", relu6), (F, "hardtanh", hardtanh),
            (torch, "relu", relu), (torch, "relu_", relu_inplace), (torch, "clamp", ruled_clamp),
            (Tensor, "relu", relu), (Tensor, "relu_", relu_inplace), (Tensor, "clamp", ruled_clamp),
        ]:
            stack.enter_context(mock.patch.object(owner, name, function))
        yield


def _leaves(tensors):
    return [tensor.clone().requires_grad_(True) for tensor in tensors]


def _run(model, network, leaves):
    """Copies go in, for networks that begin with an in-place operator."""
    return flatten_output(model(*network.arguments([leaf.clone() for leaf in leaves])))


def _input_gradients(model, network, tensors):
    leaves = _leaves(tensors)
    score = _run(model, network, leaves)[0][:, TARGET_CLASS].sum()
    return torch.autograd.grad(score, leaves)


def describe(model, network, tensors):
    """The golden of a network: plain tensors by key.

    input/<i>, output/<i>; act/<layer> and grad/<layer> (of output 0, class 3, summed over the batch);
    input_grad/{plain,guided,deconv}/<i>.
    """
    golden = {f"input/{i}": tensor for i, tensor in enumerate(tensors)}
    with torch.no_grad():
        for i, output in enumerate(_run(model, network, tensors)):
            golden[f"output/{i}"] = output

    with Taps(model, network.layers) as taps:
        score = _run(model, network, _leaves(tensors))[0][:, TARGET_CLASS].sum()
    names = list(taps.values)
    gradients = torch.autograd.grad(score, [taps.values[name] for name in names], allow_unused=True)
    for name, gradient in zip(names, gradients):
        golden[f"act/{name}"] = taps.values[name]
        golden[f"grad/{name}"] = torch.zeros_like(taps.values[name]) if gradient is None else gradient

    plain = _input_gradients(model, network, tensors)
    for i, gradient in enumerate(plain):
        golden[f"input_grad/plain/{i}"] = gradient
    if network.has_relu:
        with relu_rule("plain"):
            patched = _input_gradients(model, network, tensors)
        for a, b in zip(plain, patched):  # the rules are really in force, and change nothing where they should not
            torch.testing.assert_close(a, b, rtol=1e-5, atol=1e-5 * float(a.abs().max()))
        for rule in ("guided", "deconv"):
            with relu_rule(rule):
                gradients = _input_gradients(model, network, tensors)
            for i, gradient in enumerate(gradients):
                golden[f"input_grad/{rule}/{i}"] = gradient
                assert not torch.equal(gradient, plain[i]), f"the rule {rule} changed nothing"
    return {key: tensor.detach().clone().contiguous() for key, tensor in golden.items()}
