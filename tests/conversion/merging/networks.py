"""Small networks to merge, as ONNX files that the test writes."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

Layer = tuple[str, tuple[int, ...]]

ATTRIBUTES = {
    "Conv": {"pads": (1, 1, 1, 1)},
    "MaxPool": {"kernel_shape": (2, 2), "strides": (2, 2)},
    "Gemm": {"transB": 1},
}


def write_network(path: Path, layers: Sequence[Layer], input_shape: Sequence[int | str], *, seed: int = 0) -> Path:
    """Write a chain of layers; a layer's second part is its weight's shape, empty for one without.

    Weights are called w0, w1, … and biases b0, …
    """
    random = np.random.default_rng(seed)
    nodes, arrays, value = [], [], "x"
    for at, (op, shape) in enumerate(layers):
        inputs, given = [value], f"v{at}"
        if op == "BatchNormalization":
            numbers = random.uniform(0.5, 1.5, (4, *shape)).astype(np.float32)
            inputs += [f"n{at}.{part}" for part in range(4)]
            arrays += [numpy_helper.from_array(row, name) for row, name in zip(numbers, inputs[1:], strict=True)]
        elif shape:
            inputs += [f"w{at}", f"b{at}"]
            weight = random.normal(0, 1 / np.sqrt(np.prod(shape[1:])), shape).astype(np.float32)
            bias = random.normal(0, 0.1, shape[:1]).astype(np.float32)
            arrays += [numpy_helper.from_array(weight, f"w{at}"), numpy_helper.from_array(bias, f"b{at}")]
        nodes.append(helper.make_node(op, inputs, [given], name=f"{op.lower()}{at}", **ATTRIBUTES.get(op, {})))
        value = given
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, list(input_shape))],
        [helper.make_tensor_value_info(value, TensorProto.FLOAT, ["n", layers[-1][1][0] if layers[-1][1] else "k"])],
        arrays,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.save(model, path)
    return path


def small(path: Path, *, channels: int = 1, filters: int = 4, classes: int = 3, seed: int = 0) -> Path:
    """One convolution, and two fully connected layers: of N×channels×4×4."""
    return write_network(
        path,
        [
            ("Conv", (filters, channels, 3, 3)),
            ("Relu", ()),
            ("MaxPool", ()),
            ("Flatten", ()),
            ("Gemm", (8, filters * 4)),
            ("Relu", ()),
            ("Gemm", (classes, 8)),
        ],
        ("n", channels, 4, 4),
        seed=seed,
    )


def deeper(path: Path, *, classes: int = 2, seed: int = 1) -> Path:
    """Three convolutions with batch normalisation, and three fully connected layers: of N×2×4×4."""
    return write_network(
        path,
        [
            ("Conv", (6, 2, 3, 3)),
            ("BatchNormalization", (6,)),
            ("Relu", ()),
            ("Conv", (6, 6, 3, 3)),
            ("Relu", ()),
            ("MaxPool", ()),
            ("Conv", (5, 6, 3, 3)),
            ("Relu", ()),
            ("Flatten", ()),
            ("Gemm", (9, 20)),
            ("Relu", ()),
            ("Gemm", (7, 9)),
            ("Relu", ()),
            ("Gemm", (classes, 7)),
        ],
        ("n", 2, 4, 4),
        seed=seed,
    )
