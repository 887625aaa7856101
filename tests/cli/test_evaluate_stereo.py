"""`howfar evaluate stereo`."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from howfar.cli.app import app

RUNNER = CliRunner()


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two pairs of noise at 6 px of disparity, in the folders of `howfar synth`."""
    root = tmp_path_factory.mktemp("pairs")
    rng = np.random.default_rng(0)
    for number in range(2):
        wide = rng.integers(0, 256, (40, 110, 3), dtype=np.uint8)
        files = {
            "image_2": wide[:, 4:104],
            "image_3": wide[:, 10:110],
            "disparity": np.full((40, 100), 6 * 256, dtype=np.uint16),
            "hidden": np.where(np.arange(100) < 6, 255, 0).astype(np.uint8) * np.ones((40, 1), dtype=np.uint8),
        }
        for folder, pixels in files.items():
            (root / folder).mkdir(exist_ok=True)
            Image.fromarray(np.ascontiguousarray(pixels)).save(root / folder / f"{number:06d}.png")
    return root


def test_two_matchers_in_a_table_a_file_and_a_page(rendered: Path, tmp_path: Path) -> None:
    table, page = tmp_path / "figures.csv", tmp_path / "page.html"
    methods = ["--stereo-method", "sgbm", "--stereo-method", "mc-cnn"]
    result = RUNNER.invoke(
        app,
        [
            "evaluate",
            "stereo",
            str(rendered),
            *methods,
            "--max-disparity",
            "16",
            "--csv",
            str(table),
            "--html",
            str(page),
        ],
    )
    assert result.exit_code == 0, result.output
    rows = list(csv.DictReader(table.open(encoding="utf-8")))
    unoccluded = {row["matcher"]: row for row in rows if (row["pair"], row["pixels_of"]) == ("all", "unoccluded")}
    assert set(unoccluded) == {"sgbm", "mc-cnn"}
    for row in unoccluded.values():
        assert float(row["epe_px"]) < 0.5
        assert float(row["coverage"]) > 0.9
        assert int(row["pixels"]) == 2 * 40 * 94
    assert page.read_text(encoding="utf-8").count("<img") == 4


def test_every_other_pair(rendered: Path) -> None:
    result = RUNNER.invoke(app, ["evaluate", "stereo", str(rendered), "--every", "2"])
    assert result.exit_code == 0, result.output
    assert "(1 pair)" in result.output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(["nowhere"], "There is no folder nowhere", id="no data"),
        pytest.param(["{data}", "--stereo-method", "elas"], "No model is called 'elas'", id="no such matcher"),
        pytest.param(["{data}", "--max-disparity", "100"], "the width of the picture, 100", id="too far a reach"),
    ],
)
def test_what_cannot_be_measured(rendered: Path, arguments: list[str], sentence: str) -> None:
    given = [each.format(data=rendered) for each in arguments]
    result = RUNNER.invoke(app, ["evaluate", "stereo", *given])
    assert result.exit_code != 0
    assert sentence in " ".join(f"{result.output} {result.exception}".split())
