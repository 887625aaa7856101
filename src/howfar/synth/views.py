"""What one or two cameras see of a world, and the exact truth of the left-hand one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from howfar.scene import Camera
from howfar.synth.assembly import Assembly
from howfar.synth.casting import exact_depth_m
from howfar.synth.shading import Shader

JUST_BEFORE = 1 - 1e-4
"""How much of the way to a point must be free for it to be seen."""

EDGE_CONTRAST = 0.05
"""Neighbouring pixels that differ by this share of white are looked at more closely."""

EDGE_SHARE = 0.1
"""At most this share of a picture's pixels, those of most contrast: they are what rendering has time for."""

INNER_PLACES = np.array([(-0.33, -0.2), (0.33, -0.2), (0.0, 0.4)])
"""Points in a pixel, from its middle, which is looked at in any case."""


@dataclass(frozen=True, slots=True, eq=False)
class RightView:
    """What the right-hand camera sees, and where the left-hand picture's points are in it, all H×W.

    Attributes:
        light: H×W×3 float32, linear light of the picture.
        disparity_px: float64, d = f·B / Z: the point at column x is at x − d in the right-hand picture; NaN where there
            is only sky.
        hidden: bool, whether a point is not seen in the right-hand picture: something stands before it, or it lies
            outside.
    """

    light: NDArray[np.float32]
    disparity_px: NDArray[np.float64]
    hidden: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Views:
    """The left-hand picture with its truth, all H×W, and the right-hand one.

    Attributes:
        left: H×W×3 float32, linear light of the left-hand picture.
        depth_m: float64 depth of the left-hand picture along the optical axis, of the surface that is hit first, be it
            a mirror or a pane of glass; NaN where there is only sky.
        instances: uint16, number of the object that a pixel belongs to; 0 for none.
        right: The right-hand camera's; None without one.
    """

    left: NDArray[np.float32]
    depth_m: NDArray[np.float64]
    instances: NDArray[np.uint16]
    right: RightView | None


def see(assembly: Assembly, camera: Camera, baseline_m: float) -> Views:
    """Render one picture or both.

    Args:
        assembly: The world in the left-hand camera's coordinates.
        camera: The intrinsics of both cameras.
        baseline_m: How far the right-hand camera is to the right; at 0 there is none.
    """
    shape = (camera.height_px, camera.width_px)
    rays = rays_of(camera)
    left = _Eye(assembly, camera, 0.0)
    triangle = left.hits.triangle
    depth_m = exact_depth_m(assembly.corners_m, triangle, np.zeros(3), rays)
    owners = np.where(left.hits.found, assembly.instance[triangle], 0).astype(np.uint16)
    return Views(
        left=left.picture(),
        depth_m=depth_m.reshape(shape),
        instances=owners.reshape(shape),
        right=_right(assembly, camera, baseline_m, rays, depth_m) if baseline_m else None,
    )


def _right(
    assembly: Assembly,
    camera: Camera,
    baseline_m: float,
    rays: NDArray[np.float64],
    depth_m: NDArray[np.float64],
) -> RightView:
    shape = (camera.height_px, camera.width_px)
    disparity_px = camera.fx_px * baseline_m / depth_m
    hidden = _hidden(assembly, camera, baseline_m, rays * depth_m[:, None], disparity_px)
    light = _Eye(assembly, camera, baseline_m).picture()
    return RightView(light, disparity_px.reshape(shape), hidden.reshape(shape))


def rays_of(camera: Camera) -> NDArray[np.float64]:
    """The directions (X/Z, Y/Z, 1) of the middles of all pixels, row by row."""
    x = (np.arange(camera.width_px) + 0.5 - camera.cx_px) / camera.fx_px
    y = (np.arange(camera.height_px) + 0.5 - camera.cy_px) / camera.fy_px
    columns, rows = np.meshgrid(x, y)
    return np.stack([columns, rows, np.ones_like(columns)], axis=-1).reshape(-1, 3)


class _Eye:
    """One of the two cameras, some way to the right of the left-hand one, and what it sees first."""

    def __init__(self, assembly: Assembly, camera: Camera, x_m: float) -> None:
        self._assembly, self._camera = assembly, camera
        self._shader = Shader(assembly, 1 / camera.fx_px)
        self._origin_m = np.array([x_m, 0, 0], dtype=np.float32)
        self._rays = rays_of(camera).astype(np.float32)
        self.hits = assembly.first(self._origin_m, self._rays)

    def picture(self) -> NDArray[np.float32]:
        """H×W×3 linear light; pixels at edges are the mean of several rays."""
        camera = self._camera
        colours = self._shader.colours(self._origin_m, self._rays, self.hits)
        white = _white(colours)
        edges = _edges(np.sqrt(np.minimum(colours.mean(axis=1) / white, 1)).reshape(camera.height_px, camera.width_px))
        closer = np.repeat(self._rays[edges][:, None], len(INNER_PLACES), axis=1)
        closer[:, :, :2] += (INNER_PLACES / (camera.fx_px, camera.fy_px)).astype(np.float32)
        closer = closer.reshape(-1, 3)
        samples = self._shader.colours(self._origin_m, closer, self._assembly.first(self._origin_m, closer))
        samples = np.concatenate([colours[edges][:, None], samples.reshape(-1, len(INNER_PLACES), 3)], axis=1)
        # White is as white as it gets: a window beyond it would bleed over its frame.
        colours[edges] = np.minimum(samples, 2 * white).mean(axis=1)
        return colours.reshape(camera.height_px, camera.width_px, 3)


def _edges(bright: NDArray[np.float32]) -> NDArray[np.int64]:
    """Flat indices of the pixels of H×W brightness, 0 to 1, that differ most from a neighbour."""
    contrast = np.zeros_like(bright)
    across, down = np.abs(np.diff(bright, axis=1)), np.abs(np.diff(bright, axis=0))
    for part, steps in ((np.s_[:, 1:], across), (np.s_[:, :-1], across), (np.s_[1:], down), (np.s_[:-1], down)):
        contrast[part] = np.maximum(contrast[part], steps)
    edges = np.flatnonzero(contrast > EDGE_CONTRAST)
    most = int(EDGE_SHARE * contrast.size)
    if len(edges) <= most:
        return edges
    return edges[np.argsort(contrast.ravel()[edges], kind="stable")[-most:]]


def _white(colours: NDArray[np.float32]) -> np.float32:
    """About the light that a camera would show as white, judged by green."""
    return np.float32(4 * np.median(colours[:, 1]) + 1e-6)


def _hidden(
    assembly: Assembly,
    camera: Camera,
    baseline_m: float,
    points_m: NDArray[np.float64],
    disparity_px: NDArray[np.float64],
) -> NDArray[np.bool_]:
    columns = np.tile(np.arange(camera.width_px) + 0.5, camera.height_px)
    hidden = ~(columns - disparity_px >= 0)  # true of NaN too: the sky is nowhere
    looked_at = np.flatnonzero(~hidden)
    origin_m = np.array([baseline_m, 0, 0])
    ways = ((points_m[looked_at] - origin_m) * JUST_BEFORE).astype(np.float32)
    hidden[looked_at] = assembly.blocked(origin_m.astype(np.float32), ways)
    return hidden
