"""The order of objects on relative maps."""

import numpy as np
import pytest

from howfar.errors import SettingError
from howfar.pipeline.open_methods import open_method
from howfar.ranging import Bounds, Method, parse_method
from howfar.ranging.methods.method import Readings
from howfar.ranging.methods.statistics import RELATIVE_METHOD
from howfar.ranging.relative.ordinal import nearest_first, ranks_from_nearest, relative_values
from howfar.scene import Camera, DepthMap

CAMERA = Camera.from_focal(64, 48, 50.0)
LEFT, RIGHT, OUTSIDE = (2, 2, 30, 46), (34, 2, 62, 46), (70, 2, 90, 46)


@pytest.mark.parametrize(
    ("values", "near_is_large", "ranks"),
    [
        pytest.param([0.2, 0.9, 0.5], True, (3, 1, 2), id="inverse depth: the largest is the nearest"),
        pytest.param([0.2, 0.9, 0.5], False, (1, 3, 2), id="depth: the smallest is"),
        pytest.param([2.0, 1.0, 2.0, 3.0], False, (2, 1, 2, 4), id="what is equally near shares a rank"),
        pytest.param([np.nan, 1.0, -2.0], True, (None, 1, 2), id="what is unknown has none"),
        pytest.param([], True, (), id="nothing"),
    ],
)
def test_ranks_count_from_the_nearest(values, near_is_large: bool, ranks) -> None:
    assert ranks_from_nearest(np.array(values, dtype=np.float64), near_is_large=near_is_large) == ranks


def test_things_of_no_rank_come_last_and_ties_stay_in_order() -> None:
    assert nearest_first([None, 2, 1, 2]) == [2, 1, 3, 0]


@pytest.mark.parametrize(
    ("name", "stands_in"),
    [
        pytest.param("auto", RELATIVE_METHOD, id="the learned method works on logarithms"),
        pytest.param("layers", RELATIVE_METHOD, id="so do depth layers"),
        pytest.param("median", "median", id="a statistic is itself"),
        pytest.param("percentile:25", "percentile:25", id="a percentile is itself"),
    ],
)
def test_what_a_method_is_on_a_relative_map(name: str, stands_in: str) -> None:
    assert open_method(name).on_relative().name == stands_in


@pytest.mark.parametrize("kind", ["relative_inverse", "relative_depth"])
@pytest.mark.parametrize("name", ["auto", "median", "min"])
def test_the_order_is_the_same_in_depth_and_in_inverse_depth(kind, name: str) -> None:
    depths_m = np.repeat([[2.0, 3.0]], [32, 32], axis=1).repeat(48, axis=0)
    depths_m[:, ::5] = 6.0
    depth = DepthMap(1 / depths_m - 0.2 if kind == "relative_inverse" else depths_m - 5.0, kind)
    boxes = np.array([RIGHT, OUTSIDE, LEFT], dtype=np.float32)
    values = relative_values(depth, boxes, CAMERA, open_method(name).on_relative())
    assert ranks_from_nearest(values, near_is_large=depth.near_is_large) == (2, None, 1)


@pytest.mark.parametrize("name", ["auto", "median"])
def test_limits_in_metres_are_refused_or_left_out(name: str) -> None:
    depth = DepthMap(np.ones((6, 8)), "relative_depth")
    boxes = np.array([LEFT], dtype=np.float32)
    method = open_method(name, bounds=Bounds(upper_m=3.0))
    with pytest.raises(SettingError, match="has no metres"):
        relative_values(depth, boxes, CAMERA, method.on_relative())
    assert relative_values(depth, boxes, CAMERA, method.on_relative(bounded=False)) == [1.0]


def test_a_method_of_ones_own_reads_relative_maps_itself() -> None:
    class Own(Method):
        name = "own"

        def read(self, depth: DepthMap, boxes: np.ndarray, masks: np.ndarray | None = None) -> Readings:
            return parse_method("max").read(depth, boxes, masks)

    own = Own()
    assert own.on_relative() is own.on_relative(bounded=False) is own
    depth = DepthMap(np.arange(48.0).reshape(6, 8), "relative_depth")
    boxes = np.array([LEFT, RIGHT], dtype=np.float32)
    assert relative_values(depth, boxes, CAMERA, own.on_relative()).tolist() == [43.0, 47.0]
