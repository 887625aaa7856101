"""A detector in place of labels."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from howfar.datasets import DepthSample
from howfar.errors import ModelError, SettingError
from howfar.models import open_detector
from howfar.scene import Camera
from howfar.training.data.joint.box_teacher import BoxTeacher, taught_boxes
from howfar.training.recipe_settings import BoxTeacherSettings
from tests.models.onnx_files import constant_detector

CARD = 'layout = "yolov8"\nclasses = ["cup", "dog"]\nscore = 0.5\nnms = 0.5'
ROWS = np.array([[(16, 24, 20, 20, 0.9, 0.0), (48, 24, 20, 20, 0.0, 0.3)]], dtype=np.float32).transpose(0, 2, 1)
"""In a 64×48 picture a cup with a score of 0.9 and a dog with one of 0.3."""


def pictures(*names: str) -> list[DepthSample]:
    image = np.zeros((48, 64, 3), dtype=np.uint8)
    return [DepthSample(name, image, np.ones((48, 64), np.float32), Camera.assumed(64, 48)) for name in names]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return constant_detector(tmp_path, {"out": ROWS}, CARD)


def settings(model: Path, **changes: float) -> BoxTeacherSettings:
    table = {"model": str(model), "sources": ("rooms",), "least_score": 0.2, "sure_score": 0.6}
    return BoxTeacherSettings(**table | changes)


def test_what_it_finds_counts_by_how_sure_it_is(model: Path, tmp_path: Path) -> None:
    (found,) = taught_boxes(pictures("a"), open_detector(model), settings(model), tmp_path / "kept.json")
    assert found.class_ids.tolist() == [0, 1]
    assert found.certainty.tolist() == pytest.approx([1.0, 0.5])
    assert found.xyxy_px.tolist() == [pytest.approx(box) for box in ([6, 14, 26, 34], [38, 14, 58, 34])]


def asked(model: Path, kept: Path, samples: Sequence[DepthSample], **changes: float) -> list[str]:
    names: list[str] = []
    taught_boxes(samples, open_detector(model), settings(model, **changes), kept, names.append)
    return names


def test_it_is_asked_once(model: Path, tmp_path: Path) -> None:
    kept = tmp_path / "found" / "rooms.json"
    assert asked(model, kept, pictures("a", "b")) == ["a", "b"]
    assert asked(model, kept, pictures("a", "b")) == []
    assert asked(model, kept, pictures("a", "b"), sure_score=0.9) == []


@pytest.mark.parametrize("change", ["pictures", "score", "model", "damage"])
def test_it_is_asked_again_when_something_else_is_wanted(change: str, model: Path, tmp_path: Path) -> None:
    kept, samples, changes = tmp_path / "rooms.json", pictures("a", "b"), {}
    asked(model, kept, samples)
    if change == "pictures":
        samples = pictures("a", "c")
    if change == "score":
        changes = {"least_score": 0.4}
    if change == "model":
        (tmp_path / "other").mkdir()
        model = constant_detector(tmp_path / "other", {"out": ROWS[..., :1]}, CARD)
    if change == "damage":
        kept.write_text(kept.read_text()[:-9])
    assert len(asked(model, kept, samples, **changes)) == 2
    assert asked(model, kept, samples, **changes) == []


def test_it_labels_the_sources_that_it_is_to_label(model: Path, tmp_path: Path) -> None:
    teacher = BoxTeacher(settings(model), ("cup", "dog"), tmp_path)
    rooms, streets = (teacher.labelled(pictures("a"), source)[0] for source in ("rooms", "streets"))
    assert rooms.boxes is not None
    assert len(rooms.boxes) == 2
    assert streets.boxes is None


def test_without_a_folder_it_is_asked_when_a_picture_is_taken(model: Path) -> None:
    names: list[str] = []
    samples = BoxTeacher(settings(model), ("cup", "dog"), None, names.append).labelled(pictures("a", "b"), "rooms")
    assert names == []
    assert samples[1].boxes is not None
    assert names == ["b"]


@pytest.mark.parametrize("kept", [True, False], ids=["asked before", "asked when a picture is taken"])
def test_semantic_classes_stand_beside_it_where_they_are_wanted(kept: bool, model: Path, tmp_path: Path) -> None:
    classes = np.zeros((48, 64), np.uint8)
    classes[8:40, 8:28] = 4  # a chair, which this teacher does not know
    (blank,) = pictures("a")
    wanted = BoxTeacherSettings(
        model=str(model), sources=("rooms", "halls"), semantic=("rooms",), least_score=0.2, sure_score=0.6
    )
    teacher = BoxTeacher(wanted, ("cup", "dog"), tmp_path if kept else None)
    rooms, halls = (teacher.labelled([replace(blank, classes=classes)], source)[0] for source in ("rooms", "halls"))
    assert rooms.boxes is not None
    assert halls.boxes is not None
    assert rooms.boxes.certainty.tolist() == [1.0]  # of what the labels do not name a teacher must be surer
    assert halls.boxes.certainty.tolist() == pytest.approx([1.0, 0.5])


def test_semantic_classes_must_be_there(model: Path, tmp_path: Path) -> None:
    wanted = BoxTeacherSettings(model=str(model), sources=("rooms",), semantic=("rooms",))
    with pytest.raises(
        SettingError, match="semantic names rooms, whose pictures have no semantic classes: take it out"
    ):
        BoxTeacher(wanted, ("cup", "dog"), tmp_path).labelled(pictures("a"), "rooms")
    assert len(BoxTeacher(wanted, ("cup", "dog"), tmp_path).labelled([], "rooms")) == 0


def test_without_a_teacher_nothing_is_labelled() -> None:
    (sample,) = BoxTeacher(BoxTeacherSettings(), ("cup",), None).labelled(pictures("a"), "rooms")
    assert sample.boxes is None


@pytest.mark.parametrize(
    ("classes", "path", "error", "sentence"),
    [
        (("dog", "cup"), None, SettingError, r"knows 2 classes, and not the 2 of the photos in their order"),
        (("cup",), None, SettingError, r"the 1 of the photos in their order: correct box_teacher\.model"),
        (("cup", "dog"), "nothing.onnx", ModelError, "There is no model file nothing.onnx"),
    ],
    ids=["another order", "another number", "no such file"],
)
def test_a_teacher_of_something_else_is_refused(
    classes: tuple[str, ...], path: str | None, error: type[Exception], sentence: str, model: Path
) -> None:
    wanted = settings(model if path is None else Path(path))
    with pytest.raises(error, match=sentence):
        BoxTeacher(wanted, classes, None)


def test_the_pictures_are_left_as_they_are(model: Path, tmp_path: Path) -> None:
    (before,) = pictures("a")
    kept = replace(before, image=before.image.copy())
    BoxTeacher(settings(model), ("cup", "dog"), tmp_path).labelled([before], "rooms")
    assert np.array_equal(before.image, kept.image)
