"""The losses on boxes of a joint network, by the layout of its head."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from howfar.networks.nanodet import Cells
from howfar.training.losses import nanodet, yolov5
from howfar.training.losses.nanodet import Labels

SURE = 0.5
"""YOLOv5's loss knows no half-certain box: from this certainty on one counts as true, and below as none."""


@dataclass(frozen=True, slots=True)
class BoxLosses:
    """What a head is asked for.

    Attributes:
        boxes: The loss of a detector, what it says of N pictures, their labels, and the width and height of the input.
        former: How far it has moved: what the head says, and what its frozen copy says of the same pictures; None for a
            head that nothing can be gone on from.
    """

    boxes: Callable[[Any, Sequence[Tensor], Labels, tuple[int, int]], Tensor]
    former: Callable[[Sequence[Tensor], Sequence[Tensor]], Tensor] | None = None


def _nanodet_boxes(_: Any, cells: Sequence[Tensor], labels: Labels, size_px: tuple[int, int]) -> Tensor:
    return nanodet.boxes_loss(Cells(*cells), labels, size_px)


def _yolov5_boxes(detector: Any, raw_maps: Sequence[Tensor], labels: Labels, _: tuple[int, int]) -> Tensor:
    sure = labels.where(labels.certainty >= SURE)
    corners = sure.box_xyxy_px
    middle, sides = (corners[:, :2] + corners[:, 2:]) / 2, corners[:, 2:] - corners[:, :2]
    targets = torch.cat((sure.picture[:, None], sure.class_id[:, None], middle, sides), 1)
    # Times the pictures, as a training of the detector alone has it.
    return yolov5.DetectionLoss(detector.anchors_px)(raw_maps, targets)["loss"] * len(raw_maps[0])


BOX_LOSSES: Mapping[str, BoxLosses] = {
    "nanodet": BoxLosses(_nanodet_boxes, lambda cells, before: nanodet.former_loss(Cells(*cells), Cells(*before))),
    "yolov5": BoxLosses(_yolov5_boxes),
}
