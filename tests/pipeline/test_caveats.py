"""What speaks against the metres of a picture goes wherever they go."""

import math
from dataclasses import replace

import numpy as np
import pytest

from howfar.pipeline.caveats import caveats_of
from howfar.scene import Camera, Cue, DepthFacts, DepthMap, Detections, Distance, Frame, Perception, StereoRig
from howfar.scene.depth_alignment import DepthAlignment
from howfar.scene.line import Line

GIVEN = Camera.from_focal(64, 48, 50.0)
FRAME = Frame(np.zeros((48, 64, 3), np.uint8), "photo", GIVEN)
ROOMS = DepthFacts("rooms", scenes="rooms up to 10 m", reach_m=10.0)
POINTS = DepthAlignment("relative_depth", Line(1.0, 0.0), 0.1, ("points",), 9)
CAR = Detections.from_boxes([(0, 0, 9, 9)], ["car"])


def seen(**changes) -> Perception:
    return replace(Perception(FRAME, CAR, DepthMap(np.ones((4, 4)), "metres"), DepthFacts("net")), **changes)


def far(depth_m: float, **changes) -> Distance:
    distance = Distance(depth_m, depth_m, (0.0, 0.0, depth_m), "median", 1.0, False, (0.0, 0.0, 9.0, 9.0))
    return replace(distance, **changes)


def told(map_m: float, size_m: float) -> Distance:
    return far(map_m, cues=(Cue("depth", map_m, 0.01, 1.0), Cue("size", size_m, 0.2)))


def pair_map(known: int) -> DepthMap:
    """A map of a pair with 100 cells, of which so many are told by both eyes."""
    log_sds = np.where(np.arange(100).reshape(10, 10) < known, 0.02, np.nan).astype(np.float32)
    return DepthMap(np.full((10, 10), 9.0), "disparity_px", stereo=StereoRig(500.0, 0.1), log_sds=log_sds)


@pytest.mark.parametrize(
    ("known", "says"),
    [
        pytest.param(100, "", id="both eyes see all"),
        pytest.param(97, "less than 5 %", id="one eye sees a little"),
        pytest.param(72, "about 30 %", id="one eye sees a part, in steps of ten"),
    ],
)
def test_how_much_one_eye_alone_tells(known: int, says: str) -> None:
    texts = [each.text for each in caveats_of(seen(depth=pair_map(known))) if each.kind == "stereo"]
    assert len(texts) == bool(says)
    assert all(says in text and "15 m that this rig can tell" in text for text in texts)


@pytest.mark.parametrize(
    ("perception", "distance", "map_m", "kinds", "says"),
    [
        pytest.param(seen(), far(3), 3.0, [], "", id="nothing"),
        pytest.param(seen(frame=replace(FRAME, camera=None)), far(3), 3.0, ["camera"], "assumed", id="no camera"),
        pytest.param(
            seen(frame=replace(FRAME, notes=("It was stretched.",))),
            far(3),
            3.0,
            ["picture"],
            "stretched",
            id="a picture",
        ),
        pytest.param(
            seen(frame=replace(FRAME, orientation=3, depth=DepthMap(np.ones((48, 64)), "metres"))),
            far(3),
            3.0,
            ["picture"],
            "as the picture is shown",
            id="a depth map of a picture that was turned upside down",
        ),
        pytest.param(seen(frame=replace(FRAME, orientation=3)), far(3), 3.0, [], "", id="that picture alone"),
        pytest.param(seen(facts=ROOMS), far(3), 3.0, ["scenes"], "rooms up to 10 m and nothing else", id="rooms alone"),
        pytest.param(seen(), far(26), 3.7, ["map"], "car 3.7 m on the map and 26 m by all cues", id="a map too near"),
        pytest.param(seen(), far(2.0), 7.0, ["map"], "car 7.0 m on the map and 2.0 m", id="a map too far"),
        pytest.param(seen(), far(math.nan), 3.0, ["map"], "unknown by all cues", id="a map where nothing is known"),
        pytest.param(seen(), far(3.0), math.nan, [], "", id="no map there"),
        pytest.param(seen(), far(4.0, conflict=True), 3.0, ["conflict"], "contradict each other: car", id="cues"),
        pytest.param(seen(doubts=("The unit.",)), far(3), 3.0, ["unit"], "The unit.", id="a doubt of the network's"),
        pytest.param(
            seen(facts=DepthFacts("given", measured=True)), told(2.5, 25), 2.5, ["unit"], "10 times nearer", id="sizes"
        ),
        pytest.param(seen(alignment=POINTS), told(25, 2.5), 25.0, ["unit"], "10 times farther", id="points by sizes"),
        pytest.param(
            seen(detections=replace(CAR, notes=("101 objects.",))),
            far(3),
            3.0,
            ["objects"],
            "101",
            id="objects",
        ),
        pytest.param(seen(), told(25, 2.5), 25.0, [], "", id="a network has no unit"),
        pytest.param(
            seen(depth=DepthMap(np.ones((4, 4)), "relative_depth"), frame=replace(FRAME, camera=None)),
            far(math.nan),
            math.nan,
            [],
            "",
            id="without metres",
        ),
    ],
)
def test_caveats(perception: Perception, distance: Distance, map_m: float, kinds: list[str], says: str) -> None:
    caveats = caveats_of(perception, (distance,), (map_m,))
    assert [caveat.kind for caveat in caveats] == kinds
    assert says in " ".join(caveat.text for caveat in caveats)


def test_of_many_objects_three_are_named() -> None:
    five = seen(detections=Detections.from_boxes([(0, 0, 9, 9)] * 5, list("abcde")))
    (caveat,) = caveats_of(five, [far(30.0)] * 5, [3.0] * 5)
    assert "c 3.0 m on the map" in caveat.text
    assert caveat.text.endswith("and 2 more.")
