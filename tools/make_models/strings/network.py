"""The two-stream network: residual 3-D convolutions over pictures and over their flow, fused in the middle by a convolution
(Feichtenhofer, Pinz and Zisserman, "Convolutional Two-Stream Network Fusion for Video Action Recognition", CVPR 2016)."""

from collections import OrderedDict
from copy import deepcopy

import torch
from torch import nn


def norm_conv(c_in, c_out, kernel, stride=1, relu=True):
    kernel = kernel if isinstance(kernel, tuple) else (kernel,) * 3
    layers = [("conv", nn.Conv3d(c_in, c_out, kernel, stride, tuple(k // 2 for k in kernel), bias=False)),
              ("norm", nn.BatchNorm3d(c_out))]
    return nn.Sequential(OrderedDict(layers + ([("relu", nn.ReLU())] if relu else [])))


class Residual(nn.Module):
    def __init__(self, c_in, c_out, first=3, second=3):
        super().__init__()
        self.first = norm_conv(c_in, c_out, first)
        self.second = norm_conv(c_out, c_out, second, relu=False)
        self.shortcut = nn.Identity() if c_in == c_out else norm_conv(c_in, c_out, 1, relu=False)
        self.relu = nn.ReLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.relu(self.second(self.first(x)) + self.shortcut(x))


OVER_TIME = (3, 1, 1)  # kernels that look along time alone, so that what a place says stays a matter of few px around it


def stream(channels, second):
    """[N,channels,16,128,128] -> [N,48,8,16,16]. Each place sees 31 x 31 px, or 47 x 47 where `second`, the kernel of the
    block's second convolution, is 3."""
    return nn.Sequential(OrderedDict(stem=norm_conv(channels, 24, (3, 7, 7), (2, 4, 4)),
                                     pool=nn.MaxPool3d((1, 3, 3), (1, 2, 2), (0, 1, 1)),
                                     block=Residual(24, 48, 3, second),
                                     time=Residual(48, 48, OVER_TIME, OVER_TIME)))


class Head(nn.Module):
    """The average over time of every channel's strongest place, then one linear layer: [N,channels,T,16,16] -> logits
    [N,classes]. The strongest place, because a hand or a violin is small: averaged over the picture it would be lost among all
    that is not one. What is averaged differs little from clip to clip, so training scales it first; `fold` puts that scale into
    the linear layer."""

    def __init__(self, channels, classes):
        super().__init__()
        self.peak = nn.MaxPool3d((1, 16, 16))
        self.pool = nn.AdaptiveAvgPool3d(1)
        self.scale = nn.BatchNorm1d(channels, affine=False)
        self.linear = nn.Linear(channels, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(self.scale(torch.flatten(self.pool(self.peak(x)), 1)))

    @torch.no_grad()
    def fold(self):
        deviation = torch.sqrt(self.scale.running_var + self.scale.eps)
        self.linear.weight /= deviation
        self.linear.bias -= self.linear.weight @ self.scale.running_mean
        self.scale = nn.Identity()


class Strings(nn.Module):
    """Logits of all, of the RGB stream alone, of the flow stream alone: [N,6] each."""

    def __init__(self, classes=6):
        super().__init__()
        self.rgb = stream(3, 3)
        self.flow = stream(2, OVER_TIME)
        self.fusion = norm_conv(96, 64, OVER_TIME)
        self.head = Head(64, classes)
        self.rgb_head = Head(48, classes)
        self.flow_head = Head(48, classes)

    def forward(self, rgb: torch.Tensor, flow: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        seen = self.rgb(rgb)
        moved = self.flow(flow)
        fused = self.fusion(torch.cat([seen, moved], dim=1))
        return self.head(fused), self.rgb_head(seen), self.flow_head(moved)

    def folded(self):
        """A copy to be used, in eval mode."""
        copy = deepcopy(self).to(memory_format=torch.contiguous_format).eval().requires_grad_(False)
        for head in (copy.head, copy.rgb_head, copy.flow_head):
            head.fold()
        return copy


class OneFrame(nn.Module):
    """A 2-D network for a single picture [N,3,128,128], to see what one frame says of the motion."""

    def __init__(self, classes):
        super().__init__()
        widths, layers = (3, 24, 48, 64, 96), []
        for i, (c_in, c_out) in enumerate(zip(widths, widths[1:])):
            layers += [nn.Conv2d(c_in, c_out, 5 if i == 0 else 3, 2, 2 if i == 0 else 1, bias=False), nn.BatchNorm2d(c_out), nn.ReLU(),
                       nn.Conv2d(c_out, c_out, 3, 1, 1, bias=False), nn.BatchNorm2d(c_out), nn.ReLU()]
        self.layers = nn.Sequential(*layers)
        self.head = nn.Linear(widths[-1], classes)

    def forward(self, x):
        return self.head(self.layers(x).mean((2, 3)))
