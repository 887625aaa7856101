"""COCO JSON files whose objects carry a distance."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from howfar.datasets.coco_distances import CocoDistances
from howfar.errors import SettingError, SourceError
from howfar.scene import Camera
from tests.datasets.folders import distance_table, write_coco


def _opened(tmp_path: Path, table: dict[str, Any]) -> CocoDistances:
    return CocoDistances(write_coco(tmp_path, table)[1])


def _with(**fields: object) -> dict[str, Any]:
    """The table, whose toothbrush has these fields too."""
    table = distance_table()
    table["annotations"][0].update(fields)
    return table


def test_an_object_has_the_distance_that_the_file_gives_it(tmp_path: Path) -> None:
    table = _with(depth_m=2.5, nearest_m=2, occlusion=1)
    table["images"][0]["camera"] = {"fx_px": 60, "fy_px": 61.5, "cx_px": 31, "cy_px": 25}
    sample = _opened(tmp_path, table).objects("all")[0]
    assert (sample.name, sample.image.shape) == ("a.png", (48, 64, 3))
    assert sample.labels == ("toothbrush",)  # the person is a crowd
    assert sample.boxes_xyxy_px.tolist() == [[10, 5, 30, 35]]
    assert (sample.depth_m.tolist(), sample.nearest_m.tolist(), sample.occlusions.tolist()) == ([2.5], [2.0], [1])
    assert (sample.depth_m.dtype, sample.nearest_m.dtype, sample.occlusions.dtype) == (np.float64, np.float64, np.int8)
    assert sample.camera == Camera(64, 48, 60, 61.5, 31, 25, "given")
    assert sample.depth_map_m is sample.regions is None
    assert sample.unlabelled_xyxy_px is not None
    assert sample.unlabelled_xyxy_px.tolist() == [[0, 0, 8, 8]]  # the crowd


def test_what_the_file_does_not_say_is_unknown_or_assumed(tmp_path: Path) -> None:
    sample = _opened(tmp_path, distance_table()).objects("all")[0]
    assert math.isnan(sample.nearest_m[0])
    assert sample.occlusions.tolist() == [-1]
    assert sample.camera == Camera.assumed(64, 48)


def test_a_picture_without_objects_has_empty_arrays_of_the_right_shape(tmp_path: Path) -> None:
    sample = _opened(tmp_path, distance_table()).objects("all")[1]
    assert sample.labels == ()
    assert sample.boxes_xyxy_px.shape == (0, 4)
    assert sample.depth_m.shape == sample.nearest_m.shape == sample.occlusions.shape == (0,)


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        pytest.param({"depth_m": 3}, 2, id="a second object with a distance is kept"),
        pytest.param({}, 1, id="one without is left out"),
        pytest.param({"depth_m": None}, 1, id="one with null is left out"),
        pytest.param({"depth_m": 3, "iscrowd": 1}, 1, id="a crowd is left out"),
        pytest.param({"depth_m": "far", "iscrowd": 1}, 1, id="whatever its distance"),
    ],
)
def test_the_objects_that_count(tmp_path: Path, fields: dict[str, Any], kept: int) -> None:
    table = distance_table()
    table["annotations"].insert(0, {"id": 9, "image_id": 7, "category_id": 1, "bbox": [1, 2, 3, 4], **fields})
    sample = _opened(tmp_path, table).objects("all")[0]
    assert sample.labels == ("person", "toothbrush")[2 - kept :]
    assert sample.boxes_xyxy_px[-1].tolist() == [10, 5, 30, 35]
    assert sample.depth_m.tolist() == [3, 2.5][2 - kept :]


@pytest.mark.parametrize("occlusion", [3, -1, None, "much", 0.5, [1]], ids=repr)
def test_another_occlusion_than_the_three_is_unknown(tmp_path: Path, occlusion: object) -> None:
    assert _opened(tmp_path, _with(occlusion=occlusion)).objects("all")[0].occlusions.tolist() == [-1]


@pytest.mark.parametrize("field", ["depth_m", "nearest_m"])
@pytest.mark.parametrize("value", [0, -2.5, math.nan, math.inf, "2.5", True, [2], 10**400], ids=lambda v: str(v)[:6])
def test_a_distance_that_cannot_be_is_refused_with_the_annotations_number(
    tmp_path: Path, field: str, value: object
) -> None:
    data = _opened(tmp_path, _with(id=17, **{field: value}))
    with pytest.raises(SourceError, match=f"The {field} of annotation 17 of .* should be a positive number") as refusal:
        data.objects("all")
    assert "\n" not in str(refusal.value)


def test_an_annotation_without_a_number_is_named_by_its_place(tmp_path: Path) -> None:
    table = _with(depth_m=0)
    del table["annotations"][0]["id"]
    with pytest.raises(SourceError, match="annotation number 1 of"):
        _opened(tmp_path, table).objects("all")


@pytest.mark.parametrize(
    ("camera", "message"),
    [
        pytest.param({"fx_px": 60, "fy_px": 60, "cx_px": 32}, "numbers fx_px, fy_px, cx_px, cy_px", id="a field short"),
        pytest.param([60, 60, 32, 24], "numbers fx_px", id="a list"),
        pytest.param({"fx_px": "60", "fy_px": 60, "cx_px": 32, "cy_px": 24}, "numbers fx_px", id="a text"),
        pytest.param({"fx_px": -60, "fy_px": 60, "cx_px": 32, "cy_px": 24}, "fx_px must be a positive", id="negative"),
    ],
)
def test_a_camera_that_cannot_be_is_refused_with_the_images_number(
    tmp_path: Path, camera: object, message: str
) -> None:
    table = distance_table()
    table["images"][0]["camera"] = camera
    with pytest.raises(SourceError, match=f"The camera of image 7 of .*{message}"):
        _opened(tmp_path, table).objects("all")


def test_every_category_is_looked_for_by_its_own_name(tmp_path: Path) -> None:
    data = _opened(tmp_path, distance_table())
    assert data.detector_names == {"person": "person", "toothbrush": "toothbrush"}


def test_each_file_of_a_folder_is_a_split(tmp_path: Path) -> None:
    _, annotations = write_coco(tmp_path, distance_table())
    for split in ("train", "val"):
        (tmp_path / f"instances_{split}.json").write_bytes(annotations.read_bytes())
    annotations.unlink()
    data = CocoDistances(tmp_path)
    assert data.splits == ("train", "val")
    assert [len(sample.labels) for sample in data.objects("val")] == [1, 0]
    with pytest.raises(SettingError, match="'test'"):
        data.objects("test")


def _no_distances(table: dict[str, Any]) -> None:
    del table["annotations"][0]["depth_m"]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        pytest.param(_no_distances, "No annotation of .* has a distance: give each a field depth_m", id="no distance"),
        pytest.param(lambda table: table.pop("categories"), "field 'categories' is missing", id="no categories"),
        pytest.param(lambda table: table.pop("annotations"), "field 'annotations' is missing", id="no annotations"),
        pytest.param(
            lambda table: table["images"][0].update(file_name="gone.png"), "1 of the 2 pictures", id="a missing picture"
        ),
    ],
)
def test_a_file_of_another_form_is_refused(
    tmp_path: Path, spoil: Callable[[dict[str, Any]], object], message: str
) -> None:
    table = distance_table()
    spoil(table)
    with pytest.raises(SourceError, match=message):
        _opened(tmp_path, table).objects("all")
