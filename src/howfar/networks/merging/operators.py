"""What the steps of a network's graph compute, by the names of ONNX (opset 18), in PyTorch.

Each takes a step's inputs, of which an optional one that is left out is None, and its attributes.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

Attributes = Mapping[str, Any]
Inputs = Sequence[Tensor | None]
Operator = Callable[[Inputs, Attributes], Tensor | tuple[Tensor, ...]]

DTYPES = {1: torch.float32, 6: torch.int32, 7: torch.int64, 9: torch.bool, 10: torch.float16, 11: torch.float64}
"""By the numbers that ONNX gives them."""


def ints(value: Tensor | None) -> list[int]:
    """The whole numbers of a constant input; none where it is left out."""
    return [] if value is None else [int(each) for each in value.flatten().tolist()]


def padded(x: Tensor, attributes: Attributes, fill: float = 0.0) -> Tensor:
    """A map with the border that a step's `pads` ask for."""
    pads = attributes.get("pads", (0, 0, 0, 0))
    top, left, bottom, right = pads
    return functional.pad(x, (left, right, top, bottom), value=fill) if any(pads) else x


def strides(attributes: Attributes) -> tuple[int, int]:
    """Steps down and right."""
    down, right = attributes.get("strides", (1, 1))
    return down, right


def dilations(attributes: Attributes) -> tuple[int, int]:
    """Distances between a kernel's rows and between its columns."""
    down, right = attributes.get("dilations", (1, 1))
    return down, right


def convolution(x: Tensor, weight: Tensor, bias: Tensor | None, attributes: Attributes) -> Tensor:
    """A convolution N×C×H×W → N×O×h×w."""
    groups = int(attributes.get("group", 1))
    return functional.conv2d(padded(x, attributes), weight, bias, strides(attributes), 0, dilations(attributes), groups)


def _unary(function: Callable[[Tensor], Tensor]) -> Operator:
    return lambda inputs, _: function(_given(inputs[0]))


def _binary(function: Callable[[Tensor, Tensor], Tensor]) -> Operator:
    return lambda inputs, _: function(_given(inputs[0]), _given(inputs[1]))


def _given(value: Tensor | None) -> Tensor:
    if value is None:
        raise ValueError("an input that the step needs is missing")
    return value


def _clip(inputs: Inputs, _: Attributes) -> Tensor:
    least, greatest = (*inputs[1:], None, None)[:2]
    return torch.clamp(_given(inputs[0]), least, greatest)


def _max_pool(inputs: Inputs, attributes: Attributes) -> Tensor:
    x = padded(_given(inputs[0]), attributes, -math.inf)
    kernel, steps = attributes["kernel_shape"], strides(attributes)
    return functional.max_pool2d(
        x, kernel, steps, 0, dilations(attributes), ceil_mode=bool(attributes.get("ceil_mode", 0))
    )


def _average_pool(inputs: Inputs, attributes: Attributes) -> Tensor:
    x, kernel, steps = _given(inputs[0]), attributes["kernel_shape"], strides(attributes)
    if attributes.get("ceil_mode", 0):
        raise ValueError("averages over windows that end beyond the map (ceil_mode)")
    means = functional.avg_pool2d(padded(x, attributes), kernel, steps)
    if not any(attributes.get("pads", ())) or attributes.get("count_include_pad", 0):
        return means
    seen = functional.avg_pool2d(padded(torch.ones_like(x[:1, :1]), attributes), kernel, steps)
    return means / seen


def _batch_normalisation(inputs: Inputs, attributes: Attributes) -> Tensor:
    x, scale, shift, mean, variance = (_given(each) for each in inputs)
    return functional.batch_norm(x, mean, variance, scale, shift, eps=attributes.get("epsilon", 1e-5))


def _local_response(inputs: Inputs, attributes: Attributes) -> Tensor:
    return functional.local_response_norm(
        _given(inputs[0]),
        attributes["size"],
        attributes.get("alpha", 1e-4),
        attributes.get("beta", 0.75),
        attributes.get("bias", 1.0),
    )


def _reshape(inputs: Inputs, _: Attributes) -> Tensor:
    x = _given(inputs[0])
    return x.reshape([x.shape[at] if side == 0 else side for at, side in enumerate(ints(inputs[1]))])


def _flatten(inputs: Inputs, attributes: Attributes) -> Tensor:
    x, axis = _given(inputs[0]), attributes.get("axis", 1)
    return x.reshape(math.prod(x.shape[:axis]), -1)


def _split(inputs: Inputs, attributes: Attributes) -> tuple[Tensor, ...]:
    x, axis = _given(inputs[0]), attributes.get("axis", 0)
    sizes = ints(inputs[1] if len(inputs) > 1 else None)
    if sizes:
        return tuple(torch.split(x, sizes, dim=axis))
    return tuple(torch.chunk(x, attributes["num_outputs"], dim=axis))


def _slice(inputs: Inputs, _: Attributes) -> Tensor:
    x = _given(inputs[0])
    starts, ends = ints(inputs[1]), ints(inputs[2])
    axes = ints((*inputs, None)[3]) or list(range(len(starts)))
    steps = ints((*inputs, None, None)[4]) or [1] * len(starts)
    index = [slice(None)] * x.ndim
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        index[axis] = slice(start, end, step)
    return x[tuple(index)]


def _unsqueeze(inputs: Inputs, _: Attributes) -> Tensor:
    x, axes = _given(inputs[0]), ints(inputs[1])
    rank = x.ndim + len(axes)
    for axis in sorted(axis % rank for axis in axes):
        x = x.unsqueeze(axis)
    return x


def _squeeze(inputs: Inputs, _: Attributes) -> Tensor:
    x = _given(inputs[0])
    axes = ints((*inputs, None)[1])
    return x.squeeze(tuple(axes)) if axes else x.squeeze()


def _resize(inputs: Inputs, attributes: Attributes) -> Tensor:
    x = _given(inputs[0])
    scales, sizes = (*inputs, None, None)[2:4]
    factors = [] if scales is None else [float(each) for each in scales.flatten().tolist()]
    side = ints(sizes) or [math.floor(length * factor) for length, factor in zip(x.shape, factors, strict=True)]
    mode, grid = attributes.get("mode", "nearest"), attributes.get("coordinate_transformation_mode", "half_pixel")
    if mode == "nearest" and grid == "asymmetric" and attributes.get("nearest_mode") == "floor":
        return functional.interpolate(x, side[2:], mode="nearest")
    if mode == "linear" and grid in ("half_pixel", "pytorch_half_pixel", "align_corners"):
        return functional.interpolate(x, side[2:], mode="bilinear", align_corners=grid == "align_corners")
    raise ValueError(f"a Resize of the kind {mode}, {grid}")


def _reduce(function: Callable[..., Tensor]) -> Operator:
    def reduce(inputs: Inputs, attributes: Attributes) -> Tensor:
        x = _given(inputs[0])
        axes = ints((*inputs, None)[1]) or list(range(x.ndim))
        return function(x, dim=axes, keepdim=bool(attributes.get("keepdims", 1)))

    return reduce


OPERATORS: Mapping[str, Operator] = {
    "Add": _binary(torch.add),
    "AveragePool": _average_pool,
    "BatchNormalization": _batch_normalisation,
    "Cast": lambda inputs, attributes: _given(inputs[0]).to(DTYPES[attributes["to"]]),
    "Clip": _clip,
    "Concat": lambda inputs, attributes: torch.cat([_given(each) for each in inputs], dim=attributes["axis"]),
    "Div": _binary(torch.div),
    "Exp": _unary(torch.exp),
    "Flatten": _flatten,
    "GlobalAveragePool": _unary(lambda x: x.mean(dim=(2, 3), keepdim=True)),
    "HardSigmoid": lambda inputs, attributes: torch.clamp(
        attributes.get("alpha", 0.2) * _given(inputs[0]) + attributes.get("beta", 0.5), 0, 1
    ),
    "HardSwish": _unary(functional.hardswish),
    "Identity": _unary(lambda x: x),
    "LRN": _local_response,
    "LeakyRelu": lambda inputs, attributes: functional.leaky_relu(_given(inputs[0]), attributes.get("alpha", 0.01)),
    "LogSoftmax": lambda inputs, attributes: torch.log_softmax(_given(inputs[0]), attributes.get("axis", -1)),
    "MatMul": _binary(torch.matmul),
    "MaxPool": _max_pool,
    "Mul": _binary(torch.mul),
    "Pow": _binary(torch.pow),
    "ReduceMean": _reduce(torch.mean),
    "ReduceSum": _reduce(torch.sum),
    "Relu": _unary(torch.relu),
    "Reshape": _reshape,
    "Resize": _resize,
    "Sigmoid": _unary(torch.sigmoid),
    "Slice": _slice,
    "Softmax": lambda inputs, attributes: torch.softmax(_given(inputs[0]), attributes.get("axis", -1)),
    "Split": _split,
    "Sqrt": _unary(torch.sqrt),
    "Squeeze": _squeeze,
    "Sub": _binary(torch.sub),
    "Tanh": _unary(torch.tanh),
    "Transpose": lambda inputs, attributes: _given(inputs[0]).permute(tuple(attributes["perm"])),
    "Unsqueeze": _unsqueeze,
}

ACTIVATIONS = frozenset(("Clip", "HardSigmoid", "HardSwish", "LeakyRelu", "Relu", "Sigmoid", "Tanh"))
"""What is applied to each number of a layer's output, and counts as a part of the layer."""
