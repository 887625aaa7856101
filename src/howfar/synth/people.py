"""People made of simple solids; they look along X."""

import numpy as np

from howfar.synth import materials
from howfar.synth.materials import Material
from howfar.synth.solids import ball, bead, cushion, rod, upright
from howfar.synth.world import Body, Part

SKIN = ((0.75, 0.5, 0.38), (0.6, 0.38, 0.26), (0.35, 0.2, 0.12), (0.16, 0.09, 0.06))


def person(rng: np.random.Generator, swing: float = 1.0) -> Body:
    """Somebody who stands or walks, a child or an adult, of 1.1 to 1.95 m.

    Args:
        rng: What all chance is drawn from.
        swing: How far the legs are in their stride: from 1, one leg in front, to -1, the other one.
    """
    height = rng.uniform(1.5, 1.95) if rng.uniform() < 0.85 else rng.uniform(1.1, 1.5)
    skin = Material(SKIN[rng.integers(len(SKIN))], grain=0.05)
    coat, trousers, stride = materials.fabric(rng), materials.fabric(rng), swing * rng.uniform(0, 0.22)
    parts = _legs(trousers, stride) + _arms(rng, coat, skin, stride)
    parts.append(cushion(coat, (0, 0, 0.66), (0.14, 0.24, 0.36)))
    parts.append(upright("cylinder", skin, (0, 0, 0.82), 0.06, 0.06))
    parts.append(ball(skin, (0.01, 0, 0.93), (0.115, 0.095, 0.14)))
    tone, red = rng.choice([0.01, 0.03, 0.1, 0.3, 0.6]), rng.uniform(0.5, 1.0)
    hair = Material((tone, tone * (0.4 + 0.6 * red), tone * (0.2 + 0.6 * red)), grain=0.3)
    parts.append(ball(hair, (-0.012, 0, 0.955), (0.12, 0.105, 0.105)))
    return Body.of("person", [_grown(part, height) for part in parts])


def rider(rng: np.random.Generator) -> Body:
    """Somebody who sits on a bicycle or a motorcycle."""
    skin = Material(SKIN[rng.integers(len(SKIN))], grain=0.05)
    coat, trousers = materials.fabric(rng), materials.fabric(rng)
    helmet = materials.paint(rng, gloss=0.4)
    lean = rng.uniform(0.1, 0.35)
    shoulder_x = -0.22 + lean
    parts = [rod(coat, (-0.22, 0, 1.0), (shoulder_x, 0, 1.42), 0.3)]
    parts.append(ball(skin, (shoulder_x + 0.06, 0, 1.6), (0.2, 0.17, 0.24)))
    parts.append(ball(helmet, (shoulder_x + 0.04, 0, 1.66), (0.26, 0.21, 0.2)))
    turn = rng.uniform(0, 2 * np.pi)
    for side in (1, -1):
        hand = (0.36, 0.24 * side, 1.03)
        elbow = (0.5 * (shoulder_x + 0.36) - 0.05, 0.27 * side, 1.15)
        parts += [rod(coat, (shoulder_x, 0.17 * side, 1.38), elbow, 0.1), rod(coat, elbow, hand, 0.08)]
        parts.append(bead(skin, hand, (0.09, 0.08, 0.09)))
        foot = (-0.05 + 0.16 * np.cos(turn) * side, 0.13 * side, 0.3 + 0.16 * np.sin(turn) * side)
        knee = (0.2 + 0.05 * np.cos(turn) * side, 0.12 * side, 0.72 + 0.08 * np.sin(turn) * side)
        parts += [rod(trousers, (-0.22, 0.1 * side, 0.96), knee, 0.15), rod(trousers, knee, foot, 0.11)]
        parts.append(bead(materials.BLACK, (foot[0] + 0.06, foot[1], foot[2] - 0.04), (0.26, 0.1, 0.09)))
    return Body.of("person", parts)


def _legs(trousers: Material, stride: float) -> list[Part]:
    parts = []
    for side, reach in ((1, stride), (-1, -stride)):
        knee = (0.6 * reach, 0.055 * side, 0.26)
        parts.append(rod(trousers, (0, 0.05 * side, 0.52), knee, 0.085))
        parts.append(rod(trousers, knee, (0.8 * reach, 0.055 * side, 0.03), 0.065))
        parts.append(bead(materials.BLACK, (0.8 * reach + 0.025, 0.055 * side, 0.02), (0.15, 0.055, 0.045)))
    return parts


def _arms(rng: np.random.Generator, coat: Material, skin: Material, stride: float) -> list[Part]:
    parts = []
    for side in (1, -1):
        swing, bend = -side * stride * 0.6, rng.uniform(0, 0.12)
        elbow = (0.5 * swing, 0.15 * side, 0.61)
        hand = (swing + bend, 0.15 * side, 0.46 + bend)
        parts += [rod(coat, (0, 0.125 * side, 0.79), elbow, 0.06), rod(coat, elbow, hand, 0.05)]
        parts.append(bead(skin, hand, (0.055, 0.04, 0.06)))
    return parts


def _grown(part: Part, height_m: float) -> Part:
    """A part of somebody of 1 m, for somebody of another height."""
    scale = np.diag([height_m, height_m, height_m, 1.0])
    return Part(part.mesh, scale @ part.matrix, part.material)
