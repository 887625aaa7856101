"""The families of detector outputs, each on a box worked out by hand."""

import numpy as np
import pytest

from howfar.errors import ModelError
from howfar.models.layouts import LAYOUTS

SIZE = (64, 32)
CLASSES = 3


def yolo_row(objectness: float | None, scores: list[float]) -> list[float]:
    return [20.0, 15.0, 10.0, 6.0, *([] if objectness is None else [objectness]), *scores]


def yolov5() -> list[np.ndarray]:
    return [np.array([[yolo_row(0.9, [0.1, 0.8, 0.05]), yolo_row(0.1, [0.9, 0.9, 0.9])]], dtype=np.float32)]


def yolov8() -> list[np.ndarray]:
    rows = [yolo_row(None, [0.1, 0.72, 0.05]), yolo_row(None, [0.1, 0.1, 0.1])]
    return [np.array([rows], dtype=np.float32).transpose(0, 2, 1)]


def yolov8_seg() -> list[np.ndarray]:
    """Two coefficients after the classes, and two prototypes of 4×8."""
    rows = [[*yolo_row(None, [0.1, 0.72, 0.05]), 3.0, -1.0], [*yolo_row(None, [0.1, 0.1, 0.1]), 0.0, 0.0]]
    return [np.array([rows], dtype=np.float32).transpose(0, 2, 1), np.ones((1, 2, 4, 8), np.float32)]


def end2end() -> list[np.ndarray]:
    return [np.array([[[15, 12, 25, 18, 0.72, 1], [0, 0, 5, 5, 0.2, 0]]], dtype=np.float32)]


def nanodet() -> list[np.ndarray]:
    """Strides 8, 16, 32 on 64×32: 8×4 + 4×2 + 2×1 cells; cell 1 of row 1 at stride 16 has its centre at (24, 24)."""
    cells = 32 + 8 + 2
    scores = np.zeros((1, cells, CLASSES), dtype=np.float32)
    sides = np.zeros((1, cells, 4, 5), dtype=np.float32)
    place = 32 + 4 + 1
    scores[0, place, 1] = 0.72
    for side, steps in enumerate((0.5, 0.75, 0.25, 0.125)):
        low = int(steps)
        sides[0, place, side] = -50.0
        sides[0, place, side, low] = np.log(1 - (steps - low))
        sides[0, place, side, low + 1] = np.log(steps - low)
    return [scores, sides.reshape(1, cells, 20)]


@pytest.mark.parametrize(
    ("layout", "outputs", "box"),
    [
        pytest.param("yolov5", yolov5(), [15, 12, 25, 18], id="yolov5: class score times objectness"),
        pytest.param("yolov8", yolov8(), [15, 12, 25, 18], id="yolov8: transposed, without objectness"),
        pytest.param("yolov8-seg", yolov8_seg(), [15, 12, 25, 18], id="yolov8-seg: as yolov8, and parts of masks"),
        pytest.param("end2end", end2end(), [15, 12, 25, 18], id="end2end: corners, score, class"),
        pytest.param("nanodet", nanodet(), [16, 12, 28, 26], id="nanodet: expected distance to each side"),
    ],
)
def test_the_one_box_above_the_threshold(layout: str, outputs: list[np.ndarray], box: list[float]) -> None:
    found = LAYOUTS[layout].read(outputs, SIZE, 0.5, CLASSES)
    assert found.boxes_xyxy == pytest.approx(np.array([box], dtype=np.float32), abs=1e-3)
    assert found.scores == pytest.approx([0.72])
    assert found.class_ids.tolist() == [1]


def test_masks_come_with_the_boxes_they_belong_to() -> None:
    found = LAYOUTS["yolov8-seg"].read(yolov8_seg(), SIZE, 0.5, CLASSES)
    assert found.masks is not None
    assert found.masks.coefficients.tolist() == [[3.0, -1.0]]
    assert found.masks.prototypes.shape == (2, 4, 8)
    assert found.select(np.array([], dtype=np.int64)).masks.coefficients.shape == (0, 2)


@pytest.mark.parametrize(
    ("layout", "outputs"),
    [
        pytest.param("yolov5", yolov8(), id="a yolov8 output read as yolov5"),
        pytest.param("yolov8", yolov5(), id="a yolov5 output read as yolov8"),
        pytest.param("end2end", yolov5(), id="raw boxes read as finished ones"),
        pytest.param("nanodet", yolov5(), id="one output where two are expected"),
        pytest.param("nanodet", [nanodet()[0][:, :-1], nanodet()[1][:, :-1]], id="cells of another input size"),
        pytest.param(
            "end2end", [np.array([[[0, 0, 5, 5, 0.9, 7]]], np.float32)], id="a class that the card does not name"
        ),
        pytest.param("yolov8-seg", yolov8(), id="no prototypes"),
        pytest.param("yolov8-seg", [yolov8()[0], np.ones((1, 2, 4, 8), np.float32)], id="no coefficients"),
        pytest.param("yolov8", [np.zeros((7, 10), np.float32)], id="no batch dimension"),
    ],
)
def test_an_output_that_does_not_fit_is_refused(layout: str, outputs: list[np.ndarray]) -> None:
    with pytest.raises(ModelError):
        LAYOUTS[layout].read(outputs, SIZE, 0.5, CLASSES)
