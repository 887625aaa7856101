"""What a user says of the camera, and the camera that follows for a picture."""

from dataclasses import dataclass

from howfar.errors import SettingError
from howfar.scene.calibration import Calibration, DepthScale, Distortion
from howfar.scene.camera import Camera


@dataclass(frozen=True, slots=True)
class Lens:
    """At most one of three ways to name a camera; with none, the picture's own word or an assumption decides.

    Attributes:
        camera: A known camera, or all that a camera file holds of it; it is rescaled to pictures of another resolution
            and the same aspect ratio.
        focal_px: The focal length in pixels of the picture, principal point in the middle.
        fov_deg: The horizontal field of view in degrees.

    Raises:
        SettingError: If more than one is given.
    """

    camera: Camera | Calibration | None = None
    focal_px: float | None = None
    fov_deg: float | None = None

    def __post_init__(self) -> None:
        if sum(said is not None for said in (self.camera, self.focal_px, self.fov_deg)) > 1:
            raise SettingError("Give the camera once: a camera file, a focal length or a field of view, not several.")

    @property
    def distortion(self) -> Distortion | None:
        """What pictures have to be freed from before they are looked at."""
        return self.camera.distortion if isinstance(self.camera, Calibration) else None

    @property
    def scale(self) -> DepthScale | None:
        """What the depth network's metres have to be multiplied by."""
        return self.camera.scale if isinstance(self.camera, Calibration) else None

    def camera_for(self, width_px: int, height_px: int, told: Camera | None = None) -> Camera:
        """The camera of a picture: the user's word first, then the file's own (`told`, from EXIF), else assumed.

        Raises:
            SettingError: If the given camera cannot be that of a picture of this shape.
        """
        if self.camera is not None:
            known = self.camera.camera if isinstance(self.camera, Calibration) else self.camera
            return known.fitted_to(width_px, height_px)
        if self.focal_px is not None:
            return Camera.from_focal(width_px, height_px, self.focal_px)
        if self.fov_deg is not None:
            return Camera.from_fov(width_px, height_px, self.fov_deg)
        return told or Camera.assumed(width_px, height_px)
