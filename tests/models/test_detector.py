"""Detectors: from a picture to boxes with a class."""

import math
from pathlib import Path

import numpy as np
import pytest

from howfar.errors import ModelError, SettingError
from howfar.models import open_detector
from howfar.models.card import DetectorSpec
from howfar.models.detector import MAX_DETECTIONS
from howfar.scene import Frame, Query
from tests.models.onnx_files import constant_detector, mean_depth

YOLO_CARD = 'layout = "yolov8"\nclasses = ["cup", "dog"]\nscore = 0.5\nnms = 0.5'
GREY = Frame(np.full((96, 128, 3), 128, dtype=np.uint8), "grey")


def boxes(*rows: tuple[float, float, float, float, float, float]) -> dict[str, np.ndarray]:
    """A yolov8 output for an input of 64×48: centre x, y, width, height, score of cup, score of dog."""
    return {"out": np.array([rows], dtype=np.float32).transpose(0, 2, 1)}


THREE = boxes((20, 20, 10, 10, 0.8, 0), (21, 20, 10, 10, 0.9, 0), (20, 20, 10, 10, 0, 0.7), (50, 30, 8, 8, 0.4, 0))


def test_duplicates_are_dropped_within_a_class_and_boxes_scaled_to_the_picture(tmp_path: Path) -> None:
    found = open_detector(constant_detector(tmp_path, THREE, YOLO_CARD)).detect(GREY, Query())
    assert found.labels == ("cup", "dog")
    assert found.scores == pytest.approx([0.9, 0.7])
    assert found.boxes_xyxy_px == pytest.approx(np.array([[32, 30, 52, 50], [30, 30, 50, 50]], dtype=np.float32))


@pytest.mark.parametrize(
    ("settings", "labels"),
    [
        pytest.param({"score": 0.75}, ("cup",), id="a higher score leaves the surer"),
        pytest.param({"score": 0.3}, ("cup", "dog", "cup"), id="a lower one brings the less sure"),
        pytest.param({"nms": 0.99}, ("cup", "cup", "dog"), id="a high IoU keeps duplicates"),
        pytest.param({"classes": ("dog",)}, ("dog",), id="one class only"),
        pytest.param({"classes": ("Dog", " cup")}, ("cup", "dog"), id="class names in any case"),
        pytest.param({"classes": ()}, (), id="no class at all"),
    ],
)
def test_settings(tmp_path: Path, settings: dict, labels: tuple[str, ...]) -> None:
    detector = open_detector(constant_detector(tmp_path, THREE, YOLO_CARD))
    assert detector.detect(GREY, Query(**settings)).labels == labels


@pytest.mark.parametrize(
    ("settings", "labels"),
    [
        pytest.param({}, ("car", "person"), id="one thing has one box, and a person in it another"),
        pytest.param({"class_wise": True}, ("car", "truck", "person"), id="class by class, look-alikes stay"),
        pytest.param({"nms": 0.99}, ("car", "truck", "person"), id="a high IoU keeps them too"),
        pytest.param({"classes": ("truck",)}, (), id="what is more of a car is no truck, asked or not"),
        pytest.param({"score": 0.85}, ("car",), id="above the score there is the better one only"),
    ],
)
def test_look_alikes(tmp_path: Path, settings: dict, labels: tuple[str, ...]) -> None:
    rows = [(20, 20, 10, 10, 0.9, 0, 0), (21, 20, 10, 10, 0, 0.8, 0), (20, 20, 10, 10, 0, 0, 0.7)]
    output = {"out": np.array([rows], dtype=np.float32).transpose(0, 2, 1)}
    card = YOLO_CARD.replace('["cup", "dog"]', '["car", "truck", "person"]')
    detector = open_detector(constant_detector(tmp_path, output, card))
    assert detector.detect(GREY, Query(**settings)).labels == labels


def test_boxes_are_cut_to_the_picture_and_empty_ones_dropped(tmp_path: Path) -> None:
    output = boxes((0, 0, 20, 20, 0.9, 0), (-30, 10, 20, 20, 0.8, 0), (30, 20, 0, 5, 0.7, 0))
    found = open_detector(constant_detector(tmp_path, output, YOLO_CARD)).detect(GREY, Query())
    assert found.boxes_xyxy_px.tolist() == [[0, 0, 20, 20]]


def test_a_detector_that_suppresses_duplicates_itself_is_left_alone(tmp_path: Path) -> None:
    rows = np.array([[[10, 10, 20, 20, 0.6, 0], [10, 10, 20, 20, 0.9, 0]]], dtype=np.float32)
    card = YOLO_CARD.replace("yolov8", "end2end")
    found = open_detector(constant_detector(tmp_path, {"out": rows}, card, fit="stretch")).detect(GREY, Query())
    assert found.scores == pytest.approx([0.9, 0.6])


def test_nothing_found_is_an_answer(tmp_path: Path) -> None:
    found = open_detector(constant_detector(tmp_path, boxes((1, 1, 1, 1, 0, 0)), YOLO_CARD)).detect(GREY, Query())
    assert len(found) == 0


def test_of_very_many_boxes_the_best_are_suppressed_as_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("howfar.models.suppression.MOST_CANDIDATES", 2)
    rows = [(10 + 12 * place, 20, 10, 10, 0.6 + place / 20, 0) for place in range(4)]
    found = open_detector(constant_detector(tmp_path, boxes(*rows), YOLO_CARD)).detect(GREY, Query())
    assert found.scores == pytest.approx([0.75, 0.7])


def test_a_class_that_it_does_not_know_is_refused(tmp_path: Path) -> None:
    detector = open_detector(constant_detector(tmp_path, THREE, YOLO_CARD))
    with pytest.raises(SettingError, match="knows no class 'cat'"):
        detector.detect(GREY, Query(classes=("cat",)))


def test_the_best_hundred_are_told(tmp_path: Path) -> None:
    rows = np.array([[[10, 10, 20, 20, 0.95 - place / 1000, 0] for place in range(128)]], dtype=np.float32)
    card = YOLO_CARD.replace("yolov8", "end2end")
    found = open_detector(constant_detector(tmp_path, {"out": rows}, card, fit="stretch")).detect(GREY, Query())
    assert len(found) == MAX_DETECTIONS == 100
    assert found.scores.min() == pytest.approx(0.95 - 99 / 1000)


def test_a_depth_network_is_no_detector(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not a detector"):
        open_detector(mean_depth(tmp_path))


@pytest.mark.parametrize("size", [(480, 640), (1, 1), (33, 700)], ids=str)
def test_the_embedded_detector_takes_a_picture_of_any_size(size: tuple[int, int]) -> None:
    found = open_detector().detect(Frame(np.full((*size, 3), 90, dtype=np.uint8), "grey"), Query())
    assert len(found) == 0


def test_the_embedded_detector_finds_the_motorcycle() -> None:
    data = pytest.importorskip("skimage.data", reason="needs scikit-image's stereo photo (extra `demo`)")
    found = open_detector().detect(Frame(data.stereo_motorcycle()[0], "motorcycle"), Query())
    assert found.labels[0] == "motorcycle"
    assert found.scores[0] == pytest.approx(0.83, abs=0.02)
    assert found.boxes_xyxy_px[0] == pytest.approx([112, 55, 694, 451], abs=4)


def test_masks_lie_over_the_boxes_as_they_are_cut_to_the_picture(tmp_path: Path) -> None:
    """Of an input of 64×48 for a picture of 128×96, the left half is the object, a box reaches over the left edge."""
    rows = [(20, 24, 60, 40, 0.9, 0, 1.0), (16, 24, 16, 40, 0.8, 0, 1.0), (21, 24, 60, 40, 0.7, 0, 1.0)]
    half = np.where(np.arange(16) < 8, 20.0, -20.0).astype(np.float32)
    outputs = {
        "out": np.array([rows], dtype=np.float32).transpose(0, 2, 1),
        "parts": np.broadcast_to(half, (1, 1, 12, 16)).copy(),
    }
    card = YOLO_CARD.replace("yolov8", "yolov8-seg")
    found = open_detector(constant_detector(tmp_path, outputs, card)).detect(GREY, Query())
    assert found.scores == pytest.approx([0.9, 0.8])
    assert found.masks is not None
    wide, narrow = found.masks  # the first is 0 to 50 of 64 wide once it is cut: 32 of these are the object
    assert wide.mean() == pytest.approx(32 / 50, abs=0.02)
    assert narrow.mean() == pytest.approx(1.0, abs=0.01)
    assert found.select(np.array([1])).masks == pytest.approx(narrow[None])


def test_small_boxes_are_less_exact_than_large_ones() -> None:
    spec = DetectorSpec("yolov8", ("cat",), box_log_sd=0.1, box_edge_px=1.0)
    assert spec.height_log_sds(np.array([10.0, 1e6])) == pytest.approx([math.hypot(0.1, math.sqrt(2) / 10), 0.1])
