"""Animals on four legs, made of simple solids; they look along X."""

from dataclasses import dataclass

import numpy as np

from howfar.synth.materials import Material, Pattern
from howfar.synth.solids import ball, cushion, rod
from howfar.synth.world import Body, Part

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Species:
    """How an animal is built, in shares of the height of its shoulders.

    Attributes:
        name: Its class.
        shoulder_m: That height, from and to.
        length: Of the trunk.
        girth: Of the trunk.
        neck: Length of the neck.
        raised: How far the neck is raised, 0 to 1.
        head: Length of the head.
        tail: Length of the tail.
    """

    name: str
    shoulder_m: Span
    length: float
    girth: float
    neck: float
    raised: float
    head: float
    tail: float


SPECIES = (
    Species("dog", (0.25, 0.7), 1.1, 0.38, 0.3, 0.7, 0.38, 0.5),
    Species("cat", (0.22, 0.28), 1.3, 0.42, 0.2, 0.7, 0.4, 0.9),
    Species("horse", (1.3, 1.65), 1.05, 0.42, 0.55, 0.75, 0.38, 0.5),
    Species("cow", (1.2, 1.5), 1.25, 0.55, 0.3, 0.25, 0.38, 0.5),
    Species("sheep", (0.6, 0.8), 1.2, 0.7, 0.2, 0.6, 0.35, 0.15),
    Species("zebra", (1.2, 1.4), 1.1, 0.45, 0.45, 0.7, 0.38, 0.4),
    Species("elephant", (2.2, 3.1), 1.1, 0.65, 0.15, 0.5, 0.4, 0.3),
    Species("giraffe", (2.4, 3.1), 0.75, 0.36, 0.75, 0.95, 0.22, 0.3),
)


def animal(rng: np.random.Generator, species: Species) -> Body:
    """One that stands or walks."""
    s = rng.uniform(*species.shoulder_m)
    coat = _coat(rng, species.name)
    half, thick = 0.4 * species.length, 0.3 * species.girth
    parts = [cushion(coat, (0, 0, 0.78), (species.length, 0.75 * species.girth, species.girth))]
    for x in (-half, half):
        for y in (-thick, thick):
            swing = rng.uniform(-0.14, 0.14)
            knee = (x + 0.6 * swing, y, 0.34)
            parts += [rod(coat, (x, y, 0.72), knee, 0.3 * species.girth)]
            parts += [rod(coat, knee, (x + swing, y, 0.0), 0.2 * species.girth)]
    rise = species.raised * rng.uniform(0.6, 1.1)
    base = (half, 0.0, 0.88)
    nape = (half + 0.1 + species.neck * np.cos(rise * 1.5), 0.0, 0.92 + species.neck * np.sin(rise * 1.5))
    parts.append(rod(coat, base, nape, 0.45 * species.girth))
    h = species.head
    parts.append(ball(coat, (nape[0] + 0.3 * h, 0, nape[2]), (h, 0.5 * h, 0.55 * h)))
    for y in (-1, 1):
        parts.append(rod(coat, (nape[0], y * 0.15 * h, nape[2]), (nape[0], y * 0.3 * h, nape[2] + 0.4 * h), 0.1))
    tip = (-half - 0.1 - 0.6 * species.tail, 0, 0.9 - 0.6 * species.tail)
    parts.append(rod(coat, (-half - 0.1, 0, 0.9), tip, 0.06))
    if species.name == "elephant":
        parts.append(rod(coat, (nape[0] + 0.6 * h, 0, nape[2]), (nape[0] + 0.7 * h, 0, 0.2), 0.15))
    grown = np.diag([s, s, s, 1.0])
    return Body.of(species.name, [Part(part.mesh, grown @ part.matrix, part.material) for part in parts])


def _coat(rng: np.random.Generator, name: str) -> Material:
    tone = rng.uniform(0.03, 0.6)
    fur = (tone, tone * rng.uniform(0.6, 0.95), tone * rng.uniform(0.3, 0.9))
    if name == "zebra":
        return Material((0.7, 0.7, 0.65), (0.03, 0.03, 0.03), Pattern.stripes, 0.12, 0.1)
    if name == "giraffe":
        return Material((0.45, 0.22, 0.08), (0.7, 0.6, 0.4), Pattern.tiles, 0.35, 0.3)
    if name == "elephant":
        return Material((0.2, 0.19, 0.18), grain=0.3)
    if name == "cow" and rng.uniform() < 0.6:
        return Material((0.75, 0.72, 0.68), fur, Pattern.noise, 1.0, 0.2)
    return Material((0.7, 0.66, 0.58), grain=0.4) if name == "sheep" else Material(fur, grain=0.4)
