"""COCO JSON with distances: what this package, and pycocotools, read of what is written."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from howfar.datasets import CocoDetection, open_object_dataset
from howfar.datasets.coco_writing import MEANING, CocoScenes
from howfar.datasets.own_boxes import open_boxes
from howfar.datasets.own_boxes.box_file import Looked
from howfar.scene import Camera, Distance, Scene, SceneObject
from howfar.scene.caveat import Caveat
from howfar.scene.track import Track

CAMERA = Camera(64, 48, 50.0, 51.0, 32.5, 23.5, origin="given")
CORNERS = (10.0, 5.0, 30.25, 35.0)
FAR = Distance(2.5, 2.6, (0.1, 0.2, 2.5), "auto", 1.0, False, CORNERS, low_m=2.0, high_m=3.0)
CHAIR = SceneObject("chair", 56, 0.875, CORNERS, FAR)
PERSON = SceneObject("person", 0, 0.5, (0.0, 0.0, 8.0, 8.0), Distance.unknown("auto", "too little is seen"))


def scene(source: str = "a.png", *objects: SceneObject, **more) -> Scene:
    models = {"detector": "d", "depth": "z"}
    return Scene(source, 64, 48, CAMERA, models, objects, (), caveats=(Caveat("scenes", "Of rooms alone."),), **more)


def written(folder: Path, *scenes: Scene) -> Path:
    """The document of scenes, beside pictures of their names."""
    document = CocoScenes("1.0")
    for each in scenes:
        document.add(each)
    path = folder / "instances.json"
    path.write_text(json.dumps(document.to_dict(), allow_nan=False))
    for image in document.to_dict()["images"]:
        (folder / image["file_name"]).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (64, 48)).save(folder / image["file_name"])
    return path


def test_distances_with_their_intervals_stand_in_the_annotations(tmp_path: Path) -> None:
    tracked = replace(PERSON, track=Track(7))
    table = json.loads(written(tmp_path, scene("a.png", CHAIR, tracked)).read_text())
    chair, person = table["annotations"]
    assert (chair["depth_m"], chair["low_m"], chair["high_m"], chair["score"]) == (2.5, 2.0, 3.0, 0.875)
    assert chair["bbox"] == [10, 5, 20.25, 30]
    assert chair["area"] == 607.5
    assert (person["depth_m"], person["reason"], person["track_id"]) == (None, "too little is seen", 7)
    (image,) = table["images"]
    assert image["camera"]["fx_px"] == 50
    assert image["caveats"] == [{"kind": "scenes", "text": "Of rooms alone."}]
    assert table["info"] == {"description": MEANING, "version": "howfar 1.0"}
    assert table["categories"] == [{"id": 1, "name": "chair"}, {"id": 2, "name": "person"}]


def test_the_reader_of_distances_reads_what_is_written(tmp_path: Path) -> None:
    dataset = open_object_dataset(written(tmp_path, scene("a.png", CHAIR, PERSON), scene("b.png")))
    first, second = dataset.objects(dataset.splits[0])
    assert first.labels == ("chair",), "of the person no distance is known"
    assert first.depth_m.tolist() == [2.5]
    assert first.boxes_xyxy_px.tolist() == [[10, 5, 30.25, 35]]
    assert (first.camera.fx_px, first.camera.cy_px) == (50, 23.5)
    assert second.labels == ()


def test_the_reader_of_boxes_reads_what_is_written(tmp_path: Path) -> None:
    sample = CocoDetection(tmp_path, written(tmp_path, scene("a.png", CHAIR, PERSON)))[0]
    assert sample.labels == ("chair", "person")
    found = open_boxes(tmp_path / "instances.json").boxes_of(Looked("a.png", 64, 48))
    assert found is not None
    assert found.scores.tolist() == [0.875, 0.5]


def test_pycocotools_reads_what_is_written(tmp_path: Path) -> None:
    coco = pytest.importorskip("pycocotools.coco", reason="needs pycocotools, which is not installed")
    index = coco.COCO(written(tmp_path, scene("a.png", CHAIR, PERSON), scene("b.png", PERSON)))
    assert sorted(index.getImgIds()) == [1, 2]
    (chair,) = index.loadAnns(index.getAnnIds(imgIds=[1], catIds=index.getCatIds(catNms=["chair"])))
    assert chair["depth_m"] == 2.5
    evaluation = pytest.importorskip("pycocotools.cocoeval").COCOeval(index, index, "bbox")
    evaluation.evaluate()
    evaluation.accumulate()
    assert np.nanmax(evaluation.eval["precision"]) == pytest.approx(1.0), "the same boxes match themselves"


@pytest.mark.parametrize(
    ("sources", "names"),
    [
        pytest.param(["x/photos/a.png"], ["a.png"], id="a single picture"),
        pytest.param(["x/a.png", "x/b.png"], ["a.png", "b.png"], id="pictures of one folder"),
        pytest.param(["x/a.png", "x/y/a.png"], ["a.png", "y/a.png"], id="a folder below"),
        pytest.param(["x/a.png", "z/a.png"], ["x/a.png", "z/a.png"], id="two folders"),
        pytest.param(["https://host/p/c.png?w=9", "-"], ["c.png", "stdin"], id="an address and standard input"),
    ],
)
def test_pictures_are_named_from_the_folder_that_holds_them_all(sources: list[str], names: list[str]) -> None:
    document = CocoScenes("1.0")
    for source in sources:
        document.add(scene(source))
    assert [each["file_name"] for each in document.to_dict()["images"]] == names


def test_frames_of_a_video_have_their_numbers(tmp_path: Path) -> None:
    document = CocoScenes("1.0")
    for index in range(2):
        document.add(scene("film.mp4", CHAIR, frame=index, time_s=index / 10))
    table = document.to_dict()
    assert [(each["file_name"], each["frame"], each["time_s"]) for each in table["images"]] == [
        ("film.mp4", 0, 0.0),
        ("film.mp4", 1, 0.1),
    ]
    path = tmp_path / "film.json"
    path.write_text(json.dumps(table))
    found = open_boxes(path).boxes_of(Looked("film.mp4", 64, 48, 1))
    assert found is not None
    assert found.labels == ("chair",)


def test_no_pictures_make_an_empty_document() -> None:
    table = CocoScenes("1.0").to_dict()
    assert table["images"] == table["annotations"] == table["categories"] == []
