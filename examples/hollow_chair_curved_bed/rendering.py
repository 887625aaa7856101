"""A renderer of boxes: the exact depth of every pixel, and to which thing it belongs."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from howfar import Camera

Metres = tuple[float, float, float]
"""Right, down and forward from the point of the floor below the camera."""

LIGHT = np.array([0.78, 1.0, 0.62])
"""How bright a box's left and right, its top, and its front and back are."""


@dataclass(frozen=True)
class Block:
    """A box, turned about the vertical.

    Attributes:
        thing: What it is a part of; empty for the room.
        middle_m: Its middle.
        size_m: Its lengths.
        colour: Red, green and blue.
        turned_deg: By how much it is turned.
    """

    thing: str
    middle_m: Metres
    size_m: Metres
    colour: tuple[int, int, int]
    turned_deg: float = 0.0


def render(
    blocks: list[Block], camera: Camera, height_m: float, down_deg: float
) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.int64]]:
    """See blocks from height_m above the floor, looking down_deg below the horizon.

    Returns:
        H×W×3 uint8 RGB, H×W depth along the optical axis in metres, and H×W places of the block seen in `blocks`.
    """
    rays = camera.points_m(np.ones((camera.height_px, camera.width_px), dtype=np.float32)) @ _tilt(down_deg).T
    depth = np.full(rays.shape[:2], np.inf, dtype=np.float32)
    seen, faces = np.zeros((2, *depth.shape), dtype=np.int64)
    for place, block in enumerate(blocks):
        turn, half = _turn(block.turned_deg), np.array(block.size_m, dtype=np.float32) / 2
        eye = ((0.0, -height_m, 0.0) - np.array(block.middle_m, dtype=np.float32)) @ turn
        towards = rays @ turn
        towards[towards == 0] = 1e-9
        one, other = (-half - eye) / towards, (half - eye) / towards
        enter, leave = np.minimum(one, other), np.maximum(one, other)
        is_within = bool((np.abs(eye) < half).all())  # a room is seen from within: what counts is where the ray leaves
        here = leave.min(axis=-1) if is_within else enter.max(axis=-1)
        nearer = (enter.max(axis=-1) <= leave.min(axis=-1)) & (here > 0) & (here < depth)
        face = leave.argmin(axis=-1) if is_within else enter.argmax(axis=-1)
        depth[nearer], seen[nearer], faces[nearer] = here[nearer], place, face[nearer]
    colours = np.array([block.colour for block in blocks])[seen]
    return (LIGHT[faces][..., None] * colours).round().astype(np.uint8), depth, seen


def _turn(degrees: float) -> NDArray[np.float32]:
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]], dtype=np.float32)


def _tilt(degrees: float) -> NDArray[np.float32]:
    """From the camera's axes to the room's."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[1, 0, 0], [0, cosine, sine], [0, -sine, cosine]], dtype=np.float32)
