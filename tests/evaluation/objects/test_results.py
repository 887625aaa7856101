"""What was measured, and how."""

import math

import numpy as np
import pytest

from howfar.errors import SettingError
from tests.evaluation.objects.object_cases import distance, measured, object_options, object_result, two_methods


@pytest.mark.parametrize(
    ("settings", "methods", "reason"),
    [
        pytest.param({}, ("median", "median"), "name none twice: median, median", id="a method twice"),
        pytest.param({"score": 1.2}, (), "between 0 and 1, not 1.2", id="a score above 1"),
        pytest.param({"score": math.nan}, (), "between 0 and 1, not nan", id="a score that is no number"),
        pytest.param({"iou": 0.0}, (), "above 0 and at most 1, not 0", id="an overlap of nothing"),
        pytest.param({"baseline_m": -0.5}, (), "above 0, not -0.5", id="a negative baseline"),
        pytest.param({"baseline_m": math.inf}, (), "above 0, not inf", id="an endless baseline"),
    ],
)
def test_a_procedure_that_cannot_be_is_refused(settings: dict, methods: tuple[str, ...], reason: str) -> None:
    with pytest.raises(SettingError, match=reason):
        object_options(*methods, **settings)


def test_a_method_is_needed() -> None:
    with pytest.raises(SettingError, match="At least one"):
        type(object_options())("true", "true", ())


def test_each_method_has_its_errors_over_all_objects_or_some() -> None:
    result = two_methods()
    assert result.errors("median").rel == pytest.approx((0.05 + 0.25 + 0.025) / 3)
    assert (result.errors("central-mean").rel, result.errors("central-mean").coverage) == (0.25, 2 / 3)
    some = result.errors("median", np.array([1, 2]))
    assert (some.objects, some.mae_m) == (2, pytest.approx(0.6))
    assert result.errors("median", np.array([], dtype=np.int64)).objects == 0


def test_disparities_take_each_objects_focal_length_and_the_baseline() -> None:
    result = two_methods()
    # 100 px · 0.5 m: 25 px at 2 m and 16.7 px at 3 m; none at 8 m.
    assert result.disparity("central-mean", 0.5).end_point_px == pytest.approx((25 - 50 / 3) / 2)
    assert result.disparity("central-mean", 0.5, np.array([2])).end_point_px == 0.0


def test_intervals_are_counted_where_there_are_any() -> None:
    result = two_methods()
    assert (result.intervals("median").objects, result.intervals("median").share) == (3, pytest.approx(2 / 3))
    assert result.intervals("central-mean").objects == 0


def test_a_warning_is_right_where_the_distance_is_off_by_more_than_a_tenth() -> None:
    objects = [
        measured(2.0, distance(3.0, mixed=True)),
        measured(2.0, distance(2.1, mixed=True)),
        measured(2.0, distance(1.5)),
        measured(2.0, distance(2.0)),
        measured(2.0, distance(math.nan)),
    ]
    told = object_result(*objects).warnings("median")
    assert (told.flagged, told.precision, told.recall) == (0.5, 0.5, 0.5)


def test_pictures_without_an_object_that_counts_are_not_measured() -> None:
    result = object_result(measured(sample_index=0), measured(sample_index=0), measured(sample_index=2))
    assert (result.images, result.images_measured) == (3, 2)


def test_no_objects_are_an_answer() -> None:
    result = object_result()
    assert (result.errors("median").objects, result.intervals("median").objects) == (0, 0)
    assert math.isnan(result.warnings("median").flagged)
