"""One disparity for an object, by its box in the right-hand picture."""

import cv2
import numpy as np
import pytest

from howfar.stereo.box_matching import match_boxes
from tests.stereo.pairs_of_noise import BOX, pair


def grey(image: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)


def test_a_box_is_found_where_it_is() -> None:
    left, right, _ = pair(far_px=6, near_px=20)
    found = match_boxes(grey(left), grey(right), np.array([BOX, (170, 4, 230, 90)], dtype=np.float32), 64)
    assert found.values_px == pytest.approx([20, 6], abs=0.1)
    assert (found.sds_px < 0.6).all()
    assert (found.shares > 0.8).all()


def test_a_part_that_something_nearer_covers_does_not_move_the_object() -> None:
    left, right, _ = pair(far_px=6, near_px=20)
    wall_behind = np.array([(BOX[0] - 60, 10, BOX[0] + 25, 86)], dtype=np.float32)
    found = match_boxes(grey(left), grey(right), wall_behind, 64)
    assert found.values_px[0] == pytest.approx(6, abs=0.2)
    assert found.shares[0] < 1


def test_what_the_box_of_something_nearer_covers_has_no_say() -> None:
    left, right, _ = pair(far_px=6, near_px=20)
    mostly_hidden = (BOX[0] - 24, BOX[1], BOX[2], BOX[3] - 4)
    alone = match_boxes(grey(left), grey(right), np.array([mostly_hidden], dtype=np.float32), 64)
    behind = match_boxes(grey(left), grey(right), np.array([mostly_hidden, BOX], dtype=np.float32), 64)
    assert alone.values_px[0] == pytest.approx(20, abs=0.2)
    assert behind.values_px == pytest.approx([6, 20], abs=0.2)


def test_disparities_are_found_to_a_fraction_of_a_pixel() -> None:
    left, right, _ = pair(far_px=12, near_px=40)
    size = left.shape[1] // 4, left.shape[0] // 4
    small = [grey(cv2.resize(each, size, interpolation=cv2.INTER_AREA)) for each in (left, right)]
    # 40 px are 10 of the small picture; 42 would be 10.5: the box itself is a quarter as large, too.
    found = match_boxes(*small, np.array([BOX], dtype=np.float32) / 4, 16)
    assert found.values_px[0] == pytest.approx(10, abs=0.15)


@pytest.mark.parametrize(
    "box",
    [
        pytest.param((10, 10, 14, 60), id="too narrow"),
        pytest.param((300, 10, 400, 60), id="outside the picture"),
    ],
)
def test_a_box_with_nothing_to_match_has_no_disparity(box: tuple[float, ...]) -> None:
    left, right, _ = pair()
    found = match_boxes(grey(left), grey(right), np.array([box], dtype=np.float32), 64)
    assert np.isnan(found.values_px).all()


def test_a_flat_box_has_no_disparity() -> None:
    flat = np.full((96, 240), 128, dtype=np.uint8)
    assert np.isnan(match_boxes(flat, flat, np.array([BOX], dtype=np.float32), 64).values_px).all()
