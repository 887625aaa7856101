"""`howfar calibrate --stereo`, as it is typed."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from howfar.cli.app import app
from howfar.cli.calibrating_pairs import two_sides
from howfar.errors import HowfarError, SettingError
from howfar.io.rig_files import read_rig
from tests.calibration import pairs, rendered
from tests.cli.test_look import video

BOARD = ("--chessboard", f"{rendered.COLUMNS}x{rendered.ROWS}", "--square-mm", "30")
SEEN_BY_BOTH = (0, 2, 5, 7, 9)
"""Poses of boards that are whole in both pictures."""


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `left` and `right`: five pairs with the board, one without it, one of another size."""
    made = tmp_path_factory.mktemp("pairs")
    sides = [made / "left", made / "right"]
    for folder in sides:
        folder.mkdir()
    for place in SEEN_BY_BOTH:
        for folder, photo in zip(sides, pairs.photos(rendered.POSES[place]), strict=True):
            Image.fromarray(photo).save(folder / f"{place}.png")
    for folder in sides:
        Image.fromarray(np.full((rendered.HEIGHT, rendered.WIDTH, 3), 99, np.uint8)).save(folder / "empty.png")
        Image.fromarray(np.pad(rendered.photo(rendered.POSES[0]), ((0, 40), (0, 0), (0, 0)))).save(folder / "other.png")
    return made


def run(*words: str) -> Result:
    result = CliRunner().invoke(app, ["calibrate", "--stereo", *words], env={"COLUMNS": "200"})
    if isinstance(result.exception, HowfarError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result


def test_two_folders_give_the_rig(photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(str(photos / "left"), str(photos / "right"), *BOARD)
    rig = read_rig(Path("rig.toml"))
    assert rig.baseline_m == pytest.approx(0.036, rel=0.01)
    assert rig.rotation == pytest.approx(pairs.TURN, abs=0.004)
    assert rig.chessboard.pairs == len(SEEN_BY_BOTH)
    assert rig.chessboard.epipolar_px < 0.1
    for says in ("5 of 7 pairs used", "36.0 mm from", "rows (px)", "Reprojection error 0.0", "px apart (RMS)"):
        assert says in result.stdout
    for says in ("empty.png (no 7×5 board found in the left-hand", "other.png (another size", "rests on 5 pairs"):
        assert says in result.stderr
    assert Image.open("howfar-calibrate/calibration.png").height > 3 * rendered.HEIGHT


@pytest.mark.parametrize(
    ("specs", "left", "right"),
    [
        pytest.param(["a", "b"], ["a"], ["b"], id="two folders"),
        pytest.param(["l/1", "l/2", "r/1", "r/2"], ["l/1", "l/2"], ["r/1", "r/2"], id="two globs of two folders"),
        pytest.param(["l/1", "l/2", "l/3", "r/1", "r/2"], ["l/1", "l/2", "l/3"], ["r/1", "r/2"], id="of uneven number"),
        pytest.param(
            ["left1.png", "left2.png", "right1.png", "right2.png"],
            ["left1.png", "left2.png"],
            ["right1.png", "right2.png"],
            id="by their names",
        ),
        pytest.param(["1_L", "1_R", "2_L", "2_R"], ["1_L", "2_L"], ["1_R", "2_R"], id="by their names, mixed"),
        pytest.param(["a", "b", "c", "d"], ["a", "b"], ["c", "d"], id="by halves"),
    ],
)
def test_a_list_is_parted_into_the_two_cameras(specs: list[str], left: list[str], right: list[str]) -> None:
    assert two_sides(specs) == (left, right)


@pytest.mark.parametrize(
    ("specs", "says"),
    [
        pytest.param(["a"], "cannot be told", id="one"),
        pytest.param(["a", "b", "c"], "cannot be told", id="three of one folder"),
        pytest.param(["a", "a"], "named twice", id="one twice"),
    ],
)
def test_a_list_that_does_not_tell_is_refused(specs: list[str], says: str) -> None:
    with pytest.raises(SettingError, match=says):
        two_sides(specs)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(["left", "right"], "--chessboard 9x6 --square-mm 25", id="no board"),
        pytest.param(["left", "right", *BOARD[:2]], "--square-mm 25", id="squares of unknown size"),
        pytest.param(["left", "none", *BOARD], "There is no file or folder none", id="no folder"),
        pytest.param(["right", "left", *BOARD], "left-hand ones first", id="the right-hand camera first"),
        pytest.param(["left/0.png", "right/0.png", *BOARD], "1 pairs and 3 are needed", id="one pair"),
        pytest.param(["left/0.png", "left/2.png", "right/5.png", *BOARD], "2 left-hand pictures and 1", id="uneven"),
        pytest.param(["left", "right", *BOARD, "--known", "cup=3"], "gives the camera by itself", id="known, too"),
        pytest.param(["film.avi", "film2.avi", *BOARD], "is a video", id="videos"),
    ],
)
def test_wrong_use_gets_a_sentence(
    photos: Path, words: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for side in ("left", "right"):
        (tmp_path / side).symlink_to(photos / side)
    for name in ("film.avi", "film2.avi"):
        video(tmp_path / name, 2)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(HowfarError) as refusal:
        run(*words)
    assert says in str(refusal.value)
    assert not Path("rig.toml").exists()
