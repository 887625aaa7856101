"""The report of a detector's measurement: every figure comes with how it was got."""

import csv
import math
from dataclasses import replace
from pathlib import Path

import pytest

from howfar.errors import OutputError
from howfar.evaluation.detection.reports import (
    Names,
    csv_parts,
    detector_report,
    input_in_words,
    protocol_line,
    write_detector_csv,
)
from howfar.evaluation.report.report import Report, write_csv
from howfar.models.card import InputSpec
from tests.evaluation.detection.detector_results import detector_result
from tests.evaluation.report.printing import printed

NAMES = Names("instances.json", "detector-x", input_in_words(InputSpec(416, 320, "letterbox", pad=0)))


def report() -> Report:
    return detector_report(detector_result(), NAMES)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    "stated",
    [
        "instances.json",
        "detector-x",
        "416×320 px, letterbox with bars of grey 0",
        "IoU 0.50:0.95",
        "score above 0.02, NMS at IoU 0.6, 100 a picture",
        "by the area of an object's outline",
        "the detector knows 2 of the data's 3 classes",
        "0.2 s, 50 ms a picture",
        "0.0625",
        "unknown",
    ],
)
def test_the_table_states_its_protocol(stated: str) -> None:
    assert stated in printed(report())


def test_every_table_states_its_protocol_below() -> None:
    notes = [report().note, *(table.note for table in report().tables)]
    assert len(notes) == 4
    for note in notes:
        assert note.endswith(protocol_line(detector_result(), NAMES))
    assert protocol_line(detector_result(), NAMES) == (
        "detector-x on 4 pictures of instances.json; input 416×320 px, letterbox with bars of grey 0; score above "
        "0.02, NMS at IoU 0.6, at most 100 detections a picture."
    )


def test_the_tables_show_what_was_measured() -> None:
    points, thresholds, classes = report().tables
    assert points.columns == ("", "confidence", "precision", "recall", "F1")
    assert points.rows[0] == ("as stated", "0.500", "0.333", "0.200", "0.250")
    assert thresholds.columns == ("confidence", "mAP50", "mAP75", "precision", "recall", "F1")
    assert classes.rows[1] == ("yak", "1", "0.000", "0.000", "0.000", "unknown", "0.000", "0.000")
    assert "no object of theirs is in these pictures: 1." in classes.note


def test_without_any_object_the_tables_are_empty_and_the_figures_unknown(tmp_path: Path) -> None:
    result = replace(detector_result(), classes=detector_result().classes[2:])
    points, _, classes = detector_report(result, NAMES).tables
    assert classes.rows == ()
    assert points.rows[1] == ("best F1", "unknown", "unknown", "unknown", "unknown")
    write_detector_csv(result, tmp_path / "a.csv", NAMES)
    assert rows(tmp_path / "a-classes.csv") == []


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (InputSpec(416, 320, "letterbox"), "416×320 px, letterbox with bars of grey 114"),
        (InputSpec(640, 640, "stretch"), "640×640 px, stretched"),
        (InputSpec(320, 256, "keep-aspect"), "about 320×256 px, aspect ratio kept"),
    ],
)
def test_the_input_is_said_in_words(spec: InputSpec, words: str) -> None:
    assert input_in_words(spec) == words


def test_csv_has_one_row_with_protocol_and_figures(tmp_path: Path) -> None:
    write_csv(report(), tmp_path / "a.csv")
    (row,) = rows(tmp_path / "a.csv")
    assert (row["data"], row["model"], row["protocol"]) == ("instances.json", "detector-x", "coco-bbox")
    assert (row["score"], row["nms"], row["limit"], row["sized_by"]) == ("0.02", "0.6", "100", "outline")
    assert (row["confidence"], row["best_f1_confidence"]) == ("0.5", "0.3")
    assert (float(row["ap50"]), row["ar_large"], float(row["f1"])) == (1 / 16, "", 0.25)


def test_the_figures_by_class_and_by_threshold_are_written_beside_with_the_protocol_in_each_row(tmp_path: Path) -> None:
    write_detector_csv(detector_result(), tmp_path / "a.csv", NAMES)
    assert csv_parts(tmp_path / "a.csv") == (tmp_path / "a-classes.csv", tmp_path / "a-thresholds.csv")
    classes, thresholds = map(rows, csv_parts(tmp_path / "a.csv"))
    assert [(row["class"], row["objects"], row["precision"]) for row in classes] == [
        ("cat", "4", "0.5"),
        ("yak", "1", ""),
    ]
    assert [float(row["confidence"]) for row in thresholds][:2] == [0.02, 0.1]
    assert {(row["model"], row["score"], row["images"]) for row in classes + thresholds} == {
        ("detector-x", "0.02", "4")
    }


def test_a_part_that_is_there_is_not_replaced_unless_asked(tmp_path: Path) -> None:
    (tmp_path / "a-thresholds.csv").write_text("mine")
    with pytest.raises(OutputError, match="exists already"):
        write_detector_csv(detector_result(), tmp_path / "a.csv", NAMES)
    assert (tmp_path / "a-thresholds.csv").read_text() == "mine"
    write_detector_csv(detector_result(), tmp_path / "a.csv", NAMES, overwrite=True)
    assert math.isclose(float(rows(tmp_path / "a-thresholds.csv")[0]["recall"]), 0.4)
