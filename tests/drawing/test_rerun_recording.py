"""Recordings for Rerun's viewer: by a stand-in that remembers what is logged, and by the library where it is there."""

import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from howfar.drawing.rerun_recording import RerunRecording
from howfar.drawing.style import DrawStyle
from howfar.errors import MissingExtraError, OutputError
from howfar.scene import Camera, DepthMap, Distance, Scene, SceneObject
from howfar.scene.caveat import Caveat
from howfar.scene.track import Track

CAMERA = Camera(64, 48, 50.0, 51.0, 32.5, 23.5, origin="given")
IMAGE = np.full((48, 64, 3), 90, dtype=np.uint8)
CORNERS = (10.0, 5.0, 30.0, 35.0)
FAR = Distance(2.0, 2.1, (0.2, -0.1, 2.0), "auto", 1.0, False, CORNERS, low_m=1.5, high_m=3.0)
CHAIR = SceneObject("chair", 56, 0.875, CORNERS, FAR)
LOST = SceneObject("person", 0, 0.5, (0.0, 0.0, 8.0, 8.0), Distance.unknown("auto", "too little is seen"))
STYLE = DrawStyle()


@dataclass
class Logged:
    """Something of Rerun's, by its name and what it was made of."""

    kind: str
    words: tuple[Any, ...]
    settings: dict[str, Any]


@dataclass
class Stand:
    """In place of the library: remembers what is logged at which time, and writes a file of one word."""

    log: list[tuple[list[str], Logged, dict[str, Any]]] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name == "RecordingStream":
            return lambda _: _Stream(self)
        made = lambda *words, **settings: Logged(name, words, settings)  # noqa: E731
        made.RDF, made.XYXY, made.WARN = Logged("RDF", (), {}), "XYXY", "WARN"
        return made

    def of(self, kind: str) -> list[tuple[str, Logged, dict[str, Any]]]:
        """What was logged of a kind, with its path and time."""
        return [("/".join(path), what, time) for path, what, time in self.log if what.kind == kind]


class _Stream:
    def __init__(self, stand: Stand) -> None:
        self._stand, self._time = stand, {}

    def save(self, path: Path) -> None:
        path.write_text("recording")

    def set_time(self, timeline: str, **when: Any) -> None:
        self._time = {timeline: next(iter(when.values()))}

    def log(self, path: list[str], what: Logged, static: bool = False) -> None:
        self._stand.log.append((path, what, {} if static else self._time))

    def __getattr__(self, name: str) -> Any:
        return lambda *_: None


@pytest.fixture
def rerun(monkeypatch: pytest.MonkeyPatch) -> Stand:
    stand = Stand()
    monkeypatch.setitem(sys.modules, "rerun", stand)
    return stand


def scene(*objects: SceneObject, **more: Any) -> Scene:
    depth = DepthMap(np.array([[2.0, np.nan], [70.0, 1.25]], dtype=np.float32), "metres")
    settings = {"source": "a.png", "depth": depth, **more}
    return Scene(width_px=64, height_px=48, camera=CAMERA, models={}, objects=objects, beyond=(), **settings)


def recorded(tmp_path: Path, *scenes: Scene) -> Path:
    path = tmp_path / "a.rrd"
    with RerunRecording(path) as recording:
        for each in scenes:
            recording.add(each, IMAGE, STYLE)
    return path


def test_a_picture_has_its_camera_its_depth_and_its_objects(tmp_path: Path, rerun: Stand) -> None:
    path = recorded(tmp_path, scene(CHAIR, LOST, caveats=(Caveat("scenes", "Of rooms alone."),)))
    assert path.read_text() == "recording"
    (camera, pinhole, time), (_, of_depth, _) = rerun.of("Pinhole")
    assert (camera, time) == ("a.png/camera", {"picture": 0})
    assert pinhole.settings["focal_length"] == (50, 51)
    assert (of_depth.settings["width"], of_depth.settings["focal_length"][0]) == (2, pytest.approx(50 / 32))
    ((_, depth, _),) = rerun.of("DepthImage")
    assert depth.words[0].tolist() == [[2000, 0], [0, 1250]], "in millimetres, 0 where unknown or too far"
    ((place, boxes, _),) = rerun.of("Boxes2D")
    assert place == "a.png/camera/picture/boxes"
    assert boxes.settings["labels"] == ["chair 2.0 m", "person ? m"]
    ((_, points, _),) = rerun.of("Points3D")
    assert points.words[0].tolist() == [pytest.approx([0.2, -0.1, 2.0])]
    ((_, intervals, _),) = rerun.of("LineStrips3D")
    assert intervals.words[0] == [[pytest.approx((0.15, -0.075, 1.5)), pytest.approx((0.3, -0.15, 3.0))]]
    ((_, note, _),) = rerun.of("TextLog")
    assert note.words == ("Of rooms alone.",)


def test_frames_have_their_seconds_and_tracks_their_ways(tmp_path: Path, rerun: Stand) -> None:
    frames = []
    for index in range(3):
        place = replace(FAR, position_m=(0.1 * index, 0.0, 2.0))
        one = replace(CHAIR, distance=place, track=Track(7, speed_m_s=1.5 if index else np.nan))
        shown = (one,) if index < 2 else (LOST,)
        frames.append(scene(*shown, source="film.mp4", frame=index, time_s=index / 2))
    recorded(tmp_path, *frames)
    ways = [each for each in rerun.of("LineStrips3D") if each[0].startswith("film.mp4/tracks/7")]
    assert [time for _, _, time in ways] == [{"time": 0.0}, {"time": 0.5}]
    assert len(ways[1][1].words[0][0]) == 2
    assert [(place, time) for place, _, time in rerun.of("Clear")] == [("film.mp4/tracks/7", {"time": 1.0})]
    plots = {place: what.words[0] for place, what, _ in rerun.of("Scalars")}
    assert plots == {"film.mp4/depth_m/7": 2.0, "film.mp4/speed_m_s/7": 1.5}


def test_a_relative_map_is_no_depth_in_metres(tmp_path: Path, rerun: Stand) -> None:
    relative = DepthMap(np.ones((2, 2), dtype=np.float32), "relative_inverse")
    recorded(tmp_path, scene(LOST, depth=relative, no_metres="nothing tells them"))
    assert rerun.of("DepthImage") == []
    assert rerun.of("TextLog")[0][1].words == ("nothing tells them",)


def test_what_was_recorded_before_an_interruption_is_kept(tmp_path: Path, rerun: Stand) -> None:
    with pytest.raises(KeyboardInterrupt), RerunRecording(tmp_path / "a.rrd") as recording:
        recording.add(scene(CHAIR), IMAGE, STYLE)
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.iterdir()] == ["a.rrd"]


def test_a_file_that_is_there_is_not_replaced_unasked(tmp_path: Path, rerun: Stand) -> None:
    path = recorded(tmp_path, scene())
    with pytest.raises(OutputError, match="exists already"), RerunRecording(path):
        raise AssertionError("it was begun")
    with RerunRecording(path, overwrite=True):
        pass


def test_without_the_library_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rerun", None)
    with pytest.raises(MissingExtraError, match=r"howfar\[rerun\]"):
        RerunRecording(tmp_path / "a.rrd")


def test_the_library_reads_what_it_has_written(tmp_path: Path) -> None:
    chunk = pytest.importorskip("rerun.chunk", reason="needs the extra rerun, which is not installed")
    tracked = replace(CHAIR, track=Track(7, speed_m_s=1.5))
    frames = [scene(tracked, source="film.mp4", frame=index, time_s=index / 2) for index in range(2)]
    reader = chunk.RrdReader(recorded(tmp_path, *frames))
    found: dict[str, list[dict[str, Any]]] = {}
    for each in reader.stream():
        found.setdefault(str(each.entity_path), []).extend(each.to_record_batch().to_pylist())
    assert {
        *("/film.mp4/camera", "/film.mp4/camera/picture", "/film.mp4/camera/picture/boxes", "/film.mp4/depth/map"),
        *("/film.mp4/objects", "/film.mp4/objects/intervals", "/film.mp4/tracks/7", "/film.mp4/depth_m/7"),
    } <= set(found)
    rows = found["/film.mp4/objects"]
    assert [row["time"].total_seconds() for row in rows] == [0.0, 0.5]
    assert rows[0]["Points3D:labels"] == ["#7 chair 2.0 m"]
    assert rows[0]["Points3D:positions"] == [pytest.approx([0.2, -0.1, 2.0])]
