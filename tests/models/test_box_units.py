"""Detectors whose boxes are shares, whose scores are logits, or whose rows are no numbers."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from howfar.errors import ModelError
from howfar.models import open_detector
from howfar.models.card_reading import parse_card
from howfar.models.card_writing import card_text
from howfar.models.detector import MAX_DETECTIONS
from howfar.scene import Detections, Frame, Query
from tests.models.onnx_files import constant_detector

FRAME = Frame(np.full((48, 64, 3), 20, dtype=np.uint8), "grey")
YOLO5, YOLO8, END2END, RTDETR = (
    f'layout = "{name}"\nclasses = ["cup", "dog"]\nscore = 0.5' for name in ("yolov5", "yolov8", "end2end", "rtdetr")
)
NAN = float("nan")
BOX = [22.0, 14.0, 42.0, 34.0]


def found(folder: Path, outputs: Sequence[np.ndarray], card: str) -> Detections:
    named = {f"out{index}": output.astype(np.float32) for index, output in enumerate(outputs)}
    return open_detector(constant_detector(folder, named, card)).detect(FRAME, Query())


def rows(*values: Sequence[float]) -> np.ndarray:
    return np.array([values])


def columns(*values: Sequence[float]) -> np.ndarray:
    return rows(*values).transpose(0, 2, 1)


def shares(box: Sequence[float]) -> list[float]:
    return [value / side for value, side in zip(box, (64, 48, 64, 48), strict=True)]


PIXELS, SHARES = [32.0, 24.0, 20.0, 20.0], shares([32, 24, 20, 20])
LOGIT = float(np.log(0.8 / 0.2))


@pytest.mark.parametrize(
    ("outputs", "card"),
    [
        pytest.param([columns([*PIXELS, 0.8, 0.1])], YOLO8, id="yolov8"),
        pytest.param([columns([*SHARES, 0.8, 0.1])], f'{YOLO8}\nboxes = "normalised"', id="yolov8 with shares"),
        pytest.param([columns([*PIXELS, LOGIT, -9])], f'{YOLO8}\nscores = "logits"', id="yolov8 with logits"),
        pytest.param([rows([*PIXELS, 60, LOGIT, -9])], f'{YOLO5}\nscores = "logits"', id="yolov5 with logits"),
        pytest.param([rows([*SHARES, 1, 0.8, 0.1])], f'{YOLO5}\nboxes = "normalised"', id="yolov5 with shares"),
        pytest.param([rows([*shares(BOX), 0.8, 0])], f'{END2END}\nboxes = "normalised"', id="end2end with shares"),
        pytest.param([rows([*SHARES, 0.8, 0.1])], RTDETR, id="rtdetr, one output"),
        pytest.param([rows([*SHARES, LOGIT, -9])], f'{RTDETR}\nscores = "logits"', id="rtdetr, logits"),
        pytest.param([rows([*PIXELS, 0.8, 0.1])], f'{RTDETR}\nboxes = "pixels"', id="rtdetr in pixels"),
        pytest.param([rows([0.8, 0.1]), rows(SHARES)], RTDETR, id="rtdetr, scores and boxes"),
        pytest.param([rows([LOGIT, -9]), rows(SHARES)], f'{RTDETR}\nscores = "logits"', id="rtdetr, logits and boxes"),
    ],
)
def test_one_cup_in_the_middle(tmp_path: Path, outputs, card: str) -> None:
    cup = found(tmp_path, outputs, card)
    assert cup.labels == ("cup",)
    assert cup.boxes_xyxy_px == pytest.approx(np.array([BOX]), abs=1e-3)
    assert cup.scores == pytest.approx([0.8], abs=1e-4)


SSD = """layout = "ssd"
classes = ["cup", "dog"]
score = 0.5

[output.default_boxes]
side_px = 64
maps = [2]
steps_px = [32.0]
scales = [0.5, 0.5]
ratios = [[2.0]]"""
"""Sixteen default boxes, four a cell; the first of a cell is 32×32."""
SSD_PAIR = SSD.replace('"ssd"', '"ssd-pair"') + "\nshift = 0.25"


def ssd(numbers: int, *, logits: bool = False) -> list[np.ndarray]:
    """The first box of the last cell, whose centre is at (48, 48), is brought to `BOX` on a square input."""
    offsets, scores = np.zeros((1, 16, numbers)), np.zeros((1, 16, 3))
    offsets[0, 12, :4] = ((32 - 48) / 32 / 0.1, (32 - 48) / 32 / 0.1, *[np.log(20 / 32) / 0.2] * 2)
    if numbers == 6:
        offsets[0, 12, 4] = ((27 - 48) / 32 + 0.25) / 0.1  # the right-hand middle at column 27
    scores[0, :, 0] = 1.0
    scores[0, 12] = (0.1, 0.8, 0.1)
    return [offsets, np.log(scores + 1e-9) if logits else scores]


def found_on_square(folder: Path, outputs: Sequence[np.ndarray], card: str) -> Detections:
    """What is found in an input of 64×64."""
    named = {f"out{index}": output.astype(np.float32) for index, output in enumerate(outputs)}
    path = constant_detector(folder, named, card)
    path.with_suffix(".toml").write_text(
        path.with_suffix(".toml").read_text().replace("size = [64, 48]", "size = [64, 64]")
    )
    return open_detector(path).detect(Frame(np.full((64, 64, 3), 20, dtype=np.uint8), "grey"), Query())


@pytest.mark.parametrize(
    ("outputs", "card"),
    [
        pytest.param(ssd(4), SSD, id="ssd"),
        pytest.param(
            ssd(4, logits=True), SSD.replace("score =", 'scores = "logits"\nscore ='), id="ssd with logits: a softmax"
        ),
        pytest.param(ssd(6), SSD_PAIR, id="ssd-pair"),
    ],
)
def test_offsets_from_the_cards_default_boxes(tmp_path: Path, outputs, card: str) -> None:
    cup = found_on_square(tmp_path, outputs, card)
    assert cup.labels == ("cup",)
    assert cup.boxes_xyxy_px == pytest.approx(np.array([[22, 22, 42, 42]]), abs=1e-3)
    assert cup.scores == pytest.approx([0.8], abs=1e-4)
    if "pair" in card:
        assert cup.disparities_px is not None
        assert cup.disparities_px == pytest.approx([5.0], abs=1e-3)
    else:
        assert cup.disparities_px is None


@pytest.mark.parametrize(
    ("outputs", "card", "says"),
    [
        pytest.param([ssd(4)[0][:, :12], ssd(4)[1][:, :12]], SSD, "default boxes of its card are 16", id="too few"),
        pytest.param(ssd(4), SSD_PAIR, "1×N×6", id="single boxes where the card says pairs"),
        pytest.param(ssd(4)[::-1], SSD, "name the boxes first", id="the scores first"),
        pytest.param([ssd(4)[0], ssd(4)[1][..., 1:]], SSD, "with the background, 1×N×3", id="no background"),
        pytest.param(ssd(4, logits=True), SSD, 'scores = "logits"', id="logits where the card says probabilities"),
    ],
)
def test_an_ssd_that_does_not_fit_its_card(tmp_path: Path, outputs, card: str, says: str) -> None:
    with pytest.raises(ModelError, match=says):
        found_on_square(tmp_path, outputs, card)


@pytest.mark.parametrize(
    ("outputs", "card", "says"),
    [
        pytest.param([columns([*SHARES, 0.8, 0.1])], YOLO8, 'boxes = "normalised"', id="yolov8: shares"),
        pytest.param([rows([*SHARES, 1, 0.8, 0.1])], YOLO5, 'boxes = "normalised"', id="yolov5: shares"),
        pytest.param([rows([*shares(BOX), 0.8, 0])], END2END, 'boxes = "normalised"', id="end2end: shares"),
        pytest.param([rows([*PIXELS, 0.8, 0.1])], RTDETR, 'boxes = "pixels"', id="rtdetr: pixels"),
        pytest.param([columns([*PIXELS, 4.5, -3])], YOLO8, 'scores = "logits"', id="yolov8: logits"),
        pytest.param([rows([*SHARES, 4.5, -3])], RTDETR, 'scores = "logits"', id="rtdetr: logits"),
        pytest.param(
            [columns([*PIXELS, -2.5, -3])], YOLO8, "a score of -3, and no sigmoid", id="yolov8: logits below 0"
        ),
        pytest.param([rows([*PIXELS, -2, -3, 1])], YOLO5, "no sigmoid", id="yolov5: logits below 0"),
        pytest.param([columns([*PIXELS, NAN, NAN])], YOLO8, "no numbers", id="no row has numbers"),
        pytest.param(
            [rows([0.8, 0.1]), rows([*SHARES, 1])], RTDETR, "name the scores first", id="rtdetr: two odd outputs"
        ),
        pytest.param([rows(SHARES), rows([0.8, 0.1])], RTDETR, "name the scores first", id="rtdetr: boxes first"),
        pytest.param([rows([*SHARES, 0.8, 0.1, 0])], RTDETR, "It looks like yolov5", id="rtdetr: a yolov5"),
        pytest.param([np.zeros((1, 300, 6))], YOLO8, "It looks like rtdetr or end2end", id="yolov8: an rtdetr"),
        pytest.param([np.zeros((1, 6, 300))], RTDETR, "It looks like yolov8", id="rtdetr: a yolov8"),
        pytest.param([rows([*SHARES, 0.8])], RTDETR, "6 numbers a box, this one 5", id="rtdetr: other classes"),
    ],
)
def test_what_its_card_does_not_say_is_told(tmp_path: Path, outputs, card: str, says: str) -> None:
    with pytest.raises(ModelError, match=says):
        found(tmp_path, outputs, card)


def test_rows_that_an_export_fills_up_are_no_logits(tmp_path: Path) -> None:
    assert len(found(tmp_path, [rows([0, 0, 0, 0, -1, -1])], END2END)) == 0


@pytest.mark.parametrize(
    "lost",
    [[*PIXELS, NAN, 0.1], [NAN, 24, 20, 20, 0.9, 0.1], [*PIXELS, NAN, NAN]],
    ids=["a score", "a box", "both scores"],
)
def test_rows_that_are_no_numbers_are_left_out_and_counted(tmp_path: Path, lost: list[float]) -> None:
    cup = found(tmp_path, [columns([*PIXELS, 0.8, 0.1], lost, [*PIXELS, 0.2, 0.1])], YOLO8)
    assert cup.labels == ("cup",)
    assert "left out: 1." in cup.notes[0]


@pytest.mark.parametrize(("objects", "notes"), [(MAX_DETECTIONS, 0), (MAX_DETECTIONS + 1, 1)])
def test_more_objects_than_are_told_are_counted(tmp_path: Path, objects: int, notes: int) -> None:
    many = [(*BOX, 0.9 - index / 1000, 0) for index in range(objects)]
    crowd = found(tmp_path, [rows(*many)], END2END)
    assert len(crowd) == MAX_DETECTIONS
    assert len(crowd.notes) == notes
    if notes:
        assert "101 objects were found, and the best 100 are told" in crowd.notes[0]


@pytest.mark.parametrize(
    "card", [RTDETR, f'{RTDETR}\nboxes = "pixels"', f'{YOLO8}\nboxes = "normalised"\nscores = "logits"']
)
def test_a_card_is_written_as_it_is_read(tmp_path: Path, card: str) -> None:
    import tomllib

    from howfar.models import read_card

    path = constant_detector(tmp_path, {"out": np.zeros((1, 6, 6), np.float32)}, card)
    read = read_card(path.with_suffix(".toml"))
    assert parse_card(tomllib.loads(card_text(read)), "again") == read


def test_nanodet_has_no_boxes_to_be_shares(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="leave out 'boxes'"):
        found(tmp_path, [np.zeros((1, 6, 6))] * 2, 'layout = "nanodet"\nclasses = ["a"]\nboxes = "normalised"')
