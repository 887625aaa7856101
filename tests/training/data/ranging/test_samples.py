"""Which objects are found in a picture, and what is kept of them."""

import numpy as np
import pytest

from howfar.datasets import DepthSample
from howfar.training.data.ranging.samples import objects_of, ranging_sample
from tests.training.data.ranging.pairs import pair


def test_furniture_is_objects_and_surfaces_of_the_room_are_not() -> None:
    sample = ranging_sample(pair(), 700)
    assert sample.labels == ("chair", "other")
    np.testing.assert_array_equal(sample.boxes, [[50, 100, 90, 150], [200, 50, 240, 75]])
    np.testing.assert_array_equal(sample.truths_m, [2.0, 3.0])
    assert sample.depth.shape == (240, 320)


@pytest.mark.parametrize(("least", "count"), [(700, 2), (4000, 2), (5000, 1), (9000, 0)])
def test_a_component_needs_enough_pixels(least: int, count: int) -> None:
    assert len(ranging_sample(pair(), least).boxes) == count


def test_objects_of_the_measured_classes_are_shown_more_often() -> None:
    assert [each.object_index for each in objects_of([ranging_sample(pair(), 700)], 3)] == [0, 0, 0, 1]


def test_a_sample_without_objects_has_no_boxes() -> None:
    bare = pair()
    sample = ranging_sample(
        DepthSample("bare", bare.image, bare.depth_m, bare.camera, np.zeros_like(bare.classes)), 700
    )
    assert sample.boxes.shape == (0, 4)
