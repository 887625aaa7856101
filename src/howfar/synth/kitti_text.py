"""The texts of KITTI's object benchmark, as `howfar.datasets.kitti_labels` reads them."""

import math
from collections.abc import Iterable

from howfar.scene import Camera
from howfar.synth.objects import SeenObject

KITTI_TYPES = {"car": "Car", "person": "Pedestrian", "truck": "Truck"}
"""KITTI's words for classes; the others keep their names, with _ for a blank, as blanks part the columns."""


def labels_text(objects: Iterable[SeenObject]) -> str:
    """The objects, one a line; boxes in the picture are those of the whole object, as if nothing stood before it."""
    return "".join(f"{_line(each)}\n" for each in objects)


def calibration_text(camera: Camera, baseline_m: float) -> str:
    """The calibration: P2 is the left-hand camera and P3 the right-hand one, K·(1 | −b, 0, 0)."""
    f, g, cx, cy = camera.fx_px, camera.fy_px, camera.cx_px, camera.cy_px
    left = (f, 0, cx, 0, 0, g, cy, 0, 0, 0, 1, 0)
    right = (f, 0, cx, -f * baseline_m, 0, g, cy, 0, 0, 0, 1, 0)
    upright = (1, 0, 0, 0, 1, 0, 0, 0, 1)
    still = (1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0)
    rows = {"P0": left, "P1": right, "P2": left, "P3": right, "R0_rect": upright, "Tr_velo_to_cam": still}
    return "".join(f"{name}: {' '.join(f'{value:.12e}' for value in values)}\n" for name, values in rows.items())


def _line(seen: SeenObject) -> str:
    solid = seen.solid
    x, _, z = solid.foot_m
    alpha = math.remainder(solid.rotation_y_rad - math.atan2(x, z), math.tau)
    sizes = (solid.height_m, solid.width_m, solid.length_m, *solid.foot_m, solid.rotation_y_rad)
    columns = (
        KITTI_TYPES.get(seen.name, seen.name.replace(" ", "_")),
        f"{seen.truncated:.2f}",
        str(seen.occlusion),
        f"{alpha:.4f}",
        *(f"{value:.2f}" for value in seen.whole_box_px),
        *(f"{value:.4f}" for value in sizes),
    )
    return " ".join(columns)
