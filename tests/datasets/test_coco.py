"""COCO's detection format."""

from collections.abc import Callable
from math import inf, nan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from howfar.datasets import CocoDetection
from howfar.errors import SourceError
from tests.datasets.folders import coco_table, write_coco


def test_a_sample_has_its_boxes_as_corners_and_its_classes_by_place_and_name(tmp_path: Path) -> None:
    sample = CocoDetection(*write_coco(tmp_path))[0]
    assert (sample.name, sample.image_id) == ("a.png", 7)
    assert sample.image.shape == (48, 64, 3)
    assert sample.boxes_xyxy_px.dtype == np.float32
    assert sample.boxes_xyxy_px.tolist() == [[10, 5, 30, 35], [0, 0, 8, 8]]
    assert sample.class_ids.tolist() == [1, 0]
    assert sample.labels == ("toothbrush", "person")
    assert sample.crowd.tolist() == [False, True]


def test_a_picture_without_objects_has_empty_arrays_of_the_right_shape(tmp_path: Path) -> None:
    sample = CocoDetection(*write_coco(tmp_path))[1]
    assert sample.image_id == 3
    assert sample.boxes_xyxy_px.shape == (0, 4)
    assert sample.class_ids.shape == sample.crowd.shape == (0,)


def test_all_pictures_are_there_and_a_slice_of_them(tmp_path: Path) -> None:
    data = CocoDetection(*write_coco(tmp_path))
    assert len(data) == 2
    assert [sample.image_id for sample in data] == [7, 3]
    assert [sample.image_id for sample in data[1:]] == [3]
    assert data.category_ids == (1, 90)


def test_an_area_that_is_not_given_is_the_boxs(tmp_path: Path) -> None:
    table = coco_table()
    del table["annotations"][0]["area"]
    assert CocoDetection(*write_coco(tmp_path, table)).boxes[0].area_px2 == 600.0


def _without(part: str, field: str) -> Callable[[dict[str, Any]], object]:
    return lambda table: table[part][0].pop(field)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        pytest.param(lambda table: table.pop("images"), "field 'images' is missing", id="no images"),
        pytest.param(lambda table: table.pop("categories"), "field 'categories' is missing", id="no categories"),
        pytest.param(_without("images", "file_name"), "field 'file_name' is missing", id="a picture without a name"),
        pytest.param(_without("annotations", "bbox"), "field 'bbox' is missing", id="a box without corners"),
        pytest.param(
            lambda table: table["annotations"][0].update(bbox=[1, 2, 3]), "COCO's form", id="a box of three numbers"
        ),
        pytest.param(lambda table: table["annotations"][0].update(bbox="x"), "COCO's form", id="a box that is a text"),
        pytest.param(
            lambda table: table["annotations"][0].update(bbox=[nan, 1, 2, 3]), "nan is beyond", id="a nan box"
        ),
        pytest.param(lambda table: table["annotations"][0].update(bbox=[1, 1, inf, 3]), "inf is beyond", id="no end"),
        pytest.param(
            lambda table: table["annotations"][0].update(bbox=[9, 9, -3, 3]), "-3 wide", id="the corners of a box"
        ),
        pytest.param(
            lambda table: table["annotations"][0].update(image_id=7.5), "7.5 is no whole number", id="half a picture"
        ),
        pytest.param(
            lambda table: table["annotations"][0].update(area=-inf), "-inf is beyond", id="an area of minus inf"
        ),
        pytest.param(
            lambda table: table["images"][0].update(id=inf), "COCO's form", id="a picture whose number is inf"
        ),
        pytest.param(lambda table: table["images"][0].update(width=10**400), "COCO's form", id="a width of 400 digits"),
        pytest.param(
            lambda table: table["images"][0].update(file_name="../../etc/passwd"), "leads out of", id="a file elsewhere"
        ),
        pytest.param(
            lambda table: table["images"][0].update(file_name="/etc/passwd"), "leads out of", id="a whole path"
        ),
        pytest.param(lambda table: table["images"].clear(), "names no picture", id="an empty list of pictures"),
        pytest.param(lambda table: table["images"][1].update(id=7), "one id to two pictures", id="an id given twice"),
        pytest.param(
            lambda table: table["annotations"][0].update(image_id=8), "picture 8, which", id="a box in no picture"
        ),
        pytest.param(
            lambda table: table["annotations"][0].update(category_id=2), "category 2, which", id="a box of no class"
        ),
        pytest.param(
            lambda table: table["images"][0].update(file_name="gone.png"), "1 of the 2 pictures", id="a missing picture"
        ),
        *(
            pytest.param(lambda table, name=name: table["images"][0].update(file_name=name), "leads out of", id=name)
            for name in ("../secret.png", "a/../../secret.png", "/etc/secret.png", "..\\secret.png")
        ),
    ],
)
def test_a_table_that_does_not_fit_together_is_refused_in_one_sentence(
    tmp_path: Path, spoil: Callable[[dict[str, Any]], object], message: str
) -> None:
    table = coco_table()
    spoil(table)
    with pytest.raises(SourceError, match=message) as refusal:
        CocoDetection(*write_coco(tmp_path, table))
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(None, "cannot be read", id="no file"),
        pytest.param(b'{"images": [', "not JSON", id="cut off"),
        pytest.param(b"[" * 100_000, "nested too deeply", id="lists in each other without end"),
        pytest.param(b'{"id": %s}' % (b"9" * 5000), "not JSON", id="a number of 5000 digits"),
        pytest.param(b'{"id": "\\u0000"}', "character 0", id="a text with the character 0"),
        pytest.param(b"\x89PNG\xff", "not JSON", id="a picture"),
        pytest.param(b"[1, 2]", "COCO's form", id="a list"),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, content: bytes | None, message: str) -> None:
    images, annotations = write_coco(tmp_path)
    annotations.unlink()
    if content is not None:
        annotations.write_bytes(content)
    with pytest.raises(SourceError, match=message):
        CocoDetection(images, annotations)


def test_a_picture_of_another_size_than_its_boxes_were_drawn_on_is_refused(tmp_path: Path) -> None:
    images, annotations = write_coco(tmp_path)
    Image.new("RGB", (32, 24)).save(images / "a.png")
    with pytest.raises(SourceError, match=r"32×24 pixels and .* says 64×48"):
        CocoDetection(images, annotations)[0]
