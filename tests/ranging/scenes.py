"""Rendered scenes: boxes of known size on the ground before a camera that is not quite level, with all that is true."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from howfar.ranging.cues.ground_cue import GROUND_SLOPE_SD
from howfar.ranging.cues.sizes import ClassSize, SizeTable
from howfar.scene import Camera

CAMERA = Camera(1242, 375, 720.0, 720.0, 610.0, 175.0)
CAMERA_HEIGHT_M = 1.65
CORNERS = np.array(list(product((-0.5, 0.5), (-1.0, 0.0), (-0.5, 0.5))))
"""Of a box of side 1 that stands on the origin: across, down, along."""


@dataclass(frozen=True, eq=False)
class RenderedScene:
    """A picture of N objects, without its colours.

    Attributes:
        camera: The camera.
        pitch_deg: How far it looks down.
        labels: N classes.
        boxes_xyxy_px: N×4 exact boxes, cut to the picture, whatever stands before them.
        depth_m: N distances of the centres along the optical axis.
        nearest_m: N distances of the nearest corners.
        depth_map_m: H×W depth of every pixel, NaN where there is sky.
        visible: N shares of the object's own pixels that nothing stands before.
    """

    camera: Camera
    pitch_deg: float
    labels: tuple[str, ...]
    boxes_xyxy_px: NDArray[np.float32]
    depth_m: NDArray[np.float64]
    nearest_m: NDArray[np.float64]
    depth_map_m: NDArray[np.float32]
    visible: NDArray[np.float64]

    @property
    def horizon_px(self) -> float:
        """The row of the horizon."""
        return self.camera.cy_px - self.camera.fy_px * math.tan(math.radians(self.pitch_deg))


@dataclass(frozen=True, slots=True)
class Block:
    """An object: a box with a footprint turned by an angle about the vertical.

    Attributes:
        label: Its class.
        size_m: Width, height and length.
        foot_m: Where the middle of its footprint is, before the camera were pitched: right, down, ahead.
        yaw: Angle of its length to the line of sight ahead, in radians.
    """

    label: str
    size_m: tuple[float, float, float]
    foot_m: tuple[float, float, float]
    yaw: float


def street(rng: np.random.Generator, sizes: SizeTable, labels: tuple[str, ...], count: int) -> list[Block]:
    """Some objects on uneven ground, with sizes drawn with the spreads of the table."""
    return [_drawn(rng, sizes.find(label), label) for label in rng.choice(labels, count)]


def _drawn(rng: np.random.Generator, size: ClassSize | None, label: str) -> Block:
    assert size is not None
    if size.kinds:
        size = size.kinds[rng.choice(len(size.kinds), p=[kind.share for kind in size.kinds])]
    assert size.height_m
    assert size.log_sd
    width, length = size.width_m or 0.4, size.length_m or 0.4
    factors = np.exp(rng.normal(size=3) * (size.footprint_log_sd, size.log_sd, size.footprint_log_sd))
    ahead = float(np.exp(rng.uniform(np.log(8), np.log(50))))
    aside = rng.uniform(-0.6, 0.6) * ahead
    down = CAMERA_HEIGHT_M + rng.normal(0, GROUND_SLOPE_SD) * ahead
    measures = (width * factors[0], size.height_m * factors[1], length * factors[2])
    return Block(str(label), measures, (aside, down, ahead), rng.uniform(0, math.pi))


def render(blocks: list[Block], pitch_deg: float, *, cell_px: float = 6.0) -> RenderedScene:
    """Render a scene.

    Args:
        blocks: What stands there; objects out of sight, or before the eye, are left out.
        pitch_deg: How far the camera looks down.
        cell_px: Side of the depth map's cells.
    """
    tilt = _tilt(pitch_deg)
    shown = [block for block in blocks if _in_sight(_corners(block) @ tilt.T)]
    corners = [_corners(block) @ tilt.T for block in shown]
    shape = (round(CAMERA.height_px / cell_px), round(CAMERA.width_px / cell_px))
    layers = [_surface(block, tilt, shape) for block in shown]
    nearest = np.min([_ground(tilt, shape), *layers], axis=0)
    own = [np.isfinite(layer) for layer in layers]
    return RenderedScene(
        CAMERA,
        pitch_deg,
        tuple(block.label for block in shown),
        np.array([_box(each) for each in corners], dtype=np.float32).reshape(-1, 4),
        np.array([each.mean(axis=0)[2] for each in corners]),
        np.array([each[:, 2].min() for each in corners]),
        np.where(np.isfinite(nearest), nearest, np.nan).astype(np.float32),
        np.array(
            [
                (nearest[mask] == layer[mask]).mean() if mask.any() else 0.0
                for mask, layer in zip(own, layers, strict=True)
            ]
        ),
    )


def streets(
    seed: int, scenes: int, sizes: SizeTable, labels: tuple[str, ...], *, pitch_sd_deg: float = 1.0
) -> Iterator[RenderedScene]:
    """Many scenes of one to nine objects."""
    rng = np.random.default_rng(seed)
    for _ in range(scenes):
        blocks = street(rng, sizes, labels, int(rng.integers(1, 10)))
        yield render(blocks, float(rng.normal(0, pitch_sd_deg)))


def _tilt(pitch_deg: float) -> NDArray[np.float64]:
    """From the level camera's axes (right, down, ahead) to those of one that looks down."""
    cos, sin = math.cos(math.radians(pitch_deg)), math.sin(math.radians(pitch_deg))
    return np.array([[1, 0, 0], [0, cos, -sin], [0, sin, cos]])


def _axes(block: Block) -> NDArray[np.float64]:
    """The directions of an object's width, height and length, as columns."""
    cos, sin = math.cos(block.yaw), math.sin(block.yaw)
    return np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]])


def _corners(block: Block) -> NDArray[np.float64]:
    return (CORNERS * block.size_m) @ _axes(block).T + block.foot_m


def _project(points: NDArray[np.float64]) -> NDArray[np.float64]:
    return points[:, :2] / points[:, 2:] * (CAMERA.fx_px, CAMERA.fy_px) + (CAMERA.cx_px, CAMERA.cy_px)


def _in_sight(corners: NDArray[np.float64]) -> bool:
    if corners[:, 2].min() < 1.0:
        return False
    left, top, right, bottom = _box(corners)
    return right - left > 4 and bottom - top > 4


def _box(corners: NDArray[np.float64]) -> tuple[float, float, float, float]:
    pixels = _project(corners)
    (left, top), (right, bottom) = pixels.min(axis=0), pixels.max(axis=0)
    width, height = CAMERA.width_px, CAMERA.height_px
    return (
        float(np.clip(left, 0, width)),
        float(np.clip(top, 0, height)),
        float(np.clip(right, 0, width)),
        float(np.clip(bottom, 0, height)),
    )


def _rays(shape: tuple[int, int]) -> NDArray[np.float64]:
    """H×W×3 directions of the cells' middles, of depth 1."""
    rows, columns = shape
    x = ((np.arange(columns) + 0.5) * CAMERA.width_px / columns - CAMERA.cx_px) / CAMERA.fx_px
    y = ((np.arange(rows) + 0.5) * CAMERA.height_px / rows - CAMERA.cy_px) / CAMERA.fy_px
    return np.stack([*np.meshgrid(x, y), np.ones(shape)], axis=-1)


def _ground(tilt: NDArray[np.float64], shape: tuple[int, int]) -> NDArray[np.float64]:
    down = (_rays(shape) @ tilt)[..., 1]
    with np.errstate(divide="ignore"):
        return np.where(down > 0, CAMERA_HEIGHT_M / down, np.inf)


def _surface(block: Block, tilt: NDArray[np.float64], shape: tuple[int, int]) -> NDArray[np.float64]:
    """The depth at which each ray enters an object (the slab method), infinite where it passes by."""
    axes = _axes(block)
    rays = (_rays(shape) @ tilt) @ axes
    start = -np.array(block.foot_m) @ axes
    half = np.array(block.size_m) / 2
    middle = np.array([0, -half[1], 0])
    with np.errstate(divide="ignore", invalid="ignore"):
        first = (middle - half - start) / rays
        last = (middle + half - start) / rays
    enters = np.minimum(first, last).max(axis=-1)
    leaves = np.maximum(first, last).min(axis=-1)
    return np.where((enters > 0) & (enters < leaves), enters, np.inf)
