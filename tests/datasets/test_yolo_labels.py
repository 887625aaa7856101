"""YOLO's labels."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from howfar.datasets.yolo_labels import read_labels, read_yolo_sample
from howfar.errors import SourceError

NAMES = ("person", "chair")


def test_shares_of_the_sides_become_corners_in_pixels(tmp_path: Path) -> None:
    Image.new("RGB", (64, 48)).save(tmp_path / "a.png")
    (tmp_path / "a.txt").write_text("1 0.5 0.5 0.25 0.5\n\n0 0.125 0.25 0.25 0.5")
    sample = read_yolo_sample("a", 5, tmp_path / "a.png", tmp_path / "a.txt", NAMES)
    assert sample.boxes_xyxy_px.dtype == np.float32
    assert sample.boxes_xyxy_px.tolist() == [[24, 12, 40, 36], [0, 0, 16, 24]]
    assert sample.class_ids.tolist() == [1, 0]
    assert sample.crowd.tolist() == [False, False]
    assert (sample.name, sample.image_id, sample.class_names) == ("a", 5, NAMES)


@pytest.mark.parametrize("text", [None, "", "\n"], ids=["no file", "an empty file", "an empty line"])
def test_a_picture_without_labels_has_no_object(tmp_path: Path, text: str | None) -> None:
    Image.new("RGB", (64, 48)).save(tmp_path / "a.png")
    if text is not None:
        (tmp_path / "a.txt").write_text(text)
    sample = read_yolo_sample("a", 0, tmp_path / "a.png", tmp_path / "a.txt", NAMES)
    assert sample.boxes_xyxy_px.shape == (0, 4)
    assert sample.class_ids.shape == sample.crowd.shape == (0,)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        pytest.param("2 0.5 0.5 0.1 0.1", "line 2 has the class 2, and the 2 classes .* 0 to 1", id="a class too many"),
        pytest.param("-1 0.5 0.5 0.1 0.1", "has the class -1", id="a class below 0"),
        pytest.param("0.5 0.5 0.5 0.1 0.1", "has the class 0.5", id="half a class"),
        pytest.param("nan 0.5 0.5 0.1 0.1", "has the class nan", id="a class that is no number"),
        pytest.param("chair 0.5 0.5 0.1 0.1", "five numbers, not 'chair", id="a class by name"),
        pytest.param("0 0.5 0.5 0.1", "has 4 numbers and should have five", id="a number too few"),
        pytest.param("0 0.5 0.5 0.1 0.1 0.9", "has 6 numbers", id="a confidence"),
        pytest.param("0 .1 .1 .2 .1 .2 .2 .1 .2", "looks like an outline", id="an outline"),
        pytest.param("0 0.5 inf 0.1 0.1", "finite shares", id="infinity"),
        pytest.param("0 0.5 0.5 1e300 0.1", "shares of the picture's sides", id="a width beyond single precision"),
        pytest.param("0 320 240 64 48", "shares of the picture's sides", id="pixels"),
        pytest.param("0 0.5 0.5 -0.1 0.1", "shares of the picture's sides", id="a width below 0"),
        pytest.param(f"0 0.5 0.5 0.1 {'9' * 5000}", "shares of the picture's sides", id="5000 digits"),
    ],
)
def test_a_line_of_another_form_is_refused_with_its_place(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "a.txt").write_text(f"0 0.5 0.5 0.1 0.1\n{line}\n")
    with pytest.raises(SourceError, match=message) as refusal:
        read_labels(tmp_path / "a.txt", NAMES)
    assert "a.txt, line 2" in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert len(str(refusal.value)) < 1000


def test_labels_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\x89PNG\xff")
    with pytest.raises(SourceError, match="not a text"):
        read_labels(tmp_path / "a.txt", NAMES)
