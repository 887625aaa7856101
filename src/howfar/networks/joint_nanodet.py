"""NanoDet-g with a depth decoder: objects and metres from one trunk, in one pass.

The decoder (howfar.networks.depth_decoder) reads the detector's trunk at strides 4 to 32 and gives depth at a quarter
of the picture.
"""

from torch import Tensor, nn

from howfar.networks.depth_decoder import BINS, DEPTH, FARTHEST_M, DepthDecoder, JointOutput
from howfar.networks.entry import NetworkEntry
from howfar.networks.imagenet import IMAGENET_MEAN, IMAGENET_STD
from howfar.networks.nanodet import CLASSES, DISTANCES, SCORES, TRUNK_CHANNELS, NanoDetG


class JointNanoDet(nn.Module):
    """Objects and depth in N×3×H×W RGB (H and W multiples of 32), normalised with ImageNet's mean and deviation."""

    def __init__(self, classes: int = CLASSES, bins: int = BINS, farthest_m: float = FARTHEST_M) -> None:
        """Build it for a number of classes, and bins of log depth up to a distance."""
        super().__init__()
        self.detector = NanoDetG(classes)
        self.decoder = DepthDecoder(TRUNK_CHANNELS[1:], bins, farthest_m)

    def forward(self, x: Tensor) -> JointOutput:
        maps = self.detector.trunk(x)
        return JointOutput(self.decoder(maps[1:]), self.detector.cells(maps))


class JointOutputs(nn.Module):
    """A joint network with the three outputs of its exported file."""

    more_outputs = (DISTANCES, DEPTH)
    tensors = (SCORES, *more_outputs)

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        depth_m, (class_logits, side_logits) = self.network(x)
        return class_logits.sigmoid(), side_logits, depth_m


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
