"""One scene, from its number to its files."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from howfar.synth.assembly import assemble
from howfar.synth.challenges import challenged, challenged_sensor
from howfar.synth.kind import Place
from howfar.synth.objects import seen_objects
from howfar.synth.open_places import open_place
from howfar.synth.photograph import exposure, photograph, random_sensor
from howfar.synth.rooms import room
from howfar.synth.spec import SynthSpec
from howfar.synth.streets import street
from howfar.synth.views import see
from howfar.synth.world import World
from howfar.synth.writing import write_scene

MAKERS: dict[Place, Callable[[np.random.Generator], World]] = {"rooms": room, "streets": street, "open": open_place}


def render_scene(spec: SynthSpec, out: Path, number: int) -> int:
    """Render one scene and write its files; gives its number.

    Raises:
        OutputError: If a file cannot be written.
    """
    random, camera = spec.random(number), spec.camera(number)
    world = MAKERS[spec.place(number)](random)
    sensor = random_sensor(random)
    if spec.challenge is not None:
        world = challenged(world, spec.challenge, spec.challenge_random(number))
        sensor = challenged_sensor(sensor, spec.challenge)
    assembly = assemble(world)
    views = see(assembly, camera, spec.baseline_m)
    factor = exposure(views.left, np.isfinite(views.depth_m), sensor.grey)
    lights = [views.left] if views.right is None else [views.left, views.right.light]
    pictures = [photograph(light, sensor, factor, random) for light in lights]
    objects = seen_objects(assembly, views, camera, spec.baseline_m)
    write_scene(out, spec, number, views, pictures, objects)
    return number
