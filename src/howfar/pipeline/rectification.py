"""Rectifying a stereo pair: both pictures as two cameras would have taken them that look in exactly one direction."""

from howfar.scene.frame import Frame
from howfar.scene.stereo_calibration import StereoCalibration


def rectified_pair(frame: Frame, calibration: StereoCalibration) -> Frame:
    """The pair rectified, with its camera and the rig that turns disparity into depth.

    Of a calibration that is rectified already no pixel is touched.

    Args:
        frame: A frame with both pictures as they were taken.
        calibration: That of the two cameras, at any resolution with the same aspect ratio.

    Returns:
        The frame with `image`, `right`, `camera` and `rig`; its notes say what was done.

    Raises:
        SettingError: If the frame has no right-hand picture, the two differ in size, the calibration is for another
            aspect ratio, or the frame has depths of the user's own, which belong to the picture as it was taken.
    """
    raise NotImplementedError
