"""A depth map of one's own beside a network's: is its unit right?"""

import numpy as np
import pytest

from howfar.scene import DepthMap
from howfar.scene.own_depth import unit_doubt

SEEN = DepthMap(np.linspace(1, 5, 12, dtype=np.float32).reshape(3, 4), "metres")


def times(factor: float) -> DepthMap:
    return DepthMap(np.repeat(np.repeat(SEEN.values, 5, 0), 5, 1) * np.float32(factor), "metres")


@pytest.mark.parametrize(
    ("own", "says"),
    [
        pytest.param(times(10), "10 times farther than what net sees", id="ten times too far"),
        pytest.param(times(0.1), "10 times nearer than what net sees", id="ten times too near"),
        pytest.param(times(3), "", id="within what networks err by"),
        pytest.param(DepthMap(np.where(np.eye(3) > 0, 30.0, np.nan), "metres"), "farther", id="known at few pixels"),
        pytest.param(DepthMap(np.full((3, 4), 900.0), "relative_depth"), "", id="without metres there is no unit"),
        pytest.param(DepthMap(np.full((3, 4), np.nan), "metres"), "", id="known nowhere"),
    ],
)
def test_a_unit_is_doubted_by_what_a_network_sees(own: DepthMap, says: str) -> None:
    doubt = unit_doubt(own, SEEN, "net")
    assert says in doubt
    assert bool(says) == bool(doubt)
