"""A detector of pairs of boxes: each object's box in both pictures of a stereo pair, and so its disparity.

Re-built from its description: of the "Disparity Detector" of Zhou et al., 2019, neither code nor full text is public.
Described is: an SSD whose every default box is a pair, the left-hand and the right-hand box of one object, looks at the
multiplexed picture; disparity is the horizontal distance of the two boxes' centres. Ours is: both boxes share their
rows, as the pictures are rectified, so that six numbers tell a pair; a default pair answers for an object by the IoU of
its left-hand box; and the right-hand default box lies left by a fixed share of its width.
"""

from collections.abc import Sequence
from typing import Literal, get_args

import torch
from torch import Tensor, nn

from howfar.networks.entry import NetworkEntry
from howfar.networks.ssd import COCO_CLASSES, NMS, SCALES, SIDE_PX, SSD300, VGG_MEAN

Joined = Literal["multiplexed", "stacked"]
"""How both pictures become one input: laid over each other (their mean), or one upon the other (six channels)."""

SHIFT = 0.25
"""Widths of its box that an object is further left in the right-hand picture, about, with a car's 1.8 to 4.5 m seen by
cameras half a metre apart."""


class DisparityDetector(SSD300):
    """From two N×3×300×300 (RGB less its mean) to N×8732×6 offsets and N×8732×(1 + classes) logits."""

    def __init__(
        self,
        classes: int = COCO_CLASSES,
        width: float = 1.0,
        scales: Sequence[float] = SCALES,
        *,
        normalised: bool = False,
        joined: Joined = "multiplexed",
        shift: float = SHIFT,
    ) -> None:
        """Build it with random weights.

        Args:
            classes: Number of classes, without the background.
            width: Multiple of the channels.
            scales: Of the default boxes, seven shares of the input's side.
            normalised: Put a batch normalisation after each convolution of trunk and further blocks.
            joined: How both pictures become one input.
            shift: See `DefaultBoxes`.

        Raises:
            ValueError: If `joined` is neither.
        """
        if joined not in get_args(Joined):
            raise ValueError(f"joined is one of {', '.join(get_args(Joined))}")
        channels = 6 if joined == "stacked" else 3
        super().__init__(classes, width, scales, normalised=normalised, channels=channels, shift=shift)
        self.joined = joined

    def forward(self, left: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:  # type: ignore[override]  # two eyes
        both = torch.cat((left, right), dim=1) if self.joined == "stacked" else (left + right) / 2
        return super().forward(both)


class RawPairs(nn.Module):
    """The detector whose `forward` gives offsets and probabilities, background first: what is exported."""

    more_outputs = ("scores",)

    def __init__(self, network: DisparityDetector) -> None:
        super().__init__()
        self.network = network

    def forward(self, left: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
        offsets, logits = self.network(left, right)
        return offsets, logits.softmax(dim=-1)


ENTRY = NetworkEntry(
    name="disparity-detector",
    task="detection",
    build=DisparityDetector,
    mean=VGG_MEAN,
    multiple_px=SIDE_PX,
    size_px=(SIDE_PX, SIDE_PX),
    layout="ssd-pair",
    nms=NMS,
    decoded=RawPairs,
    encoder=("vgg",),
    pictures=("left", "right"),
)
