"""Whatever sees drives the whole pipeline: a stand-in of ten lines in the place of two networks."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

import howfar
from howfar import Camera, DepthMap, Rangefinder
from howfar.drawing.tables import caption
from howfar.errors import SettingError
from howfar.pipeline.jobs import Failed, Looked, look_at_pictures
from howfar.pipeline.metric_scale import MetricEvidence
from howfar.pipeline.view import View
from howfar.ranging import Method, parse_method
from howfar.ranging.cues.joining import CueSettings
from howfar.ranging.methods.foreground import MASK
from howfar.ranging.methods.method import Readings
from howfar.ranging.settings import Ranging
from howfar.scene import DepthFacts, Detections, Frame, Perception, Query
from howfar.scene.known_distance import KnownDistance
from howfar.scene.lens import Lens
from howfar.sources.opening import open_sources
from tests.pipeline.stand_ins import CAMERA, CUP, DOG, Finds, GivesDepth, Sees, halves

MEDIAN = Ranging((parse_method("median"),), CueSettings())
KNOWN_CAMERA = Lens(CAMERA)
DOUBTED = Camera.between(64, 48, (50.0, 25.0, 100.0), "it may have been cut")


class StandIn:
    """All that a perceiver needs to be."""

    def perceive(self, frame: Frame, query: Query) -> Perception:
        """A cup and a dog, at a tenth of their grey in metres."""
        found = Detections.from_boxes([CUP, DOG], ["cup", "dog"])
        depth = DepthMap(frame.image[..., 0] / np.float32(10), "metres")
        return Perception(frame, found, depth, DepthFacts("stand-in"))


def told(view: View) -> list[tuple[str, float]]:
    return [(each.label, round(each.depth_m, 3)) for each in view]


def test_it_looks_at_a_picture() -> None:
    view = Rangefinder.of(StandIn()).look(halves(2, 5))
    assert told(view) == [("cup", 2.0), ("dog", 5.0)]
    assert view.facts is not None
    assert (view.facts.name, view.camera.origin) == ("stand-in", "assumed")
    assert view.draw().shape == (48, 64, 3)


def test_it_looks_by_two_methods_after_seeing_once() -> None:
    seer = Sees()
    ranging = Ranging((parse_method("median"), parse_method("max")), CueSettings())
    image = halves(2, 5)
    image[20:24, 10:20] = 90
    views = Rangefinder.of(seer, ranging=ranging).look_each(image)
    assert [told(view) for view in views] == [[("cup", 2.0), ("dog", 5.0)], [("dog", 5.0), ("cup", 9.0)]]
    assert len(seer.asked) == 1
    assert views[0].depth is views[1].depth


def test_it_watches_frames() -> None:
    frames = (Frame(halves(depth_m, 9), "film", index=depth_m, time_s=depth_m / 25) for depth_m in range(1, 6))
    seen = [(view.frame, view.time_s, told(view)[0]) for (view,) in Rangefinder.of(StandIn()).watch_each(frames)]
    assert seen == [(depth_m, depth_m / 25, ("cup", depth_m)) for depth_m in range(1, 6)]


def test_it_looks_at_many_pictures(tmp_path: Path) -> None:
    for depth_m in (1, 2, 3):
        Image.fromarray(halves(depth_m, 9)).save(tmp_path / f"{depth_m}.png")
    outcomes = list(look_at_pictures(Rangefinder.of(StandIn()), open_sources([str(tmp_path)])))
    assert all(isinstance(each, Looked) for each in outcomes)
    assert [told(each.views[0])[0] for each in outcomes if isinstance(each, Looked)] == [
        ("cup", 1.0),
        ("cup", 2.0),
        ("cup", 3.0),
    ]


def test_it_is_shown_the_frame_with_its_camera_and_what_is_asked_for() -> None:
    seer = Sees()
    finder = Rangefinder.of(seer, KNOWN_CAMERA, ranging=MEDIAN, query=Query(0.4, classes=("dog",)))
    assert told(finder.look(halves(2, 5))) == [("dog", 5.0)]
    ((frame, query),) = seer.asked
    assert (frame.camera, query) == (CAMERA, Query(0.4, classes=("dog",)))


@pytest.mark.parametrize(
    ("lens", "frame_camera", "origin", "focal_px"),
    [
        pytest.param(Lens(), None, "assumed", Camera.assumed(64, 48).fx_px, id="nothing, which is assumed"),
        pytest.param(Lens(), Camera(64, 48, 70, 70, 32, 24, "exif"), "exif", 70.0, id="the picture itself"),
        pytest.param(Lens(focal_px=90.0), Camera(64, 48, 70, 70, 32, 24, "exif"), "given", 90.0, id="the user first"),
    ],
)
def test_who_tells_of_its_camera(lens: Lens, frame_camera: Camera | None, origin: str, focal_px: float) -> None:
    view = Rangefinder.of(StandIn(), lens, ranging=MEDIAN).look(Frame(halves(2, 5), "made", frame_camera))
    assert (view.camera.origin, view.camera.fx_px) == (origin, focal_px)


@pytest.mark.parametrize(
    ("camera", "facts", "is_wider"),
    [
        pytest.param(
            DOUBTED, DepthFacts("seer", log_sd=0.2), True, id="as the focal length is open, so is the distance"
        ),
        pytest.param(replace(DOUBTED, doubt=None), DepthFacts("seer", log_sd=0.2), False, id="without a doubt"),
        pytest.param(DOUBTED, DepthFacts("seer", log_sd=0.2, measured=True), False, id="measured metres stay"),
    ],
)
def test_the_interval_holds_every_focal_length_that_may_be(camera: Camera, facts: DepthFacts, is_wider: bool) -> None:
    finder = Rangefinder.of(Sees(facts), ranging=MEDIAN)
    view = finder.look(Frame(halves(2, 5), "made", camera))
    cup, known = (finder.look(Frame(halves(2, 5), "made", each)).objects[0].distance for each in (camera, CAMERA))
    assert cup.depth_m == known.depth_m == pytest.approx(2.0)
    assert cup.low_m == pytest.approx(known.low_m * (0.5 if is_wider else 1))
    assert cup.high_m == pytest.approx(known.high_m * (2.0 if is_wider else 1))
    named = replace(view, models={"depth": "seer"})
    assert ("it may have been cut" in caption(named)) is (camera.doubt is not None)


def no_memory_of_opencv() -> None:
    cv2.resize(np.zeros((2, 2), np.uint8), (2**30, 2**30))


def no_memory_of_numpy() -> None:
    np.zeros(2**60, np.uint8)


@pytest.mark.parametrize("fail", [no_memory_of_opencv, no_memory_of_numpy])
def test_want_of_memory_is_called_that_and_the_others_go_on(tmp_path: Path, fail: Callable[[], None]) -> None:
    class TakesTooMuch(StandIn):
        def perceive(self, frame: Frame, query: Query) -> Perception:
            if frame.source.endswith("1.png"):
                fail()
            return super().perceive(frame, query)

    for depth_m in (1, 2):
        Image.fromarray(halves(depth_m, 9)).save(tmp_path / f"{depth_m}.png")
    failed, looked = look_at_pictures(Rangefinder.of(TakesTooMuch()), open_sources([str(tmp_path)]))
    assert isinstance(looked, Looked)
    assert isinstance(failed, Failed)
    assert "64×48 pixels, and there is not enough memory" in str(failed.error)


def test_a_perception_without_a_camera_is_one_of_an_assumed_camera() -> None:
    seen = StandIn().perceive(Frame(halves(2, 5), "made"), Query())
    assert seen.camera == Camera.assumed(64, 48)


def test_evidence_gives_a_relative_stand_in_its_metres() -> None:
    facts = DepthFacts("ranker", "relative_depth")
    anchored = MetricEvidence(anchor=GivesDepth())
    view = Rangefinder.of(Sees(facts), KNOWN_CAMERA, anchored, MEDIAN).look(halves(2, 5))
    assert [(label, round(depth_m, 2)) for label, depth_m in told(view)] == [("cup", 2.0), ("dog", 5.0)]
    known = MetricEvidence(known=(KnownDistance("cup", 3.0),))
    view = Rangefinder.of(Sees(facts), KNOWN_CAMERA, known, MEDIAN).look(halves(2, 5))
    assert view.objects[0].range_m == pytest.approx(3.0, rel=1e-3)


def test_without_evidence_a_relative_stand_in_gives_the_order() -> None:
    view = Rangefinder.of(Sees(DepthFacts("ranker", "relative_depth")), ranging=MEDIAN).look(halves(5, 2))
    assert [(each.label, each.nearness_rank, each.distance.is_known) for each in view] == [
        ("dog", 1, False),
        ("cup", 2, False),
    ]
    with pytest.raises(SettingError, match="A maximum depth needs metres"):
        Rangefinder.of(Sees(DepthFacts("ranker", "relative_depth"))).look(halves(5, 2), max_depth_m=3.0)


class SecondNearest(Method):
    """A method of the user's own: the second least value of a box, or of its mask; it remembers what it was given."""

    name = "second-nearest"

    def __init__(self) -> None:
        self.given: list[tuple[str, np.ndarray | None]] = []

    def read(self, depth: DepthMap, boxes: np.ndarray, masks: np.ndarray | None = None) -> Readings:
        """Read each box."""
        self.given.append((depth.kind, masks))
        cells = boxes.round().astype(np.int64)
        patches = [depth.values[top:bottom, left:right] for left, top, right, bottom in cells.tolist()]
        if masks is not None:
            patches = [patch[mask > 0.5] for patch, mask in zip(patches, masks, strict=True)]
        values = np.array([np.unique(patch)[1] for patch in patches], dtype=np.float64)
        return Readings(values, cells, np.ones(len(boxes)))


def uneven() -> np.ndarray:
    """The nearest of the cup is 1 m, the second nearest 2 m away; of the dog 3 and 4 m."""
    image = halves(2, 4)
    image[16:18, 8:12], image[16:18, 40:44] = 10, 30
    return image


@pytest.mark.parametrize(
    ("kind", "ranks"),
    [
        pytest.param("relative_depth", [("cup", 1), ("dog", 2)], id="a map of relative depth"),
        pytest.param("relative_inverse", [("cup", 1), ("dog", 2)], id="a map of relative inverse depth"),
    ],
)
def test_a_method_of_ones_own_reads_relative_maps_itself(kind, ranks: list[tuple[str, int]]) -> None:
    own = SecondNearest()
    image = uneven() if kind == "relative_depth" else (100 - uneven()).astype(np.uint8)
    view = Rangefinder.of(Sees(DepthFacts("ranker", kind)), ranging=Ranging((own,), CueSettings())).look(image)
    assert [(each.label, each.nearness_rank) for each in view] == ranks
    assert [given for given, _ in own.given] == [kind]
    assert {each.distance.method for each in view} == {"second-nearest"}


def test_a_method_of_ones_own_reads_what_a_known_distance_is_of() -> None:
    facts, known = DepthFacts("ranker", "relative_depth"), MetricEvidence(known=(KnownDistance("dog", 8.0),))
    ranging = Ranging((SecondNearest(),), CueSettings())
    view = Rangefinder.of(Sees(facts), KNOWN_CAMERA, known, ranging).look(uneven())
    assert [(each.label, each.distance.method) for each in view] == [
        ("cup", "second-nearest"),
        ("dog", "second-nearest"),
    ]
    assert view.objects[1].range_m == pytest.approx(8.0, rel=1e-3)
    assert view.objects[0].depth_m == pytest.approx(view.objects[1].depth_m / 2, rel=1e-3)


def test_a_method_of_ones_own_is_given_the_detectors_masks() -> None:
    masks = np.zeros((2, 20, 20), dtype=np.float32)
    masks[:, 10:] = 1.0
    image = uneven()
    image[30:32, 8:12], image[30:32, 40:44] = 60, 70
    own = SecondNearest()
    view = Rangefinder.of(Sees(masks=masks), ranging=Ranging((own,), CueSettings())).look(image)
    assert told(view) == [("cup", 6.0), ("dog", 7.0)]
    assert own.given[0][1] is masks


def test_masks_of_a_stand_in_take_the_networks_place_in_the_default_method() -> None:
    masks = np.zeros((2, 20, 20), dtype=np.float32)
    masks[:, :5] = 1.0
    image = halves(2, 5)
    image[14:19] = 30
    view = Rangefinder.of(Sees(masks=masks)).look(image)
    assert [(each.distance.method, each.depth_m) for each in view] == [(MASK, 3.0), (MASK, 3.0)]


def test_open_stand_ins_take_the_place_of_networks_by_keyword() -> None:
    finder = Rangefinder(Finds(), GivesDepth(), "median", CAMERA)
    view = finder.look(halves(2, 5))
    assert told(view) == [("cup", 2.0), ("dog", 5.0)]
    assert view.models == {"detector": "finder", "depth": "mapper"}
    assert set(view.timing_ms) == {"detect", "depth", "range"}
    assert told(howfar.look(halves(2, 5), detector=Finds(), depth=GivesDepth(), camera=CAMERA)) == told(view)
    with pytest.raises(SettingError, match="knows no class 'cat'"):
        Rangefinder(Finds(), GivesDepth(), classes=["cat"])
