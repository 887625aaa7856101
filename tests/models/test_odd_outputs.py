"""Networks whose outputs are no arrays of numbers, or empty ones: one sentence, whoever reads them."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from howfar.errors import HowfarError, ModelError
from howfar.models.card_reading import read_card
from howfar.models.check import check_model
from howfar.models.library import open_depth_network, open_detector, open_foreground
from howfar.scene import Frame, Query
from tests.models.onnx_files import constant_detector, write_card, write_model

NUMBERS = helper.make_tensor_type_proto(TensorProto.FLOAT, None)


def _write(path: Path, nodes: list[onnx.NodeProto], kind: onnx.TypeProto) -> None:
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, (1, 3, "h", "w"))
    graph = helper.make_graph(nodes, "odd", [image], [helper.make_value_info("out", kind)])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)


def _sequence(path: Path) -> None:
    _write(path, [helper.make_node("SequenceConstruct", ["image"], ["out"])], helper.make_sequence_type_proto(NUMBERS))


def _none(path: Path) -> None:
    node = helper.make_node("Optional", [], ["out"], type=NUMBERS)
    _write(path, [node], helper.make_optional_type_proto(NUMBERS))


def _texts(path: Path) -> None:
    node = helper.make_node("Constant", [], ["out"], value_strings=["near", "far"])
    _write(path, [node], helper.make_tensor_type_proto(TensorProto.STRING, [2]))


@pytest.mark.parametrize("write", [_sequence, _none, _texts], ids=["a sequence", "nothing", "texts"])
@pytest.mark.parametrize(
    ("task", "output"),
    [("depth", 'kind = "metres"'), ("detection", 'layout = "yolov8"\nclasses = ["cup"]'), ("ranging", "margin = 0.1")],
    ids=["a depth network", "a detector", "a ranging network"],
)
def test_an_output_that_is_no_array_of_numbers(tmp_path: Path, write, task: str, output: str) -> None:
    path = tmp_path / "odd.onnx"
    write(path)
    card = write_card(path, output, task=task, fit="stretch")
    with pytest.raises(ModelError, match="output 'out' holds no array of numbers but") as refusal:
        check_model(path, read_card(card))
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("outputs", "output"),
    [
        pytest.param(
            {"scores": np.zeros((1, 64, 2)), "sides": np.zeros((1, 64, 0))}, 'layout = "nanodet"', id="no bins"
        ),
        pytest.param({"out": np.zeros((1, 0, 6))}, 'layout = "yolov8"', id="boxes of no numbers"),
        pytest.param({"out": np.zeros((0, 6, 4))}, 'layout = "yolov8"', id="no picture"),
        pytest.param({"out": np.zeros(())}, 'layout = "yolov5"', id="one number"),
        pytest.param(
            {"out": np.zeros((1, 8, 5)), "masks": np.zeros((1, 2, 0, 4))},
            'layout = "yolov8-seg"',
            id="masks of no rows",
        ),
        pytest.param(
            {"out": np.zeros((1, 6, 5)), "masks": np.zeros((1, 0, 3, 4))}, 'layout = "yolov8-seg"', id="no masks"
        ),
    ],
)
def test_an_output_without_numbers(tmp_path: Path, outputs: dict[str, np.ndarray], output: str) -> None:
    arrays = {name: values.astype(np.float32) for name, values in outputs.items()}
    path = constant_detector(tmp_path, arrays, f'{output}\nclasses = ["cup", "dog"]', fit="stretch")
    with pytest.raises(ModelError) as refusal:
        check_model(path, read_card(path.with_suffix(".toml")))
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("shape", [(1, 1, 0, 0), (1, 1, 4, 0), (0,)], ids=["no cell", "no column", "nothing"])
def test_a_map_without_cells(tmp_path: Path, shape: tuple[int, ...]) -> None:
    path = constant_detector(tmp_path, {"out": np.zeros(shape, np.float32)}, 'kind = "metres"', fit="stretch")
    card = write_card(path, 'kind = "metres"', task="depth", fit="stretch")
    with pytest.raises(HowfarError) as refusal:
        check_model(path, read_card(card))
    assert "\n" not in str(refusal.value)


def test_a_ranging_network_gives_one_weight_a_cell(tmp_path: Path) -> None:
    nodes = [helper.make_node("Identity", ["image"], ["out"])]
    path = write_model(tmp_path / "odd.onnx", nodes, input_shape=("n", 3, "h", "w"))
    write_card(path, "margin = 0.1", task="ranging", fit="stretch", size=(32, 32))
    crops = np.zeros((2, 3, 32, 32), np.float32)
    with pytest.raises(ModelError, match="a ranging network gives 2×32×32"):
        open_foreground(path)(crops)


YOLO8, SEGMENTS = (f'layout = "{name}"\nclasses = ["cup"]' for name in ("yolov8", "yolov8-seg"))
BOX = np.array([32, 24, 20, 10, 0.9]).reshape(1, 5, 1)
MASKED = np.concatenate([BOX, np.ones((1, 2, 1))], axis=1)
PICTURE = Frame(np.zeros((48, 64, 3), np.uint8), "a picture")


@pytest.mark.parametrize("kind", ["float16", "float32", "float64", "int8", "uint8", "int64"])
def test_boxes_are_read_whatever_type_of_number_they_are(tmp_path: Path, kind: str) -> None:
    rows = np.array([[[10, 12, 30, 40, 1, 0]]]).astype(kind)
    path = constant_detector(
        tmp_path, {"out": rows}, 'layout = "end2end"\nclasses = ["cup"]', fit="stretch", kinds=True
    )
    found = open_detector(path).detect(PICTURE, Query())
    np.testing.assert_allclose(found.boxes_xyxy_px, [[10, 12, 30, 40]])


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("outputs", "card"),
    [
        pytest.param({"out": BOX * [[[1e300], [1], [1], [1], [1]]]}, YOLO8, id="a box beyond single precision"),
        pytest.param({"out": BOX * [[[1e300], [1], [1e300], [1], [1]]]}, YOLO8, id="its sides too"),
        pytest.param({"out": BOX * [[[1], [1], [np.inf], [1], [1]]]}, YOLO8, id="a box without end"),
        pytest.param(
            {"out": MASKED * np.nan ** np.eye(7)[6].reshape(1, 7, 1), "masks": np.ones((1, 2, 6, 8))},
            SEGMENTS,
            id="a mask of NaN",
        ),
    ],
)
def test_a_row_of_no_numbers_is_left_out_with_a_note(tmp_path: Path, outputs: dict[str, np.ndarray], card: str) -> None:
    path = constant_detector(tmp_path, outputs, card, fit="stretch", kinds=True)
    found = open_detector(path).detect(PICTURE, Query())
    assert len(found) == 0
    assert "that hold no numbers" in found.notes[0]


@pytest.mark.parametrize("value", [np.nan, np.inf], ids=["NaN", "infinity"])
def test_masks_of_no_numbers_are_refused(tmp_path: Path, value: float) -> None:
    outputs = {"out": MASKED.astype(np.float32), "masks": np.full((1, 2, 6, 8), value, np.float32)}
    detector = open_detector(constant_detector(tmp_path, outputs, SEGMENTS, fit="stretch"))
    with pytest.raises(ModelError, match="masks hold no numbers"):
        detector.detect(PICTURE, Query())


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("one", [np.nan, np.inf, 1e300], ids=["NaN", "infinity", "a number beyond single precision"])
def test_one_odd_number_does_not_hide_that_a_map_is_in_millimetres(tmp_path: Path, one: float) -> None:
    values = np.linspace(1000, 4000, 192).reshape(1, 1, 12, 16)
    values[0, 0, 0, 0] = one
    path = constant_detector(tmp_path, {"out": values}, YOLO8, fit="stretch", kinds=True)
    write_card(path, 'kind = "metres"\nmax_m = 10', task="depth", fit="stretch")
    with pytest.raises(ModelError, match="are these millimetres"):
        open_depth_network(path).estimate(PICTURE)
