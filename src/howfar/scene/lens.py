"""The user's information about the camera, and the camera that follows from it for a picture."""

from dataclasses import dataclass, fields, replace

from howfar.errors import SettingError
from howfar.scene.calibration import Calibration, DepthScale, Distortion
from howfar.scene.camera import ASPECT_TOLERANCE, Camera, FocalDoubt
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
        SettingError: If more than one is given.
    """

    camera: Camera | Calibration | None = None
    focal_px: float | None = None
    fov_deg: float | None = None
    fov_long_deg: float | None = None
    fov_diagonal_deg: float | None = None

    def __post_init__(self) -> None:
        if sum(getattr(self, field.name) is not None for field in fields(self)) > 1:
            raise SettingError("Give the camera once: a camera file, a focal length or a field of view, not several.")

    @property
    def distortion(self) -> Distortion | None:
        """The distortion to remove from each picture first; None where it is not known."""
        return self.camera.distortion if isinstance(self.camera, Calibration) else None

    @property
    def scale(self) -> DepthScale | None:
        """The scale of the depth network's metres; None where it is not known."""
        return self.camera.scale if isinstance(self.camera, Calibration) else None

    @property
    def is_in_pixels(self) -> bool:
        """Whether it holds for pictures of one size alone."""
        return self.focal_px is not None

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
            return _doubt_upright(Camera.from_fov(width_px, height_px, self.fov_deg), self.fov_deg)
        if self.fov_long_deg is not None:
            return Camera.from_fov(width_px, height_px, self.fov_long_deg, "long")
        if self.fov_diagonal_deg is not None:
            return Camera.from_fov(width_px, height_px, self.fov_diagonal_deg, "diagonal")
        return doubt_by_shape(own or Camera.assumed(width_px, height_px))


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
