"""Reports: every figure comes with how it was got."""

import csv
import math
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from howfar.errors import OutputError
from howfar.evaluation.depth_metrics import DepthSums, depth_update
from howfar.evaluation.depth_protocols import NYU_EIGEN, DepthResult
from howfar.evaluation.detection import CocoNumbers, DetectorProtocol, DetectorResult
from howfar.evaluation.reports import Report, as_tables, depth_report, detector_report, write_csv

TRUTH = np.full((4, 4), 2.0, dtype=np.float32)


def depth(crop="full", sums: DepthSums | None = None) -> Report:
    sums = depth_update(TRUTH * 1.5, TRUTH) if sums is None else sums
    return depth_report(DepthResult(NYU_EIGEN, crop, sums, 4, 0.2), data="NYU [test]", model="depth-x")


def detection() -> Report:
    numbers = CocoNumbers(*(place / 16 for place in range(11)), ar_large=math.nan)
    result = DetectorResult(DetectorProtocol(), numbers, 4, 79, 80, 0.2)
    return detector_report(result, data="instances.json", model="detector-x")


def printed(report: Report) -> str:
    paper = StringIO()
    Console(width=160, file=paper).print(as_tables(report))
    return paper.getvalue()


@pytest.mark.parametrize(
    "stated",
    [
        "NYU [test]",
        "depth-x",
        "nyu-eigen, which quotes the mean over images",
        "full, 640×480 px",
        "560×426 px of each crop: rows 45:471 and columns 41:601",
        "clipped to 0.1–10 m",
        "alignment",
        "test-time augmentation",
        "100.00% of the pixels",
        "0.2 s, 50 ms a picture",
    ],
)
def test_the_depth_table_states_its_protocol(stated: str) -> None:
    assert stated in printed(depth())


def test_the_depth_table_gives_both_means() -> None:
    text = printed(depth())
    assert "mean over images" in text
    assert "pooled over pixels" in text
    assert [line.split("│")[2:4] for line in text.splitlines() if "REL" in line] == [
        ["           0.5000 ", "             0.5000 "]
    ]


def test_a_crop_states_what_of_it_is_compared() -> None:
    text = printed(depth("portrait"))
    assert "portrait, 360×480 px" in text
    assert "360×426 px of each crop" in text


@pytest.mark.parametrize(
    "stated",
    [
        "instances.json",
        "detector-x",
        "IoU 0.50:0.95",
        "score above 0.02, NMS at IoU 0.6, 100 a picture",
        "the detector knows 79 of the data's 80 classes",
        "0.2 s, 50 ms a picture",
        "0.0625",
    ],
)
def test_the_detection_table_states_its_protocol(stated: str) -> None:
    assert stated in printed(detection())


def test_an_unknown_figure_is_called_unknown_in_print_and_left_empty_in_csv(tmp_path: Path) -> None:
    assert "unknown" in printed(detection())
    write_csv(detection(), tmp_path / "a.csv")
    (row,) = csv.DictReader((tmp_path / "a.csv").open(encoding="utf-8"))
    assert row["ar_large"] == ""
    assert float(row["ap50"]) == 1 / 16


def test_nothing_compared_is_reported_as_such() -> None:
    text = printed(depth(sums=DepthSums.none()))
    assert "nan%" not in text
    assert "unknown" in text


def test_csv_has_one_row_with_protocol_and_figures(tmp_path: Path) -> None:
    write_csv(depth(), tmp_path / "new" / "a.csv")
    (row,) = csv.DictReader((tmp_path / "new" / "a.csv").open(encoding="utf-8"))
    assert (row["data"], row["model"], row["protocol"], row["crop"]) == ("NYU [test]", "depth-x", "nyu-eigen", "full")
    assert (row["least_m"], row["most_m"], row["alignment"], row["coverage"]) == ("0.1", "10.0", "none", "1.0")
    assert (float(row["rel_over_images"]), float(row["rel_over_pixels"])) == (0.5, 0.5)


def test_a_csv_file_that_is_there_is_not_replaced_unless_asked(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("mine")
    with pytest.raises(OutputError, match="exists already"):
        write_csv(depth(), path)
    assert path.read_text() == "mine"
    write_csv(depth(), path, overwrite=True)
    assert path.read_text().startswith("data,")
