"""One picture on its way through howfar, with all the data of the moment when it was taken."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.scene.camera import ASPECT_TOLERANCE, Camera
from howfar.scene.depth_map import DepthMap, StereoRig
from howfar.scene.detections import Detections


@dataclass(frozen=True, eq=False)
class Frame:
    """A picture, its camera, and the depths that belong to it.

    Attributes:
        image: H×W×3 uint8 RGB, upright (EXIF rotation applied).
        source: Its name as the user gave it: a path, an address, `camera:0`, …
        camera: The picture's camera. First the one in the file's own EXIF data; after `Lens.camera_for`, the camera
            that distances are computed with. None where nothing is known.
        index: Index of the frame in its video or stream, from 0; None for a picture.
        time_s: Time of that frame in seconds; None for a picture.
        right: H×W×3 uint8 RGB, the right-hand picture of a rectified pair at the same moment; None without one.
        rig: The two cameras of that pair; they turn disparity into depth.
        depth: A depth map of the user's own, which replaces a network's; None for none.
        depth_points: Depths of the user's own at some pixels, unknown at the others, which bring a relative map to
            metres; None for none.
        depth_taken_as: What the numbers of these depths were taken for, in words, where they were read from a file or
            an array: a network then says whether the unit can be true. Empty where they were given in metres.
        detections: Objects of the user's own, which replace a detector's; None for none.
        undistorted: Whether the lens's distortion was removed from the image.
        orientation: The EXIF orientation that the stored picture had before it was set upright: 1 for upright.
        reshaped: Whether it has another shape than the first picture of its stream. Nobody knows what part of the view
            it is, so that nothing that was given of the camera holds for it.
        notes: What was done to the picture, or is odd about it, each as one sentence for people.

    Raises:
        SettingError: If the user's own depths are no `DepthMap`, or their aspect ratio differs from that of the image
            by more than 1 %.
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
    depth_taken_as: str = ""
    detections: Detections | None = None
    undistorted: bool = False
    orientation: int = 1
    reshaped: bool = False
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for own in (self.depth, self.depth_points):
            if own is None:
                continue
            if not isinstance(own, DepthMap):
                raise SettingError(
                    f"The depth of a frame is a DepthMap, not {type(own).__name__}: make one of metres, or give the "
                    "path or array to `look` with its unit.",
                    setting="depth",
                )
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
