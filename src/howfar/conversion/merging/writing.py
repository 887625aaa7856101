"""A merged model as one ONNX file, which keeps codebooks and indices and looks the weights up when it is opened."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor

from howfar.conversion.merging.reading import OPSET
from howfar.files import replacing
from howfar.networks.merging.codebook import Codebook, EncodedWeight
from howfar.networks.merging.graph import FULLY_CONNECTED, GraphNetwork, Shape, Step
from howfar.networks.merging.merged import MergedNetwork


class _Writer:
    """The nodes and arrays of a file while it is put together."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.arrays: list[onnx.TensorProto] = []
        self._names: set[str] = set()

    def array(self, name: str, values: NDArray[Any]) -> str:
        if name not in self._names:
            self._names.add(name)
            self.arrays.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(self, op: str, inputs: Sequence[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(op, [*inputs], [output], name=output, **attributes))
        return output


def to_onnx(merged: MergedNetwork, names: Sequence[str]) -> onnx.ModelProto:
    """Put all networks into one graph. Inputs, outputs and what lies between are called NAME/… after the networks."""
    writer = _Writer()
    books = [each for each in merged.codebooks if isinstance(each, Codebook)]
    for at, book in enumerate(books):
        writer.array(f"codebook.{at}", _array(book.flat()))
    inputs, outputs = [], []
    for name, network in zip(names, merged.members, strict=True):
        graph = network.graph
        inputs.append(_value(name, graph.input, graph.input_shape))
        outputs += [_value(name, *each) for each in zip(graph.outputs, graph.output_shapes, strict=True)]
        _add(writer, name, network, books)
    whole = helper.make_graph(writer.nodes, "merged", inputs, outputs, writer.arrays)
    model = helper.make_model(whole, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)
    onnx.checker.check_model(model)
    return model


def write_onnx(merged: MergedNetwork, names: Sequence[str], path: Path, *, overwrite: bool = False) -> None:
    """Write the file.

    Raises:
        OutputError: If it cannot be written, or is there and may not be replaced.
    """
    model = to_onnx(merged, names)
    with replacing(path, overwrite=overwrite) as temporary:
        onnx.save(model, temporary)


def _array(value: Tensor) -> NDArray[Any]:
    array: NDArray[Any] = value.detach().contiguous().numpy()
    return array


def _value(name: str, value: str, shape: Shape) -> onnx.ValueInfoProto:
    """An input or an output; lengths that may be any have the network's name before theirs."""
    sides = [each if isinstance(each, int) else f"{name} {each}" for each in shape]
    return helper.make_tensor_value_info(f"{name}/{value}", TensorProto.FLOAT, sides)


def _add(writer: _Writer, name: str, network: GraphNetwork, books: Sequence[Codebook]) -> None:
    weights: dict[str, str] = {}
    kinds = {step.inputs[1]: step.op for step in network.graph.layers()}
    for weight, module in zip(network.weight_names, network.weights, strict=True):
        flat = kinds[weight] == FULLY_CONNECTED
        if isinstance(module, EncodedWeight):
            book = next(at for at, each in enumerate(books) if each is module.codebook)
            weights[weight] = _looked_up(writer, f"{name}/{weight}", module, book, flat=flat)
        else:
            values = _array(module())
            weights[weight] = writer.array(f"{name}/{weight}", values.reshape(values.shape[:2]) if flat else values)
    constants = network.constants
    for step in network.graph.steps:
        taken = [weights.get(each) or (f"{name}/{each}" if each else "") for each in step.inputs]
        for full, own in zip(taken, step.inputs, strict=True):
            if own in constants and own not in weights:
                writer.array(full, _array(constants[own]))
        _write(writer, name, step, taken)


def _write(writer: _Writer, name: str, step: Step, taken: Sequence[str]) -> None:
    outputs = [f"{name}/{each}" if each else "" for each in step.outputs]
    attributes: Mapping[str, Any] = step.attributes
    if step.op != FULLY_CONNECTED:
        node = helper.make_node(step.op, [*taken], outputs, name=f"{name}/{step.name}", **attributes)
        writer.nodes.append(node)
        return
    turned = writer.node("Transpose", [taken[1]], f"{outputs[0]}.turned", perm=(1, 0))
    if len(taken) == 2:
        writer.node("MatMul", [taken[0], turned], outputs[0])
    else:
        product = writer.node("MatMul", [taken[0], turned], f"{outputs[0]}.product")
        writer.node("Add", [product, taken[2]], outputs[0])


def _looked_up(writer: _Writer, name: str, weight: EncodedWeight, book: int, *, flat: bool) -> str:
    """The nodes that turn an index O×S×k×k into the weight."""
    outputs, segments, height, width = weight.get_buffer("index").shape
    length = weight.codebook.codewords.shape[2]
    before = np.cumsum((0, *weight.codebook.counts), dtype=np.int32)[:segments]
    index = writer.array(f"{name}.index", _array(weight.get_buffer("index")))
    first = writer.array(f"{name}.first", before[:, None, None])
    rows = writer.node(
        "Add", [writer.node("Cast", [index], f"{name}.cast", to=TensorProto.INT32), first], f"{name}.rows"
    )
    pieces = writer.node("Gather", [f"codebook.{book}", rows], f"{name}.pieces", axis=0)
    turned = writer.node("Transpose", [pieces], f"{name}.turned", perm=(0, 1, 4, 2, 3))
    whole = (outputs, segments * length) if flat else (outputs, segments * length, height, width)
    shape = writer.array(f"{name}.shape", np.array(whole, np.int64))
    reshaped = writer.node("Reshape", [turned, shape], f"{name}.whole")
    if weight.channels == segments * length:
        return reshaped
    ends = [
        writer.array(f"{name}.{key}", np.array([value], np.int64)) for key, value in (*_CUT, ("end", weight.channels))
    ]
    return writer.node("Slice", [reshaped, ends[0], ends[2], ends[1]], f"{name}.cut")


_CUT = (("begin", 0), ("axis", 1))
