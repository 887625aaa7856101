"""`howfar evaluate crf`."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from howfar.errors import ModelError, OutputError, SettingError, SourceError
from howfar.evaluation.crf import evaluation
from tests.cli.evaluating import rows, run
from tests.datasets.folders import write_nyu
from tests.models.onnx_files import depth_and_classes, mean_depth

CARD = 'kind = "metres"'


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Eleven training pictures, the last of which is held out of every second block of ten, and two test pictures."""
    return write_nyu(tmp_path / "nyu", train=tuple(f"{number:04}" for number in range(10, 21)), test=("0001", "0003"))


@pytest.fixture(autouse=True)
def _few_trials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "CHOICES", {"smooth_depth": (0.0,), "smooth_classes": (0.0,)})


def test_depth_alone_is_measured_before_and_after(tmp_path: Path, data: Path) -> None:
    output = run(
        *("crf", "--data", data, "--model", mean_depth(tmp_path, CARD), "--held-out", "2"),
        *("--csv", tmp_path / "a.csv"),
    )
    assert "1 training pictures, one block of ten in 2" in " ".join(output.replace("│", " ").split())
    network, field = rows(tmp_path / "a.csv")
    assert (network["stage"], field["stage"], field["images"]) == ("the network", "field over depth", "2")
    # Grey 3 is 0.3 m, and 1.59 m is true.
    assert float(network["rel_over_images"]) == pytest.approx(float(field["rel_over_images"]), abs=1e-3)
    assert network["miou"] == ""


def test_a_network_with_classes_is_refined_by_both(tmp_path: Path, data: Path) -> None:
    (data / "labels40").mkdir()
    for picture in (data / "rgb").iterdir():
        Image.fromarray(np.zeros((480, 640), np.uint8)).save(data / "labels40" / f"{picture.stem}.png")
    run(
        *("crf", "--data", data, "--model", depth_and_classes(tmp_path), "--held-out", "2", "--every", "2"),
        *("--csv", tmp_path / "a.csv"),
    )
    network, _, joint = rows(tmp_path / "a.csv")
    assert (joint["stage"], joint["images"]) == ("field over depth and classes", "1")
    assert float(network["pixel_accuracy"]) == float(joint["pixel_accuracy"]) == 1.0


@pytest.mark.parametrize(
    ("arguments", "refusal", "says"),
    [
        pytest.param(("--data", "{}"), SourceError, "not NYU Depth v2", id="a folder that is no NYU"),
        pytest.param(("--data", "{}/nyu"), SettingError, "too few to hold out", id="too few training pictures"),
        pytest.param(
            ("--data", "{}/nyu", "--held-out", "2", "--model", "nanodet-g"), ModelError, "detection", id="a detector"
        ),
        pytest.param(("--data", "{}/nyu", "--csv", "{}/there.csv"), OutputError, "there.csv", id="a CSV that is there"),
    ],
)
def test_what_cannot_be_measured_is_refused(
    tmp_path: Path, data: Path, arguments: tuple[str, ...], refusal: type[Exception], says: str
) -> None:
    (tmp_path / "there.csv").touch()
    with pytest.raises(refusal, match=says):
        run("crf", *(argument.format(tmp_path) for argument in arguments))


def test_classes_without_labels_are_refused(tmp_path: Path, data: Path) -> None:
    with pytest.raises(SettingError, match="labels40"):
        run("crf", "--data", data, "--model", depth_and_classes(tmp_path), "--held-out", "2")
