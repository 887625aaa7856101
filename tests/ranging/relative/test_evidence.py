"""Where a relative map has its metres from."""

from collections.abc import Sequence

import numpy as np
import pytest

from howfar.errors import SettingError
from howfar.pipeline.open_methods import open_method
from howfar.ranging import parse_method
from howfar.ranging.cues.joining import parse_cues
from howfar.ranging.cues.sizes import ClassSize, SizeTable
from howfar.ranging.relative.alignment import Evidence
from howfar.ranging.relative.evidence import MOST_POINTS, align_map, map_evidence
from howfar.scene import Camera, DepthFacts, DepthMap, Detections, Frame, Perception
from howfar.scene.known_distance import KnownDistance, KnownObject

CAMERA = Camera.from_focal(640, 480, 500.0)
MEDIAN = parse_method("median")
SCALE, SHIFT = 0.4, 0.05
DEPTHS_M = (2.0, 3.0, 5.0, 8.0)


def strips(kind: str = "relative_inverse") -> DepthMap:
    """Four upright strips at the distances of `DEPTHS_M`, as a relative map."""
    depths_m = np.tile(np.repeat(DEPTHS_M, 20), (60, 1))
    return DepthMap(((1 / depths_m if kind == "relative_inverse" else depths_m) - SHIFT) / SCALE, kind)


def seen(
    depth: DepthMap, boxes: Sequence[tuple[float, ...]] = (), label: str = "chair", camera: Camera = CAMERA
) -> Perception:
    """Objects of one class in these boxes, in a picture of 640×480 pixels."""
    frame = Frame(np.zeros((480, 640, 3), dtype=np.uint8), "made", camera)
    found = Detections.from_boxes(np.array(boxes, dtype=np.float32).reshape(-1, 4), [label] * len(boxes))
    return Perception(frame, found, depth, DepthFacts("made", depth.kind))


def chairs(*strips_seen: int, kind: str = "relative_inverse") -> Perception:
    """Chairs as wide as 40 pixels in the middle of some strips."""
    return seen(strips(kind), [(160 * index + 60, 190, 160 * index + 100, 290) for index in strips_seen])


def straight_m(index: int) -> float:
    """The straight line to the chair in a strip."""
    return DEPTHS_M[index] * float(np.linalg.norm(CAMERA.ray(160 * index + 80, 240)))


@pytest.mark.parametrize("first", [0, 1], ids=["the first detection", "another one"])
def test_an_object_can_be_known_by_its_index_among_the_detections(first: int) -> None:
    strips_seen = (3, 1, 0)
    known = [KnownObject(first, straight_m(strips_seen[first])), KnownObject(2, straight_m(0))]
    aligned = align_map(chairs(*strips_seen), MEDIAN, known)
    assert aligned.alignment is not None
    assert aligned.alignment.points == 2
    assert depths_of(aligned) == pytest.approx(DEPTHS_M, rel=1e-3)


def depths_of(aligned) -> list[float]:
    return aligned.depth.metres()[30, 10::20].tolist()


@pytest.mark.parametrize("kind", ["relative_inverse", "relative_depth"])
@pytest.mark.parametrize("method", ["auto", "median", "mean"])
def test_known_distances_counted_from_the_nearest_align_a_map(kind: str, method: str) -> None:
    known = [KnownDistance(1, straight_m(0)), KnownDistance(3, straight_m(3))]
    aligned = align_map(chairs(3, 1, 0, kind=kind), open_method(method), known)
    assert aligned.alignment is not None
    assert aligned.alignment.evidence == ("known",)
    assert aligned.alignment.points == 2
    assert depths_of(aligned) == pytest.approx(DEPTHS_M, rel=1e-3)


def test_the_method_itself_meets_a_known_distance_where_its_stand_in_reads_another() -> None:
    values = np.full((60, 80), 1 / 6.0)
    values[20:40, 30:50] = 1 / 2.0  # an object that fills a third of its box
    depth = DepthMap(values, "relative_inverse")
    known_m = 3.0 * float(np.linalg.norm(CAMERA.ray(320, 240)))
    chair = seen(depth, [(180, 100, 460, 380)])
    aligned = align_map(chair, open_method("layers"), [KnownDistance("chair", known_m)])
    assert aligned.depth.metres()[30, 40] == pytest.approx(3.0, rel=1e-3)


@pytest.mark.parametrize(
    ("known", "says"),
    [
        pytest.param(KnownDistance("sofa", 2.0), "no sofa", id="no such object"),
        pytest.param(KnownDistance("chair", 2.0), "3 objects of the class chair", id="several of the class"),
        pytest.param(KnownDistance(3, 2.0), r"3 \(chair\) has no usable depth", id="an object outside the map"),
    ],
)
def test_a_known_distance_of_nothing_is_refused(known: KnownDistance, says: str) -> None:
    with pytest.raises(SettingError, match=says):
        align_map(chairs(0, 1, 9), MEDIAN, [known])


def test_a_map_at_another_resolution_is_evidence_where_both_are_known() -> None:
    metric = np.tile(np.repeat(DEPTHS_M, 7), (9, 1))
    metric[:, :3] = np.nan
    said = map_evidence("anchor", strips(), DepthMap(metric, "metres"), 0.2, 0.5)
    assert len(said.values) == 9 * 25
    assert (said.values * SCALE + SHIFT) * said.depths_m == pytest.approx(1.0)
    assert depths_of(align_map(chairs(), MEDIAN, maps=[said])) == pytest.approx(DEPTHS_M, rel=1e-3)


def test_a_sparse_map_is_evidence_at_its_points() -> None:
    points = np.zeros((480, 640))
    for index, depth_m in enumerate(DEPTHS_M):
        points[100 + index, 160 * index + 80] = depth_m
    said = map_evidence("points", strips(), DepthMap(points, "metres"), 0.01)
    assert sorted(said.depths_m) == list(DEPTHS_M)
    assert depths_of(align_map(chairs(), MEDIAN, maps=[said])) == pytest.approx(DEPTHS_M, rel=1e-3)


def test_a_large_map_is_thinned() -> None:
    said = map_evidence("anchor", strips(), DepthMap(np.ones((300, 400)), "metres"), 0.2)
    assert len(said.values) == MOST_POINTS


PEOPLE = SizeTable({"person": ClassSize("person", height_m=1.6, log_sd=0.05)})


def people(camera: Camera, *strips_seen: int) -> Perception:
    """People as high in the picture as 1.6 m are at the distances of their strips."""
    boxes = []
    for index in strips_seen:
        x, height = 160 * index + 80, 500 * 1.6 / DEPTHS_M[index]
        boxes.append((x - 0.2 * height, 240 - height / 2, x + 0.2 * height, 240 + height / 2))
    return seen(strips(), boxes, "person", camera)


ASSUMED = Camera(640, 480, 500.0, 500.0, 320.0, 240.0, "assumed")


@pytest.mark.parametrize(
    ("cues", "camera", "strips_seen", "aligns"),
    [
        pytest.param("auto", CAMERA, (1, 2, 3), True, id="three sizes seen by a known camera count unasked"),
        pytest.param("auto", CAMERA, (1, 2), False, id="two do not"),
        pytest.param("auto", ASSUMED, (1, 2, 3), False, id="nor those seen by an assumed camera"),
        pytest.param("depth,size", ASSUMED, (1, 2, 3), True, id="but where sizes are asked for"),
        pytest.param("all", CAMERA, (1, 2), False, id="two do not even then"),
        pytest.param("size", CAMERA, (1, 2, 3), False, id="where distances rest on sizes alone no map is needed"),
        pytest.param("depth", CAMERA, (1, 2, 3), False, id="where they are not asked for they do not"),
    ],
)
def test_when_sizes_are_evidence(cues: str, camera: Camera, strips_seen: tuple[int, ...], aligns: bool) -> None:
    aligned = align_map(people(camera, *strips_seen), MEDIAN, cues=parse_cues(cues, sizes=PEOPLE))
    assert (aligned.alignment is not None) == aligns
    if aligned.alignment is not None:
        assert aligned.alignment.evidence == ("size",)
        assert aligned.alignment.points == len(strips_seen)
        assert depths_of(aligned)[1] == pytest.approx(DEPTHS_M[1], rel=0.01)


def test_sizes_seen_by_an_assumed_camera_leave_a_wider_margin() -> None:
    given, assumed = (
        align_map(people(camera, 1, 2, 3), MEDIAN, cues=parse_cues("all", sizes=PEOPLE)).alignment
        for camera in (CAMERA, ASSUMED)
    )
    assert given is not None
    assert assumed is not None
    assert assumed.log_sd > given.log_sd + 0.05


def test_without_anything_known_a_map_stays_relative() -> None:
    aligned = align_map(chairs(), MEDIAN, cues=parse_cues("auto"))
    assert aligned.alignment is None
    assert "as its anchor" in aligned.reason
    assert "--" not in aligned.reason, "the command line names its flags itself"


def test_evidence_without_a_thing_in_the_picture_is_enough() -> None:
    said = Evidence("points", np.array([1.0, 2.0]), np.array([2.0, 1.0]), np.array([0.01, 0.01]))
    assert align_map(chairs(), MEDIAN, maps=[said]).alignment is not None
