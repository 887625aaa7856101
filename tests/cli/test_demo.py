"""`howfar demo`: the estimate beside the truth."""

from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from howfar.cli.app import app

pytest.importorskip("skimage", reason="needs the photo that scikit-image ships (extra `demo`)")


def test_the_demo_shows_the_motorcycle_with_its_true_distance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["demo"])
    assert result.exit_code == 0, result.output
    (row,) = [line for line in result.stdout.splitlines() if "motorcycle" in line and "0.8" in line]
    assert "3.1 m" in row, "the estimate that the README tells of"
    assert "2.4–4.2" in row, "its interval"
    assert "2.4 m" in row, "the true distance, from the ground truth's disparity"
    assert "its metres are rough here" in " ".join(result.stdout.split())
    assert Image.open(tmp_path / "howfar-demo" / "motorcycle.jpg").width > 3 * 700


def test_the_demo_does_not_overwrite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "howfar-demo").mkdir()
    (tmp_path / "howfar-demo" / "motorcycle.jpg").write_text("mine")
    result = CliRunner().invoke(app, ["demo"])
    assert "allow overwriting" in str(result.exception)
    assert (tmp_path / "howfar-demo" / "motorcycle.jpg").read_text() == "mine"


def test_two_pictures_alone_give_the_true_distance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["demo", "--stereo"])
    assert result.exit_code == 0, result.output
    (row,) = [line for line in result.stdout.splitlines() if "motorcycle" in line and "0.8" in line]
    estimate, truth = row.split("│")[3].strip(), row.split("│")[5].strip()
    assert estimate == truth == "2.4 m"
    assert "the two pictures and the known rig alone" in " ".join(result.stdout.split())
    assert Image.open(tmp_path / "howfar-demo" / "motorcycle-pair.jpg").width > 3 * 700
