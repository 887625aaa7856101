"""From an ONNX file to a graph whose layers can be merged: single precision, batch normalisation folded."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # it comes without types
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor

from howfar.errors import ModelError
from howfar.networks.merging.graph import FULLY_CONNECTED, WEIGHTED, Graph, Step
from howfar.networks.merging.operators import OPERATORS

OPSET = 18
"""Files of other versions are brought to this one."""

OUTSIDE = frozenset(("ConvTranspose", "DeformConv", "GRU", "LSTM", "RNN", "If", "Loop", "Scan", "Attention"))
"""What makes a network one that is no feed-forward network of convolutions and fully connected layers."""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A network that is to be merged.

    Attributes:
        name: What it is called: its file's name without the ending.
        graph: Its steps.
        constants: Its weights and what else is constant, by the names in the graph.
    """

    name: str
    graph: Graph
    constants: Mapping[str, Tensor]


def read_source(path: Path) -> Source:
    """Read a network.

    Raises:
        ModelError: If the file is no ONNX file, holds a layer outside the method, or has several inputs.
    """
    graph = _load(path).graph
    for node in graph.node:
        _refuse_outside(node, path)
    constants = {each.name: _tensor(each) for each in graph.initializer}
    fed = [each for each in graph.input if each.name not in constants]
    if len(fed) != 1:
        raise ModelError(f"{path} has {len(fed)} inputs, and merging takes networks of one: choose another.")
    outputs = tuple(each.name for each in graph.output)
    steps = _folded([_step(node, at) for at, node in enumerate(graph.node)], constants, outputs)
    steps = _with_normalisation(_with_layers(steps, constants, outputs), constants, outputs)
    used = {name for step in steps for name in step.inputs} | {*outputs}
    read = Graph(fed[0].name, _shape(fed[0]), outputs, tuple(map(_shape, graph.output)), tuple(steps))
    if not read.layers():
        raise ModelError(f"{path} has no convolution and no fully connected layer: there is nothing to merge.")
    return Source(path.stem, read, {name: value for name, value in constants.items() if name in used})


def _load(path: Path) -> onnx.ModelProto:
    try:
        model = onnx.load(path)
        version = next((each.version for each in model.opset_import if each.domain in ("", "ai.onnx")), 0)
        if version != OPSET:
            model = onnx.version_converter.convert_version(model, OPSET)
    except OSError as error:
        raise ModelError(f"The network {path} cannot be read ({error.strerror}): name an ONNX file.") from None
    except (DecodeError, RuntimeError, ValueError, onnx.checker.ValidationError):
        raise ModelError(f"{path} is no ONNX file, or a damaged or very old one: export it again.") from None
    if not model.graph.node:
        raise ModelError(f"{path} is no ONNX file, or an empty one: export it again.")
    return model


def _refuse_outside(node: onnx.NodeProto, path: Path) -> None:
    if node.op_type in OUTSIDE or node.domain not in ("", "ai.onnx"):
        raise ModelError(
            f"{path} has the layer {node.name or node.output[0]} of the type {node.op_type}, which the method does not "
            "cover: merge networks of convolutions, fully connected layers, pooling and activations."
        )


def _tensor(initializer: onnx.TensorProto) -> Tensor:
    return torch.from_numpy(np.array(numpy_helper.to_array(initializer)))


def _shape(value: onnx.ValueInfoProto) -> tuple[int | str, ...]:
    return tuple(each.dim_value or each.dim_param or "any" for each in value.type.tensor_type.shape.dim)


def _step(node: onnx.NodeProto, at: int) -> Step:
    attributes = {each.name: _attribute(each) for each in node.attribute}
    if attributes.pop("auto_pad", "NOTSET") not in ("NOTSET", "VALID"):
        raise ModelError(
            f"The layer {node.name or node.output[0]} has auto_pad, whose border depends on the picture's size: "
            "export the network with pads in numbers."
        )
    return Step(node.op_type, node.name or f"{node.op_type}_{at}", tuple(node.input), tuple(node.output), attributes)


def _attribute(attribute: onnx.AttributeProto) -> Any:
    value = helper.get_attribute_value(attribute)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, TensorProto):
        return _tensor(value)
    return value if isinstance(value, int | float | str) else tuple(value)


def _folded(steps: list[Step], constants: dict[str, Tensor], outputs: tuple[str, ...]) -> list[Step]:
    """Take out dropout and what is computed of constants alone, such as weights in half precision made single."""
    other: dict[str, str] = {}
    kept = []
    for step in steps:
        step = replace(step, inputs=tuple(other.get(name, name) for name in step.inputs))
        if step.op in ("Dropout", "Identity") and step.outputs[0] not in outputs and step.inputs[0] not in constants:
            other[step.outputs[0]] = step.inputs[0]
        elif step.op == "Constant":
            constants[step.outputs[0]] = _constant(step)
        elif step.op in OPERATORS and all(name in constants for name in step.inputs if name):
            given = OPERATORS[step.op]([constants.get(name) for name in step.inputs], step.attributes)
            constants.update(zip(step.outputs, given if isinstance(given, tuple) else (given,), strict=False))
        else:
            kept.append(step)
    return kept


def _constant(step: Step) -> Tensor:
    value = next(iter(step.attributes.values()))
    return value if isinstance(value, Tensor) else torch.tensor(value)


def _with_layers(steps: list[Step], constants: dict[str, Tensor], outputs: tuple[str, ...]) -> list[Step]:
    """Write each product with a constant matrix as a fully connected layer, with the bias that is added after it."""
    uses = Counter(name for step in steps for name in step.inputs)
    adds = {name: step for step in steps if step.op == "Add" for name in step.inputs if uses[name] == 1}
    layers: list[Step] = []
    taken: set[str] = set()
    for step in steps:
        if step.name in taken:
            continue
        if step.op == "MatMul" and len(step.inputs) > 1 and constants.get(step.inputs[1], _NONE).ndim == 2:
            name = f"{step.inputs[1]}.T"
            constants[name] = constants[step.inputs[1]].T.contiguous()
            add = None if step.outputs[0] in outputs else adds.get(step.outputs[0])
            bias = None if add is None else next(each for each in add.inputs if each != step.outputs[0])
            if add is None or bias is None or constants.get(bias, _NONE).ndim != 1:
                layers.append(Step(FULLY_CONNECTED, step.name, (step.inputs[0], name), step.outputs, {}))
            else:
                layers.append(Step(FULLY_CONNECTED, step.name, (step.inputs[0], name, bias), add.outputs, {}))
                taken.add(add.name)
        elif step.op == "Gemm" and step.inputs[1] in constants:
            layers.append(_product(step, constants))
        else:
            layers.append(step)
    return layers


_NONE = torch.empty(())


def _product(step: Step, constants: dict[str, Tensor]) -> Step:
    alpha, beta = step.attributes.get("alpha", 1.0), step.attributes.get("beta", 1.0)
    if step.attributes.get("transA", 0) or alpha != 1 or beta != 1:
        raise ModelError(
            f"The layer {step.name} of the type Gemm is no fully connected layer (it scales or transposes its input): "
            "merge networks of plain ones."
        )
    if step.attributes.get("transB", 0):
        return Step(FULLY_CONNECTED, step.name, step.inputs, step.outputs, {})
    name = f"{step.inputs[1]}.T"
    constants[name] = constants[step.inputs[1]].T.contiguous()
    return Step(FULLY_CONNECTED, step.name, (step.inputs[0], name, *step.inputs[2:]), step.outputs, {})


def _with_normalisation(steps: list[Step], constants: dict[str, Tensor], outputs: tuple[str, ...]) -> list[Step]:
    """Fold each batch normalisation into the layer whose output it alone takes."""
    uses = Counter(name for step in steps for name in step.inputs)
    given = {name: step for step in steps for name in step.outputs}
    folded: dict[str, Step] = {}
    gone: set[str] = set()
    for step in steps:
        layer = given.get(step.inputs[0]) if step.op == "BatchNormalization" else None
        if layer is None or layer.op not in WEIGHTED or uses[layer.outputs[0]] > 1 or layer.outputs[0] in outputs:
            continue
        if uses[layer.inputs[1]] > 1 or not all(name in constants for name in (*layer.inputs[1:], *step.inputs[1:])):
            continue
        scale, shift, mean, variance = (constants[name] for name in step.inputs[1:])
        factor = scale / torch.sqrt(variance + step.attributes.get("epsilon", 1e-5))
        weight = constants[layer.inputs[1]]
        bias = constants[layer.inputs[2]] if len(layer.inputs) > 2 else torch.zeros_like(mean)
        new = f"{layer.inputs[1]}.bias"
        constants[layer.inputs[1]] = weight * factor.reshape(-1, *[1] * (weight.ndim - 1))
        constants[new] = (bias - mean) * factor + shift
        folded[layer.name] = replace(layer, inputs=(*layer.inputs[:2], new), outputs=(step.outputs[0],))
        gone.add(step.name)
    return [folded.get(step.name, step) for step in steps if step.name not in gone]
