"""What people sit and lie on: chairs with hollow backs, couches, benches and beds. Their front looks along Y."""

import numpy as np

from howfar.synth import materials
from howfar.synth.solids import box, cushion, rod, standing_box
from howfar.synth.world import Body, Part


def chair(rng: np.random.Generator) -> Body:
    """Four legs, a seat, and a back of bars that one looks through (one in four has a closed back)."""
    frame, seat = materials.furniture(rng), materials.furniture(rng)
    width, depth, height = rng.uniform(0.36, 0.5), rng.uniform(0.36, 0.48), rng.uniform(0.4, 0.52)
    top, thick = height + rng.uniform(0.3, 0.6), rng.uniform(0.02, 0.045)
    x, y = width / 2 - thick, depth / 2 - thick
    parts = [standing_box(seat, (0, 0, height - 0.04), (width, depth, 0.04))]
    parts += [rod(frame, (sx * x, y, 0), (sx * x, y, height - 0.02), thick) for sx in (-1, 1)]
    parts += [rod(frame, (sx * x, -y, 0), (sx * x, -y - 0.06, top), thick) for sx in (-1, 1)]
    if rng.uniform() < 0.25:
        parts.append(box(seat, (0, -y - 0.04, (height + top) / 2), (width - 2 * thick, 0.025, (top - height) * 0.8)))
    else:
        parts += _bars(rng, frame, (x, -y - 0.05), (height, top))
    return Body.of("chair", parts)


def _bars(
    rng: np.random.Generator, frame: materials.Material, corner_m: tuple[float, float], span_m: tuple[float, float]
) -> list[Part]:
    """The hollow of a back: bars across it, or up and down between two rails."""
    (x, y), (low, high) = corner_m, span_m
    count, thick = int(rng.integers(2, 6)), rng.uniform(0.012, 0.03)
    if rng.uniform() < 0.5:
        heights = np.linspace(low + 0.1, high - thick, count)
        return [rod(frame, (-x, y, z), (x, y, z), thick) for z in heights]
    xs = np.linspace(-x, x, count + 2)[1:-1]
    rails = [rod(frame, (-x, y, z), (x, y, z), 1.5 * thick) for z in (low + 0.06, high - thick)]
    return rails + [rod(frame, (x, y, low + 0.06), (x, y, high - thick), thick) for x in xs]


def stool(rng: np.random.Generator) -> Body:
    """A round seat on three splayed legs."""
    height, radius, material = rng.uniform(0.4, 0.75), rng.uniform(0.13, 0.2), materials.furniture(rng)
    parts = [cushion(materials.fabric(rng), (0, 0, height), (2 * radius, 2 * radius, 0.07))]
    for angle in np.arange(3) * 2.1:
        foot = (1.2 * radius * np.cos(angle), 1.2 * radius * np.sin(angle), 0.0)
        parts.append(rod(material, foot, (foot[0] / 2, foot[1] / 2, height - 0.02), 0.03))
    return Body.of("stool", parts)


def couch(rng: np.random.Generator) -> Body:
    """Seats, a back and two arms, all upholstered, with a pillow or two."""
    cloth = materials.fabric(rng)
    seats, width = int(rng.integers(1, 4)), rng.uniform(0.55, 0.75)
    length, depth, height = seats * width, rng.uniform(0.75, 0.95), rng.uniform(0.38, 0.46)
    back = height + rng.uniform(0.3, 0.5)
    parts = [standing_box(cloth, (0, 0, 0.06), (length, depth, height - 0.16))]
    parts += [
        cushion(cloth, ((index + 0.5) * width - length / 2, 0.05, height - 0.04), (0.98 * width, depth - 0.1, 0.2))
        for index in range(seats)
    ]
    parts.append(cushion(cloth, (0, -depth / 2 + 0.1, back / 2 + 0.05), (length + 0.3, 0.26, back)))
    parts += [
        cushion(cloth, (s * (length / 2 + 0.1), 0, height / 2 + 0.12), (0.22, depth, height + 0.2)) for s in (-1, 1)
    ]
    for _ in range(rng.integers(0, 3)):
        x = rng.uniform(-0.4, 0.4) * length
        parts.append(
            cushion(materials.fabric(rng), (x, -0.15, height + 0.22), (0.42, 0.2, 0.36), rng.uniform(-0.4, 0.4))
        )
    return Body.of("couch", parts)


def bench(rng: np.random.Generator) -> Body:
    """Slats on two trestles, with a back."""
    slats, frame = materials.wood(rng), materials.metal(rng)
    length, height = rng.uniform(1.2, 2.0), rng.uniform(0.42, 0.5)
    parts = [box(slats, (0, y, height), (length, 0.09, 0.03)) for y in (-0.16, -0.04, 0.08, 0.2)]
    parts += [box(slats, (0, -0.27, height + z), (length, 0.03, 0.09)) for z in (0.15, 0.3)]
    for x in (-0.4 * length, 0.4 * length):
        parts += [
            rod(frame, (x, 0.18, 0), (x, 0.18, height), 0.05),
            rod(frame, (x, -0.2, 0), (x, -0.3, height + 0.4), 0.05),
        ]
    return Body.of("bench", parts)


def bed(rng: np.random.Generator) -> Body:
    """A frame with a head, a mattress that bulges, a blanket that hangs over it, and pillows; its foot is at +Y."""
    width, length, height = rng.uniform(0.8, 1.9), rng.uniform(1.9, 2.2), rng.uniform(0.3, 0.5)
    frame, sheet, blanket = materials.furniture(rng), materials.paint(rng, (0.6, 0.95)), materials.fabric(rng)
    parts = [standing_box(frame, (0, 0, 0.1), (width, length, height - 0.2))]
    parts.append(standing_box(frame, (0, -length / 2, 0), (width + 0.06, 0.06, height + rng.uniform(0.2, 0.7))))
    parts += [
        standing_box(frame, (sx * (width / 2 - 0.05), sy * (length / 2 - 0.05), 0), (0.07, 0.07, 0.12))
        for sx in (-1, 1)
        for sy in (-1, 1)
    ]
    parts.append(cushion(sheet, (0, 0, height), (width, length, 0.26)))
    parts.append(cushion(blanket, (0, 0.2 * length, height + 0.03), (width + 0.1, 0.62 * length, 0.32)))
    count = 2 if width > 1.3 else 1
    for index in range(count):
        x = (index - (count - 1) / 2) * width / 2
        parts.append(cushion(sheet, (x, -0.36 * length, height + 0.18), (0.62, 0.4, 0.16), rng.uniform(-0.2, 0.2)))
    return Body.of("bed", parts)
