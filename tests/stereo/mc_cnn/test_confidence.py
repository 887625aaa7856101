"""How far off a disparity is, by how clearly it won."""

import numpy as np
import pytest

from howfar.errors import SettingError
from howfar.stereo.mc_cnn.confidence import Spread, margins_of, measured_spread


def test_the_margin_is_to_the_best_that_is_no_neighbour() -> None:
    cost = np.array([[[0.9, 0.1, 0.3, 0.8, 0.6], [0.2, 0.4, 0.9, 0.9, 0.3]]], dtype=np.float32)
    np.testing.assert_allclose(margins_of(cost, cost.argmin(axis=2)), [[0.5, 0.1]], atol=1e-6)


def test_with_no_other_disparity_it_is_without_doubt() -> None:
    assert np.isinf(margins_of(np.zeros((1, 1, 2), dtype=np.float32), np.array([[0]]))).all()


def test_each_group_has_the_spread_that_holds_eight_errors_of_ten() -> None:
    rng = np.random.default_rng(0)
    margins = np.repeat([0.05, 0.5, 0.5], 20000)
    correct = np.repeat([True, True, False], 20000)
    errors = rng.normal(size=60000) * np.repeat([2.0, 0.3, 9.0], 20000)
    spread = measured_spread(errors, margins, correct, (0.1,))
    assert (*spread.sds_px, spread.failed_sd_px) == pytest.approx((2.0, 0.3, 9.0), rel=0.03)
    given = spread.of(np.array([[0.05, 0.5, 0.5]], dtype=np.float32), np.array([[True, True, False]]))
    assert given[0].tolist() == pytest.approx((2.0, 0.3, 9.0), rel=0.03)


@pytest.mark.parametrize(
    ("margins", "sds", "failed"),
    [
        pytest.param((0.1,), (1.0,), 1.0, id="too few standard deviations"),
        pytest.param((0.2, 0.1), (1.0, 1.0, 1.0), 1.0, id="bounds that fall"),
        pytest.param((), (0.0,), 1.0, id="no error at all"),
    ],
)
def test_a_spread_that_cannot_be(margins, sds, failed) -> None:
    with pytest.raises(SettingError):
        Spread(margins, sds, failed)


def test_an_empty_group_is_said() -> None:
    with pytest.raises(SettingError, match="choose other bounds"):
        measured_spread(np.ones(3), np.ones(3), np.ones(3, dtype=bool), (0.1,))
