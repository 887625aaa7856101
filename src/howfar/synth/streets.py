"""Streets: a road along Y with pavements, houses, vehicles, people and what stands at the kerb."""

import numpy as np

from howfar.synth import street_life
from howfar.synth.backdrop import skyline
from howfar.synth.street_ground import ground, own_bonnet
from howfar.synth.street_kerb import kerb, lamps
from howfar.synth.street_plan import StreetPlan
from howfar.synth.street_sides import across, houses
from howfar.synth.world import Body, World

BONNET = 0.1
"""How often a camera on the road sees its own car."""


def street(rng: np.random.Generator) -> World:
    """A street drawn by chance."""
    plan = StreetPlan(rng)
    bodies: list[Body] = [*ground(plan)]
    for side in (-1, 1):
        bodies += houses(plan, side)
        bodies += kerb(plan, side)
        if rng.uniform() < plan.style.parked:
            bodies += street_life.parked(plan, side)
    bodies += across(plan)
    bodies += street_life.driving(plan)
    bodies += street_life.cyclists(plan)
    bodies += street_life.people(plan)
    bodies += skyline(rng, plan.style.most_floors)
    if abs(plan.eye.position_m[0]) < plan.road_m / 2 and rng.uniform() < BONNET:
        bodies.append(own_bonnet(plan))
    lights = (plan.light.sun, *lamps(plan, bodies))
    return World(tuple(bodies), lights, plan.light.ambient, plan.eye, plan.bend_per_m, plan.rise_per_m)
