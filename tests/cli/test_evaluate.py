"""`howfar evaluate`."""

import csv
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from howfar.cli.evaluate import app
from howfar.errors import HowfarError, ModelError, OutputError, SettingError, SourceError

from ..datasets.folders import write_coco, write_nyu
from ..models.onnx_files import constant_detector, mean_depth

NYU_CARD = 'kind = "metres"'


def run(*arguments: str | Path) -> str:
    """What the command prints; its refusals are raised."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if isinstance(result.exception, HowfarError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_depth_prints_the_table_and_writes_csv(tmp_path: Path) -> None:
    data, model = write_nyu(tmp_path / "nyu"), mean_depth(tmp_path, NYU_CARD)
    output = run("depth", "--data", data, "--model", model, "--csv", tmp_path / "a.csv", "--crop", "square")
    assert "nyu-eigen" in output
    assert "square, 480×480 px" in output
    (row,) = rows(tmp_path / "a.csv")
    assert (row["images"], row["crop"], row["model"]) == ("2", "square", "depth")
    # Picture 0 is black, so that its depth is unknown; picture 1 has grey 1, that is 0.1 m, and 0.8036 m is true.
    assert float(row["coverage"]) == 0.5
    assert float(row["rel_over_images"]) == pytest.approx(1 - 0.1 / 0.803557, abs=1e-4)


def test_every_nth_picture_is_taken_and_the_table_says_so(tmp_path: Path) -> None:
    data, model = write_nyu(tmp_path / "nyu"), mean_depth(tmp_path, NYU_CARD)
    output = run("depth", "--data", data, "--model", model, "--every", "2")
    assert "one picture in 2" in output


def test_detector_prints_the_twelve_numbers_and_writes_csv(tmp_path: Path) -> None:
    found = np.array([[[10, 5, 30, 35, 0.9, 0]]], dtype=np.float32)
    model = constant_detector(tmp_path, {"found": found}, 'layout = "end2end"\nclasses = ["toothbrush"]', fit="stretch")
    images, annotations = write_coco(tmp_path)
    output = run(
        "detector", "--images", images, "--annotations", annotations, "--model", model, "--csv", tmp_path / "a.csv"
    )
    assert "AP50" in output
    (row,) = rows(tmp_path / "a.csv")
    assert (row["images"], row["score"], row["nms"], float(row["ar100"])) == ("2", "0.02", "0.6", 1.0)


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        pytest.param(("depth", "--data", "{}"), SourceError, id="a folder that is not NYU"),
        pytest.param(("depth", "--data", "{}/gone"), SourceError, id="a folder that is not there"),
        pytest.param(("depth", "--data", "{}/nyu", "--model", "gone"), ModelError, id="an unknown model"),
        pytest.param(("depth", "--data", "{}/nyu", "--model", "nanodet-g"), ModelError, id="a model for detection"),
        pytest.param(("depth", "--data", "{}/nyu", "--protocol", "kitti"), SettingError, id="an unknown protocol"),
        pytest.param(("depth", "--data", "{}/nyu", "--csv", "{}/there.csv"), OutputError, id="a CSV that is there"),
        pytest.param(
            ("detector", "--images", "{}", "--annotations", "{}/gone.json"), SourceError, id="missing annotations"
        ),
        pytest.param(
            ("detector", "--images", "{}", "--annotations", "{}/a.json", "--nms", "2"), SettingError, id="an IoU of 2"
        ),
    ],
)
def test_bad_input_is_refused_in_one_sentence(tmp_path: Path, arguments: tuple[str, ...], refusal: type) -> None:
    write_nyu(tmp_path / "nyu")
    (tmp_path / "there.csv").touch()
    with pytest.raises(refusal) as refused:
        run(*(argument.format(tmp_path) for argument in arguments))
    assert "\n" not in str(refused.value)
