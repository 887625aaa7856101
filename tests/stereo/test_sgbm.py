"""The default matcher, on pairs whose disparities are known."""

import cv2
import numpy as np
import pytest

from howfar.errors import SettingError
from howfar.stereo import sgbm
from howfar.stereo.sgbm import SgbmMatcher, checked_reach_px
from tests.stereo.pairs_of_noise import BOX, HEIGHT, WIDTH, pair


def test_a_thing_and_the_wall_behind_it_are_matched() -> None:
    left, right, truth = pair()
    found = SgbmMatcher().match(left, right, 48)
    assert found.values_px.shape == (HEIGHT, WIDTH)
    off = np.abs(found.values_px - truth)[found.matched]
    assert found.matched.mean() > 0.8
    assert (off < 0.5).mean() > 0.97


def test_what_the_right_hand_camera_does_not_see_is_not_matched_and_gets_the_disparity_of_the_wall() -> None:
    left, right, _ = pair(far_px=6, near_px=20)
    found = SgbmMatcher().match(left, right, 48)
    hidden = np.s_[BOX[1] + 8 : BOX[3] - 8, BOX[0] - 11 : BOX[0] - 3]
    assert found.matched[hidden].mean() < 0.3
    assert np.median(found.values_px[hidden]) == pytest.approx(6, abs=1)
    wall = np.s_[8:16, 180:230]
    assert np.median(found.sd_px[hidden]) > 4 * np.median(found.sd_px[wall])


def test_a_picture_without_texture_is_less_certain_than_one_with() -> None:
    left, right, _ = pair()
    flat = [cv2.addWeighted(each, 0.03, np.full_like(each, 128), 0.97, 0) for each in (left, right)]
    sure, unsure = (SgbmMatcher().match(*each, 48) for each in ((left, right), flat))
    assert np.nanmedian(unsure.sd_px) > np.nanmedian(sure.sd_px)


def test_a_large_picture_is_matched_smaller_and_disparities_stay_those_of_its_own_pixels(monkeypatch) -> None:
    left, right, truth = pair(8, 24)
    monkeypatch.setattr(sgbm, "MOST_PX", HEIGHT * WIDTH / 4)
    found = SgbmMatcher().match(left, right, 48)
    assert found.values_px.shape == found.sd_px.shape == found.matched.shape == (HEIGHT, WIDTH)
    assert np.median(np.abs(found.values_px - truth)[found.matched]) < 0.5


@pytest.mark.parametrize(
    ("near_px", "reach"),
    [
        pytest.param(20, 64, id="at least 64 px"),
        pytest.param(60, 80, id="as far as the nearest thing needs it, in steps of 16"),
    ],
)
def test_the_largest_disparity_that_is_looked_for_is_that_of_the_nearest_thing(near_px: int, reach: int) -> None:
    left, right, _ = pair(6, near_px)
    assert checked_reach_px(left, right, None) == reach
    found = SgbmMatcher().match(left, right)
    inside = np.s_[BOX[1] + 8 : BOX[3] - 8, BOX[0] + 8 : BOX[2] - 8]
    assert np.median(found.values_px[inside]) == pytest.approx(near_px, abs=0.5)


def test_a_pair_with_nothing_to_match_is_looked_at_all_the_same() -> None:
    flat = np.full((48, 64, 3), 128, dtype=np.uint8)
    assert SgbmMatcher().match(flat, flat).values_px.shape == (48, 64)


@pytest.mark.parametrize(
    ("right_width", "reach", "message"),
    [
        pytest.param(WIDTH - 2, 48, "of one size", id="a right-hand picture of another size"),
        pytest.param(WIDTH, WIDTH, "between 1 and the width", id="a disparity as wide as the picture"),
        pytest.param(WIDTH, 0, "between 1 and the width", id="no disparity at all"),
    ],
)
def test_what_cannot_be_matched_is_refused(right_width: int, reach: int, message: str) -> None:
    left, right, _ = pair()
    with pytest.raises(SettingError, match=message):
        SgbmMatcher().match(left, right[:, :right_width], reach)
