"""Writing the objects of a picture as KITTI's labels, in the sixteen columns of a detector's results.

Of a box in space nothing is known: its size is -1 and its angles are -10, as in results of the benchmark. The place is
that of the visible surface, as everywhere here, and not of the middle of the object; -1000 where it is unknown.
"""

import math

from howfar.datasets.kitti_objects import DETECTOR_NAMES
from howfar.scene import Camera, Scene, SceneObject

TYPES = {name: kind for kind, name in reversed(DETECTOR_NAMES.items())}
"""KITTI's type for each of COCO's names that has one."""
NO_SPACE = "-1 -1 -1"
NOWHERE = "-1000 -1000 -1000"
NO_ANGLE = "-10"
UNKNOWN = "-1"


def kitti_labels(scene: Scene) -> str:
    """The labelled objects of a scene, one a line, nearest first; empty if there are none."""
    return "".join(kitti_line(one, scene.camera) + "\n" for one in scene)


def kitti_line(one: SceneObject, camera: Camera) -> str:
    """One object in KITTI's columns and its score.

    Args:
        one: The object.
        camera: The camera of its picture.
    """
    x1, y1, x2, y2 = one.box_xyxy_px
    kind = TYPES.get(one.label, "_".join(one.label.split()))
    box = f"{x1:.2f} {y1:.2f} {x2:.2f} {y2:.2f}"
    place = _foot(one, camera)
    return f"{kind} {UNKNOWN} {UNKNOWN} {NO_ANGLE} {box} {NO_SPACE} {place} {NO_ANGLE} {min(one.score, 1.0):.4f}"


def _foot(one: SceneObject, camera: Camera) -> str:
    """The middle of the box's lower edge at the distance of the object, in the camera's coordinates."""
    z_m = one.depth_m
    if not math.isfinite(z_m):
        return NOWHERE
    x1, _, x2, y2 = one.box_xyxy_px
    x_m, y_m = ((x1 + x2) / 2 - camera.cx_px) / camera.fx_px * z_m, (y2 - camera.cy_px) / camera.fy_px * z_m
    return f"{x_m:.2f} {y_m:.2f} {max(z_m, 0.01):.2f}"
