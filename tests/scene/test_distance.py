"""How far one object is."""

import math
from dataclasses import replace

import numpy as np
import pytest

from howfar.scene import Cue, Distance, Weights

REGION = (10.0, 20.0, 30.0, 50.0)
PLAIN = Distance(1.5, 1.6, (0.1, 0.2, 1.5), "median", 1.0, False, REGION)
WEIGHED = replace(PLAIN, weights=Weights(np.ones((2, 2), dtype=np.float32), (5.0, 15.0, 35.0, 55.0)))


def test_weights_do_not_make_another_distance() -> None:
    assert PLAIN == WEIGHED
    assert hash(PLAIN) == hash(WEIGHED)
    assert repr(PLAIN) == repr(WEIGHED)


def test_shifted_the_region_and_the_weights_move_and_the_distance_stays() -> None:
    moved = WEIGHED.shifted(100.0, 7.0)
    assert moved.region_xyxy_px == (110.0, 27.0, 130.0, 57.0)
    assert moved.weights is not None
    assert moved.weights.xyxy_px == (105.0, 22.0, 135.0, 62.0)
    assert replace(moved, region_xyxy_px=REGION) == PLAIN


@pytest.mark.parametrize("region", [REGION, (math.nan,) * 4], ids=["in a region", "nowhere"])
def test_an_unknown_distance_can_be_shifted_too(region: tuple[float, float, float, float]) -> None:
    moved = Distance.unknown("median", "no depth", region).shifted(100.0, 7.0)
    assert not moved.is_known
    assert moved.weights is None
    assert moved.region_xyxy_px[0] == pytest.approx(region[0] + 100.0, nan_ok=True)


@pytest.mark.parametrize(
    ("cue", "doubtful"),
    [
        (Cue("depth", 2.0, 0.3, 0.9, "an odd lens"), True),
        (Cue("depth", 2.0, 0.3, 0.9), False),
        (Cue("depth", 2.0, 0.3, 0.2, "an odd lens"), False),
        (Cue("size", 2.0, 0.3, 0.9, "cut at the side"), False),
    ],
    ids=["a map with a note", "a map", "a map that hardly counts", "another cue"],
)
def test_what_rests_on_a_doubtful_map_is_doubtful(cue: Cue, doubtful: bool) -> None:
    assert replace(Distance.unknown("median", ""), cues=(cue,)).is_doubtful is doubtful
