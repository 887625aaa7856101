"""Semi-global matching, against plain loops that follow the formula, and against CNES's library."""

from dataclasses import replace

import numpy as np
import pytest

from howfar.stereo.mc_cnn.semi_global import DIRECTIONS, semi_global_cost
from howfar.stereo.mc_cnn.settings import PIPELINES, SmoothnessSettings

SETTINGS = SmoothnessSettings(p1=0.3, p2=1.1, one_edge=2.0, both_edges=5.0, vertical=1.5, edge=0.5)


def penalties(left, right, settings: SmoothnessSettings, y: int, x: int, d: int, step: tuple[int, int]):
    width = left.shape[1]
    before = y - step[0], x - step[1]
    edges = int(abs(left[y, x] - left[before]) >= settings.edge)
    matched, matched_before = x - d, before[1] - d
    if matched >= 0 and 0 <= matched_before < width:
        edges += int(abs(right[y, matched] - right[before[0], matched_before]) >= settings.edge)
    else:
        edges += 1
    share = (1.0, settings.one_edge, settings.both_edges)[edges]
    vertical = settings.vertical if step[0] else 1.0
    return settings.p1 / share / vertical, settings.p2 / share


def by_the_formula(cost, left, right, settings: SmoothnessSettings):
    height, width, disparities = cost.shape
    total = np.zeros(cost.shape)
    for step in DIRECTIONS:
        path = np.zeros(cost.shape)
        for y in range(height)[:: step[0] or 1]:
            for x in range(width)[:: step[1] or 1]:
                before = y - step[0], x - step[1]
                if not (0 <= before[0] < height and 0 <= before[1] < width):
                    path[y, x] = cost[y, x]
                    continue
                least = path[before].min()
                for d in range(disparities):
                    p1, p2 = penalties(left, right, settings, y, x, d, step)
                    ways = [path[before][d], least + p2]
                    ways += [path[before][n] + p1 for n in (d - 1, d + 1) if 0 <= n < disparities]
                    path[y, x, d] = cost[y, x, d] + min(ways) - least
        total += path
    return total / len(DIRECTIONS)


def scene(height: int, width: int, disparities: int):
    rng = np.random.default_rng(3)
    cost = rng.uniform(-1, 1, (height, width, disparities)).astype(np.float32)
    left, right = rng.normal(size=(2, height, width)).astype(np.float32)
    return cost, left, right


@pytest.mark.parametrize(
    ("shape", "settings"),
    [
        pytest.param((5, 8, 4), SETTINGS, id="small penalties"),
        pytest.param((6, 5, 7), SETTINGS, id="more disparities than columns"),
        pytest.param((1, 7, 3), SETTINGS, id="one row"),
        pytest.param((5, 8, 4), PIPELINES["kitti-fast"].smoothness, id="KITTI's settings"),
        pytest.param((5, 8, 2), replace(SETTINGS, edge=10.0), id="no edges inside"),
    ],
)
def test_it_is_the_least_cost_of_the_paths_that_end_here(shape, settings: SmoothnessSettings) -> None:
    cost, left, right = scene(*shape)
    np.testing.assert_allclose(
        semi_global_cost(cost, left, right, settings), by_the_formula(cost, left, right, settings), atol=1e-5
    )


def test_without_edges_it_agrees_with_the_library_of_cnes() -> None:
    library = pytest.importorskip("c_libsgm", reason="needs libSGM, which is of the extra dev")
    cost, left, _ = scene(12, 15, 6)
    p1, p2 = 0.3, 1.1
    flat = np.zeros_like(left)
    settings = SmoothnessSettings(p1, p2, one_edge=1.0, both_edges=1.0, vertical=1.0, edge=1.0)
    # It knows eight directions alone: on a diagonal path without penalties nothing but the cost itself is added.
    ways = np.array([(0, 1), (1, 0), (1, 1), (1, -1), (0, -1), (-1, 0), (-1, -1), (-1, 1)], dtype=np.int32)
    weights = np.array([1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0])
    each_p1, each_p2 = (np.tile(each * weights, (12, 15, 1)).astype(np.float32) for each in (p1, p2))
    found = library.sgm_api(cost, each_p1, each_p2, ways, float("nan"), np.ones_like(left))["cv"]
    np.testing.assert_allclose(4 * semi_global_cost(cost, flat, flat, settings) + 4 * cost, found, atol=1e-4)
