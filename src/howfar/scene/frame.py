"""One picture on its way through howfar."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from howfar.scene import Camera


@dataclass(frozen=True, eq=False)
class Frame:
    """A picture and where it came from.

    Attributes:
        image: H×W×3 uint8 RGB, upright (EXIF rotation applied).
        source: What the user named: a path, an address, `camera:0`, …
        camera: The camera that the file itself tells of (EXIF), or None.
        index: Number of the frame in its video or stream, from 0; None for a picture.
        time_s: Time of that frame in seconds.
    """

    image: NDArray[np.uint8]
    source: str
    camera: Camera | None = None
    index: int | None = None
    time_s: float | None = None

    @property
    def width_px(self) -> int:
        """Columns of the image."""
        return int(self.image.shape[1])

    @property
    def height_px(self) -> int:
        """Rows of the image."""
        return int(self.image.shape[0])
