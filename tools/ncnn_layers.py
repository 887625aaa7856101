"""The layers of ncnn that NanoDet-Plus is made of, as nodes of ONNX.

Settings have numbers in ncnn's text; what each means for a layer, ncnn's documentation of its operators says.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from ncnn_files import Layer, Weights

REST = -233
"""In the place of a length: what is left."""


class Writer:
    """The nodes and arrays of the ONNX graph while it is put together; blobs keep their names."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.arrays: list[onnx.TensorProto] = []
        self.channels: dict[str, int] = {}

    def node(self, op: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: Any) -> str:
        """Add a node; gives its first output."""
        self.nodes.append(helper.make_node(op, [*inputs], [*outputs], name=f"{op}/{outputs[0]}", **attributes))
        return outputs[0]

    def array(self, name: str, values: Any, kind: Any = np.float32) -> str:
        """Add a constant; gives its name."""
        self.arrays.append(numpy_helper.from_array(np.ascontiguousarray(values, kind), name))
        return name

    def whole(self, name: str, values: Any) -> str:
        """Add a constant of whole numbers; gives its name."""
        return self.array(name, values, np.int64)


def add_layers(writer: Writer, layers: Sequence[Layer], weights: Weights) -> None:
    """Write the nodes of ncnn's layers; what ncnn's input is called is to be there before.

    Raises:
        ModelError: If a layer or a setting is not known here, or the weights do not fit.
    """
    for layer in layers:
        if layer.kind not in KINDS:
            raise layer.unknown("a kind")
        KINDS[layer.kind](writer, layer, weights)
    weights.finish()


def _input(writer: Writer, layer: Layer, weights: Weights) -> None:
    writer.channels[layer.outputs[0]] = 3


def _convolution(writer: Writer, layer: Layer, weights: Weights) -> None:
    count, groups = layer.number(0), layer.number(7, 1)
    width, stride, dilation, pad = layer.number(1), layer.number(3, 1), layer.number(2, 1), layer.number(4)
    layer.only(height=(11, width), step=(13, stride), dilation=(12, dilation), pad=(14, pad), right=(15, pad))
    layer.only(bottom=(16, pad), int8=(8, 0), pad_value=(18, 0))
    of_group = writer.channels[layer.inputs[0]] // groups
    if layer.number(6) != count * of_group * width * width:
        raise layer.unknown(f"{layer.number(6)} weights for {of_group * groups} channels")
    inputs = [layer.inputs[0], writer.array(f"{layer.name}.weight", weights.tagged((count, of_group, width, width)))]
    if layer.number(5):
        inputs.append(writer.array(f"{layer.name}.bias", weights.plain(count)))
    sizes = {"kernel_shape": [width] * 2, "strides": [stride] * 2, "dilations": [dilation] * 2, "pads": [pad] * 4}
    output, writer.channels[layer.outputs[0]] = layer.outputs[0], count
    match layer.number(9):
        case 0:
            writer.node("Conv", inputs, [output], group=groups, **sizes)
        case 1:
            writer.node("Relu", [writer.node("Conv", inputs, [f"{output}.linear"], group=groups, **sizes)], [output])
        case 2:
            linear, slope = writer.node("Conv", inputs, [f"{output}.linear"], group=groups, **sizes), layer.numbers(10)
            writer.node("LeakyRelu", [linear], [output], alpha=float(slope[0]))
        case other:
            raise layer.unknown(f"activation {other}")


def _pooling(writer: Writer, layer: Layer, weights: Weights) -> None:
    layer.only(averages=(0, 0), whole_map=(4, 0))
    width, stride, pad = layer.number(1), layer.number(2, 1), layer.number(3)
    layer.only(height=(11, width), step=(12, stride), pad=(13, pad), right=(14, pad), bottom=(15, pad))
    if layer.number(5) != 1:
        raise layer.unknown(f"padding of the kind {layer.number(5)}")
    sizes = {"kernel_shape": [width] * 2, "strides": [stride] * 2, "pads": [pad] * 4}
    _same_channels(writer, layer)
    writer.node("MaxPool", layer.inputs, layer.outputs, **sizes)


def _split(writer: Writer, layer: Layer, weights: Weights) -> None:
    """One blob under several names."""
    for output in layer.outputs:
        writer.node("Identity", layer.inputs, [output])
    _same_channels(writer, layer)


def _concat(writer: Writer, layer: Layer, weights: Weights) -> None:
    axis = layer.number(0)
    lengths = [writer.channels[name] for name in layer.inputs]
    writer.channels[layer.outputs[0]] = lengths[0] if axis else sum(lengths)
    writer.node("Concat", layer.inputs, layer.outputs, axis=axis + 1)


def _shuffle(writer: Writer, layer: Layer, weights: Weights) -> None:
    """The channels of several groups in turns (ShuffleNet).

    A Gather in a fixed order would be one node, and OpenVINO 2026.4 gives wrong numbers for it: to save the Gather it
    reorders the weights of the next convolution, by the same order where the inverse is needed.
    """
    layer.only(reverse=(1, 0))
    (taken,), (given,), groups = layer.inputs, layer.outputs, layer.number(0, 1)
    shape = writer.whole(f"{layer.name}.groups", [1, groups, writer.channels[taken] // groups, -1])
    of_groups = writer.node("Reshape", [taken, shape], [f"{given}.groups"])
    in_turns = writer.node("Transpose", [of_groups], [f"{given}.turns"], perm=(0, 2, 1, 3))
    writer.node("Reshape", [in_turns, writer.node("Shape", [taken], [f"{given}.shape"])], [given])
    _same_channels(writer, layer)


def _crop(writer: Writer, layer: Layer, weights: Weights) -> None:
    if len(layer.settings) != 3 or layer.numbers(11) != [0]:
        raise layer.unknown("another form than a range of channels")
    total = writer.channels[layer.inputs[0]]
    (first,), (last,) = layer.numbers(9), (min(total, each) if each != REST else total for each in layer.numbers(10))
    cut = [
        writer.whole(f"{layer.name}.{name}", [each]) for name, each in (("first", first), ("end", last), ("axis", 1))
    ]
    writer.node("Slice", [layer.inputs[0], *cut], layer.outputs)
    writer.channels[layer.outputs[0]] = int(last - first)


def _slice(writer: Writer, layer: Layer, weights: Weights) -> None:
    layer.only(axis=(1, 0))
    sizes = layer.numbers(0)
    if REST in sizes[:-1]:
        raise layer.unknown("a length that is left out")
    if sizes[-1] == REST:
        sizes = [*sizes[:-1], writer.channels[layer.inputs[0]] - sum(sizes[:-1])]
    writer.node("Split", [layer.inputs[0], writer.whole(f"{layer.name}.sizes", sizes)], layer.outputs, axis=1)
    writer.channels.update(zip(layer.outputs, map(int, sizes), strict=True))


def _interp(writer: Writer, layer: Layer, weights: Weights) -> None:
    if layer.number(0) != 2 or layer.number(6):
        raise layer.unknown("another way of resizing than the bilinear one by half pixels")
    scales = writer.array(f"{layer.name}.scales", [1, 1, layer.settings.get(1, 1), layer.settings.get(2, 1)])
    writer.node("Resize", [layer.inputs[0], "", scales], layer.outputs, mode="linear")
    _same_channels(writer, layer)


def _add(writer: Writer, layer: Layer, weights: Weights) -> None:
    layer.only(operation=(0, 0), scalar=(1, 0))
    writer.node("Add", layer.inputs, layer.outputs)
    _same_channels(writer, layer)


def _sigmoid(writer: Writer, layer: Layer, weights: Weights) -> None:
    writer.node("Sigmoid", layer.inputs, layer.outputs)
    _same_channels(writer, layer)


def _reshape(writer: Writer, layer: Layer, weights: Weights) -> None:
    """A map as a table: a row for each channel."""
    if layer.settings.keys() != {0, 1} or layer.number(0) != -1:
        raise layer.unknown("another form than a row for each channel")
    shape = writer.whole(f"{layer.name}.shape", [1, layer.number(1), -1])
    writer.node("Reshape", [layer.inputs[0], shape], layer.outputs)
    writer.channels[layer.outputs[0]] = layer.number(1)


def _permute(writer: Writer, layer: Layer, weights: Weights) -> None:
    if layer.number(0) != 1:
        raise layer.unknown(f"the order {layer.number(0)}")
    writer.node("Transpose", layer.inputs, layer.outputs, perm=(0, 2, 1))


def _same_channels(writer: Writer, layer: Layer) -> None:
    writer.channels.update(dict.fromkeys(layer.outputs, writer.channels[layer.inputs[0]]))


KINDS: dict[str, Callable[[Writer, Layer, Weights], None]] = {
    "Input": _input,
    "Convolution": _convolution,
    "ConvolutionDepthWise": _convolution,
    "Pooling": _pooling,
    "Split": _split,
    "Concat": _concat,
    "ShuffleChannel": _shuffle,
    "Crop": _crop,
    "Slice": _slice,
    "Interp": _interp,
    "BinaryOp": _add,
    "Sigmoid": _sigmoid,
    "Reshape": _reshape,
    "Permute": _permute,
}
