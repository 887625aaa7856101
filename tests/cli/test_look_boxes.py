"""`howfar look --boxes`, as it is typed."""

import csv
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from howfar.cli.app import app
from howfar.models.session import OnnxSession
from tests.cli.test_look import MODELS, folder, look, picture, scenes, video
from tests.drawing.test_rerun_recording import Stand

__all__ = ["folder"]

CUP, DOG = [10, 20, 50, 60], [80, 20, 120, 60]
"""In the left and the right half of the picture."""


def coco(*names: str) -> dict[str, Any]:
    """A crate on the left of each picture, of 128×96 pixels."""
    return {
        "images": [{"id": place, "file_name": name, "width": 128, "height": 96} for place, name in enumerate(names)],
        "annotations": [
            {"image_id": place, "category_id": 1, "bbox": [10, 20, 40, 40], "track_id": 5 + place}
            for place in range(len(names))
        ],
        "categories": [{"id": 1, "name": "crate"}],
    }


@pytest.fixture
def boxes(folder: Path) -> Path:
    path = folder / "boxes.json"
    path.write_text(json.dumps(coco("two.png")))
    return path


def test_boxes_take_the_place_of_the_detector_which_is_not_opened(boxes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened, open_it = [], OnnxSession.__init__

    def noted(self: OnnxSession, path: Path, *words: Any) -> None:
        opened.append(Path(path).name)
        open_it(self, path, *words)

    monkeypatch.setattr(OnnxSession, "__init__", noted)
    result = look("two.png", "--boxes", "boxes.json", "--method", "median", "--format", "jsonl")
    assert result.exit_code == 0, result.output
    (scene,) = scenes(result)
    (crate,) = scene["objects"]
    assert (crate["label"], crate["box_xyxy_px"], crate["track_id"]) == ("crate", [10, 20, 50, 60], 5)
    assert crate["depth_m"] == pytest.approx(2.0)
    assert scene["models"]["detector"] == "given"
    assert opened == ["depth.onnx"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("b.csv", "label,x1,y1,x2,y2\ncup,10,20,50,60\ndog,80,20,120,60\n", id="a table without pictures"),
        pytest.param(
            "b.csv", "source,label,x1,y1,x2,y2\ntwo.png,cup,10,20,50,60\ntwo.png,dog,80,20,120,60\n", id="a table"
        ),
        pytest.param("b.txt", "0 0.234 0.417 0.312 0.417\n1 0.781 0.417 0.312 0.417\n", id="YOLO's labels"),
        pytest.param(
            "labels/two.txt",
            "cup 0 0 0 10 20 50 60 1 1 1 0 0 2 0\ndog 0 0 0 80 20 120 60 1 1 1 0 0 5 0\n",
            id="a folder of KITTI's labels",
        ),
    ],
)
def test_each_form_gives_the_same_objects(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    given = str(path.parent if "/" in name else path)
    result = look("two.png", "--boxes", given, "--method", "median", "--format", "jsonl")
    assert result.exit_code == 0, result.output
    (scene,) = scenes(result)
    told = [(each["label"], round(each["depth_m"], 2)) for each in scene["objects"]]
    assert told == [("cup", 2.0), ("dog", 5.0)]
    assert ("the numbers of classes are taken for those of models/detector.onnx" in result.stderr) == (name == "b.txt")


@pytest.mark.parametrize("form", ["json", "jsonl", "csv", "coco"])
def test_what_a_look_has_printed_are_boxes_for_another_one(folder: Path, form: str) -> None:
    first = look("two.png", "--format", form)
    path = folder / ("printed.json" if form == "coco" else f"printed.{form}")
    path.write_text(first.stdout)
    again = look("two.png", "--boxes", str(path), "--format", "jsonl", "--method", "median")
    assert again.exit_code == 0, again.output
    told = [(each["label"], each["score"]) for each in scenes(again)[0]["objects"]]
    assert told == [("cup", pytest.approx(0.9)), ("dog", pytest.approx(0.8))]


def test_pictures_of_a_folder_are_found_by_their_names(folder: Path) -> None:
    for name in ("a", "b", "c"):
        picture(folder / "photos" / f"{name}.png", 2, 5)
    (folder / "boxes.json").write_text(json.dumps(coco("a.png", "b.png")))
    result = look("photos", "--boxes", "boxes.json", "--format", "jsonl")
    assert result.exit_code == 0, result.output
    assert [[each["track_id"] for each in scene["objects"]] for scene in scenes(result)] == [[5], [6], []]
    assert "c.png: boxes.json names no boxes of this picture." in result.stderr


def test_tracks_of_ones_own_have_columns_in_csv(boxes: Path) -> None:
    result = look("two.png", "--boxes", "boxes.json", "--format", "csv")
    (row,) = csv.DictReader(io.StringIO(result.stdout))
    assert row["track_id"] == "5"


def test_a_score_and_classes_choose_among_the_boxes(folder: Path) -> None:
    rows = "cup,0.9,10,20,50,60\ndog,0.9,80,20,120,60\ncup,0.2,10,70,50,90\n"
    (folder / "b.csv").write_text(f"label,score,x1,y1,x2,y2\n{rows}")
    result = look("two.png", "--boxes", "b.csv", "--classes", "CUP", "--score", "0.5", "--format", "jsonl")
    assert [each["score"] for each in scenes(result)[0]["objects"]] == [0.9]


def test_a_video_has_boxes_by_the_number_of_the_frame_and_their_tracks_get_speeds(folder: Path) -> None:
    video(folder / "film.mp4", 6)
    rows = "".join(f"film.mp4,{frame},crate,7,10,20,50,60\n" for frame in range(6) if frame != 2)
    (folder / "b.csv").write_text(f"source,frame,label,track_id,x1,y1,x2,y2\n{rows}")
    result = look("film.mp4", "--boxes", "b.csv", "--format", "jsonl")
    assert result.exit_code == 0, result.output
    told = scenes(result)
    assert [[each["track_id"] for each in scene["objects"]] for scene in told] == [[7], [7], [], [7], [7], [7]]
    assert told[-1]["objects"][0]["speed_m_s"] is not None


def refused(*words: str) -> str:
    """What is told of a run that fails."""
    result = CliRunner().invoke(app, ["look", *words, *MODELS])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        return str(result.exception)
    assert result.exit_code == 1, result.output
    return result.stderr


@pytest.mark.parametrize(
    ("name", "text", "words", "says"),
    [
        pytest.param("b.csv", "label,x1,y1,x2,y2\ncup,10,20,nan,60\n", (), "not finite", id="NaN"),
        pytest.param(
            "b.csv", "label,x1,y1,x2,y2\ncup,50,20,10,60\n", (), "ends before it begins", id="swapped corners"
        ),
        pytest.param("b.csv", "label,x1,y1,x2,y2\ncup,500,20,510,60\n", (), "outside the picture", id="outside"),
        pytest.param("b.csv", "label,x1,y1,x2,y2\ncup,0.1,0.2,0.3,0.4\n", (), "shares of the picture's", id="shares"),
        pytest.param(
            "b.csv", "label,x1,y1,x2,y2\n7,10,20,50,60\n", (), "the 2 classes are numbered", id="a class of 7"
        ),
        pytest.param(
            "b.csv", "label,x1,y1,x2,y2\ncup,10,20,50,60\n", ("--classes", "cat"), "of the class 'cat'", id="no cat"
        ),
        pytest.param("b.csv", "source,label,x1,y1,x2,y2\n1.png,a,1,2,3,4\n", (), "names no boxes of two", id="another"),
        pytest.param("b.csv", "label,x1,y1,x2,y2\n", ("two.png",), "belong to one picture", id="one for two pictures"),
        pytest.param("b.csv", "label,x1,y1,x2,y2\n", ("--tiles",), "no detector is run", id="with tiles"),
        pytest.param("b.csv", "label,x1,y1,x2,y2\n", ("--nms", "0.5"), "no detector is run", id="with nms"),
        pytest.param("b.csv", "label,x1,y1,x2,y2\n", ("--alert", "cat<2"), "the alert|is about 'cat'", id="an alert"),
    ],
)
def test_what_does_not_fit_is_told_in_a_sentence(
    folder: Path, name: str, text: str, words: tuple[str, ...], says: str
) -> None:
    (folder / name).write_text(text)
    told = refused("two.png", "--boxes", name, "--format", "json", *words)
    assert any(part in told for part in says.split("|")), told


def test_the_flag_is_named(folder: Path) -> None:
    (folder / "b.csv").write_text("label,x1,y1,x2,y2\ncup,500,20,510,60\n")
    assert "(--boxes)." in refused("two.png", "--boxes", "b.csv", "--format", "json")


def test_boxes_of_a_picture_on_standard_input_need_no_name(folder: Path) -> None:
    (folder / "b.csv").write_text("label,x1,y1,x2,y2\ncup,10,20,50,60\n")
    result: Result = look("-", "--boxes", "b.csv", "--format", "jsonl", input=(folder / "two.png").read_bytes())
    assert [each["label"] for each in scenes(result)[0]["objects"]] == ["cup"]


def test_coco_is_one_document_of_all_pictures_that_the_evaluation_reads(folder: Path) -> None:
    for name in ("a", "b"):
        picture(folder / "photos" / f"{name}.png", 2, 5)
    result = look("photos", "--format", "coco", "--method", "median")
    assert result.exit_code == 0, result.output
    assert not (folder / "howfar-out").exists()
    (folder / "photos" / "instances.json").write_text(result.stdout)
    table = json.loads(result.stdout)
    assert [each["file_name"] for each in table["images"]] == ["a.png", "b.png"]
    words = ["--data", "photos/instances.json", "--model", MODELS[3], "--method", "median"]
    judged = CliRunner().invoke(app, ["evaluate", "objects", *words])
    assert judged.exit_code == 0, judged.output
    assert "4 objects" in judged.stdout


def test_coco_has_the_frames_of_a_video(folder: Path) -> None:
    video(folder / "film.mp4", 3)
    table = json.loads(look("film.mp4", "--format", "coco", "--track").stdout)
    assert [each["frame"] for each in table["images"]] == [0, 1, 2]
    assert {each["track_id"] for each in table["annotations"]} == {1, 2}


def test_a_document_is_printed_even_where_no_picture_could_be_read(folder: Path) -> None:
    (folder / "bad.png").write_bytes(b"no picture")
    result = look("bad.png", "--format", "coco")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["images"] == []


def test_labels_of_kitti_are_written_with_a_note_of_what_they_are_worth(folder: Path) -> None:
    result = look("two.png", "--save-kitti", "--out", "out", "--method", "median", "--format", "json")
    assert result.exit_code == 0, result.output
    lines = (folder / "out" / "two.txt").read_text().splitlines()
    assert [(line.split()[0], line.split()[13]) for line in lines] == [("cup", "2.00"), ("dog", "5.00")]
    note = json.loads((folder / "out" / "two.depth.json").read_text())
    assert note["files"] == {"two.txt": {"unit": "m", "unknown": -1000}}
    again = look("two.png", "--boxes", "out/two.txt", "--format", "jsonl")
    assert [each["label"] for each in scenes(again)[0]["objects"]] == ["cup", "dog"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(("two.png", "--save-kitti", "--compare", "min,max"), "name one method", id="labels, two"),
        pytest.param(("two.png", "--format", "coco", "--compare", "min,max"), "name one method", id="COCO, two"),
        pytest.param(("film.mp4", "--save-kitti", "--out", "out"), "is for pictures", id="labels of a video"),
        pytest.param(("two.png", "--rerun", "a.ply"), "ends in .rrd", id="a recording of another ending"),
    ],
)
def test_what_labels_cannot_hold_is_refused(folder: Path, words: tuple[str, ...], says: str) -> None:
    video(folder / "film.mp4", 2)
    assert says in refused(*words)


def test_a_recording_has_pictures_and_frames(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand = Stand()
    monkeypatch.setitem(sys.modules, "rerun", stand)
    video(folder / "film.mp4", 3)
    result = look("two.png", "film.mp4", "--track", "--rerun", "out/all.rrd", "--format", "jsonl")
    assert result.exit_code == 0, result.output
    assert (folder / "out" / "all.rrd").is_file()
    assert [(place, time) for place, _, time in stand.of("Points3D")] == [
        ("two.png/objects", {"picture": 0}),
        *(("film.mp4/objects", {"time": pytest.approx(index / 10)}) for index in range(3)),
    ]
