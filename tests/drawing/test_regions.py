"""What a distance was measured on, in the picture."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from howfar.drawing.colours import colour_of
from howfar.drawing.regions import REGION_WHITE, STRONGEST, draw_region
from howfar.scene import Cue, Weights
from tests.drawing.scenes import GREY, thing

COLOUR = np.array(colour_of(2.34))


def drawn(values: NDArray[np.float32] | None, xyxy_px: tuple[float, float, float, float]) -> NDArray[np.uint8]:
    """GREY with the region of a distance, with these weights over xyxy_px or measured in all of it alike."""
    distance = replace(thing().distance, region_xyxy_px=xyxy_px)
    if values is not None:
        distance = replace(distance, weights=Weights(values, xyxy_px))
    picture = GREY.copy()
    draw_region(picture, distance, 1)
    return picture


def strength(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    """How much of the tint each pixel has, 0 to 1, read off the channel that it changes most."""
    channel = int(np.abs(COLOUR - 90).argmax())
    return (picture[..., channel].astype(float) - 90) / (COLOUR[channel] - 90) / STRONGEST


def test_a_statistic_has_the_edge_of_its_region_in_white() -> None:
    white = (drawn(None, (130.0, 110.0, 170.0, 150.0)) == REGION_WHITE).all(axis=-1)
    assert white[110, 130:170].all()
    assert white.sum() == 2 * 40 + 2 * 38


def test_weights_are_a_tint_in_the_colour_of_the_distance() -> None:
    picture = drawn(np.ones((8, 8), dtype=np.float32), (100.0, 60.0, 200.0, 160.0))
    expected = GREY.astype(float)
    expected[60:160, 100:200] += (COLOUR - 90) * STRONGEST
    np.testing.assert_allclose(picture, expected, atol=1)


@pytest.mark.parametrize(
    ("cues", "shown"),
    [
        pytest.param((), True, id="no cues were asked"),
        pytest.param((Cue("depth", 2.0, 0.2, 1.0), Cue.unknown("size", "no size")), True, id="the depth map alone"),
        pytest.param((Cue("depth", 2.0, 0.2, 0.6), Cue("size", 2.9, 0.2, 0.4)), True, id="the depth map most"),
        pytest.param((Cue("depth", 2.0, 0.9, 0.1), Cue("size", 9.0, 0.1, 0.9)), False, id="the size of things most"),
        pytest.param((Cue("size", 9.0, 0.1, 1.0),), False, id="the size of things alone"),
        pytest.param((Cue.unknown("depth", "no depth"), Cue("size", 9.0, 0.1, 1.0)), False, id="no depth"),
    ],
)
@pytest.mark.parametrize(
    "weights", [None, Weights(np.ones((4, 4), dtype=np.float32), (0.0, 0.0, 50.0, 50.0))], ids=["an edge", "a tint"]
)
def test_a_distance_shows_a_region_only_if_it_was_read_there(
    cues: tuple[Cue, ...], shown: bool, weights: Weights | None
) -> None:
    picture = GREY.copy()
    draw_region(picture, replace(thing().distance, cues=cues, weights=weights), 1)
    assert (picture != GREY).any() == shown


def test_weights_lie_where_they_belong_and_are_smooth_between_places() -> None:
    resize = pytest.importorskip("skimage.transform").resize
    values = np.random.default_rng(0).random((8, 8)).astype(np.float32)
    found = strength(drawn(values, (96.0, 64.0, 192.0, 160.0)))[64:160, 96:192]
    linear = resize(values, (96, 96), order=1, mode="edge", anti_aliasing=False)
    middles = np.ix_(np.arange(6, 96, 12), np.arange(6, 96, 12))
    assert np.abs(found[middles] - values).max() < 0.1
    assert np.abs(found - linear).mean() < 0.06, "another way between the places, and the same places"
    assert np.abs(np.diff(found, axis=1)).max() < 0.2


@pytest.mark.parametrize(
    ("xyxy_px", "half"),
    [
        pytest.param((-100.0, 60.0, 100.0, 160.0), np.s_[60:160, :100], id="over the left edge"),
        pytest.param((220.0, 60.0, 420.0, 160.0), np.s_[60:160, 220:], id="over the right edge"),
        pytest.param((100.0, -80.0, 200.0, 80.0), np.s_[:80, 100:200], id="over the upper edge"),
        pytest.param((100.0, 160.0, 200.0, 320.0), np.s_[160:, 100:200], id="over the lower edge"),
    ],
)
def test_what_lies_outside_the_picture_is_cut_off_and_the_rest_stays_in_its_place(
    xyxy_px: tuple[float, float, float, float], half: tuple[slice, slice]
) -> None:
    quarters = np.kron(np.eye(2, dtype=np.float32), np.ones((16, 16), dtype=np.float32))
    width, height = round(xyxy_px[2] - xyxy_px[0]), round(xyxy_px[3] - xyxy_px[1])
    whole = np.zeros((height, width))
    whole[: height // 2, : width // 2] = whole[height // 2 :, width // 2 :] = 1
    left, top = round(xyxy_px[0]), round(xyxy_px[1])
    seen = whole[max(0, -top) : 240 - top, max(0, -left) : 320 - left]
    found = strength(drawn(quarters, xyxy_px))
    assert np.abs(found[half] - seen).mean() < 0.05
    found[half] = 0
    assert not found.any()


@pytest.mark.parametrize(
    "xyxy_px", [(400.0, 10.0, 500.0, 50.0), (10.0, 10.0, 10.2, 10.3)], ids=["outside", "less than a pixel"]
)
def test_weights_of_nothing_seen_draw_nothing(xyxy_px: tuple[float, float, float, float]) -> None:
    assert (drawn(np.ones((4, 4), dtype=np.float32), xyxy_px) == GREY).all()
