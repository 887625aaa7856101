"""What makes a pseudo-labelled picture hard."""

import cv2
import numpy as np
import pytest

from howfar.training.data.depth.augmentation import DepthAugmentation
from howfar.training.semi.perturbation import Perturbation, Rectangle

PICTURE = np.random.default_rng(1).integers(0, 255, (40, 60, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("rectangle", "rows", "columns"),
    [
        (Rectangle(0, 0, 1, 1), slice(0, 40), slice(0, 60)),
        (Rectangle(0.5, 0.25, 1, 0.75), slice(10, 30), slice(30, 60)),
        (Rectangle(0.2, 0.1, 0.2, 0.9), slice(4, 36), slice(12, 12)),
    ],
    ids=["all of it", "a part", "nothing"],
)
def test_a_rectangle_is_counted_in_whole_pixels(rectangle: Rectangle, rows: slice, columns: slice) -> None:
    assert rectangle.slices(PICTURE) == (rows, columns)


def test_rectangles_come_as_often_as_asked_and_lie_inside() -> None:
    rng = np.random.default_rng(0)
    drawn = [Perturbation(cutmix=0.5).rectangle(rng) for _ in range(2000)]
    found = [rectangle for rectangle in drawn if rectangle is not None]
    assert len(found) / len(drawn) == pytest.approx(0.5, abs=0.04)
    areas = [(rectangle.right - rectangle.left) * (rectangle.bottom - rectangle.top) for rectangle in found]
    assert all(
        0 <= rectangle.left <= rectangle.right <= 1 and 0 <= rectangle.top <= rectangle.bottom <= 1
        for rectangle in found
    )
    assert np.mean(areas) == pytest.approx(_mean_area(), abs=0.03)


def _mean_area() -> float:
    """By brute force: squares of uniform area round uniform centres, clipped."""
    rng = np.random.default_rng(9)
    side, centre = np.sqrt(rng.uniform(size=(100_000, 1))), rng.uniform(size=(100_000, 2))
    inside = np.minimum(centre + side / 2, 1) - np.maximum(centre - side / 2, 0)
    return float(inside.prod(axis=1).mean())


def test_no_rectangle_where_there_is_to_be_none() -> None:
    assert all(Perturbation(cutmix=0).rectangle(np.random.default_rng(seed)) is None for seed in range(50))


def test_blur_is_opencvs_at_its_strength_or_nothing() -> None:
    always = Perturbation(blur=1.0, blur_sigma_px=(1.5, 1.5)).blurred(PICTURE, np.random.default_rng(0))
    np.testing.assert_array_equal(always, cv2.GaussianBlur(PICTURE, (0, 0), 1.5))
    np.testing.assert_array_equal(Perturbation(blur=0.0).blurred(PICTURE, np.random.default_rng(0)), PICTURE)


def test_only_the_colours_are_another_matter() -> None:
    mild = DepthAugmentation((64, 48), scale=(1.0, 1.2), rotation_deg=3.0, flip=0.25, whole=0.1, border_px=4)
    strong = Perturbation(colour=(0.1, 2.0)).of(mild)
    assert strong.colour == (0.1, 2.0)
    assert (strong.base_px, strong.scale, strong.rotation_deg, strong.flip, strong.whole) == (
        mild.base_px,
        mild.scale,
        mild.rotation_deg,
        mild.flip,
        mild.whole,
    )


@pytest.mark.parametrize("name", ["colour", "gamma", "saturation", "contrast", "blur_sigma_px"])
def test_ranges_go_upwards(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} goes from its least to its greatest"):
        Perturbation(**{name: (2.0, 1.0)})
