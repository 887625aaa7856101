"""The error that a map has in common around an object."""

import math

import numpy as np
import pytest

from howfar.ranging.cues.common_error import COMMON_SHARE, common_error

SD = 0.3


def error_of(offsets: list[float], depths_m: list[float] | None = None, sd: float = 0.1):
    """The common error at objects 10 m away, if not said otherwise, that the other cues put farther by some offsets."""
    depths = np.array([10.0] * len(offsets) if depths_m is None else depths_m)
    variances = np.full(len(depths), SD**2)
    return common_error(np.log(depths), variances, np.array(offsets), np.full(len(depths), sd**2))


def test_an_object_of_which_the_map_alone_speaks_profits_from_the_others() -> None:
    means, variances = error_of([0.3, 0.3, 0.3, math.nan])
    assert 0.15 < means[3] < 0.3
    assert variances[3] < COMMON_SHARE * SD**2 / 2


def test_its_own_cues_do_not_count_twice() -> None:
    assert error_of([0.3, 0.0, 0.0]).means[0] == pytest.approx(0.0)


def test_one_object_alone_tells_nothing_of_itself() -> None:
    means, variances = error_of([0.5])
    assert (means[0], variances[0]) == (0.0, pytest.approx(COMMON_SHARE * SD**2))


def test_what_is_much_farther_has_another_error() -> None:
    near, far = (error_of([0.3, 0.3, 0.3, math.nan], [10.0] * 3 + [depth_m]).means[3] for depth_m in (11.0, 40.0))
    assert near > 0.15
    assert abs(far) < 0.01


def test_a_poster_among_others_moves_little() -> None:
    clean, with_poster = (error_of([0.2, 0.2, 0.2, 0.2, off, math.nan]).means[5] for off in (0.2, 1.5))
    assert with_poster == pytest.approx(clean, abs=0.06)


def test_it_is_the_mean_of_the_gaussian_process() -> None:
    means, variances = error_of([0.1, math.nan])
    common, noise = COMMON_SHARE * SD**2, (1 - COMMON_SHARE) * SD**2 + 0.1**2
    assert means[1] == pytest.approx(common / (common + noise) * 0.1)
    assert variances[1] == pytest.approx(common - common**2 / (common + noise))


def test_objects_without_a_depth_tell_nothing() -> None:
    assert error_of([math.nan, 0.1], [math.nan, 10.0]).means.tolist() == [0.0, 0.0]


def test_each_is_told_by_the_others_as_if_its_own_cues_were_not_there() -> None:
    depths_m, offsets = [8.0, 10.0, 11.0, 13.0, 30.0, 9.0], [0.12, -0.05, 0.2, 0.07, -0.1, math.nan]
    together = error_of(offsets, depths_m)
    for index in range(len(depths_m)):
        without = error_of([math.nan if other == index else each for other, each in enumerate(offsets)], depths_m)
        assert together.means[index] == pytest.approx(without.means[index])
        assert together.variances[index] == pytest.approx(without.variances[index])
