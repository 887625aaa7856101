"""What gives relative depth networks their metres, and how far those are to be trusted."""

from pathlib import Path

import pytest

from howfar.models import CardDepth, open_depth_network
from howfar.pipeline.metric_scale import cues_beside, trust_in_aligned
from howfar.ranging.cues.joining import parse_cues
from howfar.scene.depth_alignment import DepthAlignment
from howfar.scene.line import Line
from tests.models.onnx_files import mean_depth


def alignment(*evidence) -> DepthAlignment:
    return DepthAlignment("relative_inverse", Line(), 0.17, evidence, 9)


@pytest.fixture
def anchor(tmp_path: Path) -> CardDepth:
    return open_depth_network(mean_depth(tmp_path, 'kind = "metres"\nmax_m = 10.0'))


@pytest.mark.parametrize(
    ("evidence", "factor", "reach_m"),
    [
        pytest.param(("anchor",), None, 10.0, id="an anchor tells no more than it knows"),
        pytest.param(("anchor",), 1.5, 15.0, id="in its own metres, corrected"),
        pytest.param(("known", "anchor"), None, None, id="a known distance may lie beyond"),
        pytest.param(("points",), None, None, id="so may given depths"),
    ],
)
def test_how_far_an_aligned_map_reaches(anchor: CardDepth, evidence, factor: float | None, reach_m) -> None:
    trust = trust_in_aligned(alignment(*evidence), anchor, factor)
    assert (trust.log_sd, trust.reach_m, trust.measured) == (0.17, reach_m, False)


@pytest.mark.parametrize(
    ("aligned", "names"),
    [
        pytest.param(None, ("depth", "size", "ground"), id="no alignment"),
        pytest.param(alignment("known"), ("depth", "size", "ground"), id="by known distances"),
        pytest.param(alignment("anchor", "size"), ("depth", "ground"), id="by sizes, which are used up"),
    ],
)
def test_which_cues_are_joined_with_an_aligned_map(aligned: DepthAlignment | None, names) -> None:
    assert cues_beside(aligned, parse_cues("auto")).names == names
