"""What gave a relative depth map its metres."""

import pytest

from howfar.scene.depth_alignment import DepthAlignment
from howfar.scene.line import Line


@pytest.mark.parametrize(
    ("evidence", "is_measured"),
    [
        pytest.param(("known",), True, id="a known distance was measured"),
        pytest.param(("points", "anchor"), True, id="given depths were"),
        pytest.param(("anchor",), False, id="the scale of an anchor hangs on the camera"),
        pytest.param(("size",), False, id="so does that of sizes"),
    ],
)
def test_whether_the_scale_was_measured(evidence, is_measured: bool) -> None:
    assert DepthAlignment("relative_depth", Line(), 0.1, evidence, 1).is_measured == is_measured


def test_a_small_scale_keeps_its_digits_in_json() -> None:
    written = DepthAlignment("relative_inverse", Line(1.23456789e-5, -2.0), 0.123456, ("anchor",), 9).to_dict()
    assert written == {
        "kind": "relative_inverse",
        "scale": 1.23457e-5,
        "shift": -2.0,
        "log_sd": 0.1235,
        "evidence": ["anchor"],
        "points": 9,
    }
