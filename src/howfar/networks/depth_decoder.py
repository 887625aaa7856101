"""A cheap depth decoder on the trunk of a detector, for networks that give objects and depth in one pass.

Each map of the trunk is narrowed by a 1×1 convolution and added to what comes from below, as in feature pyramids (Lin
et al., CVPR 2017), and the sum is filtered. Joining them side by side, as the compact depth network does
(howfar.networks.compact_depth), costs four times as much, most of it at a quarter of the picture.
"""

from collections.abc import Sequence
from typing import NamedTuple

from torch import Tensor, nn
from torch.nn import functional

from howfar.networks.compact_depth import Context, ConvNormAct, LogDepthHead

DECODER_CHANNELS = (128, 96, 64, 32)
"""At 1/32, 1/16, 1/8 and 1/4 of the picture."""

CONVOLUTIONS = (2, 1, 1)
"""After each enlargement; a convolution at 1/16 takes a sixteenth of the time of one at 1/4."""

BINS = 64
FARTHEST_M = 120.0

DEPTH = "depth"
"""What the output for depth is called in an exported file."""


class SumBlock(nn.Module):
    """Narrow, enlarge twice, add the trunk's map of that size, and filter."""

    def __init__(self, inputs: int, skip: int, outputs: int, convolutions: int) -> None:
        super().__init__()
        self.narrow = nn.Conv2d(inputs, outputs, 1)
        self.lateral = nn.Conv2d(skip, outputs, 1)
        self.filters = nn.Sequential(nn.ReLU(), *(ConvNormAct(outputs, outputs) for _ in range(convolutions)))

    def forward(self, x: Tensor, skip: Tensor, added: Tensor | None = None) -> Tensor:
        """From N×inputs×h×w and N×skip×2h×2w to N×outputs×2h×2w; what is added has that shape, too."""
        enlarged = functional.interpolate(self.narrow(x), scale_factor=2.0, mode="bilinear", align_corners=False)
        summed = enlarged + self.lateral(skip)
        filtered: Tensor = self.filters(summed if added is None else summed + added)
        return filtered


class DepthDecoder(nn.Module):
    """From a trunk's maps at 1/4, 1/8, 1/16 and 1/32 of the picture to N×1×H/4×W/4 metres."""

    def __init__(self, trunk_channels: Sequence[int], bins: int = BINS, farthest_m: float = FARTHEST_M) -> None:
        """Build it on maps with these channels, the largest map first, with bins of log depth up to a distance."""
        super().__init__()
        *skips, deepest = trunk_channels
        self.context = Context(deepest, DECODER_CHANNELS[0])
        self.up = nn.ModuleList(
            SumBlock(DECODER_CHANNELS[level], skip, DECODER_CHANNELS[level + 1], CONVOLUTIONS[level])
            for level, skip in enumerate(reversed(skips))
        )
        self.head = LogDepthHead(DECODER_CHANNELS[-1], bins, farthest_m)

    def forward(self, maps: Sequence[Tensor], added: Sequence[Tensor] = ()) -> Tensor:
        """Decode a trunk's maps.

        Args:
            maps: The trunk's, at 1/4, 1/8, 1/16 and 1/32 of the picture.
            added: What is known beside them, from 1/32 of the picture to finer maps, as many as there are, with the
                channels of `DECODER_CHANNELS`.
        """
        *skips, deepest = maps
        at_each: list[Tensor | None] = [*added, *[None] * (len(maps) - len(added))]
        x: Tensor = self.context(deepest)
        if at_each[0] is not None:
            x = x + at_each[0]
        for block, skip, at_this in zip(self.up, reversed(skips), at_each[1:], strict=True):
            x = block(x, skip, at_this)
        depth_m: Tensor = self.head(x)
        return depth_m


class JointOutput(NamedTuple):
    """What a joint network says of a picture.

    Attributes:
        depth_m: N×1×H/4×W/4 metres.
        cells: What its detector says, before anything is decoded, in tensors of N pictures each.
    """

    depth_m: Tensor
    cells: Sequence[Tensor]
