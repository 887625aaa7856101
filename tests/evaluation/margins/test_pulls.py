"""How a depth network pulls distances towards its usual one."""

import math

import numpy as np
import pytest

from howfar.evaluation.margins.conformal import Errors, domain_margin, left_out
from howfar.evaluation.margins.pulls import LEAST_SLOPE, beyond_pull, fitted_pull
from howfar.scene.margins import INTERVAL_SDS, Pull

TRUE_M = np.geomspace(0.7, 9.0, 400)
EVEN = np.full(len(TRUE_M), 1 / len(TRUE_M))


def given_m(slope: float, usual_m: float = 2.5, noise: float = 0.0) -> np.ndarray:
    """What a network that pulls says of the true distances."""
    spread = np.random.default_rng(0).normal(0, noise, len(TRUE_M))
    return usual_m * (TRUE_M / usual_m) ** slope * np.exp(spread)


@pytest.mark.parametrize("noise", [0.0, 0.2], ids=["without other errors", "with other errors"])
def test_a_pull_is_found(noise: float) -> None:
    depth_m = given_m(0.75, noise=noise)
    pull = fitted_pull(np.log(depth_m / TRUE_M), depth_m, EVEN)
    assert pull is not None
    assert pull.slope == pytest.approx(0.75, abs=0.03)
    assert pull.usual_m == pytest.approx(2.5, rel=0.1)


@pytest.mark.parametrize("slope", [1.0, 1.3], ids=["right", "pushing"])
def test_a_network_that_does_not_pull_has_none(slope: float) -> None:
    depth_m = given_m(slope)
    assert fitted_pull(np.log(depth_m / TRUE_M), depth_m, EVEN) is None


def test_no_line_is_flatter_than_the_least_slope() -> None:
    depth_m = given_m(0.1)
    pull = fitted_pull(np.log(depth_m / TRUE_M), depth_m, EVEN)
    assert pull is not None
    assert pull.slope == LEAST_SLOPE


def test_one_true_distance_shows_no_pull() -> None:
    assert fitted_pull(np.array([0.1, 0.3]), 2.0 * np.exp([0.1, 0.3]), np.full(2, 0.5)) is None


@pytest.mark.parametrize(
    ("log_error", "depth_m", "left"),
    [
        (0.5, 1.0, 0.5 - 0.25 * math.log(2)),
        (-0.5, 1.0, 0.5),
        (-0.5, 4.0, 0.5 - 0.25 * math.log(2)),
        (0.5, 4.0, 0.5),
        (0.1, 1.0, 0.0),
    ],
    ids=["near, nearer still", "near, but farther", "far, farther still", "far, but nearer", "within the pull"],
)
def test_what_is_left_of_an_error_beside_the_pull(log_error: float, depth_m: float, left: float) -> None:
    assert beyond_pull(np.array([log_error]), np.array([depth_m]), Pull(2.0, 0.8)) == pytest.approx([left])


def test_without_a_pull_all_of_the_error_is_left() -> None:
    assert beyond_pull(np.array([-0.3, 0.2]), np.ones(2), None).tolist() == [0.3, 0.2]


def test_with_the_pull_what_is_far_is_held_as_well() -> None:
    depth_m = given_m(0.75, noise=0.15)
    places = np.array([f"place {index % 10}" for index in range(len(TRUE_M))])
    errors = Errors(np.log(depth_m / TRUE_M), np.full(len(TRUE_M), 1e-9), depth_m, places)
    margin = domain_margin(errors, "rooms", left_out(errors, "depth").level)
    assert margin.pull is not None
    sds = np.array([margin.log_sd_at(each) for each in depth_m.tolist()])
    held = beyond_pull(errors.log_errors, depth_m, margin.pull) <= INTERVAL_SDS * sds
    assert 0.78 <= held.mean() <= 0.85
    assert held[TRUE_M > 6].mean() > 0.7
    assert held[TRUE_M < 1].mean() > 0.7
