"""Checking a model: digest, opening, fit to its card, one run."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from onnx import helper, numpy_helper

from howfar.errors import ModelError
from howfar.models import read_card
from howfar.models.check import check_model, least_ms
from howfar.models.library import EMBEDDED, find_model
from tests.models.onnx_files import constant_detector, joint_network, mean_depth, write_card, write_model

END2END = 'layout = "end2end"\nclasses = ["ball"]'


def spoilt_digest(folder: Path) -> Path:
    path = mean_depth(folder)
    card = path.with_suffix(".toml")
    card.write_text(f'sha256 = "{"0" * 64}"\n{card.read_text()}')
    return path


def no_onnx(folder: Path) -> Path:
    path = mean_depth(folder)
    path.write_bytes(b"no model at all")
    return path


def other_size(folder: Path) -> Path:
    node = helper.make_node("ReduceMean", ["image"], ["out"], axes=[1], keepdims=1)
    path = write_model(folder / "depth.onnx", [node], input_shape=(1, 3, 32, 32))
    write_card(path, 'kind = "metres"', task="depth", fit="stretch")
    return path


def other_layout(folder: Path) -> Path:
    return constant_detector(folder, {"out": np.zeros((1, 5, 7), np.float32)}, END2END)


def nothing_but_nan(folder: Path) -> Path:
    values = numpy_helper.from_array(np.full((1, 1, 4, 4), np.nan, np.float32))
    path = write_model(folder / "depth.onnx", [helper.make_node("Constant", [], ["out"], value=values)])
    write_card(path, 'kind = "metres"', task="depth", fit="keep-aspect")
    return path


@pytest.mark.parametrize("name", EMBEDDED)
def test_the_embedded_models_are_right(name: str) -> None:
    assert check_model(*find_model(name)) > 0


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(mean_depth, id="a depth network"),
        pytest.param(joint_network, id="a joint network"),
        pytest.param(
            lambda folder: constant_detector(folder, {"out": np.zeros((1, 5, 6), np.float32)}, END2END), id="a detector"
        ),
    ],
)
def test_a_tiny_model_is_right(tmp_path: Path, make) -> None:
    path = make(tmp_path)
    assert least_ms(path, read_card(path.with_suffix(".toml")), runs=3) > 0


def test_a_network_to_which_a_grey_picture_is_sky_is_right(tmp_path: Path) -> None:
    path = mean_depth(tmp_path, 'kind = "metres"\nsky_m = 0.001')
    assert least_ms(path, read_card(path.with_suffix(".toml")), runs=1) > 0


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        pytest.param(spoilt_digest, "is not the file that its card describes", id="another digest"),
        pytest.param(no_onnx, "cannot be opened as an ONNX model", id="no ONNX"),
        pytest.param(other_size, "and its card says 1×3×48×64", id="another input size"),
        pytest.param(other_layout, "numbers a box, this one 7", id="another output layout"),
        pytest.param(nothing_but_nan, "gives no finite depth for 100% of a drawn room", id="no depth comes out"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, make, sentence: str) -> None:
    path = make(tmp_path)
    with pytest.raises(ModelError, match=sentence):
        check_model(path, read_card(path.with_suffix(".toml")))


METRES = 'kind = "metres"\nmax_m = 10.0'


def depth_of(card: str, change: str = "", by: float = 1.0) -> Callable[[Path], Path]:
    """A depth network whose map, from 0.5 to 2.5, is changed by one ONNX operation."""

    def write(folder: Path) -> Path:
        nodes = [
            helper.make_node("ReduceMean", ["image"], ["grey"], axes=[1], keepdims=1),
            helper.make_node("Div", ["grey", "sixty"], ["plain"]),
            helper.make_node(change or "Identity", ["plain", "by"] if change else ["plain"], ["out"]),
        ]
        constants = {"sixty": np.array(60.0, np.float32), "by": np.array(by, np.float32)}
        path = write_model(folder / "depth.onnx", nodes, constants=constants)
        write_card(path, card, task="depth", fit="keep-aspect")
        return path

    return write


def boxes_of(rows: Sequence[Sequence[float]], card: str, *, transposed: bool = False) -> Callable[[Path], Path]:
    """A detector that gives these rows."""
    values = np.array([rows], dtype=np.float32)
    values = values.transpose(0, 2, 1) if transposed else values
    return lambda folder: constant_detector(folder, {"out": values}, card)


YOLO8, RTDETR = 'layout = "yolov8"\nclasses = ["cup", "dog"]', 'layout = "rtdetr"\nclasses = ["cup", "dog"]'
NAN = float("nan")


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        pytest.param(depth_of(METRES, "Mul", 1000.0), "are these millimetres", id="millimetres, with max_m"),
        pytest.param(depth_of(METRES, "Mul", 100.0), "at most 10 m", id="centimetres, with max_m"),
        pytest.param(depth_of('kind = "metres"', "Mul", 1000.0), "no farthest depth", id="millimetres, without max_m"),
        pytest.param(depth_of(METRES, "Mul", 0.0), "gives 0 everywhere", id="zero everywhere"),
        pytest.param(depth_of(METRES, "Pow", 0.0), "gives 1 everywhere", id="one number everywhere"),
        pytest.param(depth_of('kind = "relative_depth"', "Pow", 0.0), "gives 1 everywhere", id="relative, constant"),
        pytest.param(depth_of(METRES, "Mul", -1.0), "100% of a drawn room a depth of 0 or below", id="negative"),
        pytest.param(depth_of(METRES, "Sub", 1.0), "a depth of 0 or below", id="negative in parts"),
        pytest.param(depth_of(METRES, "Mul", NAN), "no finite depth", id="no numbers"),
        pytest.param(
            boxes_of([(0.5, 0.5, 0.2, 0.3, 0.9, 0.0)] * 6, YOLO8, transposed=True),
            "look normalised",
            id="yolov8, shares",
        ),
        pytest.param(
            boxes_of([(0.4, 0.4, 0.6, 0.6, 0.1, 0)] * 5, 'layout = "end2end"\nclasses = ["cup"]'),
            "look normalised",
            id="end2end, shares, below the threshold",
        ),
        pytest.param(
            boxes_of([(32, 24, 20, 20, 4.5, -6.0)] * 6, YOLO8, transposed=True),
            "a score of 4.5, and no sigmoid",
            id="logits",
        ),
        pytest.param(
            boxes_of([(32, 24, 20, 20, -3.0, -6.0)] * 6, YOLO8, transposed=True),
            "no sigmoid",
            id="logits, none above 0",
        ),
        pytest.param(
            boxes_of([(32, 24, 20, 20, 0.9, 0.1)] * 6, f'{YOLO8}\nscores = "logits"', transposed=True),
            "a sigmoid was taken already",
            id="probabilities called logits",
        ),
        pytest.param(
            boxes_of([(320, 240, 200, 200, 0.9, 0.1)] * 3, RTDETR), "look like pixels", id="RT-DETR in pixels"
        ),
        pytest.param(
            boxes_of([(32, 24, 20, 20, 0.9, 0.1)] * 4 + [(32, 24, 20, 20, NAN, 0.1)], YOLO8, transposed=True),
            r"no numbers \(NaN\) in 20% of its rows",
            id="a row of no numbers",
        ),
        pytest.param(
            boxes_of([(10, 10, 40, 30, 0.9, 0.1)] * 20, YOLO8, transposed=True),
            "look like corners",
            id="corners where centres are read",
        ),
        pytest.param(
            boxes_of([(40, 30, 10, 8, 0.9, 0)] * 3, END2END),
            "end before they begin",
            id="centres where corners are read",
        ),
        pytest.param(
            boxes_of([(40, 30, -10, 8, 0.9, 0.1)] * 3, YOLO8, transposed=True),
            "100% of the boxes .* end before they begin",
            id="widths below 0",
        ),
        pytest.param(
            boxes_of([(10, 8, 40, 30, 1, 0.9)] * 3, END2END), "the class 0.9", id="class and score in another order"
        ),
        pytest.param(boxes_of([(10, 8, 40, 30, 0.9, NAN)] * 3, END2END), "the class nan", id="a class of NaN"),
        pytest.param(
            boxes_of([(10, 8, 40, 30, 0.9, float("inf"))], END2END), "the class inf", id="a class of infinity"
        ),
        pytest.param(
            boxes_of([(32, 24, 20, 20, 90.0, 10.0)] * 6, YOLO8, transposed=True),
            "a score of 90, which is neither a probability nor a logit",
            id="percent",
        ),
        pytest.param(
            boxes_of([(32, 24, 20, 20, 230.0, 10.0)] * 6, f'{YOLO8}\nscores = "logits"', transposed=True),
            "a score of 230, which is no logit",
            id="8 bits called logits",
        ),
    ],
)
def test_what_a_network_gives_is_judged(tmp_path: Path, make, sentence: str) -> None:
    path = make(tmp_path)
    card = read_card(path.with_suffix(".toml"))
    with pytest.raises(ModelError, match=sentence):
        check_model(path, card)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(depth_of(METRES), id="metres"),
        pytest.param(depth_of('kind = "relative_inverse"', "Mul", 1000.0), id="relative numbers of any size"),
        pytest.param(depth_of('kind = "relative_inverse"', "Mul", -1.0), id="relative numbers below 0"),
        pytest.param(boxes_of([(0.5, 0.5, 0.2, 0.3, 0.9, 0.0)] * 3, RTDETR), id="RT-DETR"),
        pytest.param(
            boxes_of([(0.5, 0.5, 0.2, 0.3, 2.0, -4.0)] * 3, f'{RTDETR}\nscores = "logits"'), id="RT-DETR with logits"
        ),
        pytest.param(
            boxes_of([(0.5, 0.5, 0.2, 0.3, 0.9, 0.0)] * 6, f'{YOLO8}\nboxes = "normalised"', transposed=True),
            id="yolov8 with shares, as its card says",
        ),
    ],
)
def test_what_fits_its_card_is_right(tmp_path: Path, make) -> None:
    path = make(tmp_path)
    assert check_model(path, read_card(path.with_suffix(".toml"))) > 0
