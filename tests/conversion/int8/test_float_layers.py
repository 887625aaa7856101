"""Which layers stay in float, by their place in the graph."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from howfar.conversion.int8.float_layers import find_float_layers
from howfar.conversion.int8.plain_form import write_plain_form
from howfar.models.library import embedded_path
from tests.conversion.int8.networks import forked_depth

E = "e = Conv d"


def graph(*lines: str, outputs: Sequence[str]) -> onnx.GraphProto:
    """A graph of lines such as `b = Conv a` or `s = Add a b`; layers have a constant beside what they take."""
    nodes, constants = [], []
    for line in lines:
        name, _, rest = line.partition(" = ")
        operator, *takes = rest.split()
        if operator in ("Conv", "MatMul", "ConvTranspose") and len(takes) == 1:
            takes.append(f"{name}_w")
            constants.append(numpy_helper.from_array(np.zeros((1, 1, 1, 1), dtype=np.float32), f"{name}_w"))
        nodes.append(helper.make_node(operator, takes, [name], name=name))
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("x", *outputs)]
    return helper.make_graph(nodes, "made", values[:1], values[1:], constants)


@pytest.mark.parametrize(
    ("lines", "outputs", "first", "heads", "quantised"),
    [
        pytest.param(
            ["s = Div x x", "a = Conv s", "r = Relu a", "b = Conv r", "f = Add a b", "c = Conv f", "y = Sigmoid c"],
            ["y"],
            ["a"],
            ["c"],
            ["b"],
            id="a join before the last layer ends the head",
        ),
        pytest.param(
            ["a = Conv x", "b = Conv a", "c = Conv b", "d = Conv c"],
            ["d"],
            ["a"],
            ["b", "c", "d"],
            [],
            id="a plain chain is a head from end to end",
        ),
        pytest.param(
            ["a = Conv x", "b = Conv a", "p = Conv b", "q = Conv p", "u = Conv b", "v = Conv u"],
            ["q", "v"],
            ["a"],
            ["p", "q", "u", "v"],
            ["b"],
            id="two heads go back to where they part",
        ),
        pytest.param(
            ["a = Conv x", "b = Conv a", "s = Sigmoid b", "m = Mul b s", "f = Add a m", "c = Conv f", "d = Conv c"],
            ["d"],
            ["a"],
            ["d"],
            ["b", "c"],
            id="what takes the joined ways is of the trunk",
        ),
        pytest.param(
            ["a = Conv x", "b = Conv a", "f = Add a b", "c = Conv f", "s = Sigmoid c", "m = Mul c s", "d = Conv m", E],
            ["e"],
            ["a"],
            ["d", "e"],
            ["b", "c"],
            id="an activation of two nodes is no fork",
        ),
        pytest.param(
            ["a = Conv x", "b = Conv x", "f = Concat a b", "c = Conv f", "g = Concat c f", "d = Conv g"],
            ["d"],
            ["a", "b"],
            ["d"],
            ["c"],
            id="all that take the input are first",
        ),
        pytest.param(
            ["a = Conv x", "b = ConvTranspose a", "m = MatMul a b", "f = Add b m", "c = Conv f"],
            ["c"],
            ["a"],
            ["c"],
            [],
            id="a product of two inputs is no layer, and a transposed convolution is not quantised",
        ),
        pytest.param(
            ["a = Conv x", "b = Conv a", "f = Add a b", "c = Conv f"],
            ["c", "b"],
            ["a"],
            ["c"],
            ["b"],
            id="an output in the middle is no head, as layers come after it",
        ),
    ],
)
def test_where_a_layer_stands_tells_whether_it_stays_in_float(
    lines: list[str], outputs: list[str], first: list[str], heads: list[str], quantised: list[str]
) -> None:
    found = find_float_layers(graph(*lines, outputs=outputs))
    assert found.first == tuple(first)
    assert found.heads == tuple(heads)
    assert found.quantised == tuple(quantised)


def test_what_comes_after_int8_layers_hands_8_bits_on() -> None:
    lines = ["a = Conv x", "r = Relu a", "b = Conv r", "f = Add r b", "s = Sigmoid f", "c = Conv s", "y = Add c c"]
    assert find_float_layers(graph(*lines, outputs=["y"])).passing == ("f",)


def test_a_network_on_disk(tmp_path: Path) -> None:
    model = write_plain_form(forked_depth(tmp_path), tmp_path / "plain.onnx")
    found = find_float_layers(model.graph)
    outputs = {node.name: node.output[0] for node in model.graph.node}
    assert [outputs[name] for name in found.quantised] == ["a", "b", "neck"]
    assert len(found.layers) == 5


def test_the_embedded_detector_keeps_its_stem_and_three_heads(tmp_path: Path) -> None:
    model = write_plain_form(embedded_path("nanodet-g"), tmp_path / "plain.onnx")
    assert not any(node.op_type in ("Cast", "BatchNormalization") for node in model.graph.node)
    found = find_float_layers(model.graph)
    assert (len(found.layers), len(found.first), len(found.heads)) == (34, 1, 3)
