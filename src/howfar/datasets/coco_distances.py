"""COCO JSON files whose objects carry a distance.

Such a file is one of COCO's for detection with a few fields more:

- an annotation's `depth_m`, the object's distance along the optical axis in metres; without it, or with null, the
  object is left out;
- its `nearest_m`, if known: that of the object's nearest face;
- its `occlusion`, if known: 0 fully visible, 1 partly occluded, 2 largely occluded; anything else is unknown;
- an image's `camera`, an object of `fx_px`, `fy_px`, `cx_px` and `cy_px`; without it the camera is assumed.

Boxes round a crowd (`iscrowd`) have no distance and are left out.
"""

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from howfar.datasets.coco import CocoDetection, names_of_classes, read_table, refusing_other_forms
from howfar.datasets.coco_folder import CocoFolder, pictures_of
from howfar.datasets.samples import LazySamples, ObjectSample
from howfar.datasets.splits import refuse_unknown_split
from howfar.errors import SettingError, SourceError
from howfar.scene import Camera

INTRINSICS = ("fx_px", "fy_px", "cx_px", "cy_px")


@dataclass(frozen=True, slots=True)
class _Known:
    """What a file says of one object's distance."""

    depth_m: float
    nearest_m: float
    occlusion: int


class CocoDistances:
    """The objects of one JSON file, or of those in one folder.

    Attributes:
        name: What to call the data set.
        splits: The names of its parts.
        definition: What its objects and their distances are.
        detector_names: Every category by its own name, as a file of others than COCO's may still share some names.
        exhaustive: All objects of a file's categories are annotated, as COCO's format has it.
    """

    definition = "annotations with a depth_m, crowds left out; distance: depth_m, or nearest_m"
    exhaustive = True

    def __init__(self, path: str | Path) -> None:
        """Take a JSON file, or a folder that holds `instances*.json` itself or in `annotations`, and read them.

        Raises:
            SourceError: If there is no such file, or one cannot be read or names no classes.
        """
        folder = CocoFolder(path)
        self.name, self.splits = folder.name, folder.splits
        self._files = folder.files
        self._tables = {split: read_table(file) for split, file in self._files.items()}
        self.detector_names: dict[str, str] = {}
        for split, table in self._tables.items():
            with refusing_other_forms(self._files[split]):
                self.detector_names.update({name: name for name in names_of_classes(table)})

    def objects(self, split: str) -> LazySamples[ObjectSample]:
        """The pictures of one part in the file's order, read when asked for; some may have no object.

        Raises:
            SettingError: If there is no such split.
            SourceError: If the file does not fit together, a picture is missing, no object has a distance, or a
                distance or camera cannot be.
        """
        refuse_unknown_split(split, self.splits, self.name)
        file, table = self._files[split], self._tables[split]
        detection = CocoDetection(pictures_of(file), file, table)
        known: dict[int, list[_Known | None]] = {picture.image_id: [] for picture in detection.pictures}
        for index, (box, entry) in enumerate(zip(detection.boxes, table["annotations"], strict=True)):
            where = f"annotation {entry.get('id', f'number {index + 1}')} of {file}"
            known[box.image_id].append(None if box.crowd else _known(entry, where))
        if not any(map(any, known.values())):
            raise SourceError(f"No annotation of {file} has a distance: give each a field depth_m, in metres.")
        cameras = [
            _camera(entry, f"image {picture.image_id} of {file}")
            for picture, entry in zip(detection.pictures, table["images"], strict=True)
        ]
        keys = list(zip(range(len(detection)), known.values(), cameras, strict=True))
        return LazySamples(keys, partial(_sample, detection))


def _sample(detection: CocoDetection, place: tuple[int, Sequence[_Known | None], Camera]) -> ObjectSample:
    index, known, camera = place
    sample = detection[index]
    kept = [(number, each) for number, each in enumerate(known) if each is not None]
    numbers = [number for number, _ in kept]
    others = [number for number, each in enumerate(known) if each is None]
    return ObjectSample(
        name=sample.name,
        image=sample.image,
        camera=camera,
        labels=tuple(sample.labels[number] for number in numbers),
        boxes_xyxy_px=sample.boxes_xyxy_px[numbers],
        depth_m=np.array([each.depth_m for _, each in kept], dtype=np.float64),
        nearest_m=np.array([each.nearest_m for _, each in kept], dtype=np.float64),
        occlusions=np.array([each.occlusion for _, each in kept], dtype=np.int8),
        unlabelled_xyxy_px=sample.boxes_xyxy_px[others],
    )


def _known(entry: dict[str, Any], where: str) -> _Known | None:
    depth_m = _metres(entry, "depth_m", where)
    if depth_m is None:
        return None
    nearest_m = _metres(entry, "nearest_m", where)
    occlusion = entry.get("occlusion")
    return _Known(
        depth_m,
        math.nan if nearest_m is None else nearest_m,
        int(occlusion) if occlusion in (0, 1, 2) else -1,
    )


def _metres(entry: dict[str, Any], field: str, where: str) -> float | None:
    value = entry.get(field)
    if value is None:
        return None
    if not _is_number(value) or not value > 0:
        raise SourceError(
            f"The {field} of {where} should be a positive number of metres, not {value!r}: correct it, or leave it out "
            "where it is not known."
        )
    return float(value)


def _camera(entry: dict[str, Any], where: str) -> Camera:
    width, height = int(entry["width"]), int(entry["height"])
    try:
        if entry.get("camera") is None:
            return Camera.assumed(width, height)
        fx_px, fy_px, cx_px, cy_px = _intrinsics(entry["camera"], where)
        return Camera(width, height, fx_px, fy_px, cx_px, cy_px, origin="given")
    except SettingError as error:
        raise SourceError(f"The camera of {where} cannot be: {error}") from None


def _intrinsics(fields: object, where: str) -> list[float]:
    if not isinstance(fields, dict) or not all(_is_number(fields.get(name)) for name in INTRINSICS):
        raise SourceError(f"The camera of {where} should have the numbers {', '.join(INTRINSICS)}, not {fields!r}.")
    return [float(fields[name]) for name in INTRINSICS]


def _is_number(value: object) -> bool:
    # The comparison is false for NaN, and holds for whole numbers that no float can be made of.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max
