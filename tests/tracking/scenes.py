"""Scenes of videos, with objects that move as they are told."""

import math
from collections.abc import Sequence

from howfar.scene import Camera, Distance, Scene, SceneObject
from howfar.scene.box import Box
from howfar.scene.margins import INTERVAL_SDS

CAMERA = Camera.from_focal(640, 360, 500.0)
NO_METRES = Distance.unknown("none", "no metres")


def distance(depth_m: float, log_sd: float = 0.2) -> Distance:
    reach = math.exp(INTERVAL_SDS * log_sd)
    ends = {"low_m": depth_m / reach, "high_m": depth_m * reach}
    return Distance(depth_m, depth_m, (0.0, 0.0, depth_m), "auto", 1.0, False, (0, 0, 1, 1), **ends)


def box(x_m: float, depth_m: float, height_m: float = 1.7, width_m: float = 0.6) -> Box:
    """The box of something upright whose middle is at the height of the camera."""
    x, f = CAMERA.cx_px + CAMERA.fx_px * x_m / depth_m, CAMERA.fx_px / depth_m
    y = CAMERA.cy_px
    return (x - width_m / 2 * f, y - height_m / 2 * f, x + width_m / 2 * f, y + height_m / 2 * f)


def seen(label: str, where: Box, what: Distance, score: float = 0.9) -> SceneObject:
    return SceneObject(label, 0, score, where, what)


def walker(x_m: float, depth_m: float, label: str = "person", score: float = 0.9) -> SceneObject:
    return seen(label, box(x_m, depth_m), distance(depth_m), score)


def frame(time_s: float | None, objects: Sequence[SceneObject], index: int = 0) -> Scene:
    models = {"detector": "d", "depth": "z"}
    return Scene("film.mp4", 640, 360, CAMERA, models, tuple(objects), (), frame=index, time_s=time_s)
