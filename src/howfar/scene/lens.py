"""The user's information about the camera, and the camera that follows from it for a picture."""

from dataclasses import dataclass
from typing import Any

from howfar.errors import SettingError
from howfar.numbers import plain_number
from howfar.scene.calibration import Calibration, DepthScale, Distortion
from howfar.scene.camera import Camera


@dataclass(frozen=True, slots=True)
class Lens:
    """The camera in one of three forms. With none of them, each picture's EXIF data are used, or else an assumption.

    Attributes:
        camera: A known camera, or the content of a camera file. It is rescaled to pictures of another resolution with
            the same aspect ratio.
        focal_px: The focal length in pixels of the picture, with the principal point in the middle.
        fov_deg: The horizontal field of view in degrees.

    Raises:
        SettingError: If more than one is given, or it is none that a camera can have.
    """

    camera: Camera | Calibration | None = None
    focal_px: float | None = None
    fov_deg: float | None = None

    def __post_init__(self) -> None:
        for name in ("focal_px", "fov_deg"):
            if (given := getattr(self, name)) is not None:
                object.__setattr__(self, name, plain_number(given, name))
        if sum(given is not None for given in (self.camera, self.focal_px, self.fov_deg)) > 1:
            raise SettingError("Give the camera once: a camera file, a focal length or a field of view, not several.")
        if self.camera is not None and not isinstance(self.camera, Camera | Calibration):
            raise SettingError(_no_camera(self.camera), setting="camera")
        if self.focal_px is not None or self.fov_deg is not None:
            self.camera_for(1, 1)  # refuses what no camera has

    @property
    def distortion(self) -> Distortion | None:
        """The distortion to remove from each picture first; None where it is not known."""
        return self.camera.distortion if isinstance(self.camera, Calibration) else None

    @property
    def scale(self) -> DepthScale | None:
        """The scale of the depth network's metres; None where it is not known."""
        return self.camera.scale if isinstance(self.camera, Calibration) else None

    def camera_for(self, width_px: int, height_px: int, own: Camera | None = None) -> Camera:
        """The camera of a picture: the user's if given, else the picture's own, else an assumed one.

        Args:
            width_px: Width of the picture.
            height_px: Height of the picture.
            own: The camera from the picture's EXIF data; None where there is none.

        Raises:
            SettingError: If the user's camera has another aspect ratio than the picture.
        """
        if self.camera is not None:
            known = self.camera.camera if isinstance(self.camera, Calibration) else self.camera
            return known.fitted_to(width_px, height_px)
        if self.focal_px is not None:
            return Camera.from_focal(width_px, height_px, self.focal_px)
        if self.fov_deg is not None:
            return Camera.from_fov(width_px, height_px, self.fov_deg)
        return own or Camera.assumed(width_px, height_px)


def _no_camera(given: Any) -> str:
    """What to say of something that is no camera."""
    rows = given.tolist() if hasattr(given, "tolist") else given
    if isinstance(rows, list | tuple) and len(rows) == 3 and all(hasattr(row, "__len__") for row in rows):
        return (
            "A matrix alone is no camera, for it does not say how large the pictures are that it belongs to: give "
            "howfar.Camera(width_px, height_px, K[0][0], K[1][1], K[0][2], K[1][2])."
        )
    return f"A camera is a howfar.Camera, a camera file or its content, not a {type(given).__name__}."
