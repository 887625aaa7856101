"""One picture on its way through howfar, with all that belongs to the moment when it was taken."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from howfar.scene.camera import Camera
from howfar.scene.depth_map import DepthMap, StereoRig


@dataclass(frozen=True, eq=False)
class Frame:
    """A picture and where it came from.

    Attributes:
        image: H×W×3 uint8 RGB, upright (EXIF rotation applied).
        source: What the user named: a path, an address, `camera:0`, …
        camera: The picture's camera: the one that the file itself tells of (EXIF), until a `Lens` has decided on it;
            None where nothing is known.
        index: Number of the frame in its video or stream, from 0; None for a picture.
        time_s: Time of that frame in seconds.
        right: H×W×3 uint8 RGB, what the right-hand camera of a rectified pair saw at the same moment; None without one.
        rig: What turns disparity between the two into depth.
        depth: A depth map of the user's own, to be taken in place of a network's.
        depth_points: Depths of the user's own, most of them unknown, that a relative map gets its metres from.
        undistorted: Whether the lens's distortion was taken out of the image.
    """

    image: NDArray[np.uint8]
    source: str
    camera: Camera | None = None
    index: int | None = None
    time_s: float | None = None
    right: NDArray[np.uint8] | None = None
    rig: StereoRig | None = None
    depth: DepthMap | None = None
    depth_points: DepthMap | None = None
    undistorted: bool = False

    @property
    def width_px(self) -> int:
        """Columns of the image."""
        return int(self.image.shape[1])

    @property
    def height_px(self) -> int:
        """Rows of the image."""
        return int(self.image.shape[0])
