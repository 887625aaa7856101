"""YOLOv5 with a depth decoder: objects and metres from one trunk, in one pass.

The decoder (howfar.networks.depth_decoder) reads the detector's trunk at strides 4 to 32 and gives depth at a quarter
of the picture.
"""

from functools import partial

from torch import Tensor, nn

from howfar.networks.depth_decoder import BINS, DEPTH, FARTHEST_M, DepthDecoder, JointOutput
from howfar.networks.entry import NetworkEntry
from howfar.networks.yolov5 import COCO_CLASSES, STRIDES, yolov5

BOXES = "boxes"
"""What the output for boxes is called in an exported file."""


class JointYOLOv5(nn.Module):
    """Objects and depth in N×3×H×W RGB in 0 to 1 (H and W multiples of 32); `cells` are the three raw maps."""

    def __init__(
        self, size: str = "n", classes: int = COCO_CLASSES, bins: int = BINS, farthest_m: float = FARTHEST_M
    ) -> None:
        """Build it on a size of YOLOv5, for a number of classes, and bins of log depth up to a distance."""
        super().__init__()
        self.detector = yolov5(size, classes)
        self.decoder = DepthDecoder(self.detector.trunk_channels, bins, farthest_m)

    def forward(self, x: Tensor) -> JointOutput:
        maps = self.detector.trunk(x)
        return JointOutput(self.decoder(maps), self.detector.raw_maps(maps))


class JointYOLOv5Outputs(nn.Module):
    """A joint YOLOv5 with the two outputs of its exported file: decoded boxes, and depth."""

    more_outputs = (DEPTH,)
    tensors = (BOXES, *more_outputs)

    def __init__(self, network: JointYOLOv5) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        depth_m, raw_maps = self.network(x)
        return self.network.detector.decode(raw_maps), depth_m


ENTRY = NetworkEntry(
    name="joint-yolov5n",
    task="joint",
    build=partial(JointYOLOv5, "n"),
    std=(255.0, 255.0, 255.0),
    multiple_px=STRIDES[-1],
    layout="yolov5",
    decoded=JointYOLOv5Outputs,
    encoder=("detector",),
    deepest="detector.model.9",
)
