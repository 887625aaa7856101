"""The ranging methods by name."""

import math

import numpy as np
import pytest

from howfar.errors import SettingError
from howfar.ranging import Bounds, method_names, parse_method
from howfar.scene import DepthMap, StereoRig

RAMP = np.arange(1.0, 101.0, dtype=np.float32).reshape(10, 10)
"""Depth 1 to 100, row by row: the middle 4 × 4 holds 34 to 67."""
RIG = StereoRig(focal_px=100.0, baseline_m=1.0)
BOX = np.array([[0.0, 0.0, 10.0, 10.0]])
MIDDLE = RAMP[3:7, 3:7]


def reading(name: str, values=RAMP, **settings) -> float:
    depth = values if isinstance(values, DepthMap) else DepthMap(values, "metres")
    return float(parse_method(name, **settings).read(depth, BOX).values[0])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("central-mean", MIDDLE.mean(), id="Eq. 8: mean of the middle 0.4w × 0.4h"),
        pytest.param("median", 50.5, id="Eq. 9: median of the box"),
        pytest.param("central-median", np.median(MIDDLE), id="median of the middle"),
        pytest.param("mean", 50.5, id="mean"),
        pytest.param("min", 1.0, id="nearest"),
        pytest.param("max", 100.0, id="farthest"),
        pytest.param("percentile:40", np.percentile(RAMP, 40), id="40th percentile"),
        pytest.param("percentile:0", 1.0, id="0th percentile"),
    ],
)
def test_each_method_on_a_known_map(name: str, expected: float) -> None:
    assert reading(name) == pytest.approx(expected)


@pytest.mark.parametrize("name", [name for name in method_names() if ":" not in name] + ["percentile:25"])
def test_a_constant_depth_gives_exactly_it(name: str) -> None:
    assert reading(name, np.full((10, 10), 2.3, dtype=np.float32)) == np.float32(2.3)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("mean", 50.5, id="the mean acts on disparity"),
        pytest.param("central-mean", MIDDLE.mean(), id="Eq. 8 acts on disparity"),
        pytest.param("median", 50.5, id="Eq. 9 acts on disparity"),
        pytest.param("min", 100.0, id="the nearest has the largest disparity"),
        pytest.param("max", 1.0, id="the farthest has the smallest"),
        pytest.param("percentile:40", np.percentile(RAMP, 60), id="percentiles count from the nearest"),
    ],
)
def test_on_disparity(name: str, expected: float) -> None:
    assert reading(name, DepthMap(RAMP, "disparity_px", stereo=RIG)) == pytest.approx(expected)


def test_unknown_cells_are_left_out_and_counted() -> None:
    values = RAMP.copy()
    values[:5] = np.nan
    readings = parse_method("mean").read(DepthMap(values, "metres"), BOX)
    assert readings.values[0] == pytest.approx(RAMP[5:].mean())
    assert readings.valid_shares[0] == 0.5


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        pytest.param(Bounds(lower_m=50.5), RAMP[RAMP > 50].mean(), id="nothing nearer than the lower threshold"),
        pytest.param(Bounds(upper_m=20.0), RAMP[RAMP <= 20].mean(), id="nothing farther than the upper threshold"),
        pytest.param(Bounds(20.0, 30.0), RAMP[(RAMP >= 20) & (RAMP <= 30)].mean(), id="both"),
    ],
)
def test_thresholds_in_metres(bounds: Bounds, expected: float) -> None:
    assert reading("mean", bounds=bounds) == pytest.approx(expected)


def test_thresholds_are_in_metres_on_disparity_too() -> None:
    depth = DepthMap(RAMP, "disparity_px", stereo=RIG)
    assert reading("mean", depth, bounds=Bounds(upper_m=2.0)) == pytest.approx(RAMP[RAMP >= 50].mean())


def test_a_shrink_factor_replaces_the_methods_own() -> None:
    assert reading("mean", shrink=0.4) == reading("central-mean")
    assert reading("central-mean", shrink=1.0) == reading("mean")


def test_nothing_usable_gives_no_number() -> None:
    readings = parse_method("median").read(DepthMap(np.zeros((10, 10)), "metres"), BOX)
    assert np.isnan(readings.values[0])
    assert readings.valid_shares[0] == 0.0


@pytest.mark.parametrize(
    ("name", "settings", "says"),
    [
        pytest.param("average", {}, "there are central-mean, median", id="an unknown name lists the known"),
        pytest.param("percentile:x", {}, "from 0 to 100", id="a percentile that is no number"),
        pytest.param("percentile:101", {}, "from 0 to 100", id="a percentile above 100"),
        pytest.param("median", {"shrink": 0.0}, "above 0", id="nothing left of the box"),
        pytest.param("median", {"shrink": 1.5}, "at most 1", id="more than the box"),
    ],
)
def test_what_is_no_method_is_refused(name: str, settings: dict, says: str) -> None:
    with pytest.raises(SettingError, match=says):
        parse_method(name, **settings)


@pytest.mark.parametrize("bounds", [(math.nan, None), (None, math.nan), (-1.0, 3.0), (None, -math.inf)])
def test_thresholds_that_are_no_distances_are_refused(bounds: tuple[float | None, float | None]) -> None:
    with pytest.raises(SettingError, match="number of metres from 0 on, not") as refusal:
        Bounds(*bounds)
    assert refusal.value.setting == ("lower_threshold" if bounds[0] is not None else "upper_threshold")


def test_thresholds_that_leave_nothing_in_are_refused() -> None:
    with pytest.raises(SettingError, match="below the upper"):
        Bounds(3.0, 2.0)
