"""The deconvnet of Zeiler and Fergus (ECCV 2014, sec. 2.1) written out: no autograd, every layer's way back by hand.

A Way is walked forward once and remembers for every layer how a signal comes back: transposed kernels with the batch norm's gain
folded in and without biases, unpooling by switches, rectified signals, residual signals sent to both branches and added.
"""

import torch
import torch.nn.functional as F


class Way:
    def __init__(self):
        self._back = []
        self._marks = {}  # layer: steps up to its output
        self.outputs = {}

    def mark(self, layer, x):
        self._marks[layer] = len(self._back)
        self.outputs[layer] = x
        return x

    def down(self, signal, layer, to=None):
        """What a signal at a layer's output becomes at the way's beginning, or at another layer's output."""
        for step in reversed(self._back[self._marks[to] if to else 0:self._marks[layer]]):
            signal = step(signal)
        return signal

    def conv(self, conv, x, norm=None):
        y = F.conv3d(x, conv.weight, conv.bias, conv.stride, conv.padding)
        kernel = conv.weight
        if norm is not None:
            gain = norm.weight / (norm.running_var + norm.eps).sqrt()
            y = (y - norm.running_mean.view(-1, 1, 1, 1)) * gain.view(-1, 1, 1, 1) + norm.bias.view(-1, 1, 1, 1)
            kernel = kernel * gain.view(-1, 1, 1, 1, 1)
        # What a stride leaves over at the end: given back, so that the shape returns exactly.
        rest = [(size + 2 * p - k) % s for size, p, k, s in zip(x.shape[2:], conv.padding, conv.kernel_size, conv.stride)]
        self._back.append(lambda r: F.conv_transpose3d(r, kernel, None, conv.stride, conv.padding, output_padding=rest))
        return y

    def relu(self, x):
        self._back.append(lambda r: r.clamp(min=0))
        return x.clamp(min=0)

    def max_pool(self, pool, x):
        y, switches = F.max_pool3d(x, pool.kernel_size, pool.stride, return_indices=True)
        self._back.append(lambda r: F.max_unpool3d(r, switches, pool.kernel_size, pool.stride, output_size=x.shape[2:]))
        return y

    def mean(self, x):
        cells = x[0, 0].numel()
        self._back.append(lambda r: (r / cells).view(*r.shape, 1, 1, 1).expand(x.shape))
        return x.mean(dim=(2, 3, 4))

    def flatten(self, x):
        self._back.append(lambda r: r.view(x.shape))
        return torch.flatten(x, 1)

    def linear(self, linear, x):
        self._back.append(lambda r: r @ linear.weight)
        return F.linear(x, linear.weight, linear.bias)

    def block(self, conv_norm_relu, x):
        return self.relu(self.conv(conv_norm_relu[0], x, conv_norm_relu[1]))

    def residual(self, block, x):
        main, side = type(self)(), type(self)()
        y = main.conv(block.conv2[0], main.block(block.conv1, x), block.conv2[1])
        beside = x if block.downsample is None else side.conv(block.downsample[0], x, block.downsample[1])
        main.mark("end", y)
        side.mark("end", beside)
        return self.relu(self.add(main, y, side, beside))

    def add(self, main, y, side, beside):
        """The sum of two ways' ends."""
        self._back.append(lambda r: main.down(r, "end") + side.down(r, "end"))
        return y + beside


def gap_linear(model, x, kind=Way):
    way = kind()
    for i, block in enumerate(model.features):
        x = way.mark(f"features.{i}", way.block(block, x))
    way.mark("features", x)
    way.mark("logits", way.linear(model.fc, way.mean(x)))
    return way


def conv_fc(model, x, kind=Way):
    way = kind()
    x = way.mark("pool1", way.max_pool(model.pool1, way.relu(way.conv(model.conv1, x))))
    x = way.mark("conv2", way.conv(model.conv2, x))
    x = way.mark("pool2", way.max_pool(model.pool2, way.relu(x)))
    x = way.relu(way.linear(model.fc6, way.flatten(x)))
    way.mark("logits", way.linear(model.fc7, x))
    return way


def r3d_18(model, x, kind=Way):
    way = kind()
    x = way.mark("stem", way.block(model.stem, x))
    for name in ("layer1", "layer2", "layer3", "layer4"):
        for i, block in enumerate(getattr(model, name)):
            x = way.mark(f"{name}.{i}", way.residual(block, x))
        way.mark(name, x)
    way.mark("logits", way.linear(model.fc, way.mean(x)))
    return way


WRITTEN_OUT = {"gap_linear": gap_linear, "conv_fc": conv_fc, "r3d_18": r3d_18}


def start_signal(way, target, start):
    """The layer where a signal starts, and the signal: 1 at the class, at the unit's strongest position, or 1/n at each of n."""
    if not target.startswith("unit:"):
        signal = torch.zeros_like(way.outputs["logits"])
        for sign, c in zip((1, -1), target.split("-")):
            signal[0, int(c)] += sign
        return "logits", signal
    _, layer, channel = target.split(":")
    channel, _, where = channel.partition("@")
    output = way.outputs[layer]
    signal = torch.zeros_like(output)
    open_cells = torch.zeros_like(output[0, 0], dtype=torch.bool)
    open_cells[tuple(slice(None) if p == "*" else int(p) for p in where.split(",")) if where else ...] = True
    if start == "mean":
        signal[0, int(channel)][open_cells] = 1 / open_cells.sum()
    else:
        values = torch.where(open_cells, output[0, int(channel)], -float("inf"))
        signal[0, int(channel)].view(-1)[values.argmax()] = 1
    return layer, signal


def deconvnet(name, model, clip, target, start):
    """The signal at one clip [1,C,T,H,W]."""
    way = WRITTEN_OUT[name](model, clip)
    layer, signal = start_signal(way, target, start)
    return way.down(signal, layer)
