"""Rectangles of whole pixels."""

import numpy as np
import pytest

from howfar.errors import SettingError
from howfar.evaluation.rectangles import Rectangle, RectangleShares, centred


@pytest.mark.parametrize(
    ("aspect", "expected"),
    [
        pytest.param(3 / 4, Rectangle(140, 0, 500, 480), id="portrait 3:4 cuts the sides off"),
        pytest.param(1.0, Rectangle(80, 0, 560, 480), id="so does a square"),
        pytest.param(16 / 9, Rectangle(0, 60, 640, 420), id="16:9 cuts top and bottom off"),
        pytest.param(4 / 3, Rectangle(0, 0, 640, 480), id="the picture's own aspect ratio leaves it whole"),
    ],
)
def test_the_largest_rectangle_in_the_middle(aspect: float, expected: Rectangle) -> None:
    assert centred(640, 480, aspect) == expected


def test_a_rectangles_part_of_a_picture() -> None:
    picture = np.arange(12).reshape(3, 4)
    rectangle = Rectangle(1, 0, 3, 2)
    assert rectangle.of(picture).tolist() == [[1, 2], [5, 6]]
    assert (rectangle.width_px, rectangle.height_px) == (2, 2)


def test_what_two_rectangles_share_is_counted_from_the_outer_ones_corner() -> None:
    inner, outer = Rectangle(41, 45, 601, 471), Rectangle(140, 0, 500, 480)
    shared = inner.within(outer)
    assert shared == Rectangle(0, 45, 360, 471)
    rows, columns = np.mgrid[:480, :640]
    assert shared.of(outer.of(rows)).tolist() == rows[45:471, 140:500].tolist()
    assert shared.of(outer.of(columns)).tolist() == columns[45:471, 140:500].tolist()


@pytest.mark.parametrize(
    "corners",
    [pytest.param((3, 0, 3, 5), id="no column"), pytest.param((-1, 0, 3, 5), id="it starts outside the picture")],
)
def test_a_rectangle_without_pixels_is_refused(corners: tuple[int, int, int, int]) -> None:
    with pytest.raises(SettingError, match="at least one pixel"):
        Rectangle(*corners)


def test_rectangles_that_do_not_meet_share_nothing() -> None:
    with pytest.raises(SettingError, match="at least one pixel"):
        Rectangle(0, 0, 10, 10).within(Rectangle(10, 0, 20, 10))


def test_the_whole_picture_is_called_so() -> None:
    assert str(RectangleShares(0.0, 0.0, 1.0, 1.0)) == "all rows and columns"


def test_shares_give_a_rectangle_in_each_size_rounded_down() -> None:
    shares = RectangleShares(0.1, 0.25, 0.9, 1.0)
    assert shares.of_size(100, 40) == Rectangle(10, 10, 90, 40)
    assert shares.of_size(99, 39) == Rectangle(9, 9, 89, 39)
