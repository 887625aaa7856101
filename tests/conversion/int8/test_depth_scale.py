"""The scale that an int8 depth network is brought back to."""

from dataclasses import replace

import numpy as np
import pytest

from howfar.conversion.int8.depth_scale import median_scale, rescaled, scale_of
from howfar.models import Card
from howfar.models.card import DepthSpec, InputSpec, Int8Facts
from howfar.scene import DepthMap

CARD = Card("d", "depth", "CC0", InputSpec(64, 48, "stretch"), depth=DepthSpec("metres", focal_px=50.0))
INT8 = Int8Facts("big", 9, reduced_range=False)


def metres(*values: float) -> DepthMap:
    return DepthMap(np.array([values], dtype=np.float32), "metres")


@pytest.mark.parametrize(
    ("source", "other", "scale"),
    [
        pytest.param((1.0, 2.0, 4.0), (1.0, 2.0, 4.0), 1.0, id="the same"),
        pytest.param((1.0, 2.0, 9.0), (0.5, 1.0, 4.0), 2.0, id="half as far in the middle"),
        pytest.param((1.0, np.nan, 3.0), (0.5, 9.0, 1.5), 2.0, id="what is unknown does not count"),
        pytest.param((np.nan,), (1.0,), np.nan, id="nothing in common"),
    ],
)
def test_the_scale_of_a_picture(source: tuple[float, ...], other: tuple[float, ...], scale: float) -> None:
    assert scale_of(metres(*source), metres(*other)) == pytest.approx(scale, nan_ok=True)


def test_the_scale_of_many_pictures_is_the_one_in_the_middle() -> None:
    assert median_scale([1.1, float("nan"), 1.2, 9.0]) == pytest.approx(1.2)
    assert median_scale([float("nan")]) == 1.0


def test_the_card_has_it_in_the_focal_length() -> None:
    card = rescaled(replace(CARD, int8=INT8), 1.25)
    assert card.depth is not None
    assert card.int8 is not None
    assert (card.depth.focal_px, card.int8.depth_scale) == (40.0, 1.25)


def test_a_network_that_takes_care_of_the_camera_itself_stays() -> None:
    card = replace(CARD, depth=DepthSpec("metres"), int8=INT8)
    assert rescaled(card, 1.25) is card
