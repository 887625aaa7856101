"""The loss of an SSD: smooth L1 on offsets, and cross-entropy on classes with the hardest of the background.

Liu et al.: SSD: Single Shot MultiBox Detector, ECCV 2016, section 2.2. The same loss trains single boxes and pairs.
"""

from dataclasses import dataclass, field
from typing import Annotated

import torch
from msgspec import Meta, Struct
from torch import Tensor
from torch.nn import functional

from howfar.networks.default_boxes import DefaultBoxes

UNMATCHED = -1
BACKGROUND = 0

Gain = Annotated[float, Meta(ge=0)]


class MultiBoxSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The weights of the terms of the loss, and which default boxes answer for an object.

    Attributes:
        box: Gain of the loss of offsets.
        overlap: A default box answers for an object with which its IoU is at least this; the best one always does.
        negatives: So many default boxes without an object count for each one with an object, those of largest loss.
    """

    box: Gain = 1.0
    overlap: Annotated[float, Meta(gt=0, lt=1)] = 0.5
    negatives: Annotated[float, Meta(gt=0)] = 3.0


@dataclass(frozen=True, eq=False)
class MultiBoxLoss:
    """The loss of one batch from the offsets and logits of an SSD and the true boxes.

    Both terms are sums over the batch, divided by how many default boxes answer for an object.

    Attributes:
        boxes: The default boxes.
        settings: The weights of the terms.
    """

    boxes: DefaultBoxes
    settings: MultiBoxSettings = field(default_factory=MultiBoxSettings)

    def __call__(self, raw: tuple[Tensor, Tensor], targets: Tensor) -> dict[str, Tensor]:
        """Compute the loss.

        Args:
            raw: N×D×4 offsets (N×D×6 of pairs) and N×D×(1 + classes) logits, background first.
            targets: M×6: index of the picture in the batch, class, centre x, y, width, height in pixels; of pairs M×8,
                with centre x and width of the right-hand box. M may be 0.

        Returns:
            `loss`, to be minimised, and the two terms `box` and `class` that add up to it (for display).
        """
        offsets, logits = raw[0].float(), raw[1].float()
        table = torch.tensor(self.boxes.table_px, device=offsets.device)
        targets = targets.to(offsets)
        answers = torch.stack([self._answers(targets, picture, table) for picture in range(len(offsets))])
        positive = answers != UNMATCHED
        picture_box = positive.nonzero()
        truth = targets[answers[positive]]
        labels = torch.full_like(answers, BACKGROUND)
        labels[positive] = 1 + truth[:, 1].long()
        wanted = encode(truth[:, 2:], table[picture_box[:, 1]], self.boxes)
        box = functional.smooth_l1_loss(offsets[positive], wanted, reduction="sum")
        entropy = functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="none").view_as(labels)
        counted = positive | hardest(entropy.detach(), positive, self.settings.negatives)
        count = max(1, len(truth))
        terms = self.settings.box * box / count, entropy[counted].sum() / count
        return {"box": terms[0].detach(), "class": terms[1].detach(), "loss": terms[0] + terms[1]}

    def _answers(self, targets: Tensor, picture: int, table: Tensor) -> Tensor:
        """D rows of `targets`, the object of this picture that each default box answers for; `UNMATCHED` for none."""
        own = (targets[:, 0] == picture).nonzero()[:, 0]
        matched = match(targets[own, 2:6], table, self.settings.overlap)
        return torch.cat([own, own.new_tensor([UNMATCHED])])[matched]


def match(boxes: Tensor, table: Tensor, overlap: float) -> Tensor:
    """Say which default box answers for which object.

    First each object gets the default box of largest IoU that is still free, the best pair of all first; then every
    other default box answers for the object with which its IoU is largest, if that is enough.

    Args:
        boxes: M×4 centre x, y, width and height of the objects.
        table: D×4 of the default boxes, likewise.
        overlap: The IoU that is enough.

    Returns:
        D numbers of objects, `UNMATCHED` for none.
    """
    if not len(boxes):
        return torch.full((len(table),), UNMATCHED, dtype=torch.long, device=table.device)
    shared = iou(boxes, table)
    best, answers = shared.max(dim=0)
    answers[best < overlap] = UNMATCHED
    free = shared.clone()
    for _ in range(len(boxes)):
        place = free.flatten().argmax().view(1)  # stays a tensor: to ask a GPU for a number is to wait for it
        target, box = place // len(table), place % len(table)
        answers[box] = target
        free[target], free[:, box] = -1.0, -1.0
    return answers


def iou(boxes: Tensor, others: Tensor) -> Tensor:
    """M×D intersection over union of M×4 and D×4 boxes of centre x, y, width and height."""
    low = torch.maximum((boxes[:, :2] - boxes[:, 2:] / 2)[:, None], others[:, :2] - others[:, 2:] / 2)
    high = torch.minimum((boxes[:, :2] + boxes[:, 2:] / 2)[:, None], others[:, :2] + others[:, 2:] / 2)
    shared = (high - low).clamp(min=0).prod(dim=2)
    areas = boxes[:, 2:].prod(dim=1)[:, None] + others[:, 2:].prod(dim=1)
    return shared / (areas - shared)


def encode(boxes: Tensor, table: Tensor, facts: DefaultBoxes) -> Tensor:
    """The offsets that `DefaultBoxes.decode` turns into boxes.

    Args:
        boxes: K×4 centre x, y, width and height, or K×6 of pairs, in pixels of the input.
        table: K×4 of the default boxes.
        facts: How offsets are scaled.
    """
    centre, side = facts.variances
    size = table[:, 2:]
    parts = [(boxes[:, :2] - table[:, :2]) / size / centre, (boxes[:, 2:4] / size).log() / side]
    if facts.shift is not None:
        width = size[:, :1]
        parts.append(((boxes[:, 4:5] - table[:, :1]) / width + facts.shift) / centre)
        parts.append((boxes[:, 5:6] / width).log() / side)
    return torch.cat(parts, dim=1)


def hardest(losses: Tensor, positive: Tensor, negatives: float) -> Tensor:
    """N×D bool: of each picture the default boxes without an object whose loss is largest.

    Args:
        losses: N×D.
        positive: N×D bool: those with an object.
        negatives: So many are taken for each with an object.
    """
    order = losses.masked_fill(positive, -1.0).argsort(dim=1, descending=True, stable=True)
    ranks = order.argsort(dim=1)
    counts = (positive.sum(dim=1, keepdim=True) * negatives).floor()
    return ~positive & (ranks < counts)
