"""The settings of a rendered data set."""

import math
from typing import Any

import pytest

from howfar.errors import SettingError
from howfar.synth.kind import Kind
from howfar.synth.spec import SynthSpec, parse_size


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"kind": "moons"}, "rooms, streets, open, all"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**63}, "seed"),
        ({"width_px": 31}, "31×240"),
        ({"height_px": 5000}, "320×5000"),
        ({"baseline_m": 0.001}, "baseline"),
        ({"baseline_m": float("nan")}, "baseline"),
        ({"baseline_m": 3.0}, "3 m"),
    ],
    ids=[
        "neither rooms nor streets",
        "a negative seed",
        "a seed too long",
        "a picture too narrow",
        "a picture too high",
        "cameras too close",
        "a baseline that is no number",
        "cameras too far apart",
    ],
)
def test_refuses(changes: dict[str, Any], word: str) -> None:
    with pytest.raises(SettingError, match=word):
        SynthSpec(**{"seed": 0, **changes})


@pytest.mark.parametrize("text", ["320x240", "320X240", "320×240"])
def test_reads_a_size(text: str) -> None:
    assert parse_size(text) == (320, 240)


@pytest.mark.parametrize("text", ["320", "320x", "x", "3.5x4", "-3x4", "1x2x3", "٣x4", "999999999x1"])
def test_refuses_a_size(text: str) -> None:
    with pytest.raises(SettingError, match="320x240"):
        parse_size(text)


def test_every_scene_has_its_lens_and_shape() -> None:
    cameras = [SynthSpec(0, width_px=640, height_px=480).camera(number) for number in range(60)]
    longer = [max(camera.width_px / camera.fx_px, camera.height_px / camera.fy_px) for camera in cameras]
    assert len({camera.fx_px for camera in cameras}) > 55
    assert 2 * math.atan(min(longer) / 2) > math.radians(34.9)
    assert 2 * math.atan(max(longer) / 2) < math.radians(90.1)
    assert {(camera.width_px, camera.height_px) for camera in cameras} == {
        (640, 480),
        (554, 554),
        (739, 416),
        (960, 320),
        (480, 640),
    }
    assert all(abs(camera.cx_px / camera.width_px - 0.5) <= 0.031 for camera in cameras)
    assert all(abs(camera.cy_px / camera.height_px - 0.5) <= 0.031 for camera in cameras)


@pytest.mark.parametrize(
    ("kind", "places"),
    [
        ("rooms", ["rooms"] * 4),
        ("streets", ["streets"] * 4),
        ("open", ["open"] * 4),
        ("all", ["rooms", "streets", "open", "rooms"]),
    ],
)
def test_places_come_by_turns(kind: Kind, places: list[str]) -> None:
    assert [SynthSpec(0, kind).place(number) for number in range(4)] == places


def test_the_chance_of_a_scene_is_its_own() -> None:
    drawn = {(seed, number): SynthSpec(seed).random(number).random() for seed in (1, 2) for number in (1, 2)}
    assert len(set(drawn.values())) == 4
    assert SynthSpec(1).random(2).random() == drawn[1, 2]
