"""What gave a relative depth map its metres."""

import numpy as np
import pytest

from howfar.scene import DepthMap
from howfar.scene.depth_alignment import DepthAlignment
from howfar.scene.line import Line

DEPTHS_M = np.array([[1.0, 2.0, 4.0]])


@pytest.mark.parametrize(
    ("kind", "line", "values"),
    [
        pytest.param("relative_inverse", Line(0.5, 0.25), [1.5, 0.5, 0.0], id="inverse depth"),
        pytest.param("relative_depth", Line(2.0, 1.0), [0.0, 0.5, 1.5], id="depth"),
    ],
)
def test_values_become_metres_and_metres_values(kind, line: Line, values: list[float]) -> None:
    alignment = DepthAlignment(kind, line, 0.1, ("known",), 2)
    aligned = alignment.applied_to(DepthMap(np.array([values]), kind))
    assert aligned.kind == "metres"
    assert aligned.values == pytest.approx(DEPTHS_M)
    assert alignment.values_of(DEPTHS_M)[0] == pytest.approx(values)


@pytest.mark.parametrize("kind", ["relative_inverse", "relative_depth"])
def test_what_comes_out_at_zero_or_below_is_unknown_as_is_what_was(kind) -> None:
    alignment = DepthAlignment(kind, Line(1.0, -1.0), 0.1, ("known",), 2)
    depth = DepthMap(np.array([[0.5, 1.0, 2.0, 2.0]]), kind, np.array([[True, True, True, False]]))
    assert alignment.applied_to(depth).valid.tolist() == [[False, False, True, False]]


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
