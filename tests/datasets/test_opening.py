"""Recognising a data set by what lies at its path."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from howfar.datasets import opening
from howfar.datasets.opening import kind_at, open_depth_dataset, open_detection_dataset, open_object_dataset
from howfar.errors import SettingError, SourceError
from tests.datasets.folders import (
    distance_table,
    write_coco,
    write_described_depth,
    write_kitti_objects,
    write_nyu,
    write_nyu_mat,
    write_nyu_objects,
    write_raw,
    write_streets,
    write_voc,
    write_yolo,
)


def _described_yolo(root: Path) -> Path:
    text = 'kind = "detection"\nimages = "images/*"\nlabels = "labels/{stem}.txt"\nclasses = ["a", "b"]\n'
    (write_yolo(root) / "dataset.toml").write_text(text)
    return root


@pytest.mark.parametrize(
    ("write", "reader", "splits", "first"),
    [
        pytest.param(write_nyu, "NyuDepthV2", ("train", "test"), "0002", id="NYU as pictures"),
        pytest.param(write_raw, "NyuRaw", ("all",), "kitchen_0001/rgb_00000", id="raw pairs"),
        pytest.param(write_described_depth, "FolderDepth", ("all",), "rgb/a.jpg", id="a described folder"),
        pytest.param(
            lambda root: write_described_depth(root) / "dataset.toml",
            "FolderDepth",
            ("all",),
            "rgb/a.jpg",
            id="its file",
        ),
        pytest.param(write_streets, "StreetDepth", ("all", "drive_a", "drive_b"), "street/000001", id="streets"),
    ],
)
def test_depth_is_opened_by_its_path_alone(
    tmp_path: Path, write: Callable[[Path], Path], reader: str, splits: tuple[str, ...], first: str
) -> None:
    path = write(tmp_path)
    data = open_depth_dataset(path)
    assert kind_at(path) == "depth"
    assert type(data).__name__ == reader
    assert data.splits == splits
    assert data.split(splits[0])[0].name == first


def test_the_official_file_is_opened_by_itself_and_by_its_folder(tmp_path: Path) -> None:
    pytest.importorskip("h5py")
    path = write_nyu_mat(tmp_path / "nyu_depth_v2_labeled.mat")
    for place in (path, tmp_path):
        assert kind_at(place) == "depth"
        assert open_depth_dataset(place).split("test")[0].name == "0000"


@pytest.mark.parametrize(
    ("write", "reader", "first"),
    [
        pytest.param(lambda root: write_coco(root)[1], "CocoFolder", "a.png", id="a COCO file"),
        pytest.param(lambda root: write_coco(root)[1].parent, "CocoFolder", "a.png", id="a COCO folder"),
        pytest.param(write_yolo, "YoloTxt", "images/a.jpg", id="YOLO"),
        pytest.param(write_voc, "PascalVoc", "one", id="Pascal VOC"),
        pytest.param(_described_yolo, "FolderDetection", "images/a.jpg", id="a described folder"),
    ],
)
def test_detection_is_opened_by_its_path_alone(
    tmp_path: Path, write: Callable[[Path], Path], reader: str, first: str
) -> None:
    path = write(tmp_path)
    data = open_detection_dataset(path)
    assert kind_at(path) == "detection"
    assert type(data).__name__ == reader
    assert data.split(data.splits[0])[0].name == first


@pytest.mark.parametrize(
    ("write", "reader", "splits", "first"),
    [
        pytest.param(write_nyu_objects, "NyuObjects", ("train", "test"), "0002", id="NYU"),
        pytest.param(write_kitti_objects, "KittiObjects", ("all",), "000000", id="KITTI"),
        pytest.param(
            lambda root: write_coco(root, distance_table())[1], "CocoDistances", ("all",), "a.png", id="a COCO file"
        ),
        pytest.param(
            lambda root: write_coco(root, distance_table())[1].parent,
            "CocoDistances",
            ("all",),
            "a.png",
            id="a COCO folder",
        ),
        pytest.param(write_streets, "StreetObjects", ("all", "drive_a", "drive_b"), "street/000001", id="streets"),
    ],
)
def test_objects_with_distances_are_opened_by_their_path_alone(
    tmp_path: Path, write: Callable[[Path], Path], reader: str, splits: tuple[str, ...], first: str
) -> None:
    data = open_object_dataset(write(tmp_path))
    assert type(data).__name__ == reader
    assert tuple(data.splits) == splits
    assert data.objects(splits[0])[0].name == first


@pytest.mark.parametrize(
    ("write", "missing"),
    [
        pytest.param(write_nyu, "labels40", id="NYU without its semantic classes"),
        pytest.param(lambda root: _without(write_kitti_objects(root), "calib"), "calib", id="KITTI without cameras"),
    ],
)
def test_an_incomplete_data_set_of_objects_is_told_what_it_lacks(
    tmp_path: Path, write: Callable[[Path], Path], missing: str
) -> None:
    with pytest.raises(SourceError, match=missing):
        open_object_dataset(write(tmp_path))


def _without(root: Path, part: str) -> Path:
    shutil.rmtree(root / part)
    return root


@pytest.mark.parametrize("name", ["kind_at", "open_depth_dataset", "open_detection_dataset", "open_object_dataset"])
def test_a_path_where_nothing_lies_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceError, match="There is no data set"):
        getattr(opening, name)(tmp_path / "gone")


@pytest.mark.parametrize(
    ("name", "looked_for"),
    [
        pytest.param("kind_at", "nyu_depth_v2_labeled.mat.*YOLO's images", id="either"),
        pytest.param("open_depth_dataset", "rgb and depth8; scenes with sync_depth", id="depth"),
        pytest.param("open_detection_dataset", r"COCO's instances\*.json; Pascal VOC's", id="detection"),
        pytest.param("open_object_dataset", r"image_2 and label_2; COCO's .* depth_m", id="objects"),
    ],
)
def test_an_unknown_layout_is_refused_with_what_was_looked_for(tmp_path: Path, name: str, looked_for: str) -> None:
    (tmp_path / "notes.txt").touch()
    for path in (tmp_path, tmp_path / "notes.txt"):
        with pytest.raises(SourceError, match=looked_for) as refusal:
            getattr(opening, name)(path)
        assert "\n" not in str(refusal.value)


def test_a_data_set_of_the_other_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no data set that howfar knows"):
        open_detection_dataset(write_described_depth(tmp_path))


def test_a_broken_description_is_told_rather_than_passed_over(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="TOML"):
        kind_at(write_described_depth(tmp_path, "kind = "))
