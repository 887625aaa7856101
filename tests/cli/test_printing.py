"""What the command line adds to the captions that know no flags."""

from dataclasses import replace

import numpy as np
import pytest

from howfar.cli.printing import options_line
from howfar.pipeline.caveats import scenes_text
from howfar.pipeline.view import View
from howfar.scene import Camera, DepthFacts, DepthMap, Distance, SceneObject

MAP = DepthMap(np.ones((4, 4), dtype=np.float32), "metres")
RELATIVE = DepthMap(np.ones((4, 4), dtype=np.float32), "relative_depth")
FAR = Distance(2.0, 2.0, (0.0, 0.0, 2.0), "median", 1.0, False, (0, 0, 4, 4))
VIEW = View(
    source="photo",
    width_px=64,
    height_px=48,
    camera=Camera.assumed(64, 48),
    models={"depth": "network"},
    objects=(),
    beyond=(),
    depth=MAP,
    image=np.zeros((48, 64, 3), dtype=np.uint8),
)
KNOWN = replace(VIEW, camera=Camera.from_focal(64, 48, 50.0))
CONFLICT = SceneObject("chair", 0, 0.9, (0, 0, 4, 4), replace(FAR, conflict=True))


@pytest.mark.parametrize(
    ("view", "line"),
    [
        pytest.param(VIEW, "See --focal-px, --fov-deg, --camera.", id="an assumed camera"),
        pytest.param(KNOWN, "", id="a known camera asks for nothing"),
        pytest.param(replace(VIEW, depth_scale=1.1), "", id="a measured scale does not hang on the camera"),
        pytest.param(replace(VIEW, depth=RELATIVE), "See --anchor, --known, --depth-points.", id="no metres"),
        pytest.param(replace(KNOWN, objects=(CONFLICT,)), "See --explain.", id="cues that contradict each other"),
    ],
)
def test_the_options_for_what_the_caption_asks_for(view: View, line: str) -> None:
    assert options_line(view) == line


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        pytest.param(DepthFacts("net", scenes="rooms"), "net has seen rooms and nothing else", id="a network of rooms"),
        pytest.param(DepthFacts("net"), None, id="a network of which that is not known"),
        pytest.param(DepthFacts("net", "relative_depth", "rooms"), None, id="a network without metres"),
        pytest.param(DepthFacts.of_given(MAP), None, id="a map of the user's own"),
        pytest.param(None, None, id="nothing known"),
    ],
)
def test_what_the_metres_of_a_network_are_worth(facts: DepthFacts | None, says: str | None) -> None:
    note = scenes_text(facts)
    assert note.startswith(says) if says else not note
