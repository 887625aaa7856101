"""Pictures with depth and boxes, for a network that learns both."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from howfar.datasets import DepthSample


@dataclass(frozen=True, eq=False)
class Boxes:
    """The objects of a picture.

    Attributes:
        xyxy_px: N×4 float32, x1, y1, x2, y2.
        class_ids: N int64.
        certainty: N float32: 1 for a true box, less for one that a teacher found, 0 for a region of which nothing is
            known.
    """

    xyxy_px: NDArray[np.float32]
    class_ids: NDArray[np.int64]
    certainty: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.class_ids)

    def where(self, chosen: NDArray[np.bool_]) -> "Boxes":
        """Those of a mask."""
        return Boxes(self.xyxy_px[chosen], self.class_ids[chosen], self.certainty[chosen])


@dataclass(frozen=True, eq=False)
class JointSample(DepthSample):
    """A picture with its true depth and its objects.

    Attributes:
        boxes: Its objects; None where nobody has looked for them.
    """

    boxes: Boxes | None = None


class WithBoxes(Sequence[JointSample]):
    """Pictures with depth, each with its objects."""

    def __init__(self, samples: Sequence[DepthSample], boxes: Sequence[Boxes] | None) -> None:
        """Take the pictures and, in the same order, the objects of each; None where nobody has looked for any."""
        self._samples, self._boxes = samples, boxes

    def __len__(self) -> int:
        return len(self._samples)

    def __getitem__(self, index: int) -> JointSample:  # type: ignore[override]
        sample = self._samples[index]
        known = {field.name: getattr(sample, field.name) for field in fields(DepthSample)}
        return JointSample(**known, boxes=None if self._boxes is None else self._boxes[index])
