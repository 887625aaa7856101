"""Networks whose outputs are no arrays of numbers, or empty ones: one sentence, whoever reads them."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from howfar.errors import HowfarError, ModelError
from howfar.models.card_reading import read_card
from howfar.models.check import check_model
from howfar.models.library import open_foreground
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
