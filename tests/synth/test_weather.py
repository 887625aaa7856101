"""Haze, clouds, the sun in the sky, wet ground, and what the lens does to them."""

import math

import numpy as np
import pytest

from howfar.synth.assembly import assemble
from howfar.synth.daylight import random_daylight
from howfar.synth.materials import Material, Surface
from howfar.synth.photograph import Sensor, exposure, photograph
from howfar.synth.views import see
from howfar.synth.world import Ambient, Eye, Light, World
from tests.synth.worlds import CAMERA, NIGHT, block, world

GREY = (0.5, 0.5, 0.5)
MIDDLE = CAMERA.height_px // 2, CAMERA.width_px // 2


def light_of(of: World) -> np.ndarray:
    pytest.importorskip("embreex", reason="needs the extra `synth`")
    return see(assemble(of), CAMERA, 0).left


@pytest.mark.parametrize("far_m", [5.0, 20.0, 60.0])
def test_haze_takes_light_by_koschmieders_law(far_m: float) -> None:
    ambient = Ambient((0, 0, 0), (0, 0, 0), GREY, (0.8, 0.8, 0.8), haze_per_m=0.03)
    black = block("", (0, far_m + 0.5, 0), (400, 1, 400))
    shown = light_of(world(black, ambient=ambient))[MIDDLE]
    # A pixel's middle lies half a pixel beside the axis.
    assert shown == pytest.approx(0.8 * (1 - math.exp(-0.03 * far_m)), rel=2e-3)


def test_thick_haze_hides_the_sky() -> None:
    ambient = Ambient(GREY, GREY, (0.1, 0.2, 0.9), GREY, haze_per_m=0.1)
    np.testing.assert_allclose(light_of(world(block("", (0, -9, 0), (1, 1, 1)), ambient=ambient)), 0.5, atol=0.01)


@pytest.mark.parametrize(("clouds", "blotched"), [(0.0, False), (0.5, True)], ids=["clear", "cloudy"])
def test_clouds_are_blotches_of_the_sky(clouds: float, blotched: bool) -> None:
    ambient = Ambient(GREY, GREY, (0.1, 0.2, 0.5), (0.1, 0.2, 0.5), clouds)
    sky = light_of(world(block("", (0, -9, 0), (1, 1, 1)), ambient=ambient, eye=Eye((0, 0, 0), 0, 0.6)))
    assert bool(sky[..., 0].std() > 0.02) is blotched


def test_the_sun_stands_where_its_light_comes_from() -> None:
    sun = Light((0.0, 1000.0, 300.0), (2.0, 2.0, 2.0), sun=True)
    sky = light_of(world(block("", (0, -9, 0), (1, 1, 1)), lights=(sun,), ambient=NIGHT)).mean(axis=2)
    row, column = np.unravel_index(sky.argmax(), sky.shape)
    assert column in (MIDDLE[1] - 1, MIDDLE[1])
    assert row + 0.5 == pytest.approx(CAMERA.cy_px - 0.3 * CAMERA.fy_px, abs=0.6)


def test_a_wet_floor_shows_what_stands_on_it() -> None:
    red = Material((0.9, 0.02, 0.02), grain=0.0)
    seen = {}
    for surface in (Surface.matte, Surface.wet):
        floor = block("", (0, 0, -0.5), (200, 200, 1), Material((0.1, 0.1, 0.1), grain=0.0, surface=surface))
        light = light_of(world(floor, block("", (0, 8, 2), (40, 1, 4), red), eye=Eye((0, 0, 0.4))))
        floor_below_it = light[MIDDLE[0] + 4, MIDDLE[1]]
        seen[surface] = floor_below_it[0] / floor_below_it[1]
    assert seen[Surface.matte] == pytest.approx(1)
    assert seen[Surface.wet] > 1.5


def test_hours_and_weathers_are_all_drawn() -> None:
    drawn = [random_daylight(np.random.default_rng(seed)) for seed in range(200)]
    bright = np.array([sum(one.sun.colour) + sum(one.ambient.above) for one in drawn])
    assert (bright > 2).mean() > 0.5
    assert 0 < (bright < 0.3).mean() < 0.2
    assert 0.1 < np.mean([one.wet for one in drawn]) < 0.3
    assert 0.2 < np.mean([one.ambient.haze_per_m > 0 for one in drawn]) < 0.6


def test_exposure_leaves_the_sky_out_unless_it_is_all_there_is() -> None:
    light, known = np.full((8, 8, 3), 4.0, np.float32), np.zeros((8, 8), bool)
    light[4:], known[4:] = 0.5, True
    assert exposure(light, known, 0.2) == pytest.approx(0.4)
    assert exposure(light, np.zeros((8, 8), bool), 0.2) < 0.2


@pytest.mark.parametrize(
    ("sensor", "spread"),
    [
        pytest.param(Sensor(0.2, 0, 0, (1, 1, 1)), 1, id="a sharp lens"),
        pytest.param(Sensor(0.2, 0, 0, (1, 1, 1), blur_px=1.0), 9, id="a soft lens"),
        pytest.param(Sensor(0.2, 0, 0, (1, 1, 1), bloom=0.2), 100, id="a lens that blooms"),
    ],
)
def test_a_bright_point_spreads(sensor: Sensor, spread: int) -> None:
    light = np.zeros((64, 64, 3), np.float32)
    light[32, 32] = 9.0
    shown = photograph(light, sensor, 1.0, np.random.default_rng(0))
    lit = np.count_nonzero(shown[..., 1] > 4)
    assert lit >= spread
    assert sensor.bloom or lit < 80


def test_a_vignette_darkens_the_corners() -> None:
    light = np.full((33, 33, 3), 0.2, np.float32)
    shown = photograph(light, Sensor(0.2, 0, 0, (1, 1, 1), vignette=0.3), 1.0, np.random.default_rng(0))
    assert shown[16, 16, 1] > shown[0, 16, 1] > shown[0, 0, 1]
