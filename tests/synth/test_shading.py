"""Light: Lambert's law, shadows, patterns."""

import numpy as np
import pytest
from PIL import Image

from howfar.synth.assembly import assemble
from howfar.synth.materials import Material, Pattern
from howfar.synth.patterns import PICTURES, TILE_M, Palette, noise_at
from howfar.synth.tiles import FOLDER
from howfar.synth.views import see
from howfar.synth.world import Eye, Light
from tests.synth.worlds import CAMERA, GREY, NIGHT, block, world

FLOOR = block("", (0, 0, -0.5), (40, 40, 1))
DOWNWARDS = Eye((0, 0, 3), 0.0, -np.pi / 2)


def middle_light(*bodies: object, light: Light) -> float:
    """What the camera, 3 m above the floor, sees of the point below it."""
    pytest.importorskip("embreex", reason="needs the extra `synth`")
    views = see(assemble(world(FLOOR, *bodies, lights=(light,), ambient=NIGHT, eye=DOWNWARDS)), CAMERA, 0.1)
    rows, columns = CAMERA.height_px // 2, CAMERA.width_px // 2
    return float(views.left[rows - 1 : rows + 1, columns - 1 : columns + 1].mean())


@pytest.mark.parametrize(
    ("place_m", "cosine"),
    [((0.0, 0.0, 2.0), 1.0), ((0.0, 0.0, 4.0), 1.0), ((2.0, 0.0, 2.0), 0.5**0.5), ((0.0, -3.0, 1.0), 0.1**0.5)],
    ids=["above", "twice as high", "aslant", "low"],
)
def test_a_lamp_shines_by_lamberts_law(place_m: tuple[float, float, float], cosine: float) -> None:
    squared = sum(number**2 for number in place_m)
    light = middle_light(light=Light(place_m, (8.0, 8.0, 8.0)))
    assert light == pytest.approx(0.5 * 8.0 * cosine / (squared + 0.05), rel=0.01)


def test_the_sun_is_as_strong_everywhere() -> None:
    sun = Light((0.0, 0.0, 1000.0), (2.0, 2.0, 2.0), sun=True)
    assert middle_light(light=sun) == pytest.approx(1.0, rel=1e-3)


def test_what_stands_before_a_lamp_throws_a_shadow() -> None:
    lamp = Light((3.0, 0.0, 3.0), (8.0, 8.0, 8.0))
    roof = block("box", (1.0, 0.0, 1.0), (0.5, 4.0, 0.1))
    assert middle_light(roof, light=lamp) == 0.0
    assert middle_light(light=lamp) > 0.1


def test_two_colours_alternate_and_fade_where_a_pixel_holds_many() -> None:
    material = Material((1.0, 1.0, 1.0), (0.0, 0.0, 0.0), Pattern.checker, scale_m=1.0, grain=0.0)
    palette = Palette([material])
    places = np.array([[0.1, 0.1], [0.6, 0.1], [0.6, 0.6], [1.1, 0.1]], dtype=np.float32)
    number = np.zeros(4, dtype=np.int32)
    near = palette.albedo(number, places, np.full(4, 0.01, np.float32))
    far = palette.albedo(number, places, np.full(4, 1.0, np.float32))
    np.testing.assert_allclose(near[:, 0], [1, 0, 1, 1], atol=1e-6)
    np.testing.assert_allclose(far, 0.5, atol=1e-6)


@pytest.mark.parametrize("pattern", [pattern for pattern in Pattern if pattern not in PICTURES])
def test_a_pattern_fades_into_its_own_mean(pattern: Pattern) -> None:
    palette = Palette([Material((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), pattern, scale_m=0.5, grain=0.0)])
    across = np.linspace(0, 4 * TILE_M, 700, endpoint=False, dtype=np.float32)
    places = np.stack(np.meshgrid(across, across), axis=-1).reshape(-1, 2)
    number = np.zeros(len(places), dtype=np.int32)
    near = palette.albedo(number, places, np.zeros(len(places), np.float32)).mean()
    far = palette.albedo(number[:1], places[:1], np.full(1, 9.0, np.float32)).mean()
    assert near == pytest.approx(far, abs=0.03)


def test_noise_has_no_steps_and_repeats() -> None:
    across = np.linspace(-3, 3, 5000, dtype=np.float32)
    places, sharp = np.stack([across, 0.3 * across], axis=-1), np.zeros(5000, np.float32)
    values = noise_at(places, sharp)
    assert np.abs(np.diff(values)).max() < 0.5
    assert 0.3 < values.std() < 0.7
    np.testing.assert_allclose(noise_at(places + np.float32(TILE_M), sharp), values, atol=1e-3)


def test_noise_finer_than_a_pixel_is_not_seen() -> None:
    places = np.random.default_rng(0).uniform(0, TILE_M, (4000, 2)).astype(np.float32)
    spread = [float(noise_at(places, np.full(4000, size_m, np.float32)).std()) for size_m in (0.0, 0.1, 0.5, 2.0, 9.0)]
    assert spread == sorted(spread, reverse=True)
    assert spread[-1] < 1e-3 < spread[1]


@pytest.mark.parametrize("pattern", list(PICTURES), ids=lambda pattern: pattern.name)
def test_a_photograph_hangs_upright_from_edge_to_edge(pattern: Pattern) -> None:
    palette = Palette([Material((0.5, 0.5, 0.5), pattern=pattern, scale_m=0.8, grain=0.0)])
    with Image.open(FOLDER / f"{PICTURES[pattern]}.png") as picture:
        pixels = (np.asarray(picture) / 255) ** 2.2
    middles = ((np.arange(128) + 0.5) / 128 - 0.5) * 0.8
    # Of a cell, its first corner is looked up: half a cell is of no importance.
    places = np.stack(np.meshgrid(middles, -middles), axis=-1).reshape(-1, 2).astype(np.float32) - 0.4 / 128
    seen = palette.albedo(np.zeros(len(places), np.int32), places, np.zeros(len(places), np.float32))
    np.testing.assert_allclose(seen.reshape(128, 128, 3)[1:-1, 1:-1], pixels[1:-1, 1:-1], atol=0.02)


def test_a_material_keeps_its_colour_within_white() -> None:
    palette = Palette([Material((0.95, 0.5, 0.0), grain=3.0), GREY])
    places = np.random.default_rng(0).uniform(0, 9, (1000, 2)).astype(np.float32)
    colours = palette.albedo(np.zeros(1000, np.int32), places, np.zeros(1000, np.float32))
    assert colours.min() >= 0
    assert colours.max() <= 1
