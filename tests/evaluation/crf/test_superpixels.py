"""Dividing pictures into superpixels and segments."""

import numpy as np
import pytest

from howfar.errors import MissingExtraError
from howfar.evaluation.crf.superpixels import divide, layers_of
from tests.evaluation.crf.made import row_of

LABELS = np.array([[7, 7, 2, 2], [7, 7, 2, 2], [5, 5, 5, 5]])
"""Three superpixels: 2, 5 and 7 become 0, 1 and 2."""


def test_what_touches_is_an_edge_and_longer_borders_count_more() -> None:
    layers = layers_of(np.zeros((3, 4, 3), np.uint8), LABELS, np.zeros((3, 4), int))
    assert layers.edges.tolist() == [[0, 1], [0, 2], [1, 2]]
    np.testing.assert_allclose(layers.borders, 1.0)  # each touches each along two pixels
    longer = layers_of(np.zeros((3, 4, 3), np.uint8), np.array([[0] * 4, [0] * 4, [1, 1, 1, 2]]), np.zeros((3, 4), int))
    assert dict(zip(map(tuple, longer.edges.tolist()), longer.borders.tolist(), strict=True)) == pytest.approx(
        {(0, 1): 3 / (5 / 3), (0, 2): 1 / (5 / 3), (1, 2): 1 / (5 / 3)}
    )


def test_a_superpixel_has_the_mean_of_its_pixels_and_lies_in_their_middle() -> None:
    layers = layers_of(np.zeros((3, 4, 3), np.uint8), LABELS, np.zeros((3, 4), int))
    values = np.arange(12, dtype=np.float32).reshape(3, 4)
    np.testing.assert_allclose(layers.means(values), [4.5, 9.5, 2.5])
    np.testing.assert_allclose(layers.means(np.stack([values, -values], axis=-1))[:, 1], [-4.5, -9.5, -2.5])
    np.testing.assert_allclose(layers.positions, [(0.5, -1 / 3), (0.0, 2 / 3), (-0.5, -1 / 3)], atol=1e-12)


def test_a_superpixel_belongs_to_the_segment_of_most_of_its_pixels() -> None:
    parts = np.array([[9, 9, 3, 3], [9, 3, 3, 3], [9, 9, 9, 9]])
    assert layers_of(np.zeros((3, 4, 3), np.uint8), LABELS, parts).segments.tolist() == [0, 1, 1]


def test_one_superpixel_alone_has_no_edge() -> None:
    assert row_of(1).edges.shape == (0, 2)


def test_superpixels_follow_the_outlines_of_what_is_there() -> None:
    image = np.full((480, 640, 3), 40, np.uint8)
    image[:, 301:] = 200
    layers = divide(image)
    assert layers.labels.shape == (240, 320)
    left, right = layers.labels[:, :150], layers.labels[:, 152:]
    assert not np.intersect1d(left, right).size
    assert not np.intersect1d(layers.segments[left], layers.segments[right]).size
    assert 200 < layers.count < 500


def test_a_small_picture_keeps_its_size() -> None:
    assert divide(np.zeros((48, 64, 3), np.uint8)).labels.shape == (48, 64)


@pytest.mark.usefixtures("without_skimage")
def test_without_scikit_image_the_extra_is_named() -> None:
    with pytest.raises(MissingExtraError, match=r"howfar\[eval\]"):
        divide(np.zeros((48, 64, 3), np.uint8))
