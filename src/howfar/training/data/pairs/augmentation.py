"""The geometry and colour that a detector of pairs is shown in training: the same for both pictures."""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from howfar.datasets.coco_pairs import PairSample
from howfar.training.bounds import Count, Share, ShareBelowOne
from howfar.training.data.detection.augmentation import LabelledPicture, flipped, placed, recoloured
from howfar.training.data.pairs.example import PairExample


class PairAugmentation(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Ranges that random choices are drawn from; as those of a detector, and without a mosaic.

    Attributes:
        size_px: Side of the square that comes out.
        hue: Greatest turn of the hue, either way, as a share of the circle.
        saturation: The saturation is multiplied by 1 ± this at most.
        value: The brightness is multiplied by 1 ± this at most.
        scale: The pictures are as large as the square lets them, times 1 ± this at most.
        translation: Greatest shift from the middle, as a share of the square, across and down.
        flip: Probability that both pictures are mirrored and exchanged, which gives a rectified pair again.
    """

    size_px: Count = 300
    hue: Share = 0.015
    saturation: Share = 0.5
    value: Share = 0.3
    scale: ShareBelowOne = 0.2
    translation: Share = 0.1
    flip: Share = 0.5

    def still(self) -> "PairAugmentation":
        """The same without any chance: the letterbox alone."""
        return PairAugmentation(size_px=self.size_px, hue=0, saturation=0, value=0, scale=0, translation=0, flip=0)

    def __call__(self, pair: PairSample, rng: np.random.Generator) -> PairExample:
        """Draw one example.

        Args:
            pair: The pair to show.
            rng: Every choice comes from here, in a fixed order.

        Returns:
            Two squares, with the objects whose middle lies in the left-hand one; boxes are not cut.
        """
        scale = 1 + rng.uniform(-self.scale, self.scale)
        middle_px = self.size_px * (0.5 + rng.uniform(-self.translation, self.translation, 2))
        left = LabelledPicture(pair.image, pair.boxes_xyxy_px, pair.class_ids)
        right = LabelledPicture(pair.right, pair.right_boxes_xyxy_px, pair.class_ids)
        if rng.random() < self.flip:
            left, right = flipped(right), flipped(left)
        turn, *factors = rng.uniform(-1, 1, 3) * (self.hue, self.saturation, self.value) + (0, 1, 1)
        size_px, middle = (self.size_px, self.size_px), (float(middle_px[0]), float(middle_px[1]))
        left, right = (placed(eye, size_px, scale, middle) for eye in (left, right))
        seen = _middle_inside(left.boxes_xyxy_px, self.size_px)
        return PairExample(
            recoloured(left.image, turn, *factors),
            recoloured(right.image, turn, *factors),
            left.boxes_xyxy_px[seen],
            right.boxes_xyxy_px[seen],
            pair.class_ids[seen],
        )


def _middle_inside(boxes_xyxy_px: NDArray[np.float32], size_px: int) -> NDArray[np.bool_]:
    middles = (boxes_xyxy_px[:, :2] + boxes_xyxy_px[:, 2:]) / 2
    inside = (middles >= 0) & (middles <= size_px)
    return inside[:, 0] & inside[:, 1]
