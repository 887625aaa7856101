"""Pictures that no pinhole camera took, by their shape: panoramas that a camera swept together.

No sensor is longer than 2.4 times its other side. A picture that is was cut out of an ordinary one, or swept. In a
swept one the focal length goes with the side across the sweep: the short one, which was the short or the long side of
the sensor. Counted over the diagonal, as in an ordinary picture, it comes out several times too long.
"""

import math
from dataclasses import replace

from howfar.scene.camera import Camera, FocalDoubt

LONGEST_SHAPE = 2.4
"""Telephones' screens and wide cinema come up to it."""

SENSOR_SHAPE = 4 / 3


def is_swept_shape(width_px: int, height_px: int) -> bool:
    """Whether a picture of this size is longer than any sensor."""
    return max(width_px, height_px) > LONGEST_SHAPE * min(width_px, height_px)


def swept_focals_px(camera: Camera) -> tuple[float, float]:
    """The focal lengths of a panorama whose short side was the short, and the long, side of a sensor of 4:3.

    Args:
        camera: A camera of the panorama's size, whose focal length counts over the diagonal.
    """
    over_diagonal = camera.focal_px / math.hypot(camera.width_px, camera.height_px)
    across_short = over_diagonal * min(camera.width_px, camera.height_px) * math.hypot(1, SENSOR_SHAPE)
    return across_short, across_short / SENSOR_SHAPE


def doubt_by_shape(camera: Camera) -> Camera:
    """The camera of a picture, with a doubt if the shape of the picture is that of no sensor.

    With EXIF data, the picture is taken for a swept one, by the sensor's short side; without, for an ordinary one, for
    it may come from a camera with a wide shape of its own.

    Args:
        camera: The camera whose focal length counts over the diagonal of the picture, from EXIF or assumed. One that is
            given is believed.
    """
    if camera.origin == "given" or camera.doubt is not None or not is_swept_shape(camera.width_px, camera.height_px):
        return camera
    short, long = sorted((camera.width_px, camera.height_px))
    across_short, across_long = swept_focals_px(camera)
    cut = camera.focal_px / math.hypot(short, long) * long * math.hypot(1, 1 / SENSOR_SHAPE)
    best = across_short if camera.origin == "exif" else camera.focal_px
    reason = (
        f"the picture is {long / short:.3g} times as long as its other side: a panorama, which no one lens fits, "
        "or a part cut out of another picture"
    )
    doubt = FocalDoubt(reason, min(across_long, best) / best, max(cut, best) / best)
    scale = best / camera.focal_px
    return replace(camera, fx_px=camera.fx_px * scale, fy_px=camera.fy_px * scale, origin="assumed", doubt=doubt)
