"""COCO's JSON files with the pictures that lie beside them."""

from pathlib import Path

import pytest

from howfar.datasets.coco_folder import CocoFolder, pictures_of
from howfar.errors import SettingError, SourceError
from tests.datasets.folders import write_coco


@pytest.mark.parametrize("path", [".", "instances.json"], ids=["by its folder", "by its file"])
def test_a_folder_with_one_file_is_one_split(tmp_path: Path, path: str) -> None:
    write_coco(tmp_path)
    data = CocoFolder(tmp_path / path)
    assert data.splits == ("all",)
    assert [sample.name for sample in data.split("all")] == ["a.png", "deep/b.png"]
    assert data.detection("all").category_ids == (1, 90)


def test_the_official_layout_has_a_split_for_each_file(tmp_path: Path) -> None:
    images, annotations = write_coco(tmp_path)
    (tmp_path / "annotations").mkdir()
    for split in ("train2017", "val2017"):
        (tmp_path / f"annotations/instances_{split}.json").write_bytes(annotations.read_bytes())
    annotations.unlink()
    images.rename(tmp_path / "val2017")
    data = CocoFolder(tmp_path)
    assert data.splits == ("train2017", "val2017")
    assert data.split("val2017")[0].labels == ("toothbrush", "person")
    with pytest.raises(SourceError, match="pictures"):
        data.split("train2017")
    with pytest.raises(SettingError, match="no split 'test': choose train2017 or val2017"):
        data.split("test")


@pytest.mark.parametrize(
    ("annotations", "folders", "expected"),
    [
        pytest.param("instances_a.json", ("images/a", "a", "images"), "images/a", id="the split within images first"),
        pytest.param("instances_a.json", ("a", "images"), "a", id="then the split"),
        pytest.param("instances_a.json", ("images",), "images", id="then images"),
        pytest.param("mine.json", (), ".", id="else the file's own folder"),
        pytest.param("annotations/instances_a.json", ("a",), "a", id="beside the folder annotations"),
    ],
)
def test_the_pictures_are_found(tmp_path: Path, annotations: str, folders: tuple[str, ...], expected: str) -> None:
    for folder in folders:
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    assert pictures_of(tmp_path / annotations) == tmp_path / expected


def test_a_folder_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no COCO data set"):
        CocoFolder(tmp_path)
