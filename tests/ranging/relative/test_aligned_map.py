"""From a relative map and its alignment to metres, and back."""

import numpy as np
import pytest

from howfar.ranging.relative.alignment import aligned_map, relative_of
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
    aligned = aligned_map(DepthMap(np.array([values]), kind), alignment)
    assert aligned.kind == "metres"
    assert aligned.values == pytest.approx(DEPTHS_M)
    assert relative_of(DEPTHS_M, alignment)[0] == pytest.approx(values)


@pytest.mark.parametrize("kind", ["relative_inverse", "relative_depth"])
def test_what_comes_out_at_zero_or_below_is_unknown_as_is_what_was(kind) -> None:
    alignment = DepthAlignment(kind, Line(1.0, -1.0), 0.1, ("known",), 2)
    depth = DepthMap(np.array([[0.5, 1.0, 2.0, 2.0]]), kind, np.array([[True, True, True, False]]))
    assert aligned_map(depth, alignment).valid.tolist() == [[False, False, True, False]]
