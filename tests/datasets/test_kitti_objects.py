"""KITTI's object benchmark."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from howfar.datasets.kitti_objects import KittiObjects
from howfar.errors import SettingError, SourceError
from tests.datasets.folders import kitti_line, write_kitti_objects


def test_a_frame_has_its_objects_as_the_labels_tell(tmp_path: Path) -> None:
    lines = kitti_line(occluded=1, size=(1.5, 2, 4), place=(1, 1.6, 20)) + kitti_line("Pedestrian", box=(1, 2, 3, 4))
    sample = KittiObjects(write_kitti_objects(tmp_path, {"000007": lines})).objects("all")[0]
    assert (sample.name, sample.image.shape) == ("000007", (370, 1224, 3))
    assert sample.labels == ("Car", "Pedestrian")
    assert sample.boxes_xyxy_px.tolist() == [[10, 20, 30, 40], [1, 2, 3, 4]]
    assert sample.boxes_xyxy_px.dtype == np.float32
    assert sample.depth_m.tolist() == [20, 20]
    assert sample.nearest_m.tolist() == [19, 19]
    assert sample.occlusions.tolist() == [1, 0]
    assert sample.occlusions.dtype == np.int8
    assert (sample.camera.fx_px, sample.camera.fy_px, sample.camera.origin) == (710, 720, "given")
    assert (sample.camera.width_px, sample.camera.height_px) == (1224, 370)
    assert sample.depth_map_m is sample.regions is None


@pytest.mark.parametrize(
    ("line", "labels"),
    [
        pytest.param(kitti_line("Van"), ("Car",), id="a van counts as a car"),
        pytest.param(kitti_line("DontCare"), (), id="what nobody labelled is left out"),
        pytest.param(kitti_line("Misc"), ("Misc",), id="another thing is kept"),
        pytest.param(kitti_line(place=(1, 1.6, -0.5)), (), id="a car whose middle is behind the camera is left out"),
        pytest.param("", (), id="an empty street"),
    ],
)
def test_the_objects_that_count(tmp_path: Path, line: str, labels: tuple[str, ...]) -> None:
    sample = KittiObjects(write_kitti_objects(tmp_path, {"000000": line})).objects("all")[0]
    assert sample.labels == labels
    assert sample.boxes_xyxy_px.shape == (len(labels), 4)
    assert sample.depth_m.shape == sample.nearest_m.shape == sample.occlusions.shape == (len(labels),)


@pytest.mark.parametrize(
    ("label", "name"),
    [("Car", "car"), ("Truck", "truck"), ("Tram", "train"), ("Pedestrian", "person"), ("Person_sitting", "person")],
)
def test_a_type_that_coco_knows_has_its_name(label: str, name: str) -> None:
    assert KittiObjects.detector_names[label] == name


def test_a_cyclist_and_other_things_have_no_name_in_coco() -> None:
    assert not {"Cyclist", "Misc", "Van"} & set(KittiObjects.detector_names)


@pytest.mark.parametrize("lists", ["training/ImageSets", "ImageSets"], ids=["in the folder", "beside it"])
def test_lists_divide_the_frames_in_their_own_order(tmp_path: Path, lists: str) -> None:
    root = write_kitti_objects(tmp_path / "training", dict.fromkeys(("000000", "000001", "000002"), kitti_line()))
    (tmp_path / lists).mkdir()
    (tmp_path / lists / "train.txt").write_text("000002\n000000\n")
    data = KittiObjects(root)
    assert data.splits == ("all", "train")
    assert [sample.name for sample in data.objects("train")] == ["000002", "000000"]
    assert [sample.name for sample in data.objects("all")] == ["000000", "000001", "000002"]
    with pytest.raises(SettingError, match="'val': choose all or train"):
        data.objects("val")


def test_pictures_of_another_kind_are_found_too(tmp_path: Path) -> None:
    picture = write_kitti_objects(tmp_path) / "image_2" / "000000.png"
    picture.rename(picture.with_suffix(".PPM"))
    assert KittiObjects(tmp_path).objects("all")[0].image.shape == (370, 1224, 3)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        pytest.param(lambda root: (root / "image_2/000000.png").unlink(), "pictures of the split all", id="a picture"),
        pytest.param(lambda root: (root / "calib/000000.txt").unlink(), "calibrations of the split", id="a camera"),
        pytest.param(lambda root: (root / "label_2/000000.txt").unlink(), "holds no labels", id="all labels"),
    ],
)
def test_missing_files_are_told_before_a_long_run(
    tmp_path: Path, spoil: Callable[[Path], object], message: str
) -> None:
    spoil(write_kitti_objects(tmp_path))
    with pytest.raises(SourceError, match=message):
        KittiObjects(tmp_path).objects("all")


def test_a_listed_frame_without_labels_is_told(tmp_path: Path) -> None:
    (write_kitti_objects(tmp_path) / "ImageSets").mkdir()
    (tmp_path / "ImageSets/val.txt").write_text("000000\n000009\n")
    shutil.copy(tmp_path / "image_2/000000.png", tmp_path / "image_2/000009.png")
    with pytest.raises(SourceError, match="1 of the 2 label files of the split val"):
        KittiObjects(tmp_path).objects("val")


@pytest.mark.parametrize("part", ["image_2", "label_2", "calib"])
def test_a_folder_of_another_kind_is_refused(tmp_path: Path, part: str) -> None:
    shutil.rmtree(write_kitti_objects(tmp_path) / part)
    with pytest.raises(SourceError, match=f"{part} is missing"):
        KittiObjects(tmp_path)


def test_the_example_frames_have_eight_objects_where_their_boxes_in_space_say(shared: Path) -> None:
    samples = list(KittiObjects(shared / "data" / "kitti_object3").objects("all"))
    assert [len(sample.labels) for sample in samples] == [3, 1, 4]
    truck = samples[0]
    assert truck.labels == ("Truck", "Car", "Cyclist")
    assert truck.depth_m.tolist() == [69.44, 58.49, 45.84]
    assert (truck.depth_m - truck.nearest_m)[0] == pytest.approx(12.34 / 2, abs=0.05)  # it drives straight ahead
    assert truck.occlusions.tolist() == [0, 0, -1]
    assert truck.camera.focal_px == pytest.approx(721.5377)


def test_what_is_not_labelled_or_lies_behind_the_camera_is_told_as_unlabelled(tmp_path: Path) -> None:
    behind = kitti_line(box=(5, 6, 7, 8), place=(1, 1.6, -2))
    lines = kitti_line() + kitti_line("DontCare", box=(1, 2, 3, 4)) + behind
    data = KittiObjects(write_kitti_objects(tmp_path, {"000000": lines}))
    sample = data.objects("all")[0]
    assert data.exhaustive
    assert sample.labels == ("Car",)
    assert sample.unlabelled_xyxy_px is not None
    assert sample.unlabelled_xyxy_px.tolist() == [[5, 6, 7, 8], [1, 2, 3, 4]]
