"""Where measured distances have their metres from: an anchor, one known distance a picture, a camera file."""

import math

import numpy as np
import pytest

from howfar import Rangefinder
from howfar.datasets import ObjectSample
from howfar.errors import SettingError
from howfar.evaluation.objects.evaluation import evaluate_objects
from howfar.evaluation.objects.results import ObjectResult
from howfar.ranging.cues.joining import parse_cues
from howfar.scene import Camera, DepthFacts, DepthMap, Detections, Frame, Query
from howfar.scene.calibration import Calibration, DepthScale, Distortion
from howfar.scene.known_distance import KnownDistance
from howfar.scene.lens import Lens
from tests.evaluation.objects.object_cases import CAMERA, LEFT, RIGHT, object_options, object_sample
from tests.evaluation.predictors import Predictor, red_tenths

KINDS = pytest.mark.parametrize("kind", ["relative_depth", "relative_inverse"])
MIDDLE = (26.0, 10.0, 38.0, 40.0)
TELE = Camera.from_focal(64, 48, 100.0)


def metres(image: np.ndarray) -> np.ndarray:
    """What an anchor says: 3 m on the left and 9 m on the right."""
    return 2 * red_tenths(image) - 3


def relative(kind: str) -> Predictor:
    """A network that has the pictures' order right: 3 and 6, as depth or inverse depth."""
    return Predictor(red_tenths if kind == "relative_depth" else lambda image: 1 / red_tenths(image), kind)  # type: ignore[arg-type]


def measured_on(
    network: Predictor, *samples: ObjectSample, anchor: Predictor | None = None, **settings
) -> ObjectResult:
    made = object_options(depth="network", **settings)
    return evaluate_objects(samples or [object_sample()], made, None, network, anchor=anchor)


def told(result: ObjectResult) -> list[tuple[str, float]]:
    return [(each.label, round(each.distances[0].depth_m, 2)) for each in result.objects]


@KINDS
def test_an_anchor_gives_a_relative_network_its_metres(kind: str) -> None:
    network, anchor = relative(kind), Predictor(metres if kind == "relative_depth" else red_tenths)
    result = measured_on(network, anchor=anchor)
    far_m = 9.0 if kind == "relative_depth" else 6.0
    assert told(result) == [("chair", pytest.approx(3.0, rel=0.01)), ("sofa", pytest.approx(far_m, rel=0.01))]
    assert [each.alignment.evidence for each in result.objects if each.alignment] == [("anchor",)] * 2
    assert (len(network.seen), len(anchor.seen)) == (1, 1), "each sees the picture once"
    assert network.seen[0][1] == anchor.seen[0][1] == CAMERA


@pytest.mark.parametrize(
    ("known", "sample", "expected"),
    [
        pytest.param("nearest", object_sample(), [("sofa", 4.0)], id="the nearest object gives the sofa's distance"),
        pytest.param("sofa", object_sample(), [("chair", 2.0)], id="the sofa gives the chair's"),
        pytest.param(
            "Sofa", object_sample(), [("chair", math.nan), ("sofa", math.nan)], id="classes are small letters"
        ),
        pytest.param(
            "bed",
            object_sample(),
            [("chair", math.nan), ("sofa", math.nan)],
            id="without one nothing is given",
        ),
        pytest.param(
            "nearest",
            object_sample(("chair", "sofa"), (8.0, 4.0)),
            [("chair", 2.0)],
            id="the nearest is the nearest in truth, not on the map",
        ),
        pytest.param(
            "chair",
            object_sample(("chair", "chair"), (2.0, 4.0)),
            [("chair", 4.0)],
            id="of several of a class the nearest is given",
        ),
        pytest.param(
            "nearest", object_sample(("chair",), (2.0,), (LEFT,)), [], id="an only object leaves nothing to count"
        ),
    ],
)
def test_one_known_distance_a_picture_gives_metres_and_is_not_counted(known: str, sample, expected: list) -> None:
    result = measured_on(relative("relative_depth"), sample, known=known)
    assert told(result) == [(label, pytest.approx(depth_m, rel=1e-2, nan_ok=True)) for label, depth_m in expected]


def test_in_every_picture_one_is_given() -> None:
    pictures = [object_sample(name=f"{index}") for index in range(3)]
    result = measured_on(relative("relative_depth"), *pictures, known="nearest")
    assert [(each.picture, each.label) for each in result.objects] == [("0", "sofa"), ("1", "sofa"), ("2", "sofa")]
    assert result.errors("median").rel == pytest.approx(0.0, abs=1e-3)


def test_a_known_distance_and_an_anchor_align_together() -> None:
    sample = object_sample(("chair", "sofa", "lamp"), (2.0, 4.0, 4.0), (LEFT, RIGHT, (40.0, 6.0, 56.0, 30.0)))
    result = measured_on(relative("relative_depth"), sample, anchor=Predictor(metres), known="chair")
    alignments = [each.alignment for each in result.objects]
    assert [each.label for each in result.objects] == ["sofa", "lamp"]
    assert all(each is not None and set(each.evidence) == {"known", "anchor"} for each in alignments)


class Detects:
    """A detector that finds these boxes, best first."""

    name = "detects"
    class_names = ("chair", "sofa")

    def __init__(self, *found: tuple[tuple[float, ...], str]) -> None:
        self.found = found

    def detect(self, frame: Frame, query: Query) -> Detections:
        """Find them in every picture."""
        boxes, labels = zip(*self.found, strict=True)
        return Detections.from_boxes(np.array(boxes, dtype=np.float32), list(labels))


NAMES = {"chair": "chair", "sofa": "sofa"}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param([(LEFT, "chair"), (RIGHT, "sofa")], [("sofa", 4.0)], id="both found"),
        pytest.param([(RIGHT, "sofa")], [("chair", math.nan)], id="what is not found is counted, and not given"),
    ],
)
def test_what_is_given_was_found(found: list, expected: list[tuple[str, float]]) -> None:
    made = object_options(boxes="detector", depth="network", known="nearest")
    result = evaluate_objects([object_sample()], made, Detects(*found), relative("relative_depth"), NAMES)
    assert told(result) == [(label, pytest.approx(depth_m, rel=1e-2, nan_ok=True)) for label, depth_m in expected]


def scaled_lens(factor: float = 1.5, camera: Camera = TELE) -> Lens:
    return Lens(Calibration(camera, scale=DepthScale(factor, "made", "ab")))


def test_a_camera_file_gives_the_camera_and_the_scale() -> None:
    network = Predictor(red_tenths)
    result = measured_on(network, lens=scaled_lens())
    assert told(result) == [("chair", 4.5), ("sofa", 9.0)]
    ((_, camera),) = network.seen
    assert camera == TELE
    plain = measured_on(Predictor(red_tenths)).objects[0].distances[0]
    closer = result.objects[0].distances[0]
    assert closer.position_m[0] / closer.depth_m == pytest.approx(plain.position_m[0] / plain.depth_m / 2)


def test_a_camera_file_of_another_resolution_fits() -> None:
    network = Predictor(red_tenths)
    measured_on(network, lens=scaled_lens(camera=Camera.from_focal(128, 96, 200.0)))
    ((_, camera),) = network.seen
    assert camera == TELE


def test_a_camera_file_scales_the_anchor_of_a_relative_network() -> None:
    result = measured_on(relative("relative_depth"), anchor=Predictor(metres), lens=scaled_lens())
    assert told(result) == [("chair", pytest.approx(4.5, rel=0.01)), ("sofa", pytest.approx(13.5, rel=0.01))]


def test_true_depth_is_not_scaled() -> None:
    result = evaluate_objects([object_sample()], object_options(lens=scaled_lens()))
    assert told(result) == [("chair", 2.0), ("sofa", 5.0)]


@pytest.mark.parametrize(
    ("settings", "network", "anchor", "says"),
    [
        pytest.param(
            {"depth": "true"}, None, Predictor(metres), "True depth has its metres", id="an anchor of the truth"
        ),
        pytest.param({"depth": "true", "known": "nearest"}, None, None, "True depth has its metres", id="known truth"),
        pytest.param(
            {"depth": "network"}, Predictor(red_tenths), Predictor(metres), "is metric, and an anchor", id="of metres"
        ),
        pytest.param(
            {"depth": "network", "known": "sofa"},
            Predictor(red_tenths),
            None,
            "is metric, and an anchor",
            id="a known distance for metres",
        ),
        pytest.param(
            {"depth": "network"},
            relative("relative_depth"),
            relative("relative_inverse"),
            "is a relative depth network",
            id="a relative anchor",
        ),
        pytest.param(
            {"depth": "network", "lens": Lens(Calibration(CAMERA, Distortion(-0.3, 0.1)))},
            Predictor(red_tenths),
            None,
            r"take \[distortion\] out",
            id="a distortion, which the true boxes have not",
        ),
    ],
)
def test_what_gives_no_metres_is_refused(settings: dict, network, anchor, says: str) -> None:
    with pytest.raises(SettingError, match=says):
        evaluate_objects([object_sample()], object_options(**settings), None, network, anchor=anchor)


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        pytest.param("metres", {}, id="a metric network"),
        pytest.param("metres", {"cues": "all"}, id="with all cues"),
        pytest.param("metres", {"lens": scaled_lens()}, id="with a camera file"),
        pytest.param("relative_depth", {"anchor": True}, id="a relative one with an anchor"),
        pytest.param("relative_inverse", {"anchor": True, "lens": scaled_lens()}, id="an anchor and a camera file"),
        pytest.param("relative_depth", {"known": "chair"}, id="a known distance"),
        pytest.param("relative_depth", {"known": "chair", "anchor": True, "cues": "auto"}, id="all together"),
    ],
)
@pytest.mark.parametrize("method", ["median", "mean"])
def test_look_has_the_same_distances(kind, settings: dict, method: str) -> None:
    sample, detector = object_sample(), Detects((LEFT, "chair"), (RIGHT, "sofa"))
    lens = settings.get("lens", Lens(CAMERA))
    cues, known = settings.get("cues", "depth"), settings.get("known")
    values = red_tenths if kind != "relative_inverse" else lambda image: 1 / red_tenths(image)
    network, anchor = Scaled(values, kind), Scaled(metres) if settings.get("anchor") else None
    made = object_options(method, boxes="detector", depth="network", cues=parse_cues(cues), lens=lens, known=known)
    measured = evaluate_objects([sample], made, detector, network, NAMES, anchor=anchor)

    range_m = 2.0 * float(np.linalg.norm(lens.camera_for(64, 48).ray(14, 14)))
    stated = [KnownDistance("chair", range_m)] if known else ()
    finder = Rangefinder(detector, network, method, lens.camera, cues=cues, anchor=anchor, known=stated)  # type: ignore[arg-type]
    seen = {each.label: each.distance for each in finder.look(sample.image)}
    assert len(measured.objects) == (1 if known else 2)
    for each in measured.objects:
        assert each.distances[0].is_known
        assert repr(each.distances[0]) == repr(seen[each.label]), "to the last digit"


class Scaled(Predictor):
    """A network whose metres are scaled by the focal length, as a card's are."""

    @property
    def facts(self) -> DepthFacts:
        """What is known of it."""
        return DepthFacts("made", self.kind, reach_m=40.0, sha256="ab")

    def estimate(self, frame: Frame) -> DepthMap:
        """Estimate the depth of a picture."""
        depth = super().estimate(frame)
        assert frame.camera is not None
        factor = frame.camera.focal_px / 50.0 if depth.is_metric else 1.0
        return DepthMap(depth.values * np.float32(factor), self.kind)
