"""Streets that are the same but for one thing that makes depth hard."""

import math
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from howfar.errors import SettingError
from howfar.synth.challenges import MARK_M, challenged, challenged_sensor
from howfar.synth.kind import Challenge
from howfar.synth.materials import Pattern, Surface
from howfar.synth.photograph import random_sensor
from howfar.synth.spec import SynthSpec
from howfar.synth.streets import street
from howfar.synth.world import World

SEED = 5


@pytest.fixture(scope="module")
def ordinary() -> World:
    return street(np.random.default_rng(SEED))


def hard(world: World, challenge: Challenge) -> World:
    return challenged(world, challenge, np.random.default_rng(1))


def materials(world: World) -> list[tuple[Pattern, Surface]]:
    return [(part.material.pattern, part.material.surface) for body in world.bodies for part in body.parts]


@pytest.mark.parametrize("challenge", get_args(Challenge))
def test_all_are_seen_alike_along_the_road(ordinary: World, challenge: Challenge) -> None:
    aside = replace(ordinary, eye=replace(ordinary.eye, yaw_rad=2.0, pitch_rad=0.5))
    eye = hard(aside, challenge).eye
    assert (eye.yaw_rad, math.degrees(eye.pitch_rad)) == (0.0, pytest.approx(2.0))
    assert eye.position_m == ordinary.eye.position_m


def test_none_leaves_a_dry_street_in_clear_air(ordinary: World) -> None:
    rainy = replace(hard(ordinary, "reflections"), ambient=replace(ordinary.ambient, haze_per_m=0.02))
    world = hard(rainy, "none")
    assert len(world.bodies) == len(ordinary.bodies)
    assert world.lights == ordinary.lights
    assert world.ambient.haze_per_m == 0
    assert Surface.wet in [surface for _, surface in materials(rainy)]
    assert Surface.wet not in [surface for _, surface in materials(world)]


def test_a_plain_road_has_one_grey_and_no_marks(ordinary: World) -> None:
    ground = [
        part
        for body in hard(ordinary, "plain-road").bodies
        for part in body.parts
        if body.name == "" and part.mesh == "box" and part.matrix[2, 3] + part.matrix[2, 2] / 2 < 0.13
    ]
    assert len({part.material for part in ground}) == 1
    assert ground[0].material.grain == 0.0
    assert min(part.matrix[2, 2] for part in ground) > MARK_M


def test_reflections_make_roads_wet_and_what_shines_a_mirror(ordinary: World) -> None:
    world = hard(ordinary, "reflections")
    surfaces = [surface for _, surface in materials(world)]
    assert surfaces.count(Surface.wet) > 10
    assert surfaces.count(Surface.mirror) > 10
    assert not any(part.material.gloss >= 0.5 for body in world.bodies for part in body.parts)


def test_repetition_has_patterns_on_walls_and_ground_and_railings(ordinary: World) -> None:
    world = hard(ordinary, "repetition")
    repeating = {Pattern.tiles, Pattern.checker, Pattern.stripes, Pattern.windows}
    before, after = (sum(pattern in repeating for pattern, _ in materials(each)) for each in (ordinary, world))
    assert after > before + 10
    assert [body.name for body in world.bodies[len(ordinary.bodies) :]] == ["fence", "fence"]


def test_the_sun_is_in_the_view_and_spreads_in_the_lens(ordinary: World) -> None:
    world = hard(ordinary, "sun")
    (sun,) = world.lights
    to_camera = world.eye.rotation @ np.array(sun.position_m)
    assert sun.sun
    assert to_camera[2] > 900
    assert sun.position_m[2] > 0
    sensor = random_sensor(np.random.default_rng(0))
    assert challenged_sensor(sensor, "sun").bloom > 0.3
    assert challenged_sensor(sensor, "thin") == sensor


@pytest.mark.parametrize(
    ("challenge", "names"),
    [
        pytest.param("glass", {"glass screen"}, id="panes of glass"),
        pytest.param("thin", {"pole", "fence"}, id="railings, wires and bare trees"),
    ],
)
def test_things_stand_before_the_camera(ordinary: World, challenge: Challenge, names: set[str]) -> None:
    world = hard(ordinary, challenge)
    added = world.bodies[len(ordinary.bodies) :]
    assert {body.name for body in added} == names
    places = np.stack([body.matrix[:3, 3] for body in added]) - world.eye.position_m
    ahead = (places @ world.eye.rotation.T)[:, 2]
    assert (ahead > 1.5).all()
    assert (ahead < 17).all()


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        pytest.param({"kind": "rooms", "challenge": "sun"}, "render streets", id="in rooms"),
        pytest.param({"kind": "streets", "challenge": "moon"}, "one of none, plain-road", id="one that is not there"),
    ],
)
def test_challenges_that_cannot_be_are_refused(settings: dict[str, str], says: str) -> None:
    with pytest.raises(SettingError, match=says):
        SynthSpec(0, **settings)


def test_the_chance_of_a_challenge_is_its_own() -> None:
    spec = SynthSpec(3)
    assert spec.challenge_random(1).random() == SynthSpec(3).challenge_random(1).random()
    assert spec.challenge_random(1).random() != spec.random(1).random()
