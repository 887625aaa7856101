"""Depth maps that know what their numbers mean."""

import numpy as np
import pytest

from howfar.errors import SettingError
from howfar.scene import DepthMap, StereoRig

RIG = StereoRig(focal_px=1000.0, baseline_m=0.2, offset_px=30.0)


def test_metres_are_metres_and_the_rest_is_unknown() -> None:
    depth = DepthMap(np.array([[1.5, 0.0, -1.0], [np.nan, np.inf, 2.0]]), "metres")
    assert depth.values.dtype == np.float32
    assert depth.valid.tolist() == [[True, False, False], [False, False, True]]
    assert depth.metres() == pytest.approx(np.array([[1.5, np.nan, np.nan], [np.nan, np.nan, 2.0]]), nan_ok=True)
    assert not depth.all_valid
    assert depth.is_metric
    assert not depth.near_is_large


def test_disparity_becomes_depth_by_focal_length_times_baseline() -> None:
    depth = DepthMap(np.array([[70.0, 10.0, -40.0]]), "disparity_px", stereo=RIG)
    assert depth.metres() == pytest.approx(np.array([[2.0, 5.0, np.nan]]), nan_ok=True)
    assert depth.near_is_large


def test_a_mask_narrows_what_is_valid() -> None:
    depth = DepthMap(np.array([[1.0, 2.0, np.nan]]), "metres", valid=np.array([[False, True, True]]))
    assert depth.valid.tolist() == [[False, True, False]]


def test_what_a_masked_array_masks_is_unknown() -> None:
    depth = DepthMap(np.ma.masked_greater(np.array([[1.0, 2.0, 3.0]]), 1.5), "metres")
    assert depth.metres() == pytest.approx(np.array([[1.0, np.nan, np.nan]]), nan_ok=True)


@pytest.mark.parametrize("dtype", [complex, bool, object, "datetime64[s]", "S4"])
def test_what_is_no_number_is_no_depth(dtype) -> None:
    with pytest.raises(SettingError, match="array of H×W numbers"):
        DepthMap(np.ones((2, 3)).astype(dtype), "metres")


def test_a_full_map_knows_that_it_is_full() -> None:
    assert DepthMap(np.ones((3, 2)), "metres").all_valid


@pytest.mark.parametrize("kind", ["relative_inverse", "relative_depth"])
def test_a_relative_map_has_no_metres(kind) -> None:
    depth = DepthMap(np.array([[-1.0, 0.0, 1.0]]), kind)
    assert depth.all_valid, "scale and shift are free, so zero and below are as good as any"
    assert not depth.is_metric
    with pytest.raises(SettingError, match="has no metres"):
        depth.metres()


def test_the_end_that_is_near_depends_on_the_kind() -> None:
    values = np.ones((1, 1))
    assert DepthMap(values, "relative_inverse").near_is_large
    assert not DepthMap(values, "relative_depth").near_is_large


def test_a_map_cannot_be_changed() -> None:
    depth = DepthMap(np.ones((2, 2)), "metres")
    with pytest.raises(ValueError, match="read-only"):
        depth.values[0, 0] = 5.0


def test_the_array_it_was_made_from_stays_the_callers() -> None:
    mine = np.ones((2, 2), dtype=np.float32)
    DepthMap(mine, "metres")
    mine[0, 0] = 5.0
    assert mine[0, 0] == 5.0


@pytest.mark.parametrize(
    ("make", "says"),
    [
        pytest.param(lambda: DepthMap(np.ones(3), "metres"), "H×W", id="one dimension"),
        pytest.param(lambda: DepthMap(np.ones((0, 3)), "metres"), "H×W", id="no rows"),
        pytest.param(lambda: DepthMap(np.ones((2, 2)), "feet"), "not 'feet'", id="a kind that is none"),
        pytest.param(lambda: DepthMap(np.ones((2, 2)), "disparity_px"), "stereo rig", id="disparity without a rig"),
        pytest.param(lambda: DepthMap(np.ones((2, 2)), "metres", stereo=RIG), "stereo rig", id="metres with a rig"),
        pytest.param(
            lambda: DepthMap(np.ones((2, 2)), "metres", np.ones((1, 2), bool)), "mask", id="a mask of another shape"
        ),
        pytest.param(lambda: StereoRig(1000.0, 0.0), "positive", id="no baseline"),
    ],
)
def test_what_cannot_be_a_map_is_refused(make, says: str) -> None:
    with pytest.raises(SettingError, match=says):
        make()


@pytest.mark.parametrize(
    ("values", "kind", "refused"),
    [
        pytest.param(np.full((2, 2), 1500, np.uint16), "metres", True, id="16 bits, as depth cameras give them"),
        pytest.param(np.full((2, 2), 1500, np.int32), "metres", True, id="whole numbers of thousands"),
        pytest.param(np.full((2, 2), 3, np.int64), "metres", False, id="whole metres"),
        pytest.param(np.full((2, 2), 1500, np.uint16), "relative_depth", False, id="a relative map"),
        pytest.param(np.full((2, 2), 1500.0), "metres", False, id="metres that are far"),
    ],
)
def test_steps_of_a_depth_camera_are_no_metres(values, kind, refused: bool) -> None:
    if not refused:
        assert DepthMap(values, kind).values == pytest.approx(values)
        return
    with pytest.raises(SettingError, match=r"multiply by the metres of one step \(0\.001\)"):
        DepthMap(values, kind)


def test_a_rig_turns_disparity_into_depth_and_back() -> None:
    depth_m = np.array([1.0, 4.0, 60.0], dtype=np.float32)
    np.testing.assert_allclose(RIG.depth_m(RIG.disparity_px(depth_m)), depth_m, rtol=1e-5)
    assert RIG.reach_m == pytest.approx(60.0)
    error_m = RIG.depth_m(RIG.disparity_px(np.float32([RIG.reach_m])) - 1) / RIG.reach_m - 1
    assert error_m > 0.3, "beyond it, a pixel is more than 30 %"


def test_uncertainties_are_those_of_the_cells() -> None:
    with pytest.raises(SettingError, match="uncertainties are of shape"):
        DepthMap(np.ones((2, 3)), "metres", log_sds=np.ones((3, 2), np.float32))
