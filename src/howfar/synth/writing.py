"""The files of one scene."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from howfar.files import replacing
from howfar.synth import layout
from howfar.synth.coco_text import record_of
from howfar.synth.kitti_text import calibration_text, labels_text
from howfar.synth.objects import SeenObject
from howfar.synth.spec import SynthSpec
from howfar.synth.views import Views

COUNTS_PER_METRE = 256
COUNTS_PER_DISPARITY_PX = 256
"""As in KITTI's benchmarks."""

MOST_COUNTS = 65535
COMPRESSION = 1
"""Of 9: rendering has a speed to keep, and noise does not pack."""


def write_scene(
    root: Path,
    spec: SynthSpec,
    number: int,
    views: Views,
    pictures: Sequence[NDArray[np.uint8]],
    objects: Sequence[SeenObject],
) -> None:
    """Write all files of a scene, whole or not at all; its record comes last.

    Args:
        root: The data set's folder.
        spec: The data set's settings.
        number: The scene's number.
        views: What the cameras see, with the truth.
        pictures: The left-hand and, if there is one, the right-hand photo, H×W×3 uint8 RGB.
        objects: The objects of the left-hand picture.

    Raises:
        OutputError: If one cannot be written.
    """
    name, camera = layout.scene_name(number), spec.camera(number)
    files: dict[str, NDArray[Any]] = {
        layout.LEFT: pictures[0],
        layout.DEPTH: depth_counts(views.depth_m),
        layout.INSTANCES: views.instances,
    }
    if views.right is not None:
        files[layout.RIGHT] = pictures[1]
        files[layout.DISPARITY] = disparity_counts(views.right.disparity_px)
        files[layout.HIDDEN] = np.where(views.right.hidden, 255, 0).astype(np.uint8)
    for folder, pixels in files.items():
        _write_png(root / folder / f"{name}.png", pixels)
    write_text(root / layout.LABELS / f"{name}.txt", labels_text(objects))
    write_text(root / layout.CALIBRATIONS / f"{name}.txt", calibration_text(camera, spec.baseline_m))
    write_json(layout.record_path(root, number), record_of(number, camera, spec.baseline_m, objects))


def depth_counts(depth_m: NDArray[np.float64]) -> NDArray[np.uint16]:
    """256ths of a metre; 0 where there is only sky. Nothing is farther than the 255.99 m that 16 bits hold."""
    return _counts(depth_m * COUNTS_PER_METRE)


def disparity_counts(disparity_px: NDArray[np.float64]) -> NDArray[np.uint16]:
    """Pixels times 256; 0 where there is only sky, and beyond 255.99 pixels, which 16 bits cannot hold."""
    return _counts(disparity_px * COUNTS_PER_DISPARITY_PX)


def write_text(path: Path, text: str) -> None:
    """Write a text, whole or not at all."""
    with replacing(path, overwrite=True) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, table: dict[str, Any]) -> None:
    """Write a table as JSON, whole or not at all."""
    write_text(path, json.dumps(table, separators=(",", ":")) + "\n")


def _counts(values: NDArray[np.float64]) -> NDArray[np.uint16]:
    # What is known is at least 1, as 0 says that it is not.
    counts = np.maximum(np.rint(np.nan_to_num(values, nan=0.0)), np.isfinite(values))
    return np.where(counts > MOST_COUNTS, 0, counts).astype(np.uint16)


def _write_png(path: Path, pixels: NDArray[Any]) -> None:
    with replacing(path, overwrite=True) as temporary:
        Image.fromarray(pixels).save(temporary, compress_level=COMPRESSION)
