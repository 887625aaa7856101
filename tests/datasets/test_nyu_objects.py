"""The objects of NYU Depth v2."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from skimage.measure import label, regionprops

from howfar.datasets import NYU_CAMERA, NyuDepthV2
from howfar.datasets.nyu_objects import DETECTOR_NAMES, OBJECT_CLASSES, NyuObjects, with_objects
from howfar.errors import SettingError, SourceError
from howfar.io.pictures import read_grey8
from tests.datasets.folders import write_nyu, write_nyu_objects

Rectangle = tuple[int, int, int, int]

CHAIR, SOFA = 4, 5


def _classes(*rectangles: tuple[int, Rectangle]) -> NDArray[np.uint8]:
    """Classes of a picture that are unknown but for rectangles, each a class and x1, y1, x2, y2."""
    classes = np.full((480, 640), 39, dtype=np.uint8)
    for number, (x1, y1, x2, y2) in rectangles:
        classes[y1:y2, x1:x2] = number
    return classes


@pytest.mark.parametrize(
    ("rectangles", "expected"),
    [
        pytest.param([(CHAIR, (100, 100, 150, 130))], [("chair", (100, 100, 150, 130))], id="1500 pixels are enough"),
        pytest.param([(CHAIR, (100, 100, 150, 130)), (0, (100, 100, 101, 101))], [], id="1499 are not"),
        pytest.param(
            [(SOFA, (100, 100, 150, 150)), (CHAIR, (200, 100, 250, 150)), (CHAIR, (300, 100, 350, 150))],
            [("chair", (200, 100, 250, 150)), ("chair", (300, 100, 350, 150)), ("sofa", (100, 100, 150, 150))],
            id="two apart are two objects, in the order of classes",
        ),
        pytest.param(
            [(CHAIR, (100, 100, 140, 140)), (CHAIR, (140, 140, 180, 180))],
            [("chair", (100, 100, 180, 180))],
            id="two that touch at a corner are one",
        ),
        pytest.param(
            [(CHAIR, (100, 100, 150, 150)), (SOFA, (150, 100, 200, 150))],
            [("chair", (100, 100, 150, 150)), ("sofa", (150, 100, 200, 150))],
            id="two classes that touch are two",
        ),
        pytest.param([(CHAIR, (0, 0, 100, 100))], [("chair", (41, 45, 100, 100))], id="the frame is cut off"),
        pytest.param([(CHAIR, (560, 420, 640, 480))], [("chair", (560, 420, 601, 471))], id="on all four sides"),
        pytest.param([(CHAIR, (0, 0, 641, 68))], [("chair", (41, 45, 601, 68))], id="a band at the top"),
        pytest.param([(CHAIR, (0, 0, 79, 84))], [], id="too small once the frame is cut off"),
        pytest.param(
            [(0, (100, 100, 200, 200)), (21, (300, 100, 400, 200))], [], id="walls and ceilings are no object"
        ),
        pytest.param([], [], id="nothing labelled"),
    ],
)
def test_an_object_is_a_large_component_of_a_things_class(
    tmp_path: Path, rectangles: list[tuple[int, Rectangle]], expected: list[tuple[str, Rectangle]]
) -> None:
    sample = NyuObjects(write_nyu_objects(tmp_path, _classes(*rectangles))).objects("test")[1]
    boxes = [tuple(map(int, box)) for box in sample.boxes_xyxy_px.tolist()]
    assert list(zip(sample.labels, boxes, strict=True)) == expected
    assert sample.boxes_xyxy_px.shape == (len(expected), 4)
    assert sample.boxes_xyxy_px.dtype == np.float32
    assert sample.depth_m.shape == sample.nearest_m.shape == sample.occlusions.shape == (len(expected),)


def test_the_truth_is_the_median_depth_over_the_objects_own_pixels(tmp_path: Path) -> None:
    root = write_nyu_objects(tmp_path, _classes((CHAIR, (100, 100, 200, 200)), (SOFA, (120, 100, 200, 180))))
    steps = np.full((480, 640), 200, dtype=np.uint8)
    steps[100:200, 100:200] = 50  # within the box of the chair, but the sofa's
    steps[180:200, 100:200], steps[100:200, 100:120] = 80, 80
    steps[190:200, 100:200] = 90
    Image.fromarray(steps).save(root / "depth8" / "0001.png")
    sample = NyuObjects(root).objects("test")[1]
    assert sample.labels == ("chair", "sofa")
    assert sample.depth_m == pytest.approx([80.5 * 9.99547 / 255, 50.5 * 9.99547 / 255])
    assert sample.depth_m.dtype == np.float64


def test_a_sample_has_its_pixels_its_depth_and_says_what_is_not_known(tmp_path: Path) -> None:
    classes = _classes((CHAIR, (100, 100, 200, 200)), (SOFA, (120, 100, 200, 180)))
    sample = NyuObjects(write_nyu_objects(tmp_path, classes)).objects("test")[1]
    assert sample.regions is not None
    assert sample.regions.dtype == np.int32
    assert ((sample.regions == 1) == (classes == CHAIR)).all()
    assert ((sample.regions == 2) == (classes == SOFA)).all()
    assert sample.depth_map_m is not None
    assert sample.depth_map_m == pytest.approx(20.5 * 9.99547 / 255)
    assert np.isnan(sample.nearest_m).all()
    assert sample.occlusions.tolist() == [-1, -1]
    assert (sample.name, sample.camera, sample.image.shape) == ("0001", NYU_CAMERA, (480, 640, 3))


def test_nine_of_the_seventeen_classes_have_a_name_in_coco() -> None:
    assert len(OBJECT_CLASSES) == 17
    assert len(DETECTOR_NAMES) == 9
    assert set(DETECTOR_NAMES) <= set(OBJECT_CLASSES.values())


def _spoil_classes(root: Path) -> None:
    (root / "labels40/0001.png").unlink()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        pytest.param(_spoil_classes, "1 of the 2 class files of the test split", id="missing classes of one picture"),
        pytest.param(lambda root: (root / "rgb/0000.jpg").unlink(), "1 of the 2 pictures", id="a missing picture"),
    ],
)
def test_missing_files_are_told_before_a_long_run(
    tmp_path: Path, spoil: Callable[[Path], object], message: str
) -> None:
    spoil(write_nyu_objects(tmp_path))
    with pytest.raises(SourceError, match=message):
        NyuObjects(tmp_path).objects("test")


def test_a_folder_without_semantic_classes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="add the folder labels40"):
        NyuObjects(write_nyu(tmp_path))


def test_a_pair_without_semantic_classes_is_refused(tmp_path: Path) -> None:
    pair = NyuDepthV2(write_nyu(tmp_path)).split("test")[0]
    with pytest.raises(SourceError, match="pair 0000 has no semantic classes"):
        with_objects(pair)


def test_another_split_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="'val'"):
        NyuObjects(write_nyu_objects(tmp_path)).objects("val")


def test_the_objects_of_real_rooms_are_those_that_scikit_image_finds(shared: Path) -> None:
    root = shared / "data" / "nyu_depth_v2"
    pairs, samples = NyuDepthV2(root).split("test")[::109], NyuObjects(root).objects("test")[::109]
    for pair, sample in zip(pairs, samples, strict=True):
        assert pair.classes is not None
        found = [
            (OBJECT_CLASSES[number], region, np.median(pair.depth_m[45:471, 41:601][tuple(region.coords.T)]))
            for number in OBJECT_CLASSES
            for region in regionprops(label(pair.classes[45:471, 41:601] == number, connectivity=2))
            if region.area >= 1500
        ]
        expected = sorted((name, *_corners(region.bbox), float(depth_m)) for name, region, depth_m in found)
        boxes = sample.boxes_xyxy_px.tolist()
        rows = zip(sample.labels, boxes, sample.depth_m.tolist(), strict=True)
        assert sorted((name, *box, depth_m) for name, box, depth_m in rows) == expected


@pytest.mark.slow
def test_the_benchmark_has_2253_objects_of_which_a_detector_can_name_1453(shared: Path) -> None:
    data = NyuDepthV2(shared / "data" / "nyu_depth_v2")
    blank = data.split("test")[0]  # reading the classes alone is enough to count, and much faster
    found = [
        name
        for pair in data.names("test")
        for name in with_objects(replace(blank, classes=read_grey8(data.labels_path(pair)))).labels
    ]
    assert len(found) == 2253
    assert sum(name in DETECTOR_NAMES for name in found) == 1453


def _corners(bbox: Rectangle) -> Rectangle:
    top, left, bottom, right = bbox
    return left + 41, top + 45, right + 41, bottom + 45


def test_neighbours_are_of_one_place(tmp_path: Path) -> None:
    places = [sample.place for sample in NyuObjects(write_nyu_objects(tmp_path)).objects("test")]
    assert places == ["pictures 0 and on"] * 2
