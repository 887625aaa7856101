"""COCO JSON files of stereo pairs whose objects have a box in both pictures, as `howfar synth` writes them.

Such a file is one of COCO's for detection with a few fields more:

- an image's `right_file_name`, the right-hand picture of the rectified pair, `baseline_m`, the distance of the two
  cameras, and `camera`, an object of `fx_px`, `fy_px`, `cx_px` and `cy_px`, the same for both;
- an annotation's `whole_bbox` and `right_bbox`: the box round the whole object in each picture, whatever stands before
  it and wherever the picture ends, as KITTI's boxes are; an object without them is left out;
- its `depth_m`, the distance of its visible surface in metres, and its `occlusion`, if known.
"""

import math
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from howfar.datasets.coco import CocoDetection, read_table, refusing_other_forms
from howfar.datasets.coco_distances import INTRINSICS
from howfar.datasets.coco_folder import CocoFolder, pictures_of
from howfar.datasets.files import leads_out, refuse_missing
from howfar.datasets.samples import LazySamples
from howfar.datasets.splits import refuse_unknown_split
from howfar.errors import SourceError
from howfar.io.pictures import read_rgb
from howfar.numbers import is_finite_number
from howfar.scene import StereoRig

LEAST_INSIDE = 0.5
"""An object of whose box a smaller share lies in the left-hand picture is left out: most of it is guesswork."""


@dataclass(frozen=True, eq=False)
class PairSample:
    """A rectified stereo pair with its true objects.

    Attributes:
        name: What the data set calls it.
        image_id: Its number in the data set.
        image: H×W×3 uint8 RGB, the left-hand picture.
        right: H×W×3 uint8 RGB, the right-hand one.
        rig: The two cameras.
        boxes_xyxy_px: N×4 float32, round each whole object in the left-hand picture; not cut to it.
        right_boxes_xyxy_px: N×4 float32, the same in the right-hand one.
        visible_boxes_xyxy_px: N×4 float32, round what is seen of each object in the left-hand picture.
        class_ids: N int64, indices in `class_names`.
        disparities_px: N float64, of the visible surface, by its distance; NaN where unknown.
        occlusions: N int8: 0 fully visible, 1 partly occluded, 2 largely occluded, -1 unknown.
        class_names: The names of all classes of the data set.
    """

    name: str
    image_id: int
    image: NDArray[np.uint8]
    right: NDArray[np.uint8]
    rig: StereoRig
    boxes_xyxy_px: NDArray[np.float32]
    right_boxes_xyxy_px: NDArray[np.float32]
    visible_boxes_xyxy_px: NDArray[np.float32]
    class_ids: NDArray[np.int64]
    disparities_px: NDArray[np.float64]
    occlusions: NDArray[np.int8]
    class_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Object:
    """What a file says of one object; boxes are left, top, width and height."""

    class_id: int
    whole_xywh_px: tuple[float, ...]
    right_xywh_px: tuple[float, ...]
    visible_xywh_px: tuple[float, ...]
    depth_m: float
    occlusion: int


@dataclass(frozen=True, slots=True)
class _Pair:
    """What a file says of one pair."""

    image_id: int
    name: str
    right_name: str
    rig: StereoRig
    objects: tuple[_Object, ...]


class CocoPairs:
    """The pairs of one JSON file, or of those in one folder.

    Attributes:
        name: What to call the data set.
        splits: The names of its parts.
    """

    def __init__(self, path: str | Path) -> None:
        """Take a JSON file, or a folder that holds `instances*.json` itself or in `annotations`.

        Raises:
            SourceError: If there is no such file.
        """
        folder = CocoFolder(path)
        self.name, self.splits, self._files = folder.name, folder.splits, folder.files

    def split(self, split: str, classes: tuple[str, ...] = ()) -> LazySamples[PairSample]:
        """The pairs of one part in the file's order, read when asked for.

        Args:
            split: Which part.
            classes: Its objects of these classes alone, numbered in this order; of all where none is named.

        Raises:
            SettingError: If there is no such split.
            SourceError: If the file does not fit together, names no right-hand pictures or no such class, or a picture
                is missing.
        """
        refuse_unknown_split(split, self.splits, self.name)
        file = self._files[split]
        table = read_table(file)
        folder = pictures_of(file)
        detection = CocoDetection(folder, file, table)
        names = classes or detection.class_names
        if strange := [name for name in names if name not in detection.class_names]:
            raise SourceError(f"{file} has no class {strange[0]!r}; there are {', '.join(detection.class_names)}.")
        numbers = {
            category: names.index(name)
            for category, name in zip(detection.category_ids, detection.class_names, strict=True)
            if name in names
        }
        with refusing_other_forms(file):
            pairs = _pairs(table, numbers)
        if not pairs:
            raise SourceError(
                f"{file} names no right-hand pictures: give each image a right_file_name, or render some with "
                "howfar synth --baseline-m 0.54."
            )
        refuse_missing((folder / pair.right_name for pair in pairs), f"{len(pairs)} right-hand pictures of {file}")
        return LazySamples(pairs, partial(_sample, folder, names))


def _pairs(table: dict[str, Any], numbers: dict[int, int]) -> list[_Pair]:
    objects: dict[int, list[_Object]] = {}
    for entry in table["annotations"]:
        if "whole_bbox" in entry and "right_bbox" in entry and entry["category_id"] in numbers:
            objects.setdefault(entry["image_id"], []).append(_object(entry, numbers[entry["category_id"]]))
    pairs = []
    for entry in table["images"]:
        if "right_file_name" not in entry:
            continue
        if leads_out(entry["right_file_name"]):
            raise ValueError(f"the right_file_name {entry['right_file_name']!r} leads out of the data set")
        focal_px = float(entry["camera"][INTRINSICS[0]])
        rig = StereoRig(focal_px, float(entry["baseline_m"]))
        inside = [one for one in objects.get(entry["id"], ()) if _share_inside(one, entry) >= LEAST_INSIDE]
        pairs.append(_Pair(entry["id"], entry["file_name"], entry["right_file_name"], rig, tuple(inside)))
    return pairs


def _object(entry: dict[str, Any], class_id: int) -> _Object:
    depth_m: Any = entry.get("depth_m")
    occlusion = entry.get("occlusion")
    return _Object(
        class_id,
        _four_numbers(entry, "whole_bbox"),
        _four_numbers(entry, "right_bbox"),
        _four_numbers(entry, "bbox"),
        float(depth_m) if is_finite_number(depth_m) and depth_m > 0 else math.nan,
        int(occlusion) if occlusion in (0, 1, 2) else -1,
    )


def _four_numbers(entry: dict[str, Any], name: str) -> tuple[float, ...]:
    box = entry[name]
    if not (isinstance(box, list) and len(box) == 4 and all(map(is_finite_number, box))):
        raise ValueError(f"a {name} is left, top, width and height, not {box!r}")
    return tuple(map(float, box))


def _share_inside(one: _Object, image: dict[str, Any]) -> float:
    """The share of an object's box that lies in the left-hand picture."""
    x, y, width, height = one.whole_xywh_px
    across = min(x + width, image["width"]) - max(x, 0.0)
    down = min(y + height, image["height"]) - max(y, 0.0)
    return max(across, 0.0) * max(down, 0.0) / (width * height) if width > 0 and height > 0 else 0.0


def _sample(folder: Path, names: tuple[str, ...], pair: _Pair) -> PairSample:
    image, right = (read_rgb(folder / name) for name in (pair.name, pair.right_name))
    if image.shape != right.shape:
        raise SourceError(
            f"The pictures of the pair {pair.name} differ in size ({image.shape[1]}×{image.shape[0]} and "
            f"{right.shape[1]}×{right.shape[0]}): give those of one rectified pair."
        )
    depths_m = np.array([one.depth_m for one in pair.objects], dtype=np.float64)
    return PairSample(
        name=pair.name,
        image_id=pair.image_id,
        image=image,
        right=right,
        rig=pair.rig,
        boxes_xyxy_px=_corners([one.whole_xywh_px for one in pair.objects]),
        right_boxes_xyxy_px=_corners([one.right_xywh_px for one in pair.objects]),
        visible_boxes_xyxy_px=_corners([one.visible_xywh_px for one in pair.objects]),
        class_ids=np.array([one.class_id for one in pair.objects], dtype=np.int64),
        disparities_px=pair.rig.focal_px * pair.rig.baseline_m / depths_m,
        occlusions=np.array([one.occlusion for one in pair.objects], dtype=np.int8),
        class_names=names,
    )


def _corners(boxes_xywh_px: list[tuple[float, ...]]) -> NDArray[np.float32]:
    boxes = np.array(boxes_xywh_px, dtype=np.float32).reshape(-1, 4)
    boxes[:, 2:] += boxes[:, :2]
    return boxes
