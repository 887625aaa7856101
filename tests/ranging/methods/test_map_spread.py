"""How certain a depth map says that it is of each object."""

import numpy as np
import pytest

from howfar.ranging import parse_method
from howfar.ranging.methods.map_spread import BEYOND_BOTH, NOT_MATCHED
from howfar.ranging.methods.measure import measure
from howfar.scene import Camera, DepthMap, StereoRig

CAMERA = Camera.from_focal(40, 20, 50.0)
RIG = StereoRig(200.0, 0.1)
LEFT, RIGHT = (0.0, 0.0, 20.0, 20.0), (20.0, 0.0, 40.0, 20.0)
NAN = np.nan


def disparities(left: float, right: float, log_sds: tuple[float, float] | None) -> DepthMap:
    values, spreads = np.full((20, 40), left, np.float32), np.full((20, 40), NAN, np.float32)
    values[:, 20:] = right
    if log_sds is not None:
        spreads[:, :20], spreads[:, 20:] = log_sds
    return DepthMap(values, "disparity_px", stereo=RIG, log_sds=None if log_sds is None else spreads)


@pytest.mark.parametrize(
    ("depth", "spreads", "notes"),
    [
        pytest.param(disparities(20, 10, (0.02, 0.05)), [0.02, 0.05], ["", ""], id="of the cells of each object"),
        pytest.param(disparities(20, 2, (0.02, NAN)), [0.02, NAN], ["", BEYOND_BOTH], id="beyond what a pair tells"),
        pytest.param(disparities(20, 10, (0.02, NAN)), [0.02, NAN], ["", NOT_MATCHED], id="not matched"),
        pytest.param(disparities(20, 10, None), [NAN, NAN], ["", ""], id="a map that states none"),
    ],
)
def test_an_object_is_as_certain_as_its_cells(depth: DepthMap, spreads: list[float], notes: list[str]) -> None:
    boxes = np.array([LEFT, RIGHT], dtype=np.float32)
    found = measure(depth, boxes, CAMERA, parse_method("median"))
    np.testing.assert_allclose([each.map_log_sd for each in found], spreads, rtol=1e-6)
    assert [each.map_note for each in found] == notes


def test_the_larger_part_of_an_object_counts() -> None:
    wide = np.array([(0.0, 0.0, 30.0, 20.0), (10.0, 0.0, 40.0, 20.0)], dtype=np.float32)
    found = measure(disparities(20, 2, (0.02, NAN)), wide, CAMERA, parse_method("median"))
    assert found[0].map_log_sd == pytest.approx(0.02)
    assert np.isnan(found[1].map_log_sd)


def test_without_an_object_there_is_nothing_to_be_certain_of() -> None:
    nothing = np.empty((0, 4), dtype=np.float32)
    assert measure(disparities(20, 10, (0.02, 0.05)), nothing, CAMERA, parse_method("median")) == ()
