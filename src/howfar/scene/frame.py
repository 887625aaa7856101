"""One picture on its way through howfar, with all that belongs to the moment when it was taken."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.scene.camera import ASPECT_TOLERANCE, Camera
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

    Raises:
        SettingError: If depths of the user's own are of another aspect ratio than the image.
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

    def __post_init__(self) -> None:
        for own in (self.depth, self.depth_points):
            if own is None:
                continue
            rows, columns = own.shape
            if abs(columns * self.height_px / (rows * self.width_px) - 1) > ASPECT_TOLERANCE:
                raise SettingError(
                    f"The depth map has {columns}×{rows} values and the picture {self.width_px}×{self.height_px} "
                    "pixels, another aspect ratio: give the depth map that is aligned with this picture."
                )

    @property
    def width_px(self) -> int:
        """Columns of the image."""
        return int(self.image.shape[1])

    @property
    def height_px(self) -> int:
        """Rows of the image."""
        return int(self.image.shape[0])
