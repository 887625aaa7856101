"""Where the camera and the bodies are."""

import math

import numpy as np
import pytest

from howfar.synth.materials import Material
from howfar.synth.solids import rod
from howfar.synth.world import Body, Eye
from tests.synth.worlds import block


@pytest.mark.parametrize(
    ("eye", "ahead", "right"),
    [
        (Eye((0, 0, 0)), (0, 1, 0), (1, 0, 0)),
        (Eye((0, 0, 0), yaw_rad=math.pi / 2), (-1, 0, 0), (0, 1, 0)),
        (Eye((0, 0, 0), pitch_rad=math.pi / 2), (0, 0, 1), (1, 0, 0)),
        (Eye((0, 0, 0), roll_rad=math.pi / 2), (0, 1, 0), (0, 0, -1)),
    ],
    ids=["straight", "turned to the left", "turned upwards", "tilted clockwise"],
)
def test_the_camera_looks(eye: Eye, ahead: tuple[float, ...], right: tuple[float, ...]) -> None:
    np.testing.assert_allclose(eye.rotation @ ahead, (0, 0, 1), atol=1e-12)
    np.testing.assert_allclose(eye.rotation @ right, (1, 0, 0), atol=1e-12)
    assert np.linalg.det(eye.rotation) == pytest.approx(1)


def test_a_thing_is_turned_before_it_is_moved() -> None:
    body = block("box", (5, 6, 7), (1, 1, 1), yaw_rad=math.pi / 2)
    np.testing.assert_allclose(body.matrix @ (1, 0, 0, 1), (5, 7, 7, 1), atol=1e-12)


@pytest.mark.parametrize("end", [(0, 0, 2), (0, 0, -2), (1, 0, 0), (1, 2, 3), (-1, 0.5, -3)])
def test_a_rod_reaches_from_one_end_to_the_other_and_is_round(end: tuple[float, float, float]) -> None:
    start = (0.5, -0.5, 0.25)
    stop = tuple(a + b for a, b in zip(start, end, strict=True))
    matrix = Body.of("rod", [rod(Material((1, 1, 1)), start, stop, 0.1)]).parts[0].matrix
    np.testing.assert_allclose(matrix @ (0, 0, -0.5, 1), (*start, 1), atol=1e-12)
    np.testing.assert_allclose(matrix @ (0, 0, 0.5, 1), (*stop, 1), atol=1e-12)
    across = matrix[:3, :2]
    np.testing.assert_allclose(across.T @ across, 0.01 * np.eye(2), atol=1e-12)
    np.testing.assert_allclose(across.T @ end, 0, atol=1e-12)
    assert np.linalg.det(matrix) > 0, "turned inside out"
