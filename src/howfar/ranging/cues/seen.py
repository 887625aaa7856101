"""What is seen of an object: its box, how exact the box is, and what is known of its class."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from howfar.ranging.cues.sizes import ClassSize, SizeTable
from howfar.scene import Detections
from howfar.scene.box import Box

DRAWN_EDGE_SD_PX = 1.5
"""Standard deviation of an edge of a box that was drawn by hand or is exact, in pixels of the picture."""


class Seen(NamedTuple):
    """One object as the cues see it.

    Attributes:
        box_xyxy_px: Its box.
        size: The size of its class; None where unknown.
        height_log_sd: Standard deviation of the natural logarithm of the box's height, by its detector; 0 for a box
            from elsewhere.
        alike: How many objects of its class are in the picture, itself among them; 1 where its size is unknown.
    """

    box_xyxy_px: Box
    size: ClassSize | None
    height_log_sd: float = 0.0
    alike: int = 1

    @property
    def is_cuboids(self) -> bool:
        """Whether the box goes round a cuboid, as data sets draw it, and not round what is seen, as detectors do."""
        return self.height_log_sd == 0

    @property
    def overhang_m(self) -> float:
        """How far the object reaches beyond its wheels, the lowest that is seen of it; 0 for a cuboid's box."""
        return 0.0 if self.is_cuboids or self.size is None else self.size.mean_overhang_m

    @property
    def height_px(self) -> float:
        """Height of the box."""
        return self.box_xyxy_px[3] - self.box_xyxy_px[1]

    @property
    def width_px(self) -> float:
        """Width of the box."""
        return self.box_xyxy_px[2] - self.box_xyxy_px[0]

    @property
    def edge_sd_px(self) -> float:
        """Standard deviation of one edge: the errors of two of them make that of the height."""
        return math.hypot(self.height_log_sd * self.height_px / math.sqrt(2), DRAWN_EDGE_SD_PX)


def seen_objects(found: Detections, sizes: SizeTable) -> list[Seen]:
    """The N detected objects, with the sizes of their classes."""
    rows = found.boxes_xyxy_px.tolist()
    log_sds: Sequence[float] = [0.0] * len(rows) if found.height_log_sds is None else found.height_log_sds.tolist()
    of_class = [sizes.find(label) for label in found.labels]
    alike = Counter(size.name for size in of_class if size is not None)
    return [
        Seen((x1, y1, x2, y2), size, log_sd, 1 if size is None else alike[size.name])
        for (x1, y1, x2, y2), size, log_sd in zip(rows, of_class, log_sds, strict=True)
    ]
