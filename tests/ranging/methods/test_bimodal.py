"""Boxes that hold two depths."""

import numpy as np
import pytest

from howfar.ranging.methods.bimodal import hold_two_depths
from howfar.scene import DepthMap, StereoRig

BOX = np.array([[0.0, 0.0, 40.0, 40.0]])


def two_surfaces(near_share: float, near_m: float = 2.0, far_m: float = 4.0) -> np.ndarray:
    values = np.full((40, 40), far_m, dtype=np.float32)
    values[:, : round(40 * near_share)] = near_m
    return values


UNKNOWN = np.full((40, 40), np.nan)
MOSTLY_UNKNOWN = two_surfaces(0.5)
MOSTLY_UNKNOWN[:30] = np.nan
SLANTED = np.broadcast_to(np.linspace(2.0, 2.5, 40), (40, 40))


@pytest.mark.parametrize(
    ("values", "mixed"),
    [
        pytest.param(two_surfaces(0.5), True, id="half near, half far"),
        pytest.param(two_surfaces(0.9), False, id="the object fills the box"),
        pytest.param(two_surfaces(0.1), False, id="hardly anything near"),
        pytest.param(two_surfaces(0.5, far_m=2.2), False, id="two depths that differ little"),
        pytest.param(np.full((40, 40), 3.0), False, id="one depth"),
        pytest.param(SLANTED, False, id="a surface that slants gently"),
        pytest.param(UNKNOWN, False, id="nothing known"),
        pytest.param(MOSTLY_UNKNOWN, False, id="less than half known"),
    ],
)
def test_two_depths_in_a_box(values, mixed: bool) -> None:
    assert hold_two_depths(DepthMap(values, "metres"), BOX).tolist() == [mixed]


def test_two_depths_on_a_disparity_map() -> None:
    depth = DepthMap(100.0 / two_surfaces(0.5), "disparity_px", stereo=StereoRig(100.0, 1.0))
    assert hold_two_depths(depth, BOX).tolist() == [True]


def test_each_box_is_judged_by_itself() -> None:
    boxes = np.array([[0.0, 0.0, 40.0, 40.0], [0.0, 0.0, 20.0, 40.0], [20.0, 0.0, 40.0, 40.0]])
    assert hold_two_depths(DepthMap(two_surfaces(0.5), "metres"), boxes).tolist() == [True, False, False]
    assert hold_two_depths(DepthMap(two_surfaces(0.5), "metres"), boxes[:0]).tolist() == []
