"""`howfar look --track` and its alerts, as they are typed."""

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from howfar.cli.app import app
from howfar.cli.looking import _tell_missed
from howfar.errors import SettingError
from howfar.io.video import VideoFile
from tests.cli.test_look_videos import BOX, CARD
from tests.io.videos import write_video
from tests.models.onnx_files import constant_detector, mean_depth


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two models, by which each picture has a cup, and a video."""
    root = tmp_path_factory.mktemp("tracks")
    constant_detector(root, {"out": BOX}, CARD)
    mean_depth(root)
    write_video(root / "film.mp4", 12, width_px=128, height_px=96)
    return root


def look(folder: Path, *words: str) -> Result:
    models = ("--detector", str(folder / "detector.onnx"), "--depth-model", str(folder / "depth.onnx"))
    return CliRunner().invoke(app, ["look", str(folder / "film.mp4"), *models, "--focal-px", "100", *words])


def test_each_object_has_its_number_in_all_frames(folder: Path) -> None:
    result = look(folder, "--track", "--format", "jsonl")
    assert result.exit_code == 0, result.output
    scenes = [json.loads(line) for line in result.stdout.splitlines()]
    assert [[one["track_id"] for one in scene["objects"]] for scene in scenes] == [[1]] * 12
    assert {"measured_depth_m", "speed_m_s", "ground_speed_m_s", "ttc_s"} <= set(scenes[0]["objects"][0])


def test_csv_has_the_fields_as_columns(folder: Path) -> None:
    lines = look(folder, "--track", "--format", "csv").stdout.splitlines()
    assert lines[0].endswith("ttc_s,ttc_low_s,ttc_high_s,alerts")
    assert len({line.count(",") for line in lines}) == 1


def test_the_summary_counts_tracks(folder: Path, tmp_path: Path) -> None:
    result = look(folder, "--track", "--out", str(tmp_path / "out"))
    assert "tracks" in result.stdout
    assert (tmp_path / "out" / "film.mp4").is_file()


def test_an_alert_is_told_once_runs_a_command_and_ends_with_its_code(folder: Path, tmp_path: Path) -> None:
    script = tmp_path / "siren.py"
    script.write_text(
        "import os, sys, pathlib\n"
        f"pathlib.Path({str(tmp_path / 'heard.json')!r}).write_text(sys.stdin.read())\n"
        "assert os.environ['HOWFAR_ALERT'] == 'cup<1000'\n"
    )
    command = f"'{sys.executable}' '{script}'"
    result = look(folder, "--track", "--alert", "cup<1000", "--on-alert", command, "--format", "jsonl")
    assert result.exit_code == 3
    assert result.stderr.count("Alert cup<1000: #1 cup at") == 1
    heard = json.loads((tmp_path / "heard.json").read_text())
    assert (heard["alert"], heard["track_id"], heard["label"]) == ("cup<1000", 1, "cup")
    assert json.loads(result.stdout.splitlines()[3])["objects"][0]["alerts"] == ["cup<1000"]


def test_no_alert_is_no_exit_code(folder: Path) -> None:
    assert look(folder, "--alert", "ttc<0.001", "--format", "jsonl").exit_code == 0


def test_a_command_that_is_not_there_is_told(folder: Path) -> None:
    result = look(folder, "--alert", "cup<1000", "--on-alert", "no-such-siren", "--format", "jsonl")
    assert result.exit_code == 3
    assert result.stderr.count("no-such-siren cannot be run") == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--alert", "near"), "written as person<2"),
        (("--alert", "cupp<2"), "does not know"),
        (("--alert", "cup<2", "--on-alert", "'open"), "check its quotes"),
    ],
    ids=["no rule", "a class that is unknown", "a command that is none"],
)
def test_bad_rules_are_one_sentence(folder: Path, words: tuple[str, ...], sentence: str) -> None:
    result = look(folder, *words)
    assert isinstance(result.exception, SettingError)
    assert sentence in str(result.exception)


def test_the_plan_from_above_is_beside_the_video(folder: Path, tmp_path: Path) -> None:
    assert look(folder, "--birds-eye", "--out", str(tmp_path / "out")).exit_code == 0
    drawn = next(VideoFile(tmp_path / "out" / "film.mp4").frames())
    assert drawn.image.shape[:2] == (96, 128 + 96)


def test_frames_that_were_passed_over_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    _tell_missed("camera:0", 0, 5)
    _tell_missed("camera:0", 7, 5)
    assert capsys.readouterr().err == (
        "camera:0: 5 frames were looked at, and 7 passed over, as newer ones had come meanwhile.\n"
    )
