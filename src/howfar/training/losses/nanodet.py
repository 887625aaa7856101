"""The losses of NanoDet's head: generalised focal loss on boxes, and how far it has moved from what it was.

Li et al.: Generalized Focal Loss, NeurIPS 2020 (a class score is the quality of its box; the distance of a side is a
distribution); Zhang et al.: Bridging the Gap Between Anchor-based and Anchor-free Detection via Adaptive Training
Sample Selection (ATSS), CVPR 2020 (which cells answer for a box); Rezatofighi et al.: Generalized Intersection over
Union, CVPR 2019. Staying near a frozen copy's outputs is Li and Hoiem: Learning without Forgetting, ECCV 2016.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from howfar.networks.nanodet import BINS, STRIDES, Cells

ANCHOR_STRIDES = 5
"""Side of the square that stands for a cell while cells are chosen, in strides (ATSS and NanoDet)."""

NEAREST_CELLS = 9
"""So many cells of each stride, those nearest to a box's centre, may answer for it."""

GIOU_WEIGHT, SIDES_WEIGHT = 2.0, 0.25
"""Beside the loss of the scores, as published."""

LEAST_WEIGHT = 0.05
"""Of a box whose cell does not see the object yet."""

EPSILON = 1e-6


class Grid(NamedTuple):
    """The cells of an input's strides.

    Attributes:
        centres_px: cells×2.
        strides_px: cells.
    """

    centres_px: Tensor
    strides_px: Tensor


class Answers(NamedTuple):
    """Which cells answer for which boxes: K of them.

    Attributes:
        cell: K: rows of cells, the pictures of the batch one after another.
        box: K: rows of the labels.
    """

    cell: Tensor
    box: Tensor


class Labels(NamedTuple):
    """The boxes of a batch.

    Attributes:
        picture: M int64: index of the picture in the batch.
        class_id: M int64.
        box_xyxy_px: M×4.
        certainty: M: from 1 for a true box to 0 for a region of which nothing is known.
    """

    picture: Tensor
    class_id: Tensor
    box_xyxy_px: Tensor
    certainty: Tensor

    def where(self, chosen: Tensor) -> "Labels":
        """Those of a mask or of indices."""
        return Labels(*(column[chosen] for column in self))


def grid(width_px: int, height_px: int, device: torch.device) -> Grid:
    """The cells of an input of this size, in the order of `Cells`."""
    centres, strides = [], []
    for stride in STRIDES:
        rows, columns = ((torch.arange(side // stride, device=device) + 0.5) * stride for side in (height_px, width_px))
        y, x = torch.meshgrid(rows, columns, indexing="ij")
        centres.append(torch.stack((x.flatten(), y.flatten()), 1))
        strides.append(torch.full((y.numel(),), float(stride), device=device))
    return Grid(torch.cat(centres), torch.cat(strides))


def boxes_loss(cells: Cells, labels: Labels, size_px: tuple[int, int]) -> Tensor:
    """The generalised focal loss of a batch: scores, boxes and their sides.

    A true box asks its cells for the overlap that they reach with it; one that is less certain, for that times its
    certainty. Cells inside a region of certainty 0 are asked for nothing.

    Args:
        cells: What the head says of N pictures.
        labels: Their boxes.
        size_px: Width and height of the input.
    """
    pictures, count, _ = cells.class_logits.shape
    where = grid(*size_px, cells.class_logits.device)
    known = labels.where(labels.certainty > 0)
    answers = answering(where, known, pictures)
    logits = cells.class_logits.float().flatten(0, 1)
    sides = cells.side_logits.float().flatten(0, 1)[answers.cell]
    picture_cell = answers.cell % count
    strides = where.strides_px[picture_cell]
    boxes = boxes_of(sides, where.centres_px[picture_cell], strides)
    truth = known.box_xyxy_px[answers.box]
    overlap, generalised = overlaps(boxes, truth)

    target = torch.zeros_like(logits)
    quality = (overlap.detach() * known.certainty[answers.box]).clamp(0, 1)
    target[answers.cell, known.class_id[answers.box]] = quality
    asked = ~unknown_cells(where, labels.where(labels.certainty == 0), pictures)
    asked[answers.cell] = True
    score = logits.sigmoid()
    focal = functional.binary_cross_entropy_with_logits(logits, target, reduction="none") * (target - score).square()
    scores = (focal.sum(1) * asked).sum() / max(1, len(answers.cell))

    weight = (
        score.detach()[answers.cell, known.class_id[answers.box]].clamp(min=LEAST_WEIGHT) * known.certainty[answers.box]
    )
    share = weight.sum().clamp(min=1.0)
    distances = _distances(truth, where.centres_px[picture_cell]) / strides[:, None]
    spread = (_sides_loss(sides, distances) * weight).sum() / share
    return scores + GIOU_WEIGHT * ((1 - generalised) * weight).sum() / share + SIDES_WEIGHT * spread


def former_loss(cells: Cells, former: Cells) -> Tensor:
    """How far a head has moved from what it was.

    The Kullback–Leibler divergence of the class scores and, weighted by a cell's best former score, of the sides'
    distributions, over the sum of these best scores.

    Args:
        cells: What the head says.
        former: What its frozen copy says of the same pictures.
    """
    before, now = former.class_logits.float(), cells.class_logits.float()
    score = before.sigmoid()
    moved = functional.binary_cross_entropy_with_logits(now, score, reduction="none")
    least = functional.binary_cross_entropy_with_logits(before, score, reduction="none")
    best = score.amax(2)
    rows = (*best.shape, 4, BINS)
    sides, sides_before = (each.side_logits.float().view(rows).log_softmax(-1) for each in (cells, former))
    divergence = (sides_before.exp() * (sides_before - sides)).sum((-1, -2))
    return ((moved - least).sum() + (best * divergence).sum()) / best.sum().clamp(min=1.0)


def answering(where: Grid, labels: Labels, pictures: int) -> Answers:
    """Which cells answer for which boxes, by ATSS; of two boxes a cell answers for the one that it overlaps more."""
    cells, boxes = len(where.centres_px), labels.box_xyxy_px
    if not len(boxes):
        none = torch.zeros(0, dtype=torch.int64, device=boxes.device)
        return Answers(none, none)
    half = where.strides_px[:, None] * ANCHOR_STRIDES / 2
    anchors = torch.cat((where.centres_px - half, where.centres_px + half), 1)
    overlap = _pairwise_overlaps(boxes, anchors)
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    apart = torch.cdist(middle, where.centres_px)
    near = torch.cat([_nearest(apart, where.strides_px == stride) for stride in STRIDES], 1)
    found = overlap.gather(1, near)
    enough = found.mean(1, keepdim=True) + found.std(1, keepdim=True)
    inside = _distances(boxes[:, None], where.centres_px[near]).amin(-1) > 0
    box, place = ((found >= enough) & inside).nonzero(as_tuple=True)
    cell = labels.picture[box] * cells + near[box, place]
    best = torch.full((pictures * cells,), -1.0, device=boxes.device)
    best = best.scatter_reduce(0, cell, found[box, place], "amax")
    wins = found[box, place] >= best[cell]
    owner = torch.full((pictures * cells,), -1, dtype=torch.int64, device=boxes.device)
    owner[cell[wins]] = box[wins]
    kept = (owner >= 0).nonzero().flatten()
    return Answers(kept, owner[kept])


def unknown_cells(where: Grid, regions: Labels, pictures: int) -> Tensor:
    """pictures·cells bool: the cells whose centre lies in a region."""
    cells = len(where.centres_px)
    found = torch.zeros(pictures * cells, dtype=torch.bool, device=where.centres_px.device)
    region, cell = (_distances(regions.box_xyxy_px[:, None], where.centres_px).amin(-1) > 0).nonzero(as_tuple=True)
    found[regions.picture[region] * cells + cell] = True
    return found


def boxes_of(side_logits: Tensor, centres_px: Tensor, strides_px: Tensor) -> Tensor:
    """K×4 boxes, x1, y1, x2, y2, of K cells' K×4·bins distributions."""
    shares = side_logits.view(-1, 4, BINS).softmax(-1)
    steps = torch.arange(BINS, dtype=shares.dtype, device=shares.device)
    distances = shares @ steps * strides_px[:, None]
    return torch.cat((centres_px - distances[:, :2], centres_px + distances[:, 2:]), 1)


def overlaps(boxes: Tensor, truth: Tensor) -> tuple[Tensor, Tensor]:
    """The intersection over union of K pairs of boxes, and the generalised one."""
    low, high = torch.maximum(boxes[:, :2], truth[:, :2]), torch.minimum(boxes[:, 2:], truth[:, 2:])
    shared = (high - low).clamp(min=0).prod(1)
    union = _areas(boxes) + _areas(truth) - shared
    overlap = shared / union.clamp(min=EPSILON)
    around = (
        (torch.maximum(boxes[:, 2:], truth[:, 2:]) - torch.minimum(boxes[:, :2], truth[:, :2]))
        .clamp(min=0)
        .prod(1)
        .clamp(min=EPSILON)
    )
    return overlap, overlap - (around - union) / around


def _areas(boxes: Tensor) -> Tensor:
    return (boxes[..., 2:] - boxes[..., :2]).clamp(min=0).prod(-1)


def _pairwise_overlaps(boxes: Tensor, others: Tensor) -> Tensor:
    low = torch.maximum(boxes[:, None, :2], others[None, :, :2])
    high = torch.minimum(boxes[:, None, 2:], others[None, :, 2:])
    shared = (high - low).clamp(min=0).prod(-1)
    return shared / (_areas(boxes)[:, None] + _areas(others)[None] - shared).clamp(min=EPSILON)


def _nearest(apart: Tensor, of_stride: Tensor) -> Tensor:
    """M×k: the columns of a stride that are nearest."""
    columns = of_stride.nonzero().flatten()
    return columns[apart[:, columns].topk(min(NEAREST_CELLS, len(columns)), largest=False).indices]


def _distances(boxes: Tensor, points: Tensor) -> Tensor:
    """…×4: how far the left, top, right and bottom side of a box are from a point inside it."""
    return torch.cat((points - boxes[..., :2], boxes[..., 2:] - points), -1)


def _sides_loss(side_logits: Tensor, distances: Tensor) -> Tensor:
    """K: the distribution focal loss, mean over the four sides; distances in strides."""
    wanted = distances.clamp(0, BINS - 1 - 0.01)
    left = wanted.floor()
    share = wanted - left
    logs = side_logits.view(-1, 4, BINS).log_softmax(-1)
    below, above = (logs.gather(-1, (left + step).long()[..., None]).squeeze(-1) for step in (0, 1))
    return -(below * (1 - share) + above * share).mean(1)
