"""`howfar depth`, as it is typed."""

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from howfar.cli.app import app
from howfar.errors import HowfarError
from tests.cli.test_look import picture, video
from tests.models.onnx_files import mean_depth


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a depth network that gives grey / 10, and a picture of 2 m and 5 m."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").mkdir()
    mean_depth(tmp_path / "models")
    picture(tmp_path / "two.png", 2, 5)
    return tmp_path


def depth(*words: str):
    return CliRunner().invoke(app, ["depth", *words, "--depth-model", "models/depth.onnx", "--focal-px", "100"])


def test_a_picture_gives_a_map_in_millimetres_and_a_view(folder: Path) -> None:
    result = depth("two.png")
    assert result.exit_code == 0, result.output
    assert "2.00 to 5.00 m" in result.stdout
    millimetres = np.asarray(Image.open("howfar-depth/two.depth.png"))
    assert millimetres[50, [5, 120]] == pytest.approx([2000, 5000], abs=20)
    assert Image.open("howfar-depth/two.depth-view.png").width == 128


def test_a_relative_network_gives_a_view_and_no_metres(folder: Path) -> None:
    mean_depth(folder / "models", 'kind = "relative_inverse"')
    result = depth("two.png")
    assert result.exit_code == 0, result.output
    assert "no metres" in result.stdout
    assert [path.name for path in (folder / "howfar-depth").iterdir()] == ["two.depth-view.png"]


def test_a_video_gives_a_video_in_colour(folder: Path) -> None:
    video(folder / "film.avi", 6)
    result = depth("film.avi", "--every", "2", "--out", "drawn")
    assert result.exit_code == 0, result.output
    assert "3 frames" in result.stdout
    with av.open("drawn/film.mp4") as container:
        assert sum(1 for _ in container.decode(video=0)) == 3


def test_a_bad_picture_does_not_stop_the_others(folder: Path) -> None:
    (folder / "bad.jpg").write_text("no picture")
    result = depth("bad.jpg", "two.png", "--out", "drawn")
    assert result.exit_code == 1
    assert "bad.jpg" in result.stderr
    assert (folder / "drawn" / "two.depth.png").exists()


def test_a_missing_picture_is_one_sentence(folder: Path) -> None:
    result = depth("none.png")
    assert isinstance(result.exception, HowfarError)
    assert "none.png" in str(result.exception)
