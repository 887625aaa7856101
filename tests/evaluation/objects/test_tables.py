"""The figures of a measurement, row by row."""

import math

import pytest

from howfar.evaluation.objects.tables import disparity_rows, group_rows, method_fields, object_rows
from tests.evaluation.objects.object_cases import LEFT, distance, measured, object_options, object_result, two_methods


def test_all_methods_stand_in_one_row_under_their_names() -> None:
    fields = method_fields(two_methods())
    assert (fields["central-mean_coverage"], fields["median_coverage"]) == (2 / 3, 1.0)
    assert fields["median_rel"] == pytest.approx(0.325 / 3)
    assert (fields["median_intervals"], fields["central-mean_intervals"]) == (3, 0)
    assert fields["median_interval_coverage"] == pytest.approx(2 / 3)
    assert (fields["central-mean_mixed_precision"], fields["central-mean_mixed_recall"]) == (1.0, 1.0)
    assert fields["median_end_point_px"] > 0


def test_every_group_has_a_row_for_each_method() -> None:
    rows = group_rows(two_methods())
    kinds = list(dict.fromkeys((row["by"], row["group"]) for row in rows))
    assert kinds == [
        ("all", "all"),
        ("class", "bed"),
        ("class", "chair"),
        ("distance", "2–3 m"),
        ("distance", "4–6 m"),
        ("distance", "8–10 m"),
        ("occlusion", "fully visible"),
        ("occlusion", "largely occluded"),
        ("box size", "0–32 px"),
    ]
    assert [row["method"] for row in rows] == ["central-mean", "median"] * len(kinds)
    bed = next(row for row in rows if (row["group"], row["method"]) == ("bed", "median"))
    assert (bed["objects"], bed["coverage"], bed["rel"], bed["over10"]) == (1, 1.0, 0.25, 1.0)
    unknown = next(row for row in rows if (row["group"], row["method"]) == ("bed", "central-mean"))
    assert unknown["coverage"] == 0.0
    assert math.isnan(unknown["rel"])  # type: ignore[arg-type]


def test_without_a_baseline_there_are_no_disparities() -> None:
    result = object_result(measured(2.0, distance(2.2)))
    assert "end_point_px" not in method_fields(result) | group_rows(result)[0]


def test_disparities_are_shown_over_all_objects_and_by_occlusion() -> None:
    rows = disparity_rows(two_methods(), 0.5)
    assert [(method, group) for method, group, _ in rows] == [
        (method, group)
        for method in ("central-mean", "median")
        for group in ("all", "fully visible", "largely occluded")
    ]
    # 100 px · 0.5 m: 12.5 px at 4 m and 10 px at 5 m.
    assert rows[-1][2].end_point_px == pytest.approx(2.5)


def test_each_object_has_a_row_with_every_methods_distance() -> None:
    first, second, _ = object_rows(two_methods())
    assert (first["picture"], first["class"], first["found"], first["truth_m"]) == ("room 0", "chair", 1, 2.0)
    assert tuple(first[f"true_{corner}_px"] for corner in ("x1", "y1", "x2", "y2")) == LEFT
    assert tuple(first[f"measured_{corner}_px"] for corner in ("x1", "y1", "x2", "y2")) == LEFT
    assert (first["median_m"], first["median_low_m"], first["median_high_m"]) == pytest.approx((2.1, 1.6, 2.6))
    assert (first["median_mixed"], second["median_mixed"]) == (1, 0)
    assert math.isnan(second["central-mean_m"])  # type: ignore[arg-type]
    assert (first["occlusion"], second["occlusion"]) == (0, 2)


def test_an_unknown_occlusion_is_no_number() -> None:
    (row,) = object_rows(object_result(measured()))
    assert math.isnan(row["occlusion"])  # type: ignore[arg-type]


def test_no_objects_have_no_rows_but_their_count() -> None:
    result = object_result(made_by=object_options("median", "mean"))
    assert object_rows(result) == []
    assert [(row["by"], row["objects"]) for row in group_rows(result)] == [("all", 0), ("all", 0)]
