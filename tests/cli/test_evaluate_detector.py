"""`howfar evaluate detector`."""

import csv
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from howfar.cli.evaluate import app
from howfar.errors import HowfarError, MissingExtraError, OutputError, SettingError, SourceError
from tests.datasets.folders import write_coco, write_voc, write_yolo
from tests.models.onnx_files import constant_detector


def run(*arguments: str | Path) -> str:
    """What the command prints; its refusals are raised."""
    result = CliRunner().invoke(app, ["detector", *map(str, arguments)])
    if isinstance(result.exception, HowfarError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def finder(folder: Path, name: str = "toothbrush", box: tuple[float, ...] = (10, 5, 30, 35)) -> Path:
    """A detector that finds one object in every picture of 64×48 pixels."""
    found = np.array([[[*box, 0.9, 0]]], dtype=np.float32)
    card = f'layout = "end2end"\nclasses = ["{name}"]\nscore = 0.3'
    return constant_detector(folder, {"found": found}, card, fit="stretch")


def test_it_prints_all_tables_with_their_protocol(tmp_path: Path) -> None:
    images, annotations = write_coco(tmp_path)
    output = run("--images", images, "--annotations", annotations, "--model", finder(tmp_path))
    for expected in ("AP50", "64×48 px, stretched", "best F1", "mAP75", "toothbrush", "a confidence of 0.3"):
        assert expected in " ".join(output.split())


def test_it_writes_csv_a_page_and_plots(tmp_path: Path) -> None:
    images, annotations = write_coco(tmp_path)
    out = tmp_path / "out"
    run(
        *("--images", images, "--annotations", annotations, "--model", finder(tmp_path)),
        *("--csv", out / "a.csv", "--html", out / "a.html", "--plots", out / "plots"),
    )
    (row,) = rows(out / "a.csv")
    assert (row["images"], row["score"], row["nms"], float(row["ar100"])) == ("2", "0.02", "0.6", 1.0)
    assert (row["confidence"], row["precision"], row["recall"]) == ("0.3", "0.5", "1.0")
    assert [row["class"] for row in rows(out / "a-classes.csv")] == ["toothbrush"]
    assert len(rows(out / "a-thresholds.csv")) == 10
    page = (out / "a.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 3
    assert "AP small (&lt; 32² px)" in page
    assert len(list((out / "plots").glob("*.png"))) == 3


@pytest.mark.parametrize("where", ["", "instances.json"], ids=["its folder", "its file"])
def test_coco_data_are_recognised_and_measured_by_outlines(tmp_path: Path, where: str) -> None:
    write_coco(tmp_path)
    run("--data", tmp_path / where, "--model", finder(tmp_path), "--csv", tmp_path / "a.csv")
    (row,) = rows(tmp_path / "a.csv")
    assert (row["data"], row["sized_by"], float(row["ap"])) == (str(tmp_path / where), "outline", pytest.approx(0.5))


@pytest.mark.parametrize(
    ("write", "name", "box"),
    [
        pytest.param(write_yolo, "chair", (24, 12, 40, 36), id="YOLO's"),
        pytest.param(write_voc, "cat", (10, 5, 30, 40), id="Pascal VOC's"),
    ],
)
def test_other_forms_of_data_are_recognised(tmp_path: Path, write, name: str, box: tuple[float, ...]) -> None:
    data = write(tmp_path / "data")
    run("--data", data, "--model", finder(tmp_path, name, box), "--csv", tmp_path / "a.csv")
    (row,) = rows(tmp_path / "a.csv")
    assert (row["images"], row["sized_by"], row["classes_known"], row["recall"]) == ("2", "box", "1", "0.5")
    found = {row["class"]: (row["recall"], float(row["ap"])) for row in rows(tmp_path / "a-classes.csv")}[name]
    assert found == ("1.0", pytest.approx(1.0))


def test_one_of_several_parts_is_chosen(tmp_path: Path) -> None:
    data = write_yolo(write_yolo(tmp_path / "data", "images/train"), "images/val")
    model = finder(tmp_path, "chair", (24, 12, 40, 36))
    with pytest.raises(SettingError, match=r"several parts: choose one by --split, of train, val\."):
        run("--data", data, "--model", model)
    run("--data", data, "--split", "val", "--model", model, "--csv", tmp_path / "a.csv")
    assert rows(tmp_path / "a.csv")[0]["data"] == f"{data}, val"


def test_every_nth_picture_is_taken_and_the_table_says_so(tmp_path: Path) -> None:
    write_coco(tmp_path)
    run("--data", tmp_path, "--every", "2", "--model", finder(tmp_path), "--csv", tmp_path / "a.csv")
    (row,) = rows(tmp_path / "a.csv")
    assert (row["images"], float(row["ap"])) == ("1", pytest.approx(1.0))
    assert row["data"].endswith(", one picture in 2")


def test_the_confidence_is_the_users_or_the_detectors_or_what_is_left(tmp_path: Path) -> None:
    write_coco(tmp_path)
    for arguments, expected in ((("--confidence", "0.95"), "0.95"), ((), "0.3"), (("--score", "0.5"), "0.5")):
        run("--data", tmp_path, "--model", finder(tmp_path), "--csv", tmp_path / "a.csv", "--overwrite", *arguments)
        assert rows(tmp_path / "a.csv")[0]["confidence"] == expected


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        pytest.param((), SettingError, id="no data"),
        pytest.param(("--data", "{}", "--images", "{}"), SettingError, id="data named twice"),
        pytest.param(("--images", "{}"), SettingError, id="pictures without annotations"),
        pytest.param(("--data", "{}/gone"), SourceError, id="data that are not there"),
        pytest.param(("--data", "{}/empty"), SourceError, id="a folder that is no data set"),
        pytest.param(("--data", "{}", "--split", "moon"), SettingError, id="an unknown part"),
        pytest.param(("--images", "{}", "--annotations", "{}/gone.json"), SourceError, id="missing annotations"),
        pytest.param(("--data", "{}", "--nms", "2"), SettingError, id="an IoU of 2"),
        pytest.param(("--data", "{}", "--confidence", "0.01"), SettingError, id="a confidence below the score"),
        pytest.param(("--data", "{}", "--csv", "{}/there.csv"), OutputError, id="a CSV that is there"),
        pytest.param(("--data", "{}", "--csv", "{}/other.csv"), OutputError, id="a CSV whose second part is there"),
        pytest.param(("--data", "{}", "--html", "{}/there.csv"), OutputError, id="a page that is there"),
        pytest.param(("--data", "{}", "--plots", "{}/images"), OutputError, id="a folder of plots that is filled"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(tmp_path: Path, arguments: tuple[str, ...], refusal: type) -> None:
    write_coco(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "there.csv").touch()
    (tmp_path / "other-classes.csv").touch()
    with pytest.raises(refusal) as refused:
        run("--model", finder(tmp_path), *(argument.format(tmp_path) for argument in arguments))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("option", ["--html", "--plots"])
def test_without_matplotlib_it_stops_before_the_long_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"howfar\[eval\]"):
        run("--data", tmp_path / "not looked at", option, tmp_path / "out")
