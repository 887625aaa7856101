"""What chance does to depth and boxes."""

import numpy as np
import pytest

from howfar.scene import DepthMap
from howfar.training.data.ranging.augmentation import NETWORK_PX, RangingAugmentation, moved, softened


def test_a_moved_boxs_sides_stay_near() -> None:
    rng, box = np.random.default_rng(0), np.array([10.0, 20.0, 50.0, 30.0])
    boxes = np.array([moved(box, RangingAugmentation(moved=0.5, most_move=0.1), rng) for _ in range(400)])
    still = (boxes == box).all(axis=1)
    assert still.mean() == pytest.approx(0.5, abs=0.1)
    assert np.abs(boxes - box).max(axis=0) == pytest.approx([4.0, 1.0, 4.0, 1.0], rel=0.05)


def holed() -> DepthMap:
    values = np.full((240, 320), 3.0, dtype=np.float32)
    values[:60] = np.nan
    return DepthMap(values, "metres")


@pytest.mark.parametrize(
    "depth",
    [holed(), DepthMap(np.full((240, 320), np.nan, dtype=np.float32), "metres")],
    ids=["a map with a hole", "a map of nothing"],
)
def test_a_networks_depth_has_its_resolution_and_no_holes(depth: DepthMap) -> None:
    soft = softened(depth, RangingAugmentation(), np.random.default_rng(0))
    assert soft.shape == NETWORK_PX[::-1]
    assert soft.all_valid


def test_its_slow_errors_have_the_spread_that_was_asked_for() -> None:
    logs = [
        np.log(softened(holed(), RangingAugmentation(noise=0.1), np.random.default_rng(seed)).values / 3)
        for seed in range(30)
    ]
    assert np.std(logs) == pytest.approx(0.08, abs=0.03)
