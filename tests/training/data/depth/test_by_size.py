"""Depth by the sizes of the objects of labelled photos."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from howfar.errors import SettingError, SourceError
from howfar.ranging.cues.sizes import default_sizes
from howfar.scene import Camera
from howfar.training.data.depth.by_size import DepthBySize

WIDTH_PX, HEIGHT_PX = 200, 160
FOCAL_PX = Camera.assumed(WIDTH_PX, HEIGHT_PX).fy_px
CLASSES = ["person", "car", "chair"]
UPRIGHT = (80.0, 40.0, 20.0, 60.0)
"""x, y, width and height of a person who stands in the middle."""


def write_photos(root: Path, *photos: list[tuple[str, tuple[float, ...]]], crowd: bool = False) -> Path:
    """A COCO data set of photos 1, 2, …, each with these classes and boxes (x, y, width, height)."""
    (root / "images").mkdir(parents=True)
    images, annotations = [], []
    for number, objects in enumerate(photos, 1):
        name = f"{number}.png"
        Image.new("RGB", (WIDTH_PX, HEIGHT_PX)).save(root / "images" / name)
        images.append({"id": number, "file_name": name, "width": WIDTH_PX, "height": HEIGHT_PX})
        for label, box in objects:
            entry: dict[str, Any] = {"id": len(annotations), "image_id": number, "category_id": CLASSES.index(label)}
            entry |= {"bbox": list(box), "area": box[2] * box[3], "iscrowd": int(crowd)}
            annotations.append(entry)
    categories = [{"id": index, "name": name} for index, name in enumerate(CLASSES)]
    table = {"images": images, "annotations": annotations, "categories": categories}
    (root / "instances.json").write_text(json.dumps(table))
    return root


def test_an_object_is_at_its_height_times_the_focal_length_over_its_pixels(tmp_path: Path) -> None:
    (sample,) = DepthBySize(write_photos(tmp_path, [("person", UPRIGHT)])).split("all")
    person = default_sizes().find("person")
    assert person is not None
    assert person.height_m is not None
    known = np.isfinite(sample.depth_m)
    assert sample.depth_m[known] == pytest.approx(person.height_m * FOCAL_PX / UPRIGHT[3], rel=1e-6)
    assert known[70, 90]
    assert not known[45, 90]
    assert not known[70, 81]
    assert sample.camera.origin == "assumed"


@pytest.mark.parametrize(
    ("label", "box"),
    [
        ("person", (80.0, 0.0, 20.0, 60.0)),
        ("person", (80.0, 98.0, 20.0, 60.0)),
        ("person", (80.0, 40.0, 60.0, 60.0)),
        ("person", (80.0, 40.0, 3.0, 8.0)),
        ("chair", UPRIGHT),
    ],
    ids=["cut above", "cut below", "not upright", "too low", "of unknown size"],
)
def test_what_tells_no_depth_is_left_out(tmp_path: Path, label: str, box: tuple[float, ...]) -> None:
    (sample,) = DepthBySize(write_photos(tmp_path, [(label, box), ("person", (20.0, 30.0, 15.0, 50.0))])).split("all")
    assert np.unique(sample.depth_m[np.isfinite(sample.depth_m)]).size == 1
    assert np.isnan(sample.depth_m[:, 80:]).all()


def test_what_another_object_hides_is_left_out(tmp_path: Path) -> None:
    before = ("car", (70.0, 60.0, 50.0, 50.0))
    (sample,) = DepthBySize(write_photos(tmp_path, [("person", UPRIGHT), before])).split("all")
    car = default_sizes().find("car")
    assert car is not None
    assert car.height_m is not None
    known_m = sample.depth_m[np.isfinite(sample.depth_m)]
    assert known_m == pytest.approx(car.height_m * FOCAL_PX / 50, rel=1e-6)


def test_the_nearer_object_is_painted_over_the_farther_one(tmp_path: Path) -> None:
    near, far = ("person", (80.0, 20.0, 40.0, 120.0)), ("person", (95.0, 60.0, 12.0, 40.0))
    (sample,) = DepthBySize(write_photos(tmp_path, [near, far])).split("all")
    assert sample.depth_m[80, 100] == np.nanmin(sample.depth_m)


@pytest.mark.parametrize(
    ("split", "names"), [("all", ["1.png", "2.png", "4.png"]), ("odd", ["1.png"]), ("even", ["2.png", "4.png"])]
)
def test_photos_are_split_by_their_numbers(tmp_path: Path, split: str, names: list[str]) -> None:
    with_person: list[tuple[str, tuple[float, ...]]] = [("person", UPRIGHT)]
    data = DepthBySize(write_photos(tmp_path, with_person, with_person, [("chair", UPRIGHT)], with_person))
    assert [sample.name for sample in data.split(split)] == names


def test_photos_without_such_an_object_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="uncut upright object whose size is known"):
        DepthBySize(write_photos(tmp_path, [("chair", UPRIGHT)]))


def test_a_crowd_is_no_object(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="No photo"):
        DepthBySize(write_photos(tmp_path, [("person", UPRIGHT)], crowd=True))


def test_an_unknown_split_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="third"):
        DepthBySize(write_photos(tmp_path, [("person", UPRIGHT)])).split("third")
