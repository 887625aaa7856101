"""The scale of depth from known distances."""

import math
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from howfar.calibration.known import Numbered, fit_scale, matched, numbered, require_metric, shared_camera
from howfar.calibration.known_picture import numbered_picture
from howfar.errors import SettingError
from howfar.models import open_depth_network
from howfar.pipeline.view import View
from howfar.scene import Camera, DepthMap, Distance, SceneObject
from howfar.scene.known_distance import KnownDistance
from tests.models.onnx_files import mean_depth

CAMERA = Camera.from_focal(160, 120, 100.0)


def thing(label: str, range_m: float, box: tuple[float, float, float, float] = (20, 20, 60, 90)) -> SceneObject:
    distance = Distance(0.9 * range_m, range_m, (0.0, 0.0, 0.9 * range_m), "median", 1.0, False, box)
    return SceneObject(label, 0, 0.9, box, distance)


def unknown(label: str) -> SceneObject:
    return SceneObject(label, 0, 0.9, (0, 0, 9, 9), Distance.unknown("median", "no usable depth"))


def view(source: str, *things: SceneObject, camera: Camera = CAMERA) -> View:
    return View(
        source=source,
        width_px=160,
        height_px=120,
        camera=camera,
        models={"detector": "d", "depth": "z"},
        objects=things,
        beyond=(),
        depth=DepthMap(np.ones((4, 6)), "metres"),
        image=np.full((120, 160, 3), 128, np.uint8),
    )


ROOM = numbered(
    [view("a.jpg", thing("chair", 2.0), thing("chair", 3.0)), view("b.jpg", thing("dining table", 4.0), unknown("cup"))]
)


def test_objects_are_numbered_over_all_pictures() -> None:
    assert [(one.number, one.source, one.scene_object.label) for one in ROOM] == [
        (1, "a.jpg", "chair"),
        (2, "a.jpg", "chair"),
        (3, "b.jpg", "dining table"),
        (4, "b.jpg", "cup"),
    ]


@pytest.mark.parametrize(
    ("what", "number"),
    [
        pytest.param(2, 2, id="a number"),
        pytest.param("dining table", 3, id="the only one of its class"),
        pytest.param("Dining Table", 3, id="in any letters"),
    ],
)
def test_what_a_known_distance_is_of(what: str | int, number: int) -> None:
    ((one, range_m),) = matched([KnownDistance(what, 2.5)], ROOM)
    assert (one.number, range_m) == (number, 2.5)


def test_an_object_without_a_distance_gives_no_scale() -> None:
    with pytest.raises(SettingError, match=r"was not measured .no usable depth."):
        matched([KnownDistance("cup", 2)], ROOM)


def pairs(*ranges_m: tuple[float, float]) -> list[tuple[Numbered, float]]:
    """Known and measured distances."""
    return [(Numbered(place, "a.jpg", thing("chair", got)), true) for place, (true, got) in enumerate(ranges_m, 1)]


@pytest.mark.parametrize(
    ("ranges_m", "factor"),
    [
        pytest.param([(2.3, 2.0)], 1.15, id="one gives its ratio"),
        pytest.param([(2.0, 2.0), (3.3, 3.0)], math.sqrt(1.1), id="two their geometric mean"),
        pytest.param([(2.0, 2.0), (2.4, 2.0)], math.sqrt(1.2), id="twenty per cent apart is agreement"),
    ],
)
def test_the_scale(ranges_m: list[tuple[float, float]], factor: float) -> None:
    scale = fit_scale(pairs(*ranges_m), "depth", "ab", date(2026, 1, 31))
    assert scale.factor == pytest.approx(factor, abs=1e-6)
    assert [(known.range_m, known.measured_m) for known in scale.known] == ranges_m
    assert (scale.depth_name, scale.depth_sha256, scale.found_on) == ("depth", "ab", date(2026, 1, 31))


def test_known_distances_that_contradict_each_other_are_named_with_their_spread() -> None:
    with pytest.raises(SettingError, match=r"3 \(chair\) asks for a scale of 0.90 and 2 \(chair\) for 1.35, 50% more"):
        fit_scale(pairs((2.0, 2.0), (2.7, 2.0), (1.8, 2.0)), "depth", "ab")


@given(st.floats(0.05, 20), st.lists(st.tuples(st.floats(0.5, 50), st.floats(0.95, 1.05)), min_size=1, max_size=6))
def test_the_scale_follows_the_distances_and_lies_among_the_ratios(
    times: float, things: list[tuple[float, float]]
) -> None:
    ranges_m = [(measured * ratio, measured) for measured, ratio in things]
    factor = fit_scale(pairs(*ranges_m), "depth", "ab").factor
    scaled = fit_scale(pairs(*((true * times, measured) for true, measured in ranges_m)), "depth", "ab").factor
    assert scaled == pytest.approx(factor * times, rel=1e-4)
    assert min(r for _, r in things) - 1e-3 <= factor <= max(r for _, r in things) + 1e-3


def test_pictures_of_one_camera_share_it() -> None:
    assert shared_camera([view("a.jpg"), view("b.jpg")]) == CAMERA
    with pytest.raises(SettingError, match=r"a\.jpg and b\.jpg differ in size or focal length"):
        shared_camera([view("a.jpg"), view("b.jpg", camera=Camera.from_focal(160, 120, 101.0))])


@pytest.mark.parametrize("kind", ["relative_inverse", "relative_depth"])
def test_a_relative_network_has_no_scale(tmp_path: Path, kind: str) -> None:
    network = open_depth_network(mean_depth(tmp_path, f'kind = "{kind}"'))
    with pytest.raises(SettingError, match="gives relative depth"):
        require_metric(network.facts)


def test_every_object_has_its_number_in_the_middle_of_its_box() -> None:
    one = view("a.jpg", thing("chair", 2.0, (10, 10, 80, 80)), thing("chair", 5.0, (90, 30, 150, 110)))
    drawn = numbered_picture([one])
    assert drawn.shape == one.image.shape
    changed = (drawn != one.image).any(axis=2)
    assert changed[45, 45]
    assert changed[70, 120]
    assert changed[10, 10:80].all(), "the box's edge"
    assert not changed[20:30, 15:30].any(), "the rest of the box is left as it is"
    assert not (one.image != 128).any()


def test_a_number_at_the_border_stays_in_the_picture() -> None:
    drawn = numbered_picture(
        [view("a.jpg", thing("chair", 2.0, (0, 0, 4, 4)), thing("chair", 2.0, (157, 117, 160, 120)))]
    )
    changed = (drawn != 128).any(axis=2)
    assert changed[8, 8]
    assert changed[112, 152]


def test_several_pictures_come_on_one_sheet() -> None:
    assert numbered_picture([view("a.jpg"), view("b.jpg")]).shape[1] > 320
