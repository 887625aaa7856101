"""The true distance of found objects, from sparse depth."""

import math

import numpy as np
import pytest

from howfar.datasets import DepthSample
from howfar.evaluation.margins.found import surface_m, with_found_objects
from howfar.scene import Detections
from tests.evaluation.objects.object_cases import CAMERA

BOX = (10.0, 10.0, 30.0, 30.0)


def depths(*parts: tuple[float, int], near_m: float = math.nan) -> np.ndarray:
    """A map of 40×40 whose box has so many returns of each distance inside, and others round it."""
    values = np.repeat([metres for metres, _ in parts], [count for _, count in parts])
    inner = np.full(12 * 15, np.nan)
    inner[: len(values)] = values
    whole = np.full((40, 40), near_m, dtype=np.float32)
    whole[12:27, 14:26] = np.random.default_rng(0).permutation(inner).reshape(15, 12)
    return whole


@pytest.mark.parametrize(
    ("map_m", "expected"),
    [
        (depths((20.0, 50)), 20.0),
        (depths((20.0, 30), (20.8, 31), (60.0, 25)), 20.8),
        (depths((20.0, 40), (5.0, 12)), 20.0),
        (depths((20.0, 50), near_m=3.0), 20.0),
        (depths((20.0, 5)), math.nan),
        (depths((20.0, 12), (5.0, 11), (50.0, 12)), math.nan),
        (depths((20.0, 50), (200.0, 100)), 20.0),
        (depths((20.0, 0)), math.nan),
    ],
    ids=[
        "one surface",
        "a curved surface before a wall",
        "something small in front",
        "what is round it does not count",
        "too few returns",
        "no surface stands out",
        "what is farther than LiDAR tells",
        "none",
    ],
)
def test_the_distance_is_that_of_the_surface_that_fills_the_box(map_m, expected: float) -> None:
    assert surface_m(map_m, BOX) == pytest.approx(expected, nan_ok=True)


def test_a_box_at_the_edge_has_what_is_inside() -> None:
    assert math.isnan(surface_m(depths((20.0, 50)), (-20.0, -20.0, -5.0, -5.0)))


def test_found_objects_become_labelled_ones() -> None:
    sample = DepthSample("a", np.zeros((40, 40, 3), dtype=np.uint8), depths((20.0, 50)), CAMERA, place="drive")
    found = with_found_objects(sample, Detections.from_boxes([BOX, (0, 0, 9, 9)], ["car", "dog"]))
    assert (found.labels, found.place, found.name) == (("car", "dog"), "drive", "a")
    assert found.depth_m.tolist() == pytest.approx([20.0, math.nan], nan_ok=True)
    assert np.isnan(found.nearest_m).all()


def test_what_a_nearer_object_covers_has_no_distance() -> None:
    sample = DepthSample("a", np.zeros((40, 40, 3), dtype=np.uint8), np.full((40, 40), 20.0, np.float32), CAMERA)
    boxes = [BOX, (22.0, 12.0, 38.0, 38.0), (0.0, 0.0, 9.0, 30.0)]
    found = with_found_objects(sample, Detections.from_boxes(boxes, ["car", "car", "person"]))
    assert found.depth_m.tolist() == pytest.approx([math.nan, 20.0, 20.0], nan_ok=True)
