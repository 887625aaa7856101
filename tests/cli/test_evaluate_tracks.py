"""`howfar evaluate tracks`: rendered videos, and real drives with LiDAR."""

import math
from pathlib import Path

import pytest

from howfar.errors import SourceError
from tests.cli.evaluating import rows, run
from tests.cli.test_look_videos import BOX, CARD
from tests.datasets.folders import write_drive
from tests.io.videos import write_video
from tests.models.onnx_files import constant_detector, mean_depth

FRAMES = 12
COLUMNS = (
    "frame,track_id,label,x1_px,y1_px,x2_px,y2_px,visible_share,depth_m,nearest_m,speed_m_s,ground_speed_m_s,ttc_s"
)
CAMERA = "width_px = 64\nheight_px = 48\nfx_px = 50.0\nfy_px = 50.0\n"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Two models: each picture has a cup in one place, as deep as the picture is light."""
    root = tmp_path_factory.mktemp("models")
    constant_detector(root, {"out": BOX}, CARD)
    mean_depth(root)
    return ["--detector", str(root / "detector.onnx"), "--model", str(root / "depth.onnx")]


def test_a_drive_is_measured_by_its_lidar(models: list[str], tmp_path: Path) -> None:
    data = write_drive(tmp_path / "drive", list(range(FRAMES)))
    printed = run("tracks", data, *models, "--csv", tmp_path / "tracks.csv")
    assert "drive_a" in printed
    (row,) = rows(tmp_path / "tracks.csv")
    assert (row["pictures"], row["distances"]) == (str(FRAMES), str(FRAMES))
    # 8.8 m and 8 m in turn, where 8 m is true.
    assert float(row["REL of frames alone"]) == pytest.approx(0.05, abs=1e-3)
    assert float(row["median error of frames alone"]) == pytest.approx(0.05, abs=1e-3)
    assert float(row["flicker of frames alone"]) == pytest.approx(math.log(1.1), rel=0.02)
    assert 0 < float(row["flicker, share"]) < 0.2
    assert row["flicker, share"] == row["flicker without motion, share"]


def test_frames_that_are_far_apart_are_not_compared(models: list[str], tmp_path: Path) -> None:
    data = write_drive(tmp_path / "drive", list(range(FRAMES)))
    assert "unknown" in run("tracks", data, "--fps", "2", *models)


def test_a_video_is_measured_with_true_boxes_and_with_the_detectors(models: list[str], tmp_path: Path) -> None:
    (tmp_path / "film").mkdir()
    write_video(tmp_path / "film" / "video.mp4", FRAMES, width_px=64, height_px=48)
    (tmp_path / "film" / "camera.toml").write_text(CAMERA)
    lines = [f"{frame},1,cup,6,14,26,34,1.0,5.0,5.0,0.0,0.0," for frame in range(FRAMES)]
    (tmp_path / "film" / "tracks.csv").write_text("\n".join([COLUMNS, *lines]) + "\n")
    run("tracks", tmp_path / "film", *models, "--csv", tmp_path / "tracks.csv")
    (row,) = rows(tmp_path / "tracks.csv")
    for boxes in ("true", "detector"):
        figures = {name.removeprefix(f"{boxes}: "): each for name, each in row.items() if name.startswith(boxes)}
        assert (figures["objects"], figures["IDF1"], figures["switches"]) == (str(FRAMES), "1.0", "0")
        assert figures["distances"] == str(FRAMES)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param({}, "holds no videos with tracks", id="an empty folder"),
        pytest.param({"index.csv": "set,id\n"}, "holds no videos with tracks", id="a table of something else"),
        pytest.param({"a/tracks.csv": COLUMNS + "\nzero,1\n"}, "Line 2 of .* is no object", id="no number"),
    ],
)
def test_what_has_no_tracks_is_one_sentence(
    models: list[str], tmp_path: Path, content: dict[str, str], said: str
) -> None:
    for name, text in content.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    with pytest.raises(SourceError, match=said):
        run("tracks", tmp_path, *models)
