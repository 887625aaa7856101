"""Rooms and streets as they are drawn by chance."""

from collections.abc import Callable

import numpy as np
import pytest

from howfar.synth.coco_text import CATEGORIES
from howfar.synth.ground_plan import GroundPlan
from howfar.synth.rooms import room
from howfar.synth.streets import street
from howfar.synth.world import STRUCTURE, World

Make = Callable[[np.random.Generator], World]
places = pytest.mark.parametrize("make", [room, street])


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
        body.name for make in (room, street) for seed in range(120) for body in make(np.random.default_rng(seed)).bodies
    }
    assert made - {STRUCTURE} == set(CATEGORIES)


def test_circles_on_the_ground_do_not_meet() -> None:
    rng, plan = np.random.default_rng(0), GroundPlan()
    found = [plan.find(rng, (0, 0, 6, 5), 0.4) for _ in range(60)]
    centres = np.array([place for place in found if place is not None])
    gaps = np.linalg.norm(centres[:, None] - centres[None], axis=2) + 9 * np.eye(len(centres))
    assert 10 < len(centres) < 60
    assert gaps.min() >= 0.8
    assert centres.min() >= 0.4
    assert (centres.max(axis=0) <= (5.6, 4.6)).all()
