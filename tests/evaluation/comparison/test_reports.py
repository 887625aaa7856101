"""The tables of a comparison: what was not measured is called so."""

import csv
from pathlib import Path

import numpy as np
import pytest

from howfar.evaluation.comparison.comparison import (
    ComparisonOptions,
    ComparisonResult,
    compare_networks,
    gather,
)
from howfar.evaluation.comparison.reports import Cost, comparison_report, comparison_rows
from howfar.evaluation.comparison.sums import NetworkSums, SurfaceSums
from howfar.evaluation.depth.boundaries import BoundarySums
from howfar.evaluation.depth.metrics import depth_update
from howfar.evaluation.report.report import FigureTable, write_rows
from tests.evaluation.comparison.compared import AFFINE, HALF, INVERSE, RIGHT, room, without_truth
from tests.evaluation.predictors import Predictor
from tests.evaluation.report.printing import printed

TRUTH_M = np.full((4, 4), 2.0, dtype=np.float32)


def result(networks: dict[str, Predictor], *, has_truth: bool) -> ComparisonResult:
    options = ComparisonOptions(has_truth)
    sample = room() if has_truth else without_truth(room())
    return gather(compare_networks([sample], networks, options), options)


def tables(of: ComparisonResult) -> tuple[FigureTable, ...]:
    return comparison_report(of, costs(of), data="a room").tables


def costs(of: ComparisonResult) -> dict[str, Cost]:
    return dict.fromkeys(of.sums, Cost(file_mb=12.5, memory_mb=99.94))


def row(table: FigureTable, heading: str) -> tuple[str, ...]:
    (found,) = [cells[1:] for cells in table.rows if cells[0] == heading]
    return found


@pytest.mark.parametrize(
    ("networks", "has_truth", "stated"),
    [
        ({"half": HALF}, True, "the true depth, whole pictures, 0.1–80 m"),
        ({"half": HALF}, True, "gives metres, compared as they are"),
        ({"half": HALF}, True, "in ten thresholds"),
        ({"i": INVERSE}, True, "gives relative_inverse; each picture's map fitted to the truth in inverse depth"),
        ({"a": AFFINE, "half": HALF}, False, "half, the first network that gives metres, as no truth was given"),
        ({"a": AFFINE, "half": HALF}, False, "gives metres; the one that the others are compared with"),
        ({"a": AFFINE, "half": HALF}, False, "gives relative_depth; each picture's map fitted to half in depth"),
        ({"a": AFFINE, "i": INVERSE}, False, "neither a truth nor a network that gives metres"),
        ({"a": AFFINE, "i": INVERSE}, False, "gives relative_inverse; on its own scale"),
        ({"half": HALF}, True, "a room (1)"),
    ],
)
def test_the_report_states_how_it_was_measured(networks: dict[str, Predictor], has_truth: bool, stated: str) -> None:
    of = result(networks, has_truth=has_truth)
    assert stated in printed(comparison_report(of, costs(of), data="a room"))


def test_figures_stand_by_network() -> None:
    nearness, cost, _ = tables(result({"half": HALF, "right": RIGHT}, has_truth=True))
    assert nearness.columns == ("", "half", "right")
    assert row(nearness, "REL") == ("0.5000", "0.0000")
    assert row(nearness, "boundary F1") == ("1.0000", "1.0000")
    assert row(cost, "memory") == ("99.9 MB", "99.9 MB")
    assert row(cost, "file") == ("12.5 MB", "12.5 MB")


def test_the_yardstick_is_not_measured_against_itself() -> None:
    nearness, _, _ = tables(result({"half": HALF, "right": RIGHT}, has_truth=False))
    assert nearness.title == "How near to half"
    assert row(nearness, "REL") == ("–", "1.0000")
    assert "boundary F1" not in [cells[0] for cells in nearness.rows]


def test_without_metres_only_the_likeness_is_told() -> None:
    nearness, _, _ = tables(result({"a": AFFINE, "i": INVERSE}, has_truth=False))
    assert [cells[0] for cells in nearness.rows] == ["SSIM"]


def test_what_was_not_measured_is_called_so() -> None:
    _, _, properties = tables(result({"half": HALF, "right": RIGHT}, has_truth=False))
    for heading in ("Fine detail", "Transparent objects", "Reflections", "Complex scenes", "Transferability"):
        assert row(properties, heading) == ("–", "not measured", "not measured")
    assert "99.9 MB" in row(properties, "Efficiency")[1]


def test_glass_is_measured_where_its_outlines_are_known() -> None:
    surface = SurfaceSums(depth_update(TRUTH_M * 1.5, TRUTH_M), depth_update(TRUTH_M * 1.25, TRUTH_M))
    sums = NetworkSums(surface.inside, BoundarySums.none(), {"glass": surface}, ssims=(0.5,), times_s=(0.1,))
    of = ComparisonResult(ComparisonOptions(True), 1, True, "the truth", {"a": "metres"}, {"a": sums})
    _, _, properties = tables(of)
    assert row(properties, "Transparent objects") == ("REL on glass (16 px)", "0.5000; elsewhere 0.2500")
    assert row(properties, "Reflections") == ("–", "not measured")
    (fields,) = comparison_rows(of, costs(of), data="a room")
    assert (fields["rel_glass"], fields["rel_beside_glass"]) == pytest.approx((0.5, 0.25))


def test_memory_that_is_not_known_is_called_so() -> None:
    of = result({"half": HALF}, has_truth=True)
    report = comparison_report(of, {"half": Cost(1.0, float("nan"))}, data="a room")
    assert row(report.tables[1], "memory") == ("unknown",)


@pytest.mark.parametrize(
    ("networks", "has_truth", "expected"),
    [
        pytest.param({"half": HALF}, True, ("the truth", "metres", "none", "80.0", 0.5), id="against the truth"),
        pytest.param(
            {"a": AFFINE, "right": RIGHT},
            False,
            ("right", "relative_depth", "least-squares", "80.0", 0.0),
            id="network",
        ),
        pytest.param({"i": INVERSE, "a": AFFINE}, False, ("i", "relative_inverse", "own", "", None), id="own scales"),
    ],
)
def test_csv_has_a_row_a_network_with_its_protocol(
    tmp_path: Path, networks: dict[str, Predictor], has_truth: bool, expected: tuple[object, ...]
) -> None:
    of = result(networks, has_truth=has_truth)
    write_rows(comparison_rows(of, costs(of), data="a room"), tmp_path / "a.csv")
    read = list(csv.DictReader((tmp_path / "a.csv").open(encoding="utf-8")))
    assert [each["model"] for each in read] == list(networks)
    first = read[0]
    assert tuple(first[name] for name in ("compared_with", "kind", "alignment", "most_m")) == expected[:4]
    assert (float(first["rel"]) if first["rel"] else None) == pytest.approx(expected[4], abs=1e-3)
    assert (first["data"], first["images"], first["file_mb"]) == ("a room", "1", "12.5")
