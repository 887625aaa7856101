"""A tiny U-Net that finds the object in a crop of a depth map.

Ours, after Ronneberger et al. (U-Net, MICCAI 2015): 92 thousand weights, for grids of 32×32.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from howfar.networks.entry import NetworkEntry

CHANNELS = (12, 20, 32, 48)
"""At 1, 1/2, 1/4 and 1/8 of the crop."""


class ConvNormAct(nn.Sequential):
    """A 3×3 convolution, batch normalisation and ReLU."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()
        )


class ForegroundNet(nn.Module):
    """How much each cell of a crop belongs to the object: N×3×S×S to N×S×S, S a multiple of 8.

    The channels are those of `ranging.methods.crops.network_input`. In training it gives logits; otherwise numbers
    from 0 to 1. Those come from the mean of the logits of a crop and of its mirror image, so that both give the same.
    """

    def __init__(self, inputs: int = 3) -> None:
        """Build it."""
        super().__init__()
        first, second, third, fourth = CHANNELS
        self.at_whole = ConvNormAct(inputs, first)
        self.at_half = nn.Sequential(ConvNormAct(first, second, 2), ConvNormAct(second, second))
        self.at_quarter = nn.Sequential(ConvNormAct(second, third, 2), ConvNormAct(third, third))
        self.at_eighth = nn.Sequential(ConvNormAct(third, fourth, 2), ConvNormAct(fourth, fourth))
        self.to_quarter = ConvNormAct(fourth + third, third)
        self.to_half = ConvNormAct(third + second, second)
        self.to_whole = ConvNormAct(second + first, first)
        self.score = nn.Conv2d(first, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            return self._logits(x)
        return ((self._logits(x) + self._logits(x.flip(3)).flip(2)) / 2).sigmoid()

    def _logits(self, x: Tensor) -> Tensor:
        whole = self.at_whole(x)
        half = self.at_half(whole)
        quarter = self.at_quarter(half)
        y = self.to_quarter(torch.cat((_twice(self.at_eighth(quarter)), quarter), 1))
        y = self.to_half(torch.cat((_twice(y), half), 1))
        y = self.to_whole(torch.cat((_twice(y), whole), 1))
        return self.score(y).squeeze(1)


def _twice(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)


ENTRY = NetworkEntry(name="foreground", task="ranging", build=ForegroundNet, multiple_px=8)
