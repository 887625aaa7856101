"""Files of boxes: what they say of which picture, and what is refused."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from howfar.datasets.own_boxes import BoxFile, open_boxes
from howfar.datasets.own_boxes.box_file import Looked
from howfar.datasets.own_boxes.label_texts import LabelTexts
from howfar.errors import HowfarError, SettingError, SourceError
from howfar.scene import Detections
from tests.datasets.folders import coco_table
from tests.scene.test_scene import scene

NAMES = ("person", "chair")
KITTI = "Car 0.00 0 -1.57 10 20 30 40 1.5 1.6 3.9 1.0 1.7 12.3 -1.5"
KITTI_RESULT = "Car -1 -1 -10 10 20 30 40 -1 -1 -1 -1000 -1000 -1000 -10 0.5"
DONT_CARE = "DontCare -1 -1 -10 1 2 3 4 -1 -1 -1 -1000 -1000 -1000 -10"


def written(path: Path, content: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def boxes(file: BoxFile, source: str = "a.png", frame: int | None = None) -> Detections:
    found = file.boxes_of(Looked(source, 64, 48, frame))
    assert found is not None
    return found


def coco(name: str = "photos/a.png", **more: Any) -> dict[str, Any]:
    return {
        "images": [{"id": 1, "file_name": name, "width": 64, "height": 48}],
        "annotations": [{"image_id": 1, "category_id": 3, "bbox": [10, 20, 20, 10], **more}],
        "categories": [{"id": 3, "name": "chair"}],
    }


CSV = "source,label,score,x1_px,y1_px,x2_px,y2_px,track_id\nphotos/a.png,chair,0.5,10,20,30,40,7\n"

FORMS = [
    pytest.param("b.json", coco(score=0.5, track_id=7), ["chair"], 0.5, 7, id="COCO JSON with score and track_id"),
    pytest.param("b.json", coco(), ["chair"], 1, -1, id="plain COCO JSON"),
    pytest.param("b.csv", CSV, ["chair"], 0.5, 7, id="a table"),
    pytest.param("b.csv", "xmin,ymin,xmax,ymax,confidence,class,name\n10,20,30,40,0.5,1,chair\n", ["chair"], 0.5, -1,
                 id="the table of a YOLO network"),
    pytest.param("b.csv", "x1, y1, x2, y2, class\n10, 20, 30, 40, 1\n", ["chair"], 1, -1, id="numbers of classes"),
    pytest.param("b.txt", f"{KITTI}\n{DONT_CARE}\n", ["Car"], 1, -1, id="KITTI's labels"),
    pytest.param("b.txt", KITTI_RESULT, ["Car"], 0.5, -1, id="KITTI's labels of a detector"),
    pytest.param("b.txt", "1 0.3125 0.625 0.3125 0.41667", ["chair"], 1, -1, id="YOLO's labels"),
    pytest.param("b.txt", "1 0.3125 0.625 0.3125 0.41667 0.5", ["chair"], 0.5, -1, id="YOLO's labels with confidence"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "labels", "score", "track"), FORMS)
def test_a_form_is_told_by_the_file_alone(
    tmp_path: Path, name: str, content: Any, labels: list[str], score: float, track: int
) -> None:
    file = open_boxes(written(tmp_path / name, content), NAMES)
    found = boxes(file)
    assert list(found.labels) == labels
    assert found.boxes_xyxy_px[0, :3] == pytest.approx([10, 20, 30], abs=0.01)
    assert found.scores.tolist() == [score]
    assert (found.track_ids is None) == (track == -1)
    assert found.track_ids is None or found.track_ids.tolist() == [track]
    assert file.has_tracks == (track != -1)
    assert labels[0] in file.labels


def test_the_json_of_howfar_is_read_with_its_scores(tmp_path: Path) -> None:
    one = scene()
    file = open_boxes(written(tmp_path / "a.json", one.to_json()))
    found = file.boxes_of(Looked(one.source, one.width_px, one.height_px))
    assert found is not None
    assert list(found.labels) == [each.label for each in one]
    assert file.names_pictures
    lines = open_boxes(written(tmp_path / "a.jsonl", one.to_json() + "\n"))
    assert lines.labels == file.labels


def test_a_crowd_is_no_object(tmp_path: Path) -> None:
    assert len(boxes(open_boxes(written(tmp_path / "b.json", coco(iscrowd=1))))) == 0


@pytest.mark.parametrize(
    ("text", "drawn_round_all"),
    [pytest.param(KITTI, True, id="labels of people"), pytest.param(KITTI_RESULT, False, id="those of a detector")],
)
def test_kittis_labels_of_people_are_round_the_whole_object(tmp_path: Path, text: str, drawn_round_all: bool) -> None:
    found = boxes(open_boxes(written(tmp_path / "b.txt", text)))
    assert (found.height_log_sds is None) == drawn_round_all


@pytest.mark.parametrize(
    ("listed", "source", "expected"),
    [
        pytest.param(["a.png"], "photos/a.png", 0, id="a bare name, of a picture in any folder"),
        pytest.param(["photos/a.png"], "a.png", 0, id="a picture in the working folder"),
        pytest.param(["x/a.png", "y/a.png"], "data/y/a.png", 1, id="the folder tells two of a name apart"),
        pytest.param([r"x\a.png"], "x/a.png", 0, id="a name of another system"),
        pytest.param(["a.png"], "https://host/p/a.png?w=9", 0, id="an address"),
        pytest.param(["https://a/1.png", "https://b/1.png"], "https://b/1.png", 1, id="two addresses"),
        pytest.param(["stdin"], "-", 0, id="standard input"),
        pytest.param(["/data/photos/a.png"], "photos/a.png", 0, id="an absolute name"),
        pytest.param(["x/a.png"], "y/a.png", None, id="another folder"),
        pytest.param(["a.png", "y/a.png"], "x/a.png", 0, id="of two, the one that can be"),
        pytest.param(["a.jpg"], "a.png", None, id="another ending"),
        pytest.param(["b.png"], "a.png", None, id="another name"),
        pytest.param([], "a.png", None, id="no picture"),
    ],
)
def test_a_picture_is_known_by_the_end_of_its_path(
    tmp_path: Path, listed: list[str], source: str, expected: int | None
) -> None:
    rows = "".join(f"{name},chair,{place},0,9,9\n" for place, name in enumerate(listed))
    file = open_boxes(written(tmp_path / "b.csv", f"source,label,x1,y1,x2,y2\n{rows}"))
    found = file.boxes_of(Looked(source, 64, 48))
    assert (None if found is None else found.boxes_xyxy_px[0, 0]) == expected


def test_two_pictures_that_one_name_can_mean_are_refused(tmp_path: Path) -> None:
    rows = "x/a.png,chair,0,0,9,9\ny/a.png,chair,1,0,9,9\n"
    file = open_boxes(written(tmp_path / "b.csv", f"source,label,x1,y1,x2,y2\n{rows}"))
    with pytest.raises(SourceError, match=r"names both x/a\.png and y/a\.png"):
        file.boxes_of(Looked("a.png", 64, 48))


def test_frames_of_a_video_are_known_by_their_numbers(tmp_path: Path) -> None:
    rows = "drive.mp4,0,car,1,0,9,9\ndrive.mp4,2,car,3,0,9,9\ndrive.mp4,2,car,4,0,9,9\n"
    file = open_boxes(written(tmp_path / "b.csv", f"source,frame,label,x1,y1,x2,y2\n{rows}"))
    assert [len(boxes(file, "drive.mp4", frame)) for frame in range(4)] == [1, 0, 2, 0]


@pytest.mark.parametrize(
    ("names", "in_folder"),
    [
        pytest.param(None, "", id="those that are given, where there are none"),
        pytest.param("names.txt", "", id="a list beside the labels"),
        pytest.param("data.yaml", "labels/train", id="two folders above"),
        pytest.param("classes.txt", "labels", id="a folder above"),
    ],
)
def test_yolos_classes_have_the_names_that_lie_near(tmp_path: Path, names: str | None, in_folder: str) -> None:
    folder = tmp_path / "set" / in_folder
    written(folder / "a.txt", "1 0.5 0.5 0.5 0.5")
    written(folder / "b.txt", "")
    if names is not None:
        written(tmp_path / "set" / names, "names: [cup, dog]" if names.endswith("yaml") else "cup\ndog\n")
    file = open_boxes(folder, NAMES)
    assert isinstance(file, LabelTexts)
    assert file.names_pictures
    assert boxes(file, "pictures/a.jpg").labels == (("chair",) if names is None else ("dog",))
    assert (file.names_from is None) == (names is None)
    assert len(boxes(file, "b.jpg")) == 0
    assert file.boxes_of(Looked("c.jpg", 64, 48)) is None
    assert file.labels == frozenset(NAMES if names is None else ("cup", "dog"))


def test_a_folder_of_kittis_labels_has_the_classes_of_all_its_texts(tmp_path: Path) -> None:
    written(tmp_path / "labels" / "000.txt", "")
    written(tmp_path / "labels" / "001.txt", KITTI)
    written(tmp_path / "labels" / "002.txt", KITTI.replace("Car", "Van"))
    file = open_boxes(tmp_path / "labels")
    assert file.labels == {"Car", "Van"}
    assert boxes(file, "image_2/001.png").labels == ("Car",)


REFUSED = [
    pytest.param("b.json", "{", "cannot be read", id="no JSON"),
    pytest.param("b.json", {"images": []}, "no boxes in a known form", id="JSON of something else"),
    pytest.param("b.json", [{"image_id": 1, "bbox": [1, 2, 3, 4]}], "COCO's results name neither", id="COCO's results"),
    pytest.param("b.json", {**coco(), "images": []}, "names no picture", id="COCO without pictures"),
    pytest.param("b.json", coco(category_id=4), "category 4, which it does not list", id="an unknown category"),
    pytest.param("b.json", coco(bbox=[1, 2, 3]), "does not have COCO's form", id="a box of three numbers"),
    pytest.param("b.json", coco(bbox=[1, 2, -3, 4]), "-3 wide", id="a negative width"),
    pytest.param("b.json", coco(score=7), "has the score 7", id="a score in per cent"),
    pytest.param("b.json", coco(track_id="one"), "has the track_id 'one'", id="a track that is no number"),
    pytest.param("b.json", [{"objects": []}], "Scene 1 of", id="half a scene"),
    pytest.param("b.jsonl", "{}\n", "no boxes in a known form", id="lines of something else"),
    pytest.param("b.csv", "source,label\n", "lacks the columns x1_px", id="a table without corners"),
    pytest.param("b.csv", CSV.replace("10", "ten"), "Line 2 of .* no number of pixels", id="a corner in words"),
    pytest.param("b.csv", CSV.replace("0.5", "nan"), "has the score 'nan'", id="a score that is no number"),
    pytest.param("b.csv", CSV.replace("chair", "7"), "class 7, and the 2 classes", id="an unknown number of a class"),
    pytest.param("b.csv", CSV.replace("chair", ""), "Line 2 of .* names no class", id="no class"),
    pytest.param("b.csv", CSV.replace("photos/a.png", ""), "names no picture", id="a row without its picture"),
    pytest.param("b.csv", CSV.replace("track_id", "frame").replace(",7", ",x"), "the frame 'x'", id="no frame"),
    pytest.param("b.txt", "Car 1 2 3", "15 columns", id="too few columns of KITTI"),
    pytest.param("b.txt", KITTI_RESULT.replace("0.5", "5"), "score of 0 to 1", id="a score of KITTI that is none"),
    pytest.param("b.txt", "1 0.5 0.5 0.5 0.5 50", "confidence 50", id="a confidence in per cent"),
    pytest.param("b.txt", "2 0.5 0.5 0.5 0.5", "has the class 2, and the 2 classes", id="a class of YOLO too many"),
    pytest.param("b.txt", "1 10 20 30 40", "shares of the picture's sides", id="pixels in the place of shares"),
    pytest.param("b.xml", "<a/>", "says nothing of its form", id="another ending"),
]


@pytest.mark.parametrize(("name", "content", "says"), REFUSED)
def test_what_holds_no_boxes_is_refused_in_a_sentence(tmp_path: Path, name: str, content: Any, says: str) -> None:
    path = written(tmp_path / name, content)
    with pytest.raises(HowfarError, match=says) as refusal:
        boxes(open_boxes(path, NAMES))
    assert isinstance(refusal.value, SourceError | SettingError)


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="There are no boxes"):
        open_boxes(tmp_path / "none.json")
    with pytest.raises(SourceError, match="holds no labels"):
        open_boxes(tmp_path)


def test_a_picture_that_is_listed_twice_is_refused(tmp_path: Path) -> None:
    table = coco()
    table["images"].append({**table["images"][0], "id": 2})
    with pytest.raises(SourceError, match=r"lists photos/a\.png twice"):
        open_boxes(written(tmp_path / "b.json", table))


def test_boxes_for_another_size_are_refused(tmp_path: Path) -> None:
    file = open_boxes(written(tmp_path / "b.json", coco()))
    with pytest.raises(SourceError, match=r"of a picture of 64×48 pixels, and a\.png has 128×96"):
        file.boxes_of(Looked("a.png", 128, 96))


def test_boxes_of_an_undistorted_picture_are_refused(tmp_path: Path) -> None:
    table = coco()
    table["images"][0]["camera"] = {"undistorted": True}
    file = open_boxes(written(tmp_path / "b.json", table))
    with pytest.raises(SourceError, match="without the distortion of its lens"):
        boxes(file)


def test_the_usual_table_of_coco_is_read(tmp_path: Path) -> None:
    file = open_boxes(written(tmp_path / "b.json", coco_table()))
    found = boxes(file, "a.png")
    assert found.labels == ("toothbrush",), "the other is a crowd"
    assert np.isfinite(found.boxes_xyxy_px).all()
