"""A rig from chessboards, against the two cameras that they were rendered through."""

import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from howfar.calibration.boards import Board
from howfar.calibration.pair_fit import BoardPair, PairFit, fit_pair
from howfar.calibration.pair_picture import pair_sheet
from howfar.errors import SettingError
from howfar.io.rig_files import read_rig, rig_toml
from tests.calibration import pairs, rendered

BOARD = Board(rendered.COLUMNS, rendered.ROWS, pairs.SQUARE_M)
TODAY = date(2026, 1, 31)


def fit(noise_px: float = 0.0, poses=rendered.POSES) -> PairFit:
    return fit_pair([pairs.exact(pose, noise_px, seed) for seed, pose in enumerate(poses)], BOARD, TODAY)


def test_the_rig_is_found() -> None:
    found = fit().calibration
    assert found.rotation == pytest.approx(pairs.TURN, abs=1e-4)
    assert found.translation_m == pytest.approx(pairs.SHIFT * pairs.SQUARE_M, abs=1e-5)
    for camera in (found.left, found.right):
        assert (camera.fx_px, camera.fy_px) == pytest.approx((rendered.FX, rendered.FY), rel=1e-4)
        assert (camera.cx_px, camera.cy_px) == pytest.approx((rendered.CX, rendered.CY), abs=0.05)
    assert found.left_distortion.k1 == pytest.approx(rendered.BARREL[0], abs=0.002)
    assert found.right_distortion.k1 == pytest.approx(pairs.OTHER_BARREL[0], abs=0.002)
    assert found.chessboard.epipolar_px < 0.01


def test_its_errors_are_those_of_the_corners() -> None:
    noisy = fit(0.2)
    assert noisy.calibration.chessboard.rms_px == pytest.approx(0.2 * np.sqrt(2), rel=0.15)
    assert noisy.calibration.chessboard.epipolar_px == pytest.approx(0.2 * np.sqrt(2), rel=0.25)
    assert noisy.calibration.chessboard.pairs == len(rendered.POSES)
    assert noisy.calibration.baseline_m == pytest.approx(0.036, rel=0.02)


def test_it_is_written_and_read_back() -> None:
    found = fit(0.1).calibration
    assert read_rig(rig_toml(found)) == found


def test_a_board_that_one_camera_counted_from_its_other_end_is_turned() -> None:
    seen = [pairs.exact(pose) for pose in rendered.POSES]
    turned = [
        BoardPair(left, replace(right, corners_px=right.corners_px[::-1]) if index % 2 else right)
        for index, (left, right) in enumerate(seen)
    ]
    assert fit_pair(turned, BOARD).calibration.translation_m == pytest.approx(pairs.SHIFT * pairs.SQUARE_M, abs=1e-5)


@pytest.mark.parametrize(
    ("noise_px", "poses", "says"),
    [
        pytest.param(0.05, rendered.POSES[:4], "rests on 4 pairs", id="few pairs"),
        pytest.param(0.8, rendered.POSES, "Rows are .* px apart", id="rows that are far apart"),
        pytest.param(0.05, rendered.POSES[:1] * 3 + rendered.POSES[5:8], "boards cover", id="the middle alone"),
    ],
)
def test_what_makes_it_doubtful_is_said(noise_px: float, poses, says: str) -> None:
    assert any(re.search(says, caution) for caution in fit(noise_px, poses).cautions())


def test_a_pair_of_two_moments_is_pointed_at() -> None:
    seen = [pairs.exact(pose, 0.05, seed) for seed, pose in enumerate(rendered.POSES)]
    late = replace(seen[3].right, corners_px=seen[3].right.corners_px + np.array([0.0, 3.0]))
    bad = BoardPair(replace(seen[3].left, source="third.png"), late)
    cautions = list(fit_pair([*seen[:3], bad, *seen[4:]], BOARD).cautions())
    assert any("third.png fits worst" in caution for caution in cautions)
    assert not any("fits worst" in caution for caution in fit_pair(seen, BOARD).cautions())


@pytest.mark.parametrize(
    ("board", "count", "swap", "says"),
    [
        pytest.param(replace(BOARD, square_m=None), 11, False, "side of a square", id="squares of unknown size"),
        pytest.param(BOARD, 2, False, "in both pictures of 2 pairs and 3 are needed", id="two pairs"),
        pytest.param(BOARD, 11, True, "left-hand ones first", id="the right-hand camera first"),
    ],
)
def test_what_gives_no_rig(board: Board, count: int, swap: bool, says: str) -> None:
    seen = [pairs.exact(pose) for pose in rendered.POSES[:count]]
    with pytest.raises(SettingError, match=says):
        fit_pair([BoardPair(right, left) for left, right in seen] if swap else seen, board)


def test_pictures_that_belong_to_other_moments_give_no_rig_or_a_doubtful_one() -> None:
    seen = [pairs.exact(pose) for pose in rendered.POSES]
    mixed = [BoardPair(one.left, other.right) for one, other in zip(seen, seen[3:] + seen[:3], strict=True)]
    try:
        cautions = list(fit_pair(mixed, BOARD).cautions())
    except SettingError as error:
        cautions = [str(error)]
    assert any("same moment" in text or "left-hand ones first" in text or "above or below" in text for text in cautions)


def test_the_sheet_has_the_panels_of_both_cameras_in_rows() -> None:
    sheet = pair_sheet(fit(0.1), BOARD)
    assert sheet.shape[0] > 3 * rendered.HEIGHT
    assert sheet.shape[1] > 2 * rendered.WIDTH
