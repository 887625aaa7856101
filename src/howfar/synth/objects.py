"""What is known of each object that a picture shows: its boxes, its distance, and how much of it is hidden."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from howfar.scene import Camera
from howfar.synth.assembly import Assembly
from howfar.synth.casting import Caster
from howfar.synth.views import Views, rays_of

LEAST_PIXELS = 20
"""An object of which fewer pixels are seen is left out of the lists; it stays in the picture of instances."""

FULLY_VISIBLE, HALF_VISIBLE = 0.9, 0.5
"""From this share of its own rendering on, an object counts as fully visible, and as partly occluded."""

NEAREST_M = 0.05
"""Corners that are nearer to the camera's plane, or behind it, cannot be put into the picture."""

Box = tuple[float, float, float, float]
"""Left, top, right and bottom in pixels."""


@dataclass(frozen=True, slots=True)
class Solid:
    """The upright box round an object in the camera's coordinates, as KITTI's labels have it.

    Attributes:
        height_m: Its size along the camera's Y axis.
        width_m: Its size across the object.
        length_m: Its size along the object.
        foot_m: The middle of its lower face.
        rotation_y_rad: Its turn about the camera's Y axis; at 0 its length lies along X.
    """

    height_m: float
    width_m: float
    length_m: float
    foot_m: tuple[float, float, float]
    rotation_y_rad: float


@dataclass(frozen=True, slots=True)
class SeenObject:
    """One object of the left-hand picture.

    Attributes:
        name: Its class.
        instance: Its number in the picture of instances.
        pixels: How many of its pixels are seen.
        visible_share: These, as a share of what would be seen if nothing stood before it.
        visible_box_px: Round the pixels that are seen.
        whole_box_px: Round those that would be.
        reach_px: Round all that would be, not cut to the picture, exact to parts of a pixel; infinite on all sides if
            some of it lies beside the camera.
        right_reach_px: The same of the right-hand camera; None where there is none.
        truncated: The share of its whole projection that lies outside the picture.
        depth_m: Median depth of the pixels that are seen.
        nearest_m: Least depth of them.
        solid: Its box in space.
    """

    name: str
    instance: int
    pixels: int
    visible_share: float
    visible_box_px: Box
    whole_box_px: Box
    reach_px: Box
    right_reach_px: Box | None
    truncated: float
    depth_m: float
    nearest_m: float
    solid: Solid

    @property
    def occlusion(self) -> int:
        """KITTI's level: 0 fully visible, 1 partly occluded, 2 largely occluded."""
        if self.visible_share >= FULLY_VISIBLE:
            return 0
        return 1 if self.visible_share >= HALF_VISIBLE else 2


def seen_objects(assembly: Assembly, views: Views, camera: Camera, baseline_m: float = 0.0) -> list[SeenObject]:
    """The objects of which enough is seen in the left-hand picture, in the order of their numbers.

    Args:
        assembly: The world in the left-hand camera's coordinates.
        views: What the cameras see of it.
        camera: The intrinsics of both cameras.
        baseline_m: How far the right-hand camera is to the right; at 0 there is none.
    """
    rays = rays_of(camera).astype(np.float32).reshape(camera.height_px, camera.width_px, 3)
    counts = np.bincount(views.instances.ravel(), minlength=len(assembly.objects) + 1)
    # Sorted by object, each one's triangles lie together, and need not be looked for among all of them.
    order = np.argsort(assembly.instance, kind="stable")
    ends = np.cumsum(np.bincount(assembly.instance, minlength=len(counts)))
    found = []
    for number in np.flatnonzero(counts >= LEAST_PIXELS).tolist():
        if number:
            corners_m = assembly.corners_m[order[ends[number - 1] : ends[number]]]
            seen = _seen(assembly, views, rays, camera, number, corners_m)
            right = _projection(corners_m - (baseline_m, 0, 0), camera) if baseline_m else None
            found.append(replace(seen, right_reach_px=right))
    return found


def _seen(
    assembly: Assembly,
    views: Views,
    rays: NDArray[np.float32],
    camera: Camera,
    number: int,
    corners_m: NDArray[np.float64],
) -> SeenObject:
    inside = views.instances == number
    reach = _projection(corners_m, camera)
    whole = _alone(corners_m, rays, reach) | inside
    depths_m = views.depth_m[inside]
    return SeenObject(
        name=assembly.objects[number - 1].name,
        instance=number,
        pixels=len(depths_m),
        visible_share=len(depths_m) / int(np.count_nonzero(whole)),
        visible_box_px=_box_round(inside),
        whole_box_px=_box_round(whole),
        reach_px=reach,
        right_reach_px=None,
        truncated=_outside(reach, camera),
        depth_m=float(np.median(depths_m)),
        nearest_m=float(depths_m.min()),
        solid=upright_box(corners_m.reshape(-1, 3), assembly.frames[number - 1]),
    )


def upright_box(points_m: NDArray[np.float64], frame: NDArray[np.float64]) -> Solid:
    """The smallest box round N×3 points that stands along the camera's Y axis and is turned as the object is.

    Args:
        points_m: Points in the camera's coordinates.
        frame: 3×3, the object's axes in columns; the first is its length.
    """
    turn = math.atan2(-frame[2, 0], frame[0, 0])
    along, across = np.array([math.cos(turn), 0, -math.sin(turn)]), np.array([math.sin(turn), 0, math.cos(turn)])
    first, second = points_m @ along, points_m @ across
    middle = (first.min() + first.max()) / 2 * along + (second.min() + second.max()) / 2 * across
    top, foot = points_m[:, 1].min(), points_m[:, 1].max()
    return Solid(
        height_m=float(foot - top),
        width_m=float(np.ptp(second)),
        length_m=float(np.ptp(first)),
        foot_m=(float(middle[0]), float(foot), float(middle[2])),
        rotation_y_rad=turn,
    )


def _projection(corners_m: NDArray[np.float64], camera: Camera) -> Box:
    """Box of the projected corners, not cut to the picture; infinite on all sides if some lie beside the camera."""
    points = corners_m.reshape(-1, 3)
    if points[:, 2].min() < NEAREST_M:
        return (-math.inf, -math.inf, math.inf, math.inf)
    x = camera.fx_px * points[:, 0] / points[:, 2] + camera.cx_px
    y = camera.fy_px * points[:, 1] / points[:, 2] + camera.cy_px
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def _outside(reach: Box, camera: Camera) -> float:
    """Share of a box's area outside the picture; 1 for one without end."""
    x1, y1, x2, y2 = reach
    area = (x2 - x1) * (y2 - y1)
    width, height = min(x2, camera.width_px) - max(x1, 0), min(y2, camera.height_px) - max(y1, 0)
    return 1 - max(width, 0) * max(height, 0) / area


def _alone(corners_m: NDArray[np.float64], rays: NDArray[np.float32], reach: Box) -> NDArray[np.bool_]:
    """H×W bool: where an object would be seen if there were nothing else."""
    height, width = rays.shape[:2]
    x1, y1 = math.floor(max(reach[0], 0)), math.floor(max(reach[1], 0))
    x2, y2 = math.ceil(min(reach[2], width)), math.ceil(min(reach[3], height))
    window = rays[y1:y2, x1:x2]
    hits = Caster(corners_m).first(np.zeros(3, np.float32), window.reshape(-1, 3))
    mask = np.zeros((height, width), dtype=np.bool_)
    mask[y1:y2, x1:x2] = hits.found.reshape(window.shape[:2])
    return mask


def _box_round(mask: NDArray[np.bool_]) -> Box:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)
