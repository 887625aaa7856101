"""Coloured point clouds."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.files import replacing
from howfar.scene import Camera, DepthMap

POINT = np.dtype([("position", "<f4", 3), ("colour", "u1", 3)])


def save_point_cloud(
    image: NDArray[np.uint8],
    depth: DepthMap,
    camera: Camera,
    path: Path,
    *,
    notes: Sequence[str] = (),
    overwrite: bool = False,
) -> int:
    """Write a picture's points as a coloured binary PLY file.

    There is one point for each known value of the depth map, at the map's own resolution: points between its values
    would be made up, and at the edge of an object they would hang in the air. X points right, Y down and Z forward, in
    metres.

    Args:
        image: H×W×3 uint8 RGB; it is resized to the map.
        depth: A metric map of the picture.
        camera: The picture's camera.
        path: Where to.
        notes: Sentences about what the metres are worth, which the file carries as comments.
        overwrite: Replace a file that is there.

    Returns:
        The number of points.

    Raises:
        SettingError: If the map is relative: it has no metres.
        OutputError: If the file exists and overwrite is not set, or cannot be written.
    """
    metres = depth.metres()
    known = np.isfinite(metres)
    rows, columns = depth.shape
    points = np.empty(int(known.sum()), dtype=POINT)
    points["position"] = camera.points_m(metres)[known]
    points["colour"] = cv2.resize(image, (columns, rows), interpolation=cv2.INTER_AREA)[known]
    with replacing(path, overwrite=overwrite) as temporary, temporary.open("wb") as file:
        file.write(_header(len(points), camera, notes).encode("ascii", "replace"))
        file.write(points.tobytes())
    return len(points)


def _header(count: int, camera: Camera, notes: Sequence[str]) -> str:
    """The PLY header: the scale of an assumed camera is called assumed in the file itself."""
    lines = [
        "ply",
        "format binary_little_endian 1.0",
        "comment howfar: metres, X right, Y down, Z forward",
        f"comment camera {camera.origin}, focal length {camera.fx_px:.2f} {camera.fy_px:.2f} px",
        *(f"comment {' '.join(note.split())}" for note in notes),
        f"element vertex {count}",
        *(f"property float {axis}" for axis in "xyz"),
        *(f"property uchar {colour}" for colour in ("red", "green", "blue")),
        "end_header",
    ]
    return "\n".join(lines) + "\n"
