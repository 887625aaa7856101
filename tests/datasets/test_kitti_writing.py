"""KITTI's labels, written and read."""

import math
from dataclasses import replace
from pathlib import Path

import pytest

from howfar.datasets.kitti_labels import COLUMNS, read_boxes, read_objects
from howfar.datasets.kitti_writing import kitti_labels, kitti_line
from howfar.datasets.own_boxes import open_boxes
from howfar.datasets.own_boxes.box_file import Looked
from tests.datasets.test_coco_writing import CAMERA, CHAIR, PERSON, scene

CAR = replace(CHAIR, label="car")


def test_a_line_has_the_columns_of_a_detectors_results() -> None:
    words = kitti_line(CAR, CAMERA).split()
    assert len(words) == len(COLUMNS.split()) + 1
    row = dict(zip(COLUMNS.split(), words, strict=False))
    assert (row["type"], row["truncated"], row["occluded"], row["alpha"]) == ("Car", "-1", "-1", "-10")
    assert [row[name] for name in ("left", "top", "right", "bottom")] == ["10.00", "5.00", "30.25", "35.00"]
    assert [row[name] for name in ("height", "width", "length", "rotation_y")] == ["-1", "-1", "-1", "-10"]
    assert row["z"] == "2.50"
    assert words[-1] == "0.8750"


def test_the_place_is_the_foot_of_the_box_and_projects_to_it() -> None:
    x_m, y_m, z_m = map(float, kitti_line(CAR, CAMERA).split()[11:14])
    assert CAMERA.fx_px * x_m / z_m + CAMERA.cx_px == pytest.approx((10 + 30.25) / 2, abs=0.2)
    assert CAMERA.fy_px * y_m / z_m + CAMERA.cy_px == pytest.approx(35, abs=0.2)


@pytest.mark.parametrize(
    ("label", "kind"),
    [("car", "Car"), ("person", "Pedestrian"), ("train", "Tram"), ("traffic light", "traffic_light"), ("Van", "Van")],
    ids=["a car", "a person, who may sit", "a train", "two words", "a type of KITTI's"],
)
def test_classes_have_kittis_names_where_it_has_one(label: str, kind: str) -> None:
    assert kitti_line(replace(CHAIR, label=label), CAMERA).split()[0] == kind


def test_the_readers_read_what_is_written(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(kitti_labels(scene("a.png", CAR, PERSON)))
    car, person = read_objects(path)
    assert (car.label, car.box_xyxy_px, car.z_m, car.occlusion) == ("Car", (10, 5, 30.25, 35), 2.5, -1)
    assert math.isnan(car.nearest_m)
    assert (person.label, person.z_m) == ("Pedestrian", -1000)
    assert [score for *_, score in read_boxes(path)] == [0.875, 0.5]
    found = open_boxes(path).boxes_of(Looked("a.png", 64, 48))
    assert found is not None
    assert found.labels == ("Car", "Pedestrian")
    assert found.scores.tolist() == [0.875, 0.5]


def test_a_picture_without_objects_has_no_lines() -> None:
    assert kitti_labels(scene("a.png")) == ""
