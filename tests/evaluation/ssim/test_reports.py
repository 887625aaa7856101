"""What is printed and drawn of a comparison by SSIM."""

import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from howfar.evaluation.rectangles import Rectangle
from howfar.evaluation.ssim.metric import SsimResult
from howfar.evaluation.ssim.reports import (
    RED,
    UNKNOWN,
    SsimScore,
    draw_comparison,
    draw_local,
    draw_worst,
    least_alike,
    ssim_report,
    ssim_rows,
    write_pictures,
)
from tests.evaluation.report.printing import printed

SCORES = (SsimScore("a", 0.75, 1.0), SsimScore("b", 0.25, 0.5))


def result() -> SsimResult:
    known = np.ones((40, 60), dtype=bool)
    known[:, 50:] = False
    local = np.ones((40, 60))
    local[10:20, 10:20] = -0.5
    local[30:, :10] = 0.5
    grey = np.full((40, 60), 90, dtype=np.uint8)
    return SsimResult(0.5, local, grey, grey + 9, known, (Rectangle(10, 10, 20, 20),))


@pytest.mark.parametrize(
    ("scale", "alignment", "stated"),
    [
        ("each", "none", "each map's own least and greatest value"),
        ("shared", "none", "the truth's least and greatest value"),
        ("each", "least-squares", "scale and shift fitted"),
        ("each", "none", "7×7 window, data range 255"),
        ("each", "none", "75.00% of the pixels"),
        ("each", "none", "0.5000"),
        ("shared", "median", "Measured with scale shared, alignment median."),
    ],
)
def test_the_table_states_its_protocol(scale, alignment, stated: str) -> None:
    report = ssim_report(SCORES, prediction="mine", truth="theirs", scale=scale, alignment=alignment)
    assert stated in printed(report)


def test_several_pairs_are_listed_the_least_alike_first() -> None:
    report = ssim_report(SCORES, prediction="mine", truth="theirs", scale="each", alignment="none")
    (table,) = report.tables
    assert table.rows == (("b", "0.2500", "50.00%"), ("a", "0.7500", "100.00%"))
    assert ssim_report(SCORES[:1], prediction="mine", truth="theirs", scale="each", alignment="none").tables == ()


def test_a_pair_without_a_score_comes_first() -> None:
    unknown = SsimScore("c", math.nan, 0.0)
    assert least_alike([*SCORES, unknown], 2) == [unknown, SCORES[1]]


def test_csv_has_a_row_a_pair_with_the_protocol() -> None:
    report = ssim_report(SCORES, prediction="mine", truth="theirs", scale="each", alignment="median")
    rows = ssim_rows(SCORES, report)
    assert [(row["name"], row["ssim"], row["coverage"]) for row in rows] == [("a", 0.75, 1.0), ("b", 0.25, 0.5)]
    assert all((row["scale"], row["alignment"], row["truth"]) == ("each", "median", "theirs") for row in rows)


@pytest.mark.parametrize(
    ("x", "y", "colour"),
    [
        pytest.param(30, 5, (255, 255, 255), id="alike is bright"),
        pytest.param(15, 15, (0, 0, 0), id="unlike is black"),
        pytest.param(5, 35, (127, 127, 127), id="half alike is grey"),
        pytest.param(55, 5, UNKNOWN, id="unknown is blue"),
    ],
)
def test_the_difference_map(x: int, y: int, colour: tuple[int, int, int]) -> None:
    assert tuple(draw_local(result())[y, x].tolist()) == colour


def test_a_red_box_goes_round_the_worst_region_of_the_prediction() -> None:
    picture = draw_worst(result())
    red = (picture == RED).all(axis=-1)
    assert red[10, 10:20].all()
    assert red[19, 10:20].all()
    assert red[10:20, 10].all()
    assert red[10:20, 19].all()
    assert red.sum() == 36
    assert picture[15, 15].tolist() == [90, 90, 90]


def test_both_pictures_are_written(tmp_path: Path) -> None:
    write_pictures(result(), tmp_path / "new", "a")
    local = np.asarray(Image.open(tmp_path / "new" / "a-difference.png"))
    worst = np.asarray(Image.open(tmp_path / "new" / "a-worst.png"))
    assert (local == draw_local(result())).all()
    assert (worst == draw_worst(result())).all()


def test_truth_prediction_and_similarity_stand_beside_each_other() -> None:
    picture = draw_comparison(result())
    assert picture.shape[1] >= 3 * 60
    assert (picture[-1, 5] == 99).all()
