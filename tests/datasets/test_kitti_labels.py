"""KITTI's texts: labels and calibrations."""

import math
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from howfar.datasets.kitti_labels import KittiObject, read_boxes, read_camera, read_objects, read_unlabelled
from howfar.errors import SourceError
from howfar.scene import Camera
from tests.datasets.folders import KITTI_CALIBRATION, kitti_line

TRUCK = "Truck 0.00 3 -1.57 599.41 156.40 629.75 189.25 2.85 2.63 12.34 0.47 1.49 69.44 -1.56"
DONT_CARE = "DontCare -1 -1 -10 503.89 169.71 590.61 190.13 -1 -1 -1 -1000 -1000 -1000 -10"


def _labels(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "000001.txt"
    path.write_text(text)
    return path


def test_a_line_is_read_by_its_columns_and_what_nobody_labelled_is_left_out(tmp_path: Path) -> None:
    (truck,) = read_objects(_labels(tmp_path, f"{DONT_CARE}\n\n{TRUCK}\n{DONT_CARE}\n"))
    assert truck == KittiObject("Truck", -1, (599.41, 156.4, 629.75, 189.25), 2.63, 12.34, 69.44, -1.56)


@pytest.mark.parametrize(
    ("occluded", "expected"),
    [(0, 0), (1, 1), (2, 2), (3, -1), (-1, -1)],
    ids=["visible", "partly", "largely", "unknown", "not said"],
)
def test_only_three_levels_of_occlusion_are_known(tmp_path: Path, occluded: int, expected: int) -> None:
    (thing,) = read_objects(_labels(tmp_path, kitti_line(occluded=occluded)))
    assert thing.occlusion == expected


def test_a_frame_without_objects_has_none(tmp_path: Path) -> None:
    assert read_objects(_labels(tmp_path, "")) == []


@given(st.floats(0.3, 4), st.floats(0.3, 20), st.floats(15, 90), st.floats(-math.pi, math.pi), st.floats(-40, 40))
def test_the_nearest_face_is_that_of_the_eight_corners(
    width_m: float, length_m: float, z_m: float, turn: float, x_m: float
) -> None:
    corners = np.array(list(product((-length_m / 2, length_m / 2), (-1.5, 0), (-width_m / 2, width_m / 2))))
    about_y = np.array([[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]])
    least = (corners @ about_y.T + (x_m, 1.6, z_m))[:, 2].min()
    thing = KittiObject("Car", 0, (0, 0, 1, 1), width_m, length_m, z_m, turn)
    assert thing.nearest_m == pytest.approx(least)


def test_the_nearest_face_of_what_the_camera_stands_beside_is_unknown() -> None:
    assert math.isnan(KittiObject("Car", 0, (0, 0, 1, 1), 2, 4, 1.5, math.pi / 2).nearest_m)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(TRUCK.rsplit(" ", 1)[0], id="a column too few"),
        pytest.param(f"{TRUCK} 0.9 1", id="two columns too many"),
        pytest.param("Truck", id="a type alone"),
        pytest.param(TRUCK.replace("69.44", "far"), id="a text in the place of a number"),
        pytest.param(TRUCK.replace("69.44", "nan"), id="a number that is none"),
        pytest.param(TRUCK.replace("12.34", "-1"), id="a length below zero"),
        pytest.param(TRUCK.replace("2.85 2.63 12.34", "-2 -2 -2"), id="three sizes below zero"),
        pytest.param("Car 0 0 0 9 2 1 8 1.5 1.6 3.9 1 1.5 20 0", id="a box that ends before it begins"),
        pytest.param(TRUCK.replace("69.44", "1e300"), id="a distance beyond single precision"),
        pytest.param(TRUCK.replace("69.44", "9" * 5000), id="a number of 5000 digits"),
    ],
)
def test_a_line_of_another_form_is_refused_with_its_number(tmp_path: Path, line: str) -> None:
    with pytest.raises(SourceError, match=r"000001.txt, line 2 should hold an object's 15 columns \(type") as refusal:
        read_objects(_labels(tmp_path, f"{TRUCK}\n{line}\n"))
    assert "\n" not in str(refusal.value)
    assert len(str(refusal.value)) < 1000


def test_regions_that_nobody_labelled_are_read_by_themselves(tmp_path: Path) -> None:
    lines = kitti_line() + kitti_line("DontCare", box=(1, 2, 3, 4.5)) + "\n"
    assert read_unlabelled(_labels(tmp_path, lines)) == [(1.0, 2.0, 3.0, 4.5)]


def test_a_region_without_a_box_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="should give each DontCare a box of four numbers"):
        read_unlabelled(_labels(tmp_path, "DontCare -1 -1 -10 5 6\n"))


def test_the_camera_is_that_of_the_left_colour_picture(tmp_path: Path) -> None:
    camera = read_camera(_labels(tmp_path, KITTI_CALIBRATION), 1224, 370)
    assert camera == Camera(1224, 370, fx_px=710, fy_px=720, cx_px=610, cy_px=170, origin="given")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("P0: 1 0 0 0 0 1 0 0 0 0 1 0\n", id="no P2"),
        pytest.param("P2: 700 0 600\n", id="three numbers"),
        pytest.param("P2: 700 0 600 0 0 x 180 0 0 0 1 0\n", id="a text in the place of a number"),
        pytest.param("P2: 700 0 600 0 0 -700 180 0 0 0 1 0\n", id="a negative focal length"),
        pytest.param("", id="an empty file"),
    ],
)
def test_a_calibration_without_that_camera_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SourceError, match=r"000001.txt should have a line P2: with twelve numbers"):
        read_camera(_labels(tmp_path, text), 1224, 370)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SourceError, match=r"cannot be read \(it is not a text.*\): it should hold one object a line"):
        read_objects(path)
    with pytest.raises(SourceError, match="cannot be read"):
        read_camera(tmp_path / "gone.txt", 1224, 370)


def test_what_has_a_box_in_the_picture_alone_has_a_distance_and_no_nearest_face(tmp_path: Path) -> None:
    line = TRUCK.replace("2.85 2.63 12.34", "-1 -1 -1")
    (truck,) = read_objects(_labels(tmp_path, f"{line} 0.9"))
    assert truck.z_m == 69.44
    assert math.isnan(truck.width_m)
    assert math.isnan(truck.nearest_m)


def test_boxes_are_read_with_their_scores_whatever_is_said_of_space(tmp_path: Path) -> None:
    path = _labels(tmp_path, f"{TRUCK}\n{DONT_CARE}\nCar -1 -1 -10 1 2 3 4 -1 -1 -1 -1000 -1000 -1000 -10 0.25\n")
    assert read_boxes(path) == [("Truck", (599.41, 156.4, 629.75, 189.25), None), ("Car", (1, 2, 3, 4), 0.25)]
