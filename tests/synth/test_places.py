"""Rooms, streets and open places as they are drawn by chance."""

from collections.abc import Callable

import numpy as np
import pytest

from howfar.synth.assembly import assemble
from howfar.synth.coco_text import CATEGORIES
from howfar.synth.ground_plan import GroundPlan
from howfar.synth.scenes import MAKERS
from howfar.synth.streets import street
from howfar.synth.world import STRUCTURE, World

Make = Callable[[np.random.Generator], World]
places = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)


@places
def test_all_that_stands_there_has_a_class(make: Make) -> None:
    names = {body.name for seed in range(60) for body in make(np.random.default_rng(seed)).bodies}
    assert names <= {*CATEGORIES, STRUCTURE}
    assert len(names) > 10


@places
def test_every_part_is_a_solid_that_is_not_inside_out(make: Make) -> None:
    for seed in range(10):
        for body in make(np.random.default_rng(seed)).bodies:
            assert all(np.linalg.det(part.matrix) > 0 for part in body.parts), body.name


@places
def test_the_same_chance_gives_the_same_world(make: Make) -> None:
    first, second = make(np.random.default_rng(5)), make(np.random.default_rng(5))
    assert (first.lights, first.ambient, first.eye) == (second.lights, second.ambient, second.eye)
    for one, other in zip(first.bodies, second.bodies, strict=True):
        np.testing.assert_array_equal(one.matrix, other.matrix)


def test_every_category_is_made_by_something() -> None:
    made = {
        body.name
        for make in MAKERS.values()
        for seed in range(150)
        for body in make(np.random.default_rng(seed)).bodies
    }
    assert made - {STRUCTURE} == set(CATEGORIES)


@places
def test_nothing_is_farther_than_its_depth_can_be_stored(make: Make) -> None:
    pytest.importorskip("embreex", reason="needs the extra `synth`")
    for seed in range(20):
        made = make(np.random.default_rng(seed))
        assert np.linalg.norm(assemble(made).corners_m, axis=-1).max() < 255.9


@places
def test_no_person_stands_in_the_camera(make: Make) -> None:
    for seed in range(60):
        made = make(np.random.default_rng(seed))
        for body in made.bodies:
            if body.name == "person":
                assert np.linalg.norm(body.matrix[:2, 3] - made.eye.position_m[:2]) > 0.5


def test_streets_are_seen_from_all_heights_and_at_all_tilts() -> None:
    eyes = [street(np.random.default_rng(seed)).eye for seed in range(60)]
    heights, tilts = [eye.position_m[2] for eye in eyes], np.degrees([eye.pitch_rad for eye in eyes])
    assert 0.5 <= min(heights) < 0.8 < 2.7 < max(heights) <= 3
    assert -12 <= min(tilts) < -9 < 5 < max(tilts) <= 8


def test_circles_on_the_ground_do_not_meet() -> None:
    rng, plan = np.random.default_rng(0), GroundPlan()
    found = [plan.find(rng, (0, 0, 6, 5), 0.4) for _ in range(60)]
    centres = np.array([place for place in found if place is not None])
    gaps = np.linalg.norm(centres[:, None] - centres[None], axis=2) + 9 * np.eye(len(centres))
    assert 10 < len(centres) < 60
    assert gaps.min() >= 0.8
    assert centres.min() >= 0.4
    assert (centres.max(axis=0) <= (5.6, 4.6)).all()
