"""YOLO data sets."""

from collections.abc import Callable
from pathlib import Path

import pytest

from howfar.datasets.yolo_txt import YoloTxt
from howfar.errors import SettingError, SourceError
from tests.datasets.folders import write_yolo


@pytest.mark.parametrize(
    ("images", "split"),
    [
        pytest.param("images", "all", id="not divided"),
        pytest.param("images/train2017", "train2017", id="splits within images"),
        pytest.param("valid/images", "valid", id="images within splits"),
    ],
)
def test_every_layout_gives_its_pictures_with_their_objects(tmp_path: Path, images: str, split: str) -> None:
    data = YoloTxt(write_yolo(tmp_path, images))
    assert data.splits == (split,)
    full, empty = data.split(split)
    assert (full.name, full.image_id, full.labels) == (f"{images}/a.jpg", 0, ("chair", "person"))
    assert (empty.name, empty.image_id, empty.labels) == (f"{images}/b.jpg", 1, ())


@pytest.mark.parametrize("names", ["data.yaml", "names.txt", "classes.txt", "labels/classes.txt"])
def test_the_names_may_lie_in_several_places(tmp_path: Path, names: str) -> None:
    data = YoloTxt(write_yolo(tmp_path, names=names))
    assert data.class_names == ("person", "chair")
    assert len(data.split("all")) == 2


def test_a_folder_called_images_above_the_data_set_is_left_alone(tmp_path: Path) -> None:
    root = tmp_path / "images" / "cars"
    assert YoloTxt(write_yolo(root)).split("all")[0].labels == ("chair", "person")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        pytest.param(
            lambda root: (root / "images/a.jpg").unlink(), "1 labels .* the first being a.txt", id="no picture"
        ),
        pytest.param(
            lambda root: (root / "labels/a.txt").unlink(), "No picture in .* has labels", id="no labels at all"
        ),
    ],
)
def test_pictures_and_labels_that_do_not_belong_together_are_refused(
    tmp_path: Path, spoil: Callable[[Path], object], message: str
) -> None:
    spoil(write_yolo(tmp_path))
    with pytest.raises(SourceError, match=message):
        YoloTxt(tmp_path).split("all")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        pytest.param(lambda root: (root / "images").rename(root / "photos"), "no YOLO data set", id="no images"),
        pytest.param(lambda root: (root / "data.yaml").unlink(), "does not name its classes", id="no names"),
    ],
)
def test_a_folder_of_another_kind_is_refused(tmp_path: Path, spoil: Callable[[Path], object], message: str) -> None:
    spoil(write_yolo(tmp_path))
    with pytest.raises(SourceError, match=message):
        YoloTxt(tmp_path)


def test_an_unknown_split_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="no split 'train': choose all"):
        YoloTxt(write_yolo(tmp_path)).split("train")
