"""Margins by class, measured."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from howfar.errors import SettingError
from howfar.evaluation.objects.margins import LEAST_OBJECTS, class_margins, conformal_log_sd
from howfar.evaluation.objects.results import MeasuredObject, ObjectResult
from howfar.ranging.cues.joining import parse_cues
from howfar.scene.margins import INTERVAL_SDS
from tests.evaluation.objects.object_cases import distance, measured, object_options, object_result

NETWORK = object_options(depth="network")


@pytest.mark.parametrize(
    ("count", "share", "expected"),
    [(9, 0.8, 8), (4, 0.8, 4), (3, 0.8, math.inf), (99, 0.5, 50), (1, 0.5, 1)],
    ids=["eight of nine", "all of four", "three are too few", "the middle one", "a single one"],
)
def test_the_margin_is_the_error_of_the_rank_that_conformal_prediction_asks_for(count, share, expected) -> None:
    errors = np.random.default_rng(0).permutation(np.arange(1.0, count + 1)) * np.resize([1, -1], count)
    assert conformal_log_sd(errors * INTERVAL_SDS, np.zeros(count), share) == pytest.approx(expected)


@settings(max_examples=30, deadline=None)
@given(st.integers(20, 80), st.integers(0, 2**31))
def test_new_objects_stay_within_as_often_as_asked(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    own = rng.uniform(0, 0.2, (300, count + 1))
    errors = rng.normal(0.0, np.hypot(own, 0.3))
    hits = [
        abs(error[-1]) <= INTERVAL_SDS * math.hypot(conformal_log_sd(error[:-1], sd[:-1]), sd[-1])
        for error, sd in zip(errors, own, strict=True)
    ]
    assert np.mean(hits) >= 0.8 - 4 * math.sqrt(0.8 * 0.2 / 300)
    assert np.mean(hits) <= 0.8 + 1 / count + 4 * math.sqrt(0.8 * 0.2 / 300)


def test_what_the_method_tells_itself_is_not_counted_twice() -> None:
    errors = np.full(9, 0.5 * INTERVAL_SDS)
    assert conformal_log_sd(errors, np.full(9, 0.3)) == pytest.approx(0.4)
    assert conformal_log_sd(errors, np.full(9, 0.7)) == 0.0


def objects(label: str, factor: float, count: int) -> list[MeasuredObject]:
    """Objects of a class, each `factor` too far, as a method says that has no error of its own."""
    return [measured(2.0, replace(distance(2.0 * factor), own_log_sd=0.0), label=label) for _ in range(count)]


def result(*groups: list[MeasuredObject]) -> ObjectResult:
    return object_result(*(each for group in groups for each in group), made_by=NETWORK)


def test_a_group_with_enough_objects_has_its_own_margin_and_all_tell_that_of_the_others() -> None:
    margins = class_margins(
        result(objects("chair", 1.5, 60), objects("sofa", 1.5, 60), objects("lamp", 1.2, 99)), "median"
    )
    assert [(margin.group, margin.objects) for margin in margins.all] == [("seats", 120), ("all others", 219)]
    assert margins.of("couch").factor == 1.5
    assert margins.of("lamp").factor == 1.5  # of 219 the 176th


def test_margins_for_a_better_network_are_narrower_in_log_depth() -> None:
    margins = class_margins(result(objects("chair", 1.44, LEAST_OBJECTS)), "median", scale=0.5)
    assert margins.of("chair").factor == 1.2


@pytest.mark.parametrize(
    ("made", "scale", "sentence"),
    [
        (result(objects("chair", 1.5, 99)), 1.0, "need 100 objects with a distance, and there are 99"),
        (result(objects("chair", 1.5, 200)), 0.0, "scaled by a number above 0"),
        (object_result(*objects("chair", 1.5, 200)), 1.0, "measure on its depth"),
        (
            object_result(
                *objects("chair", 1.5, 200), made_by=object_options(depth="network", cues=parse_cues("depth,size"))
            ),
            1.0,
            "with the depth cue alone",
        ),
    ],
    ids=["too few", "a scale of nothing", "true depth", "other cues"],
)
def test_margins_that_cannot_be_told_are_refused(made: ObjectResult, scale: float, sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        class_margins(made, "median", scale)
