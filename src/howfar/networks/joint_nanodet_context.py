"""NanoDet-g with a depth decoder and a context path: the detector stays as it is, and depth is not left to it alone.

A trunk that was made for objects says less of depth than an encoder that learned it (docs/joining.md). So the decoder
reads both: the trunk at strides 4 to 32, and an encoder that sees the picture at three eighths of its size.
"""

from dataclasses import replace
from operator import attrgetter

from torch import Tensor

from howfar.networks.context_path import ContextPath
from howfar.networks.depth_decoder import BINS, DECODER_CHANNELS, FARTHEST_M, JointOutput
from howfar.networks.efficientnet_lite import ENCODER_WEIGHTS
from howfar.networks.entry import NetworkEntry
from howfar.networks.imagenet import IMAGENET_MEAN, IMAGENET_STD
from howfar.networks.joint_nanodet import JointNanoDet, JointOutputs
from howfar.networks.nanodet import CLASSES


class JointNanoDetContext(JointNanoDet):
    """Objects and depth in N×3×H×W RGB (H and W multiples of 32), normalised with ImageNet's mean and deviation."""

    def __init__(
        self, classes: int = CLASSES, bins: int = BINS, farthest_m: float = FARTHEST_M, encoder: str = "lite2"
    ) -> None:
        """Build it for a number of classes, bins of log depth up to a distance, and `lite0` to `lite4` for context."""
        super().__init__(classes, bins, farthest_m)
        self.context = ContextPath(encoder, DECODER_CHANNELS[:-1])

    def forward(self, x: Tensor) -> JointOutput:
        maps = self.detector.trunk(x)
        return JointOutput(self.decoder(maps[1:], self.context(x)), self.detector.cells(maps))


ENTRY = NetworkEntry(
    name="joint-nanodet-g-context",
    task="joint",
    build=JointNanoDetContext,
    mean=IMAGENET_MEAN,
    std=IMAGENET_STD,
    layout="nanodet",
    decoded=JointOutputs,
    encoder=("detector", "context.encoder"),
    deepest="detector.trunk",
    encoder_weights=replace(ENCODER_WEIGHTS, encoder=attrgetter("context.encoder")),
)
