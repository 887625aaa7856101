"""The loss of YOLOv5: boxes by CIoU, objectness and classes by binary cross-entropy.

CIoU is Zheng et al.: Distance-IoU Loss, AAAI 2020. Which anchors and cells answer for a box, `match` says.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, NamedTuple

import torch
from msgspec import Meta, Struct
from torch import Tensor
from torch.nn import functional

from howfar.networks.yolov5 import STRIDES

EPSILON = 1e-7
"""Keeps a division by an empty area finite."""

NOMINAL_CLASSES = 80
NOMINAL_SIDE_PX = 640
"""The classes and the picture's side that the gains are stated for."""

Gain = Annotated[float, Meta(ge=0)]


class DetectionLossSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The weights of the terms of the loss, and which anchors fit.

    Attributes:
        box: Gain of the box loss.
        objectness: Gain of the objectness loss at 640×640 pixels; it grows with the picture's area.
        classes: Gain of the class loss for 80 classes; it grows with their number.
        balance: Weight of each stride's objectness loss: the finer map has more empty cells.
        ratio: A box and an anchor belong together when neither side differs by this factor or more.
    """

    box: Gain = 0.05
    objectness: Gain = 1.0
    classes: Gain = 0.5
    balance: tuple[Gain, Gain, Gain] = (4.0, 1.0, 0.4)
    ratio: Annotated[float, Meta(gt=1)] = 4.0


class Matches(NamedTuple):
    """Which cells of one map answer for which targets: K of them, each field of length K.

    Attributes:
        target: Row of the target.
        anchor: Number of the anchor.
        row: Row of the cell.
        column: Column of the cell.
    """

    target: Tensor
    anchor: Tensor
    row: Tensor
    column: Tensor


@dataclass(frozen=True, eq=False)
class DetectionLoss:
    """The loss of one batch from the raw maps of `YOLOv5` and the true boxes.

    The box loss is the mean of 1 − CIoU over the matched cells; objectness the mean cross-entropy over all cells, which
    should give the CIoU (at least 0) where matched and 0 elsewhere; the class loss the mean cross-entropy over matched
    cells and classes. Each is summed over the three maps. All are means over the batch, whatever its size.

    Attributes:
        anchors_px: 3 maps×A anchors×(width, height).
        settings: The weights of the terms.
        strides: Pixels a cell of each map.
    """

    anchors_px: Tensor
    settings: DetectionLossSettings = field(default_factory=DetectionLossSettings)
    strides: Sequence[int] = STRIDES

    def __call__(self, raw_maps: Sequence[Tensor], targets: Tensor) -> dict[str, Tensor]:
        """Compute the loss.

        Args:
            raw_maps: One N×A×h×w×(5 + C) map for each stride, before the sigmoid.
            targets: M×6: index of the picture in the batch, class, centre x, y, width, height in pixels; M may be 0.

        Returns:
            `loss`, to be minimised, and the three terms `box`, `objectness` and `class` that add up to it (for display:
            they carry no gradient).
        """
        raw_maps = [_precise(raw) for raw in raw_maps]
        targets, anchors_px = targets.to(raw_maps[0]), self.anchors_px.to(raw_maps[0])
        scales = zip(raw_maps, anchors_px, self.strides, self.settings.balance, strict=True)
        terms = torch.stack([self._terms(targets, *scale) for scale in scales]).sum(dim=0)
        terms = terms * terms.new_tensor(self._gains(raw_maps[0]))
        box, objectness, classes = terms.detach()
        return {"box": box, "objectness": objectness, "class": classes, "loss": terms.sum()}

    def _terms(self, targets: Tensor, raw: Tensor, anchors_px: Tensor, stride: int, balance: float) -> Tensor:
        """One map's box, objectness and class loss, before the gains."""
        matches = match(targets, anchors_px, stride, raw.shape[2:4], self.settings.ratio)
        truth = targets[matches.target]
        indices = _flat_indices(raw.shape, truth[:, 0].long(), matches)
        # Unlike indexing with several axes, this adds gradients in one order, so that a step can be repeated exactly.
        predicted = raw.flatten(0, 3).index_select(0, indices)
        corner = torch.stack((matches.column, matches.row), dim=1)
        wanted = torch.cat((truth[:, 2:4] / stride - corner, truth[:, 4:6] / stride), dim=1)
        overlap = ciou(_boxes(predicted, anchors_px[matches.anchor] / stride), wanted)
        classes = functional.one_hot(truth[:, 1].long(), raw.shape[-1] - 5).to(raw)
        scores = raw[..., 4].flatten()
        # Where several boxes share a cell the largest overlap counts, whatever their order.
        objects = torch.zeros_like(scores).scatter_reduce(0, indices, overlap.detach().clamp(min=0), "amax")
        return torch.stack(
            (
                _mean(1 - overlap),
                functional.binary_cross_entropy_with_logits(scores, objects) * balance,
                _mean(functional.binary_cross_entropy_with_logits(predicted[:, 5:], classes, reduction="none")),
            )
        )

    def _gains(self, finest: Tensor) -> tuple[float, float, float]:
        height, width, numbers = finest.shape[2:]
        area = height * width * (self.strides[0] / NOMINAL_SIDE_PX) ** 2
        return (
            self.settings.box,
            self.settings.objectness * area,
            self.settings.classes * (numbers - 5) / NOMINAL_CLASSES,
        )


def match(targets: Tensor, anchors_px: Tensor, stride: int, map_size: Sequence[int], ratio: float) -> Matches:
    """Say which anchors and cells of one map answer for which boxes.

    Every anchor answers that is off by less than a factor in width and in height; of the cells, the one with the box's
    centre and its two nearest neighbours, one beside and one above or below, as far as the map has them.

    Args:
        targets: M×6, as in `DetectionLoss`.
        anchors_px: A×2 width and height.
        stride: Pixels a cell.
        map_size: Rows and columns of the map.
        ratio: The factor.
    """
    ratios = targets[:, None, 4:6] / anchors_px
    target, anchor = (torch.maximum(ratios, 1 / ratios).amax(dim=2) < ratio).nonzero(as_tuple=True)
    limits = targets.new_tensor((map_size[1], map_size[0]))
    centre = targets[target, 2:4] / stride
    cell = torch.minimum(centre.floor(), limits - 1)  # a centre may lie on the picture's right or lower edge
    towards = torch.where(centre - cell < 0.5, -1.0, 1.0)
    steps = torch.stack((towards * 0, towards * towards.new_tensor((1, 0)), towards * towards.new_tensor((0, 1))))
    cells = cell + steps
    step, candidate = ((cells >= 0) & (cells < limits)).all(dim=2).nonzero(as_tuple=True)
    column, row = cells[step, candidate].long().unbind(dim=1)
    return Matches(target[candidate], anchor[candidate], row, column)


def ciou(boxes_a: Tensor, boxes_b: Tensor) -> Tensor:
    """Complete IoU of pairs of boxes: IoU − ρ²/c² − α·v (Zheng et al., equations 10 and 11).

    ρ is the distance of the centres, c the diagonal of the box round both, v = 4/π²·(atan(w/h) − atan(w'/h'))², and
    α = v/(1 − IoU + v), which counts as a constant in the gradient.

    Args:
        boxes_a: N×4 centre x, y, width, height.
        boxes_b: N×4, likewise and in the same unit.

    Returns:
        N numbers: 1 for the same box, towards −1 and below for boxes far apart.
    """
    iou, distance, aspect = ciou_terms(boxes_a, boxes_b)
    alpha = (aspect / ((1 - iou).clamp(min=0) + aspect + EPSILON)).detach()
    return iou - distance - alpha * aspect


def ciou_terms(boxes_a: Tensor, boxes_b: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The three terms of `ciou`, N numbers each: IoU, ρ²/c² and v."""
    middle_a, size_a, middle_b, size_b = boxes_a[:, :2], boxes_a[:, 2:], boxes_b[:, :2], boxes_b[:, 2:]
    low_a, high_a = middle_a - size_a / 2, middle_a + size_a / 2
    low_b, high_b = middle_b - size_b / 2, middle_b + size_b / 2
    shared = (torch.minimum(high_a, high_b) - torch.maximum(low_a, low_b)).clamp(min=0).prod(dim=1)
    iou = shared / (size_a.prod(dim=1) + size_b.prod(dim=1) - shared + EPSILON)
    around = torch.maximum(high_a, high_b) - torch.minimum(low_a, low_b)
    distance = (middle_a - middle_b).square().sum(dim=1) / (around.square().sum(dim=1) + EPSILON)
    angles = [torch.atan2(size[:, 0], size[:, 1]) for size in (size_a, size_b)]
    return iou, distance, 4 / math.pi**2 * (angles[0] - angles[1]).square()


def _boxes(raw: Tensor, anchors: Tensor) -> Tensor:
    """K×4 centre, width and height in cells, counted from the corner of the own cell."""
    activated = raw[:, :4].sigmoid()
    return torch.cat((2 * activated[:, :2] - 0.5, (2 * activated[:, 2:]) ** 2 * anchors), dim=1)


def _flat_indices(shape: Sequence[int], image: Tensor, matches: Matches) -> Tensor:
    """The indices of the matched cells in a map of N×A×h×w×numbers whose first four axes are flattened."""
    _, anchors, height, width, _ = shape
    return ((image * anchors + matches.anchor) * height + matches.row) * width + matches.column


def _mean(values: Tensor) -> Tensor:
    """The mean, and zero of nothing: a batch may hold no box."""
    return values.sum() / max(values.numel(), 1)


def _precise(raw: Tensor) -> Tensor:
    """At least single precision: boxes of mixed precision's half would be rounded to pixels."""
    return raw.to(torch.promote_types(raw.dtype, torch.float32))
