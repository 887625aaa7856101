"""Batches for a network that learns depth and boxes at once: those of depth, with the boxes in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from howfar.training.bounds import Size
from howfar.training.data.depth.augmentation import DepthExample, seen_boxes
from howfar.training.data.depth.batches import DepthBatch, DepthDraw, DepthExamples
from howfar.training.data.depth.batches import collate as collate_depth
from howfar.training.data.joint.samples import Boxes, JointSample
from howfar.training.losses.nanodet import Labels

LEAST_SEEN = 0.35
"""Of a box of which a smaller share of its area is left in the crop, nothing is asked there."""

LEAST_SIDE_PX = 6.0
"""Nor of one that is thinner."""


@dataclass(frozen=True, eq=False)
class JointExample(DepthExample):
    """A picture with depth and objects as a network is shown it.

    Attributes:
        boxes: Its objects, in pixels of the crop; None where nobody has looked for them.
    """

    boxes: Boxes | None = None


class JointBatch(NamedTuple):
    """Examples of one size.

    Attributes:
        depth: Pictures and depth.
        labels: The boxes of all pictures.
        looked_at: N bool: in which pictures somebody has looked for objects.
    """

    depth: DepthBatch
    labels: Labels
    looked_at: Tensor


class JointExamples(DepthExamples):
    """Examples with boxes by `DepthDraw`; what chance decides depends on that and the seed alone."""

    def __getitem__(self, draw: DepthDraw) -> tuple[str, JointExample]:
        sample = self.samples[draw.sample_index]
        choice = self.choice(sample, draw)
        example = self.example(sample, choice, draw.size_px)
        boxes = sample.boxes if isinstance(sample, JointSample) else None
        if boxes is not None:
            height, width = sample.image.shape[:2]
            xyxy_px = seen_boxes(boxes.xyxy_px, (width, height), self.augmentation, choice, draw.size_px)
            boxes = cut(Boxes(xyxy_px, boxes.class_ids, boxes.certainty), draw.size_px)
        return sample.name, JointExample(**vars(example), boxes=boxes)


def cut(boxes: Boxes, size_px: Size) -> Boxes:
    """Boxes as far as they lie in a crop of this width and height; what is hardly seen becomes a region unknown."""
    within = boxes.xyxy_px.copy()
    within[:, 0::2] = within[:, 0::2].clip(0, size_px[0])
    within[:, 1::2] = within[:, 1::2].clip(0, size_px[1])
    sides, whole = (each[:, 2:] - each[:, :2] for each in (within, boxes.xyxy_px))
    share = sides.prod(1) / np.maximum(whole.prod(1), 1e-6)
    is_seen = (share >= LEAST_SEEN) & (sides.min(1, initial=np.inf) >= LEAST_SIDE_PX)
    certainty = np.where(is_seen, boxes.certainty, 0).astype(np.float32)
    return Boxes(within, boxes.class_ids, certainty).where(sides.min(1, initial=np.inf) > 0)


def collate(examples: Sequence[tuple[str, JointExample]]) -> JointBatch:
    """Stack examples of one size."""
    found = [(number, example.boxes) for number, (_, example) in enumerate(examples) if example.boxes is not None]
    boxes = [each for _, each in found]
    labels = Labels(
        picture=torch.cat([torch.full((len(each),), number) for number, each in found] or [torch.zeros(0)]).long(),
        class_id=torch.from_numpy(np.concatenate([np.zeros(0, np.int64), *(each.class_ids for each in boxes)])),
        box_xyxy_px=torch.from_numpy(np.concatenate([np.zeros((0, 4), np.float32), *(each.xyxy_px for each in boxes)])),
        certainty=torch.from_numpy(np.concatenate([np.zeros(0, np.float32), *(each.certainty for each in boxes)])),
    )
    looked_at = torch.tensor([example.boxes is not None for _, example in examples])
    return JointBatch(collate_depth(examples), labels, looked_at)
