"""The usual figures of semantic segmentation, from one table of what was said for what is true.

Pixel accuracy is the share of the labelled pixels whose class is right; IoU of a class is what is right of it over what
is or was said to be it, and mIoU its mean over the classes that the truth holds (Long et al., CVPR 2015). All are
pooled over the pixels of all pictures. Pixels that nobody labelled are not counted.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """The figures; NaN where nothing is labelled.

    Attributes:
        pixel_accuracy: Share of pixels whose class is right.
        miou: Mean over classes of the intersection over the union.
        classes: How many classes the truth holds.
        pixels: Labelled pixels.
    """

    pixel_accuracy: float
    miou: float
    classes: int
    pixels: int


@dataclass(slots=True)
class ClassMetric:
    """Counts picture by picture (`update`), and gives the figures of all pixels together (`compute`)."""

    count: int
    table: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        self.table = np.zeros((self.count, self.count), dtype=np.int64)

    def update(self, said: NDArray[np.integer], true: NDArray[np.integer]) -> None:
        """Add the pixels of one picture: classes of any shape, what is true from `count` on being unknown."""
        known = true < self.count
        pairs = true[known].astype(np.int64) * self.count + said[known]
        self.table += np.bincount(pairs, minlength=self.count**2).reshape(self.count, self.count)

    def compute(self) -> ClassFigures:
        """The figures of all that was added."""
        right, true, said = self.table.diagonal(), self.table.sum(axis=1), self.table.sum(axis=0)
        there = true > 0
        if not there.any():
            return ClassFigures(float("nan"), float("nan"), 0, 0)
        iou = right[there] / (true + said - right)[there]
        return ClassFigures(
            float(right.sum() / true.sum()), float(iou.mean()), int(np.count_nonzero(there)), int(true.sum())
        )
