"""Bad pairs are found out, and no good one is refused."""

from functools import cache
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from howfar.errors import SettingError
from howfar.scene.frame import Frame
from howfar.stereo.common_points import CommonPoints
from howfar.stereo.pair_check import PairVerdict, check_pair, repaired_pair
from tests.stereo import spoiled


@cache
def good() -> spoiled.Pair:
    return spoiled.layers()


def frame(pair: spoiled.Pair) -> Frame:
    return Frame(pair[0], "pair", right=pair[1])


GOOD = [
    pytest.param(lambda left, right: (left, right), id="as it is"),
    pytest.param(spoiled.with_noise, id="with noise"),
    pytest.param(spoiled.exposed(0.92, 3), id="a little darker"),
    pytest.param(spoiled.moved(0.4), id="rows off by less than half a pixel"),
]
BAD = [
    pytest.param(spoiled.swapped, ["swapped"], True, id="swapped"),
    pytest.param(spoiled.moved(2.0), ["rows"], True, id="moved down by two pixels"),
    pytest.param(spoiled.moved(-8.0), ["rows"], True, id="moved up by eight"),
    pytest.param(spoiled.moved(-30.0), ["rectification"], False, id="moved up by thirty"),
    pytest.param(spoiled.moved(clockwise_deg=0.5), ["rotation"], True, id="turned by half a degree"),
    pytest.param(spoiled.moved(clockwise_deg=-3.0), ["rotation"], True, id="turned back by three"),
    pytest.param(spoiled.moved(3.0, 1.0), ["rows", "rotation"], True, id="moved and turned"),
    pytest.param(spoiled.moved(clockwise_deg=9.0), ["rectification"], False, id="turned by nine degrees"),
    pytest.param(spoiled.moved(grown=1.03), ["scale"], False, id="enlarged by three per cent"),
    pytest.param(spoiled.moved(grown=0.93), ["scale"], False, id="made smaller by seven"),
    pytest.param(spoiled.turned_aside(4.0), ["rectification"], False, id="turned aside by four degrees"),
    pytest.param(spoiled.turned_aside(-4.0, 0.7), ["rectification"], False, id="turned aside and about the axis"),
    pytest.param(spoiled.exposed(0.5), ["exposure"], False, id="half as bright"),
    pytest.param(spoiled.exposed(1.4, 20), ["exposure"], False, id="brighter"),
    pytest.param(spoiled.exposed(0.5, 55), ["exposure"], False, id="with half the contrast"),
    pytest.param(spoiled.twice, ["same"], False, id="one picture twice"),
    pytest.param(spoiled.twice_with_noise, ["same"], False, id="a baseline of 0"),
    pytest.param(lambda left, _: (left, spoiled.view(1.0, 4.0)), ["moments"], False, id="moved forward in between"),
    pytest.param(lambda left, right: (left, right[::-1, ::-1].copy()), ["unrelated"], False, id="another place"),
    pytest.param(spoiled.half_as_large, ["size"], False, id="of half the size"),
]


RENDERED_ALONE = ("moved forward in between", "with half the contrast", "moved up by eight", "brighter")
"""What does the same to no photo, or too much to the small ones."""


@pytest.mark.parametrize("spoil", GOOD)
def test_a_good_pair_is_left_alone(spoil: spoiled.Spoil) -> None:
    verdict = check_pair(*spoil(*good()))
    assert verdict.faults == ()
    assert verdict.is_good
    assert verdict.points > 100
    assert repaired_pair(frame(good()), verdict).image is good()[0]


@pytest.mark.parametrize(("spoil", "kinds", "repairable"), BAD)
def test_a_bad_pair_is_found_out(spoil: spoiled.Spoil, kinds: list[str], repairable: bool) -> None:
    verdict = check_pair(*spoil(*good()))
    assert [fault.kind for fault in verdict.faults] == kinds
    assert verdict.is_repairable is repairable
    for fault in verdict.faults:
        assert fault.text.endswith(".")
        assert fault.text.count(". ") == 0, "one sentence"


@pytest.mark.parametrize("spoil", [pytest.param(each.values[0], id=each.id) for each in BAD if each.values[2]])
def test_what_can_be_repaired_is_good_again(spoil: spoiled.Spoil) -> None:
    pair = spoil(*good())
    repaired = repaired_pair(frame(pair), check_pair(*pair))
    assert check_pair(repaired.image, repaired.right).is_good
    assert len(repaired.notes) == 1
    middle = np.s_[60:-60, 60:-60]
    assert np.abs(repaired.right[middle].astype(int) - good()[1][middle]).mean() < 6


def test_swapped_and_moved_pictures_are_both() -> None:
    left, right = spoiled.moved(4.0, 0.6)(*good())
    verdict = check_pair(right, left)
    assert [fault.kind for fault in verdict.faults] == ["swapped", "rows", "rotation"]
    assert verdict.row_shift_px == pytest.approx(-4.0, abs=0.2)
    assert verdict.roll_deg == pytest.approx(-0.6, abs=0.05)
    repaired = repaired_pair(frame((right, left)), verdict)
    assert check_pair(repaired.image, repaired.right).is_good
    assert len(repaired.notes) == 2


def test_what_is_wrong_is_measured() -> None:
    verdict = check_pair(*spoiled.moved(3.0, -1.5)(*good()))
    assert verdict.row_shift_px == pytest.approx(-3.0, abs=0.15)
    assert verdict.roll_deg == pytest.approx(1.5, abs=0.05)


def test_large_pictures_are_measured_in_their_own_pixels() -> None:
    large = [np.kron(each, np.ones((4, 4, 1), np.uint8)) for each in spoiled.moved(2.0)(*good())]
    verdict = check_pair(large[0], large[1])
    assert [fault.kind for fault in verdict.faults] == ["rows"]
    assert verdict.row_shift_px == pytest.approx(-8.0, abs=0.5)


def test_infinity_lies_where_the_rig_says() -> None:
    left, right = good()
    assert check_pair(left, right, offset_px=40.0).is_good
    nearer = check_pair(left, right, offset_px=-12.0)
    assert [fault.kind for fault in nearer.faults] == ["offset"]
    assert "calibrate" in nearer.text()


def test_swapped_pictures_of_a_rig_with_an_offset_are_found_out() -> None:
    left, right = good()
    further = np.roll(right, 5, axis=1)  # what is infinitely far has a disparity of −5
    assert check_pair(left, further, offset_px=5.0).is_good
    assert check_pair(further, left, offset_px=5.0).swapped


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(np.full((120, 160, 3), 90, np.uint8), id="a grey wall"),
        pytest.param(np.zeros((8, 8, 3), np.uint8), id="a few pixels"),
        pytest.param(np.zeros((1, 1, 3), np.uint8), id="one pixel"),
    ],
)
def test_of_pictures_that_show_nothing_nothing_is_said(picture: np.ndarray) -> None:
    verdict = check_pair(picture, picture.copy())
    assert verdict == PairVerdict()


def test_the_same_pair_gets_the_same_verdict() -> None:
    assert check_pair(*good()) == check_pair(*good())


def test_what_cannot_be_repaired_is_refused_with_its_reason() -> None:
    pair = spoiled.moved(2.0, grown=1.05)(*good())
    with pytest.raises(SettingError, match=r"cannot be repaired.*% larger"):
        repaired_pair(frame(pair), check_pair(*pair))


@pytest.mark.slow
def test_no_good_pair_of_photos_is_refused(shared: Path) -> None:
    for name, left, right, offset_px in spoiled.real_pairs(shared):
        for each in GOOD:
            verdict = check_pair(*each.values[0](left, right), offset_px)
            assert verdict.is_good, f"{name} {each.id}: {verdict.text()}"


@pytest.mark.slow
@pytest.mark.parametrize(("spoil", "kinds", "repairable"), [each for each in BAD if each.id not in RENDERED_ALONE])
def test_a_bad_pair_of_photos_is_found_out(
    shared: Path, spoil: spoiled.Spoil, kinds: list[str], repairable: bool
) -> None:
    for name, left, right, offset_px in spoiled.real_pairs(shared)[1::9]:
        verdict = check_pair(*spoil(left, right), offset_px)
        assert verdict.faults, name
        assert verdict.is_repairable is repairable, f"{name}: {verdict.text()}"
        if kinds not in (["rectification"], ["rows", "rotation"]):
            assert verdict.faults[0].kind == kinds[0], f"{name}: {verdict.text()}"


@pytest.mark.slow
def test_photos_of_different_moments_of_a_drive_are_found_out(shared: Path) -> None:
    drive = [each for each in spoiled.real_pairs(shared) if each[0].isdigit()]
    verdicts = [check_pair(one[1], other[2]) for one, other in pairwise(drive)]
    assert all(verdict.faults for verdict in verdicts)


@pytest.mark.parametrize(
    ("turned", "kinds"),
    [
        pytest.param(True, ["unrelated"], id="of two pictures that nothing matches"),
        pytest.param(False, [], id="but not of two that match pixel by pixel"),
    ],
)
def test_points_that_fit_nowhere_are_of_two_places(
    monkeypatch: pytest.MonkeyPatch, turned: bool, kinds: list[str]
) -> None:
    left, right = good()
    rng = np.random.default_rng(3)
    scattered = CommonPoints(rng.uniform(-200, 200, (45, 2)), rng.uniform(-200, 200, (45, 2)), (900, 900))
    monkeypatch.setattr("howfar.stereo.pair_check.common_points", lambda *_: scattered)
    right = np.ascontiguousarray(right[::-1]) if turned else right
    assert [fault.kind for fault in check_pair(left, right).faults] == kinds


def test_bars_of_a_fence_that_are_taken_for_each_other_are_no_movement(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two rendered pairs out of 630 most points were so, and lay as those of a camera that moves along."""
    left, right = good()
    monkeypatch.setattr("howfar.stereo.pair_check._has_moved", lambda *_: True)
    assert [fault.kind for fault in check_pair(left, spoiled.view(1.0, 4.0)).faults] == ["moments"]
    assert check_pair(left, right).faults == ()


def test_points_that_are_found_roughly_are_no_fault_of_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some plane always fits a few rough points better than none; without a look at what it gains 11 were refused."""
    grey = np.zeros((584, 438, 3), np.uint8)
    refused = 0
    for seed in range(100):
        random = np.random.default_rng(seed)
        right = random.uniform([-200, -280], [200, 280], (50, 2))
        moved = np.stack([random.uniform(20, 90, 50), random.normal(0, 1.2, 50)], axis=1)
        points = CommonPoints(right + moved, right, (700, 700))
        monkeypatch.setattr("howfar.stereo.pair_check.common_points", lambda *_, points=points: points)
        refused += any(fault.kind in ("rows", "rotation", "scale") for fault in check_pair(grey, grey).faults)
    assert refused <= 1


def test_a_movement_that_cannot_be_fitted_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise cv2.error("no model")

    monkeypatch.setattr("howfar.stereo.pair_check.cv2.findFundamentalMat", fails)
    assert [fault.kind for fault in check_pair(good()[0], spoiled.view(1.0, 4.0)).faults] != ["moments"]


def test_a_dark_thing_before_one_camera_alone_is_no_exposure() -> None:
    wall = np.full((240, 320, 3), 150, dtype=np.uint8)
    covered = wall.copy()
    covered[:, 120:] = 20
    assert check_pair(wall, covered).faults == ()
    assert [fault.kind for fault in check_pair(wall, wall // 2).faults] == ["exposure"]
