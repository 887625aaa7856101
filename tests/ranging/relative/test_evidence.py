"""Where a relative map has its metres from."""

import numpy as np
import pytest

from howfar.errors import SettingError
from howfar.pipeline.open_methods import open_method
from howfar.ranging import parse_method
from howfar.ranging.cues.joining import parse_cues
from howfar.ranging.cues.sizes import ClassSize, SizeTable
from howfar.ranging.relative.alignment import Evidence
from howfar.ranging.relative.evidence import MOST_POINTS, Things, align_map, map_evidence
from howfar.scene import Camera, DepthMap
from howfar.scene.known_distance import Known

CAMERA = Camera.from_focal(640, 480, 500.0)
MEDIAN = parse_method("median")
SCALE, SHIFT = 0.4, 0.05
DEPTHS_M = (2.0, 3.0, 5.0, 8.0)


def strips(kind: str = "relative_inverse") -> DepthMap:
    """Four upright strips at the distances of `DEPTHS_M`, as a relative map."""
    depths_m = np.tile(np.repeat(DEPTHS_M, 20), (60, 1))
    return DepthMap(((1 / depths_m if kind == "relative_inverse" else depths_m) - SHIFT) / SCALE, kind)


def things(*places: int, label: str = "chair", camera: Camera = CAMERA, height_px: float = 100.0) -> Things:
    """Things as wide as 40 pixels in the middle of some strips."""
    boxes = [(160 * place + 60, 240 - height_px / 2, 160 * place + 100, 240 + height_px / 2) for place in places]
    return Things([label] * len(places), np.array(boxes, dtype=np.float32).reshape(-1, 4), camera)


def straight_m(place: int) -> float:
    """The straight line to the thing in a strip."""
    return DEPTHS_M[place] * float(np.linalg.norm(CAMERA.ray(160 * place + 80, 240)))


def depths_of(aligned) -> list[float]:
    return aligned.depth.metres()[30, 10::20].tolist()


@pytest.mark.parametrize("kind", ["relative_inverse", "relative_depth"])
@pytest.mark.parametrize("method", ["auto", "median", "mean"])
def test_known_distances_counted_from_the_nearest_align_a_map(kind: str, method: str) -> None:
    known = [Known(1, straight_m(0)), Known(3, straight_m(3))]
    aligned = align_map(strips(kind), things(3, 1, 0), open_method(method), known)
    assert aligned.alignment is not None
    assert aligned.alignment.evidence == ("known",)
    assert aligned.alignment.points == 2
    assert depths_of(aligned) == pytest.approx(DEPTHS_M, rel=1e-3)


def test_the_method_itself_meets_a_known_distance_where_its_stand_in_reads_another() -> None:
    values = np.full((60, 80), 1 / 6.0)
    values[20:40, 30:50] = 1 / 2.0  # a thing that fills a third of its box
    depth = DepthMap(values, "relative_inverse")
    thing = Things(["chair"], np.array([(180, 100, 460, 380)], dtype=np.float32), CAMERA)
    known_m = 3.0 * float(np.linalg.norm(CAMERA.ray(320, 240)))
    aligned = align_map(depth, thing, open_method("layers"), [Known("chair", known_m)])
    assert aligned.depth.metres()[30, 40] == pytest.approx(3.0, rel=1e-3)


@pytest.mark.parametrize(
    ("known", "says"),
    [
        pytest.param(Known("sofa", 2.0), "no sofa", id="no such thing"),
        pytest.param(Known("chair", 2.0), "3 objects of the class chair", id="several of the class"),
        pytest.param(Known(3, 2.0), r"3 \(chair\) has no usable depth", id="a thing outside the map"),
    ],
)
def test_a_known_distance_of_nothing_is_refused(known: Known, says: str) -> None:
    with pytest.raises(SettingError, match=says):
        align_map(strips(), things(0, 1, 9), MEDIAN, [known])


def test_a_map_at_another_resolution_is_evidence_where_both_are_known() -> None:
    metric = np.tile(np.repeat(DEPTHS_M, 7), (9, 1))
    metric[:, :3] = np.nan
    said = map_evidence("anchor", strips(), DepthMap(metric, "metres"), 0.2, 0.5)
    assert len(said.values) == 9 * 25
    assert (said.values * SCALE + SHIFT) * said.depths_m == pytest.approx(1.0)
    assert depths_of(align_map(strips(), things(), MEDIAN, maps=[said])) == pytest.approx(DEPTHS_M, rel=1e-3)


def test_a_sparse_map_is_evidence_at_its_points() -> None:
    points = np.zeros((480, 640))
    for place, depth_m in enumerate(DEPTHS_M):
        points[100 + place, 160 * place + 80] = depth_m
    said = map_evidence("points", strips(), DepthMap(points, "metres"), 0.01)
    assert sorted(said.depths_m) == list(DEPTHS_M)
    assert depths_of(align_map(strips(), things(), MEDIAN, maps=[said])) == pytest.approx(DEPTHS_M, rel=1e-3)


def test_a_large_map_is_thinned() -> None:
    said = map_evidence("anchor", strips(), DepthMap(np.ones((300, 400)), "metres"), 0.2)
    assert len(said.values) == MOST_POINTS


PEOPLE = SizeTable({"person": ClassSize("person", height_m=1.6, log_sd=0.05)})


def people(camera: Camera, *places: int) -> Things:
    """People as high in the picture as 1.6 m are at the distances of their strips."""
    boxes = []
    for place in places:
        x, height = 160 * place + 80, 500 * 1.6 / DEPTHS_M[place]
        boxes.append((x - 0.2 * height, 240 - height / 2, x + 0.2 * height, 240 + height / 2))
    return Things(["person"] * len(places), np.array(boxes, dtype=np.float32), camera)


ASSUMED = Camera(640, 480, 500.0, 500.0, 320.0, 240.0, "assumed")


@pytest.mark.parametrize(
    ("cues", "camera", "places", "aligns"),
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
def test_when_sizes_are_evidence(cues: str, camera: Camera, places, aligns: bool) -> None:
    aligned = align_map(strips(), people(camera, *places), MEDIAN, cues=parse_cues(cues, sizes=PEOPLE))
    assert (aligned.alignment is not None) == aligns
    if aligned.alignment is not None:
        assert aligned.alignment.evidence == ("size",)
        assert aligned.alignment.points == len(places)
        assert depths_of(aligned)[1] == pytest.approx(DEPTHS_M[1], rel=0.01)


def test_sizes_seen_by_an_assumed_camera_leave_a_wider_margin() -> None:
    given, assumed = (
        align_map(strips(), people(camera, 1, 2, 3), MEDIAN, cues=parse_cues("all", sizes=PEOPLE)).alignment
        for camera in (CAMERA, ASSUMED)
    )
    assert given is not None
    assert assumed is not None
    assert assumed.log_sd > given.log_sd + 0.05


def test_without_anything_known_a_map_stays_relative() -> None:
    aligned = align_map(strips(), things(), MEDIAN, cues=parse_cues("auto"))
    assert aligned.alignment is None
    assert "--anchor" in aligned.reason


def test_evidence_without_a_thing_in_the_picture_is_enough() -> None:
    said = Evidence("points", np.array([1.0, 2.0]), np.array([2.0, 1.0]), np.array([0.01, 0.01]))
    assert align_map(strips(), things(), MEDIAN, maps=[said]).alignment is not None
