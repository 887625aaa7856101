"""NanoDet-g with a depth decoder: objects and metres from one trunk, in one pass.

The decoder is the compact depth network's (howfar.networks.compact_depth), narrower and one step shorter: it reads the
detector's trunk at strides 4 to 32 and gives depth at a quarter of the picture.
"""

from typing import NamedTuple

from torch import Tensor, nn

from howfar.networks.compact_depth import Context, LogDepthHead, UpBlock
from howfar.networks.entry import NetworkEntry
from howfar.networks.imagenet import IMAGENET_MEAN, IMAGENET_STD
from howfar.networks.nanodet import CLASSES, DISTANCES, SCORES, TRUNK_CHANNELS, Cells, NanoDetG

DECODER_CHANNELS = (128, 96, 72, 48)
"""At 1/32, 1/16, 1/8 and 1/4 of the picture."""

CONVOLUTIONS = (1, 2, 2)
"""After each enlargement."""

BINS = 64
FARTHEST_M = 120.0

DEPTH = "depth"
"""What the output for depth is called in an exported file."""


class DepthDecoder(nn.Module):
    """From the trunk's maps to N×1×H/4×W/4 metres."""

    def __init__(self, bins: int = BINS, farthest_m: float = FARTHEST_M) -> None:
        super().__init__()
        self.context = Context(TRUNK_CHANNELS[4], DECODER_CHANNELS[0])
        self.up = nn.ModuleList(
            UpBlock(DECODER_CHANNELS[level], TRUNK_CHANNELS[3 - level], DECODER_CHANNELS[level + 1], convolutions)
            for level, convolutions in enumerate(CONVOLUTIONS)
        )
        self.head = LogDepthHead(DECODER_CHANNELS[-1], bins, farthest_m)

    def forward(self, maps: list[Tensor]) -> Tensor:
        x: Tensor = self.context(maps[4])
        for level, block in enumerate(self.up):
            x = block(x, maps[3 - level])
        depth_m: Tensor = self.head(x)
        return depth_m


class JointOutput(NamedTuple):
    """What a joint network says of a picture.

    Attributes:
        depth_m: N×1×H/4×W/4 metres.
        cells: What its detector says of each cell.
    """

    depth_m: Tensor
    cells: Cells


class JointNanoDet(nn.Module):
    """Objects and depth in N×3×H×W RGB (H and W multiples of 32), normalised with ImageNet's mean and deviation."""

    def __init__(self, classes: int = CLASSES, bins: int = BINS, farthest_m: float = FARTHEST_M) -> None:
        """Build it for a number of classes, and bins of log depth up to a distance."""
        super().__init__()
        self.detector = NanoDetG(classes)
        self.decoder = DepthDecoder(bins, farthest_m)

    def forward(self, x: Tensor) -> JointOutput:
        maps = self.detector.trunk(x)
        return JointOutput(self.decoder(maps), self.detector.cells(maps))


class JointOutputs(nn.Module):
    """A joint network with the three outputs of its exported file."""

    more_outputs = (DISTANCES, DEPTH)
    tensors = (SCORES, *more_outputs)

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        depth_m, cells = self.network(x)
        return cells.class_logits.sigmoid(), cells.side_logits, depth_m


ENTRY = NetworkEntry(
    name="joint-nanodet-g",
    task="joint",
    build=JointNanoDet,
    mean=IMAGENET_MEAN,
    std=IMAGENET_STD,
    layout="nanodet",
    decoded=JointOutputs,
    encoder=("detector",),
    deepest="detector.trunk",
)
