"""Ranging methods by name, those with a network among them."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from howfar.errors import ModelError, SettingError
from howfar.models.library import FOREGROUND, embedded_path
from howfar.pipeline.open_methods import DEFAULT_METHOD, all_method_names, open_method
from howfar.ranging import Bounds, method_names
from howfar.scene import DepthMap

BOX = np.array([[40.0, 30.0, 120.0, 100.0]])


def chair_before_a_wall(flipped: bool = False) -> DepthMap:
    """Two legs and a back 2 m away; most of the box is a wall that is 4 m away."""
    values = np.full((128, 160), 4.0, dtype=np.float32)
    values[30:55, 45:115] = values[55:100, 45:55] = values[55:100, 100:112] = 2.0
    return DepthMap(values[:, ::-1] if flipped else values, "metres")


def test_the_default_finds_the_hollow_chair_and_the_median_its_wall() -> None:
    depth = chair_before_a_wall()
    assert open_method(DEFAULT_METHOD).read(depth, BOX).values == pytest.approx([2.0])
    assert open_method("median").read(depth, BOX).values == pytest.approx([4.0])


def test_a_mirrored_picture_has_the_same_distances() -> None:
    method, (x1, y1, x2, y2) = open_method(DEFAULT_METHOD), BOX[0]
    mirrored = np.array([[160 - x2, y1, 160 - x1, y2]])
    straight = method.read(chair_before_a_wall(), BOX).values
    np.testing.assert_array_equal(method.read(chair_before_a_wall(flipped=True), mirrored).values, straight)


@pytest.mark.parametrize("name", [name for name in method_names() if ":" not in name] + ["percentile:40"])
def test_the_statistics_are_known_too(name: str) -> None:
    assert open_method(name).name == name
    assert name in all_method_names() or ":" in name


def test_bounds_reach_the_learned_method() -> None:
    bounded = open_method(DEFAULT_METHOD, bounds=Bounds(lower_m=3.0))
    assert bounded.read(chair_before_a_wall(), BOX).values == pytest.approx([4.0])


def test_a_network_of_ones_own_takes_the_place_of_the_embedded_one(tmp_path: Path) -> None:
    for ending in (".onnx", ".toml"):
        shutil.copy(embedded_path(FOREGROUND).with_suffix(ending), tmp_path / f"mine{ending}")
    name = f"auto:{tmp_path / 'mine.onnx'}"
    method = open_method(name)
    assert method.name == name
    assert method.read(chair_before_a_wall(), BOX).values == pytest.approx([2.0])


@pytest.mark.parametrize(
    ("name", "settings", "kind", "sentence"),
    [
        ("medium", {}, SettingError, "No ranging method is called 'medium'; there are auto, "),
        ("auto", {"shrink": 0.5}, SettingError, "a shrink factor does not go with it"),
        ("median", {"shrink": 0.0}, SettingError, "above 0 and at most 1"),
        ("auto:nothing.onnx", {}, ModelError, "There is no model file nothing.onnx"),
        ("auto:depth-compact-nyu", {}, ModelError, "not a ranging network"),
    ],
    ids=["no such method", "a shrink factor for auto", "a shrink factor of nothing", "no such file", "another network"],
)
def test_what_cannot_be_is_refused(name: str, settings: dict, kind: type[Exception], sentence: str) -> None:
    with pytest.raises(kind, match=sentence):
        open_method(name, **settings)
