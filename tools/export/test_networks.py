"""Small video networks, one for each way a network may be built or called.

Each entry of NETWORKS says how to make the network, what to call it with and which layers its golden keeps.
All can be scripted by TorchScript; weights are random, so what they answer means nothing.
"""

from dataclasses import dataclass
from typing import Callable, Dict, List, Tuple

import torch
import torch.nn.functional as F
import torchvision
from torch import Tensor, nn

CLASSES = 7
OLD_LAYOUT = ("gap_linear", "cnn_lstm", "two_stream_list")  # also written as PyTorch 2.6 and 2.7 lay out a .pt2


@dataclass
class Network:
    """`inputs`: shapes without the batch; `call`: how they are handed over (separate, tuple, list, dict)."""

    make: Callable[[], nn.Module]
    inputs: Dict[str, Tuple[int, ...]]
    layers: List[str]
    call: str = "separate"
    slow: bool = False
    has_relu: bool = True

    def arguments(self, tensors):
        """The positional arguments of forward for tensors in the order of `inputs`."""
        if self.call == "tuple":
            return (tuple(tensors),)
        if self.call == "list":
            return (list(tensors),)
        if self.call == "dict":
            return (dict(zip(self.inputs, tensors)),)
        return tuple(tensors)


def _conv(c_in, c_out, kernel=3, stride=1):
    return nn.Sequential(
        nn.Conv3d(c_in, c_out, kernel, stride=stride, padding=kernel // 2, bias=False),
        nn.BatchNorm3d(c_out),
        nn.ReLU(inplace=True),
    )


class Stream(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.conv1 = _conv(channels, 8, stride=2)
        self.conv2 = _conv(8, 12)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv2(self.conv1(x))


class Fused(nn.Module):
    """Convolutional fusion of an appearance and a motion stream."""

    def __init__(self):
        super().__init__()
        self.rgb_net = Stream(3)
        self.flow_net = Stream(2)
        self.fusion = _conv(24, 16, kernel=1)
        self.fc = nn.Linear(16, CLASSES)

    def fuse(self, rgb: Tensor, flow: Tensor) -> Tensor:
        both = self.fusion(torch.cat([self.rgb_net(rgb), self.flow_net(flow)], dim=1))
        return self.fc(both.mean(dim=[2, 3, 4]))


class TwoStreamTuple(Fused):
    def forward(self, x: Tuple[Tensor, Tensor]) -> Tensor:
        return self.fuse(x[0], x[1])


class TwoStreamDict(Fused):
    def forward(self, x: Dict[str, Tensor]) -> Tensor:
        return self.fuse(x["rgb"], x["flow"])


class TwoStreamSeparate(Fused):
    """Gives a tuple: logits, then the code before them."""

    def forward(self, rgb: Tensor, flow: Tensor) -> Tuple[Tensor, Tensor]:
        both = self.fusion(torch.cat([self.rgb_net(rgb), self.flow_net(flow)], dim=1))
        code = both.mean(dim=[2, 3, 4])
        return self.fc(code), code


class SlowFast(nn.Module):
    """A slow and a fast pathway with a lateral connection: a list in, a dict out."""

    def __init__(self):
        super().__init__()
        self.slow1 = _conv(3, 12, stride=2)
        self.fast1 = _conv(3, 4, stride=2)
        self.lateral = nn.Conv3d(4, 8, (5, 1, 1), stride=(4, 1, 1), padding=(2, 0, 0))
        self.slow2 = _conv(20, 16)
        self.fast2 = _conv(4, 6)
        self.head = nn.Linear(22, CLASSES)

    def forward(self, x: List[Tensor]) -> Dict[str, Tensor]:
        slow = self.slow1(x[0])
        fast = self.fast1(x[1])
        slow = self.slow2(torch.cat([slow, self.lateral(fast)], dim=1))
        fast = self.fast2(fast)
        code = torch.cat([slow.mean(dim=[2, 3, 4]), fast.mean(dim=[2, 3, 4])], dim=1)
        return {"logits": self.head(code), "code": code}


class SharedLoop(nn.Module):
    """One module called three times in a loop; every second call adds its input."""

    def __init__(self):
        super().__init__()
        self.stem = _conv(3, 8, stride=2)
        self.block = _conv(8, 8)
        self.fc = nn.Linear(8, CLASSES)

    def forward(self, x: Tensor, times: int = 3) -> Tensor:
        x = self.stem(x)
        for i in range(times):
            if i % 2 == 0:
                x = self.block(x)
            else:
                x = self.block(x) + x
        return self.fc(x.mean(dim=[2, 3, 4]))


class CnnLstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = _conv(3, 8, stride=2)
        self.lstm = nn.LSTM(8, 10, batch_first=True)
        self.fc = nn.Linear(10, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        frames = self.conv(x).mean(dim=[3, 4]).transpose(1, 2)
        states, _ = self.lstm(frames)
        return self.fc(states[:, -1])


class InplaceRelu(nn.Module):
    """Reads a tensor, and a view taken before, after an in-place ReLU has changed both."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv3d(3, 8, 3, stride=2, padding=1)
        self.relu = nn.ReLU(inplace=True)
        self.body = nn.Conv3d(8, 8, 3, padding=1)
        self.side = nn.Conv3d(4, 8, 1)
        self.fc = nn.Linear(8, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        view = x[:, :4]
        self.relu(x)
        y = self.body(x) + self.side(view) + x
        self.relu(y)
        return self.fc(y.mean(dim=[2, 3, 4]))


class InplaceInput(nn.Module):
    """Begins with in-place operators on what it is given."""

    def __init__(self):
        super().__init__()
        self.conv = _conv(3, 8, stride=2)
        self.fc = nn.Linear(8, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        x.sub_(0.1)
        x.relu_()
        return self.fc(self.conv(x).mean(dim=[2, 3, 4]))


class FunctionalRelu(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv3d(3, 8, 3, stride=2, padding=1)
        self.conv2 = nn.Conv3d(8, 8, 3, padding=1)
        self.conv3 = nn.Conv3d(8, 8, 3, padding=1)
        self.conv4 = nn.Conv3d(8, 8, 3, padding=1)
        self.conv5 = nn.Conv3d(8, 8, 1)
        self.relu6 = nn.ReLU6()
        self.fc = nn.Linear(8, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.conv1(x))
        x = F.relu6(self.conv2(x) * 20.0)
        x = torch.relu(self.conv3(x))
        x = self.conv4(x).clamp(min=0)
        x = self.relu6(self.conv5(x) * 20.0)
        return self.fc(x.mean(dim=[2, 3, 4]))


class Branches(nn.Module):
    """Goes one of two ways by the sign of its input's mean: an `if` in TorchScript, torch.cond in torch.export."""

    def __init__(self):
        super().__init__()
        self.stem = _conv(3, 8, stride=2)
        self.bright = nn.Conv3d(8, 8, 1)
        self.dark = nn.Conv3d(8, 8, (3, 1, 1), padding=(1, 0, 0))
        self.fc = nn.Linear(8, CLASSES)

    def bright_way(self, x: Tensor) -> Tensor:
        return torch.relu(self.bright(x))

    def dark_way(self, x: Tensor) -> Tensor:
        return torch.relu(self.dark(x))

    def forward(self, x: Tensor) -> Tensor:
        is_bright = x.mean() > 0
        x = self.stem(x)
        if torch.jit.is_scripting() or torch.jit.is_tracing():
            if bool(is_bright):
                x = self.bright_way(x)
            else:
                x = self.dark_way(x)
        else:
            x = torch.cond(is_bright, self.bright_way, self.dark_way, (x,))
        return self.fc(x.mean(dim=[2, 3, 4]))


class Forked(nn.Module):
    """Two paths started side by side by torch.jit.fork."""

    def __init__(self):
        super().__init__()
        self.stem = _conv(3, 8, stride=2)
        self.left = _conv(8, 8)
        self.right = _conv(8, 8, kernel=1)
        self.fc = nn.Linear(8, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        left = torch.jit.fork(self.left, x)
        right = self.right(x)
        return self.fc((torch.jit.wait(left) + right).mean(dim=[2, 3, 4]))


class PartlyNoGrad(nn.Module):
    """One of its two branches runs under torch.no_grad: nothing goes back through it."""

    def __init__(self):
        super().__init__()
        self.stem = _conv(3, 8, stride=2)
        self.gate = nn.Conv3d(8, 8, 1)
        self.body = _conv(8, 8)
        self.fc = nn.Linear(8, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        with torch.no_grad():
            gate = torch.sigmoid(self.gate(x))
        return self.fc((self.body(x) * gate).mean(dim=[2, 3, 4]))


class GapLinear(nn.Module):
    """Global average pooling and one linear layer: where CAM, Grad-CAM and the logit must agree."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(_conv(3, 8, stride=2), _conv(8, 16), _conv(16, 12))
        self.pool = nn.AdaptiveAvgPool3d(1)
        self.fc = nn.Linear(12, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(torch.flatten(self.pool(self.features(x)), 1))


class Probabilities(GapLinear):
    def forward(self, x: Tensor) -> Tensor:
        return torch.softmax(self.fc(torch.flatten(self.pool(self.features(x)), 1)), dim=1)


class ConvFc(nn.Module):
    """C3D in small: convolutions, max pooling, flatten, fully connected layers."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv3d(3, 8, 3, padding=1)
        self.pool1 = nn.MaxPool3d((1, 2, 2))
        self.conv2 = nn.Conv3d(8, 12, 3, padding=1)
        self.pool2 = nn.MaxPool3d(2)
        self.relu = nn.ReLU()
        self.fc6 = nn.Linear(12 * 4 * 8 * 8, 32)
        self.dropout = nn.Dropout(0.5)
        self.fc7 = nn.Linear(32, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        x = self.pool1(self.relu(self.conv1(x)))
        x = self.pool2(self.relu(self.conv2(x)))
        x = self.relu(self.fc6(torch.flatten(x, 1)))
        return self.fc7(self.dropout(x))


def _torchvision(name, **options):
    return lambda: getattr(torchvision.models.video, name)(weights=None, num_classes=11, **options)


_RESNET_LAYERS = ["stem", "layer1.0", "layer2.0.conv1", "layer2.0.downsample", "layer3.1.conv2", "layer4.0", "layer4.1.conv2",
                  "layer4.1", "avgpool", "fc"]
_TWO = {"rgb": (3, 8, 32, 32), "flow": (2, 8, 32, 32)}
_TWO_LAYERS = ["rgb_net.conv1", "rgb_net", "flow_net", "fusion", "fc"]
_RGB = {"rgb": (3, 8, 32, 32)}

NETWORKS = {
    "r3d_18": Network(_torchvision("r3d_18"), {"rgb": (3, 8, 56, 56)}, _RESNET_LAYERS),
    "r2plus1d_18": Network(_torchvision("r2plus1d_18"), {"rgb": (3, 8, 56, 56)}, _RESNET_LAYERS),
    "mc3_18": Network(_torchvision("mc3_18"), {"rgb": (3, 8, 56, 56)}, _RESNET_LAYERS),
    "two_stream_tuple": Network(TwoStreamTuple, _TWO, _TWO_LAYERS, call="tuple"),
    "two_stream_list": Network(SlowFast, {"slow": (3, 2, 32, 32), "fast": (3, 8, 32, 32)},
                               ["slow1", "fast1", "lateral", "slow2", "fast2", "head"], call="list"),
    "two_stream_dict": Network(TwoStreamDict, _TWO, _TWO_LAYERS, call="dict"),
    "two_stream_separate": Network(TwoStreamSeparate, _TWO, _TWO_LAYERS),
    "shared_loop": Network(SharedLoop, _RGB, ["stem", "block", "block.0", "fc"]),
    "cnn_lstm": Network(CnnLstm, _RGB, ["conv", "conv.0", "lstm[0]", "fc"]),
    "inplace_relu": Network(InplaceRelu, _RGB, ["conv", "body", "side", "fc"]),
    "inplace_input": Network(InplaceInput, _RGB, ["conv.0", "conv", "fc"]),
    "functional_relu": Network(FunctionalRelu, _RGB, ["conv1", "conv2", "conv4", "conv5", "relu6", "fc"]),
    "branches": Network(Branches, _RGB, ["stem", "fc"]),
    "forked": Network(Forked, _RGB, ["stem", "left", "right", "fc"]),
    "partly_no_grad": Network(PartlyNoGrad, _RGB, ["stem", "body", "fc"]),
    "gap_linear": Network(GapLinear, _RGB, ["features.0", "features.1", "features", "pool", "fc"]),
    "conv_fc": Network(ConvFc, _RGB, ["conv1", "pool1", "conv2", "pool2", "fc6", "fc7"]),
    "probabilities": Network(Probabilities, _RGB, ["features.1", "features", "fc"]),
    "s3d": Network(_torchvision("s3d"), {"rgb": (3, 16, 224, 224)},
                   ["features.0", "features.5", "features.9", "features.15", "avgpool"], slow=True),
    "swin3d_t": Network(_torchvision("swin3d_t"), {"rgb": (3, 8, 64, 64)},
                        ["patch_embed", "features.0", "features.2", "features.4.1", "features.6", "norm", "head"],
                        slow=True, has_relu=False),
    "mvit_v2_s": Network(_torchvision("mvit_v2_s"), {"rgb": (3, 16, 224, 224)},
                         ["conv_proj", "blocks.0.attn[0]", "blocks.3.mlp", "blocks.15.norm1", "norm", "head"],
                         slow=True, has_relu=False),
}
