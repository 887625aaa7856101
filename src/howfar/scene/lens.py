"""The user's information about the camera, and the camera that follows from it for a picture."""

from dataclasses import dataclass, fields, replace
from typing import Any, Self

from howfar.errors import SettingError
from howfar.numbers import plain_number
from howfar.scene.calibration import Calibration, DepthScale, LensDistortion
from howfar.scene.camera import ASPECT_TOLERANCE, Camera, FocalDoubt
from howfar.scene.orientation import LYING
from howfar.scene.wide_pictures import doubt_by_shape


@dataclass(frozen=True, slots=True)
class Lens:
    """The camera in one of several forms. With none of them, each picture's EXIF data are used, or else an assumption.

    Attributes:
        camera: A known camera, or the content of a camera file. It is rescaled to pictures of another resolution with
            the same aspect ratio.
        focal_px: The focal length in pixels of the picture, with the principal point in the middle.
        fov_deg: The horizontal field of view in degrees: across the width of a picture, whichever side that is.
        fov_long_deg: The field of view across the longer side in degrees, as data sheets call it horizontal.
        fov_diagonal_deg: The field of view across the diagonal in degrees.

    Raises:
        SettingError: If more than one is given, or it is none that a camera can have.
    """

    camera: Camera | Calibration | None = None
    focal_px: float | None = None
    fov_deg: float | None = None
    fov_long_deg: float | None = None
    fov_diagonal_deg: float | None = None

    def __post_init__(self) -> None:
        numbers = [field.name for field in fields(self) if field.name != "camera"]
        for name in numbers:
            if (given := getattr(self, name)) is not None:
                object.__setattr__(self, name, plain_number(given, name))
        if sum(getattr(self, field.name) is not None for field in fields(self)) > 1:
            raise SettingError("Give the camera once: a camera file, a focal length or a field of view, not several.")
        if self.camera is not None and not isinstance(self.camera, Camera | Calibration):
            raise SettingError(_no_camera(self.camera), setting="camera")
        if self.focal_px is not None:
            Camera.from_focal(1, 1, self.focal_px)  # refuses what no camera has
        elif any(getattr(self, name) is not None for name in numbers):
            self.camera_for(1, 1)

    @property
    def is_given(self) -> bool:
        """Whether the user said anything of the camera."""
        return any(getattr(self, field.name) is not None for field in fields(self))

    @property
    def distortion(self) -> LensDistortion | None:
        """The distortion to remove from each picture first; None where it is not known."""
        return self.camera.distortion if isinstance(self.camera, Calibration) else None

    @property
    def scale(self) -> DepthScale | None:
        """The scale of the depth network's metres; None where it is not known."""
        return self.camera.scale if isinstance(self.camera, Calibration) else None

    @property
    def is_in_pixels(self) -> bool:
        """Whether it holds for pictures of one size alone."""
        return self.focal_px is not None or (isinstance(self.camera, Calibration) and not self.camera.size_known)

    def turned_for(self, width_px: int, height_px: int, orientation: int) -> Self:
        """The lens for an upright picture: a camera of the stored picture is turned as that was.

        A camera whose pictures have the shape of the upright one is taken for that of upright pictures.

        Args:
            width_px: Width of the upright picture.
            height_px: Height of the upright picture.
            orientation: The EXIF orientation of the stored picture.
        """
        if self.camera is None or orientation not in LYING:
            return self
        known = self.camera.camera if isinstance(self.camera, Calibration) else self.camera
        if known.has_shape_of(width_px, height_px) or not known.has_shape_of(height_px, width_px):
            return self
        return replace(self, camera=self.camera.turned(orientation))

    def camera_for(self, width_px: int, height_px: int, own: Camera | None = None) -> Camera:
        """The camera of a picture: the user's if given, else the picture's own, else an assumed one.

        Args:
            width_px: Width of the picture.
            height_px: Height of the picture.
            own: The camera from the picture's EXIF data; None where there is none.

        Raises:
            SettingError: If the user's camera has another aspect ratio than the picture, or a focal length in pixels
                is none that a picture of this size can have.
        """
        if self.camera is not None:
            if isinstance(self.camera, Calibration):
                return self.camera.camera_for(width_px, height_px)
            return self.camera.fitted_to(width_px, height_px)
        if self.focal_px is not None:
            return _of_focal(width_px, height_px, self.focal_px)
        if self.fov_deg is not None:
            return _doubt_upright(Camera.from_fov(width_px, height_px, self.fov_deg), self.fov_deg)
        if self.fov_long_deg is not None:
            return Camera.from_fov(width_px, height_px, self.fov_long_deg, "long")
        if self.fov_diagonal_deg is not None:
            return Camera.from_fov(width_px, height_px, self.fov_diagonal_deg, "diagonal")
        return doubt_by_shape(own or Camera.assumed(width_px, height_px))


def _no_camera(given: Any) -> str:
    """What to say of something that is no camera."""
    rows = given.tolist() if hasattr(given, "tolist") else given
    if isinstance(rows, list | tuple) and len(rows) == 3 and all(hasattr(row, "__len__") for row in rows):
        return (
            "A matrix alone is no camera, for it does not say how large the pictures are that it belongs to: give "
            "howfar.Camera(width_px, height_px, K[0][0], K[1][1], K[0][2], K[1][2])."
        )
    return f"A camera is a howfar.Camera, a camera file or its content, not a {type(given).__name__}."


def _of_focal(width_px: int, height_px: int, focal_px: float) -> Camera:
    """The camera of a focal length in pixels, if pictures of this size can have it."""
    camera = Camera.from_focal(width_px, height_px, focal_px)
    if camera.is_plausible:
        return camera
    raise SettingError(
        f"No lens has a focal length of {focal_px:.4g} pixels in pictures of {width_px}×{height_px}: give it in "
        "pixels, not in millimetres, or give a field of view.",
        setting="focal_px",
    )


def _doubt_upright(camera: Camera, fov_deg: float) -> Camera:
    """A camera by its horizontal field of view; of a picture that is higher than wide, it may have meant the height."""
    width, height = camera.width_px, camera.height_px
    if height <= width * (1 + ASPECT_TOLERANCE):
        return camera
    reason = (
        f"its field of view of {fov_deg:g} degrees is taken across the {width} pixels of the picture's width, and data "
        f"sheets mean the longer side, here {height}: say which"
    )
    return replace(camera, doubt=FocalDoubt(reason, 1.0, height / width))
