"""Boxes in a picture, as lines."""

import numpy as np
import pytest

from howfar.drawing.outlines import SHADOW, Box, outline, whole_pixels

RED = (255, 0, 0)
BLANK = np.full((60, 90, 3), 200, dtype=np.uint8)
BOX: Box = (10, 10, 80, 50)


def drawn(box: Box | None, thickness: int, *, dashed: bool = False) -> np.ndarray:
    picture = BLANK.copy()
    outline(picture, box, RED, thickness, dashed=dashed)
    return picture


@pytest.mark.parametrize(
    ("xyxy_px", "box"),
    [
        pytest.param((10.4, 9.6, 80.0, 50.0), (10, 10, 80, 50), id="rounded"),
        pytest.param((-5.0, -5.0, 500.0, 50.0), (0, 0, 90, 50), id="cut to the picture"),
        pytest.param((90.0, 0.0, 100.0, 10.0), None, id="outside"),
        pytest.param((5.0, 5.0, 5.2, 50.0), None, id="thinner than a pixel"),
        pytest.param((float("nan"), 5.0, 8.0, 50.0), None, id="not known"),
    ],
)
def test_a_box_in_whole_pixels(xyxy_px: tuple[float, float, float, float], box: Box | None) -> None:
    assert whole_pixels(xyxy_px, BLANK) == box


def test_no_box_draws_nothing() -> None:
    assert (drawn(None, 3) == BLANK).all()


@pytest.mark.parametrize("dashed", [False, True], ids=["a line", "dashes"])
def test_the_edge_is_drawn_inward_and_the_inside_is_left_alone(dashed: bool) -> None:
    changed = (drawn(BOX, 3, dashed=dashed) != BLANK).any(axis=-1)
    assert not changed[:8].any(), "but for its shadow"
    assert not changed[:, 82:].any()
    assert not changed[15:45, 15:75].any()
    assert changed[10:50, 10].all()


@pytest.mark.parametrize("thickness", [1, 2, 4])
def test_dashes_have_the_colour_at_the_corners_and_the_shadow_between(thickness: int) -> None:
    row = drawn(BOX, thickness, dashed=True)[10 + thickness // 2]
    inset = thickness // 2
    line = [tuple(pixel) for pixel in row[10 + inset : 80 - inset].tolist()]
    assert set(line) == {RED, SHADOW}
    assert line[0] == line[-1] == RED
    assert 0.3 < line.count(RED) / len(line) < 0.8


def test_a_box_too_small_for_two_dashes_is_drawn_all_the_same() -> None:
    assert (drawn((10, 10, 12, 12), 3, dashed=True)[10:12, 10:12] == RED).any()
