"""The report of a measurement of distances: every figure comes with how it was got, and with its coverage."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from howfar.errors import OutputError
from howfar.evaluation.objects.reports import Names, csv_files, object_report, protocol_line, write_object_csv
from howfar.evaluation.objects.results import ObjectResult
from howfar.evaluation.report.report import FigureTable, as_page, write_csv
from tests.evaluation.objects.object_cases import distance, measured, object_options, object_result, two_methods
from tests.evaluation.report.printing import printed

NAMES = Names("rooms, test", "objects in rooms", "detector-x", "depth-y")


def in_detected_boxes() -> ObjectResult:
    """The detector's boxes and the network's depth; one class has another name, one is not known."""
    return replace(
        object_result(
            measured(2.0, distance(2.2)), made_by=object_options(boxes="detector", depth="network", truth="nearest")
        ),
        class_map={"sofa": "couch", "chair": "chair"},
        left_out={"lamp": 4},
        without_truth=2,
        detector_s=0.3,
        depth_s=0.2,
    )


def table(result: ObjectResult, title: str) -> FigureTable:
    (found,) = (table for table in object_report(result, NAMES).tables if title in table.title)
    return found


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    "stated",
    [
        "rooms, test",
        "1, in 1 of 3 pictures",
        "of detector-x: score above 0.05",
        "at most 100 a picture",
        "one to one within a class, best score first, IoU at least 0.5",
        "chair, sofa as couch",
        "lamp (4), as the detector does not know them",
        "2 objects, as that distance is unknown",
        "depth-y, at the network's resolution",
        "distance of the object's nearest face",
        "0.3 s, 300 ms a picture",
        "0.2 s, 200 ms a picture",
    ],
)
def test_it_states_its_protocol(stated: str) -> None:
    assert stated in printed(object_report(in_detected_boxes(), NAMES))


def test_with_true_boxes_and_true_depth_no_network_is_named() -> None:
    text = printed(object_report(object_result(measured()), NAMES))
    assert "detector-x" not in text
    assert "depth-y" not in text
    assert "true, at the picture's resolution" in text


def test_every_table_ends_with_the_protocol_in_a_sentence() -> None:
    for result in (two_methods(), in_detected_boxes()):
        for each in object_report(result, NAMES).tables:
            assert each.note.endswith(protocol_line(result, NAMES))
    assert protocol_line(two_methods(), NAMES) == (
        "3 objects in 3 pictures of rooms, test; true boxes, true depth, compared with their true distance."
    )
    assert protocol_line(in_detected_boxes(), NAMES) == (
        "1 objects in 1 pictures of rooms, test; boxes of detector-x (score above 0.05, IoU at least 0.5, 2 classes), "
        "depth of depth-y, compared with that of their nearest face."
    )


def test_each_method_has_a_row_of_errors_with_their_coverage() -> None:
    overall = table(two_methods(), "result")
    assert overall.columns == ("", "objects", "covered", "REL %", "> 10 %", "MAE m", "RMSE m", "δ1 %")
    assert overall.rows == (
        ("central-mean", "3", "66.7 %", "25.00", "50.0 %", "0.500", "0.707", "50.0"),
        ("median", "3", "100.0 %", "10.83", "33.3 %", "0.433", "0.592", "66.7"),
    )


def test_several_methods_stand_beside_each_other_in_each_group() -> None:
    assert table(two_methods(), "by class").columns == ("class", "objects", "covered", "central-mean", "median")
    assert table(two_methods(), "by class").rows == (
        ("bed", "1", "0.0 %", "–", "25.00"),
        ("chair", "2", "100.0 %", "25.00", "3.75"),
    )
    assert [row[0] for row in table(two_methods(), "by distance").rows] == ["2–3 m", "4–6 m", "8–10 m"]
    assert [row[0] for row in table(two_methods(), "by occlusion, REL").rows] == ["fully visible", "largely occluded"]
    assert [row[0] for row in table(two_methods(), "by box size").rows] == ["0–32 px"]


def test_a_single_method_has_all_its_errors_in_each_group() -> None:
    by_class = table(object_result(measured(2.0, distance(2.1))), "by class, median")
    assert by_class.columns[1:] == table(two_methods(), "result").columns[1:]
    assert by_class.rows == (("chair", "1", "100.0 %", "5.00", "0.0 %", "0.100", "0.100", "100.0"),)


def test_where_no_occlusion_is_known_there_is_no_table_of_it() -> None:
    titles = [each.title for each in object_report(object_result(measured()), NAMES).tables]
    assert not any("occlusion" in title or "interval" in title for title in titles)


def test_many_methods_go_into_several_tables_that_a_terminal_holds() -> None:
    names = ("central-mean", "percentile:40", "central-median", "percentile:30", "mode")
    result = object_result(measured(2.0, *(distance(2.0, name) for name in names)), made_by=object_options(*names))
    by_class = [each for each in object_report(result, NAMES).tables if "by class" in each.title]
    assert [each.columns[3:] for each in by_class] == [names[:4], names[4:]]
    _, figures = printed(object_report(result, NAMES)).split("Distances of objects: result")
    assert max(len(line.rstrip()) for line in figures.splitlines() if "│" in line) <= 100


def test_disparities_are_shown_where_there_is_a_baseline() -> None:
    disparities = table(two_methods(), "disparities")
    assert disparities.columns == ("", "objects", "covered", "EPE px", "> 3 px", "> 5 px")
    assert disparities.rows[2] == ("central-mean, largely occluded", "1", "0.0 %", "–", "–", "–")
    assert disparities.rows[5] == ("median, largely occluded", "1", "100.0 %", "2.500", "0.0 %", "0.0 %")
    assert "0.5 m apart" in disparities.note


def test_intervals_are_shown_with_the_uncertainty_of_their_coverage() -> None:
    assert table(two_methods(), "intervals").rows == (("median", "3", "66.7 %", "0.0 % to 100.0 %"),)


def test_the_flag_is_judged_on_the_distances_that_are_known() -> None:
    assert table(two_methods(), "mixed").rows == (
        ("central-mean", "2", "50.0 %", "100.0 %", "100.0 %"),
        ("median", "3", "33.3 %", "0.0 %", "0.0 %"),
    )


def test_without_any_object_nothing_is_made_up() -> None:
    result = replace(object_result(), images=2)
    assert table(result, "result").rows == (("median", "0", "–", "–", "–", "–", "–", "–"),)
    assert "by class" not in printed(object_report(result, NAMES))


def test_the_csv_has_one_row_of_all_and_beside_it_groups_and_objects(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write_csv(object_report(two_methods(), NAMES), path)
    write_object_csv(two_methods(), path, NAMES)
    assert csv_files(path) == (tmp_path / "a-groups.csv", tmp_path / "a-objects.csv")
    (row,), groups, objects = rows(path), *map(rows, csv_files(path))
    assert (row["data"], row["boxes"], row["depth"], row["score"]) == ("rooms, test", "true", "true", "")
    assert (row["central-mean_rel"], row["central-mean_coverage"]) == ("0.25", str(2 / 3))
    assert len(groups) == 18
    assert [each["truth_m"] for each in objects] == ["2.0", "4.0", "8.0"]
    assert [each["central-mean_m"] for each in objects] == ["3.0", "", "8.0"]
    assert {(each["data"], each["baseline_m"]) for each in groups + objects} == {("rooms, test", "0.5")}


def test_the_csv_states_the_detectors_part(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write_csv(object_report(in_detected_boxes(), NAMES), path)
    write_object_csv(in_detected_boxes(), path, NAMES)
    (row,), _, (each,) = rows(path), *map(rows, csv_files(path))
    assert (row["boxes"], row["depth"], row["score"], row["iou"]) == ("detector-x", "depth-y", "0.05", "0.5")
    assert (row["class_map"], row["left_out"], row["without_truth"]) == ("sofa=couch; chair=chair", "4", "2")
    assert (each["score"], each["confidence"]) == ("0.05", "")


def test_a_part_that_is_there_is_not_replaced_unless_asked(tmp_path: Path) -> None:
    (tmp_path / "a-objects.csv").write_text("mine")
    with pytest.raises(OutputError, match="exists already"):
        write_object_csv(two_methods(), tmp_path / "a.csv", NAMES)
    assert (tmp_path / "a-objects.csv").read_text() == "mine"
    write_object_csv(two_methods(), tmp_path / "a.csv", NAMES, overwrite=True)
    assert len(rows(tmp_path / "a-objects.csv")) == 3


def test_the_page_has_every_table_and_no_empty_one() -> None:
    report = object_report(two_methods(), NAMES)
    assert as_page(report).html().count("<table>") == 1 + len(report.tables)


def test_where_the_nearest_face_is_known_the_errors_to_both_truths_are_shown() -> None:
    one = replace(measured(2.0, distance(2.2)), nearest_m=2.0, centre_m=2.5)
    report = object_report(object_result(one), Names("rooms", "objects"))
    (table,) = [each for each in report.tables if "what is true" in each.title]
    assert [(row[0], row[3]) for row in table.rows] == [
        ("median, nearest face", "10.00"),
        ("median, centre", "12.00"),
    ]
