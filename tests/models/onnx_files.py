"""Tiny ONNX models with their cards, made for tests."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

CARD = """
name = "{name}"
task = "{task}"
licence = "CC0"

[input]
size = {size}
fit = "{fit}"
multiple = 8

[output]
{output}
"""


def write_model(
    path: Path,
    nodes: Sequence[onnx.NodeProto],
    *,
    inputs: Sequence[str] = ("image",),
    input_shape: Sequence[int | str] = (1, 3, "h", "w"),
    outputs: Sequence[str] = ("out",),
    constants: dict[str, np.ndarray] | None = None,
    input_type: int = TensorProto.FLOAT,
    output_types: Sequence[int] | None = None,
) -> Path:
    """Write a graph, by default with the one input `image`."""
    graph = helper.make_graph(
        list(nodes),
        "tiny",
        [helper.make_tensor_value_info(name, input_type, list(input_shape)) for name in inputs],
        [
            helper.make_tensor_value_info(name, kind, None)
            for name, kind in zip(outputs, output_types or [TensorProto.FLOAT] * len(outputs), strict=True)
        ],
        [numpy_helper.from_array(values, name) for name, values in (constants or {}).items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, path)
    return path


def write_card(onnx_path: Path, output: str, *, task: str, fit: str, size: tuple[int, int] = (64, 48)) -> Path:
    """Write the card beside an ONNX file."""
    card = onnx_path.with_suffix(".toml")
    card.write_text(CARD.format(name=onnx_path.stem, task=task, fit=fit, size=list(size), output=output))
    return card


def constant_detector(
    folder: Path, outputs: dict[str, np.ndarray], output_card: str, fit: str = "letterbox", *, kinds: bool = False
) -> Path:
    """A detector that gives the same arrays for every picture; `kinds` keeps what type of number they are of."""
    nodes = [helper.make_node("Constant", [], [name], value=numpy_helper.from_array(v)) for name, v in outputs.items()]
    types = [helper.np_dtype_to_tensor_dtype(values.dtype) for values in outputs.values()] if kinds else None
    path = write_model(folder / "detector.onnx", nodes, outputs=tuple(outputs), output_types=types)
    write_card(path, output_card, task="detection", fit=fit)
    return path


def mean_depth(folder: Path, output_card: str = 'kind = "metres"\nfocal_px = 50.0', fit: str = "keep-aspect") -> Path:
    """A depth network whose depth is the mean of the three channels over 10: 1×1×H×W."""
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["grey"], axes=[1], keepdims=1),
        helper.make_node("Div", ["grey", "ten"], ["out"]),
    ]
    path = write_model(folder / "depth.onnx", nodes, constants={"ten": np.array(10.0, dtype=np.float32)})
    write_card(path, output_card, task="depth", fit=fit)
    return path


def depth_and_classes(folder: Path) -> Path:
    """The same network with the probabilities of two classes, dark and bright, at an eighth of the input's size."""
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["grey"], axes=[1], keepdims=1),
        helper.make_node("Div", ["grey", "ten"], ["out"]),
        helper.make_node("AveragePool", ["grey"], ["cells"], kernel_shape=[8, 8], strides=[8, 8]),
        helper.make_node("Div", ["cells", "white"], ["bright"]),
        helper.make_node("Sub", ["one", "bright"], ["dark"]),
        helper.make_node("Concat", ["dark", "bright"], ["class_probabilities"], axis=1),
    ]
    constants = {"ten": 10.0, "white": 255.0, "one": 1.0}
    path = write_model(
        folder / "classes.onnx",
        nodes,
        outputs=("out", "class_probabilities"),
        constants={name: np.array(value, dtype=np.float32) for name, value in constants.items()},
    )
    write_card(path, 'kind = "metres"\ntensors = ["out"]', task="depth", fit="keep-aspect")
    return path


JOINT_CARD = """
name = "joint"
task = "joint"
licence = "CC0"

[input]
size = [64, 48]
fit = "stretch"
std = [255, 255, 255]

[output.detection]
layout = "yolov8"
classes = ["cup", "dog"]
score = 0.5
tensors = ["boxes"]

[output.depth]
kind = "metres"
focal_px = 50.0
max_m = 10.0
tensors = ["depth"]
"""


def joint_network(folder: Path) -> Path:
    """Small random convolutions with two heads, 12 boxes (yolov8) and a map of 64×48; the map comes first."""
    random = np.random.default_rng(0)
    constants = {
        "depth_weights": random.uniform(0.1, 0.5, (1, 3, 3, 3)),
        "box_weights": random.normal(0, 0.02, (6, 3, 16, 16)),
        "box_bias": np.array([32, 24, 20, 16, 0.6, 0.4]).reshape(1, 6, 1),
        "box_scale": np.array([1, 1, 1, 1, 0.1, 0.1]).reshape(1, 6, 1, 1),
    }
    nodes = [
        helper.make_node("Conv", ["image", "depth_weights"], ["depth"], pads=[1, 1, 1, 1]),
        helper.make_node("Conv", ["image", "box_weights"], ["cells"], strides=[16, 16]),
        helper.make_node("Mul", ["cells", "box_scale"], ["scaled"]),
        helper.make_node("Flatten", ["scaled"], ["flat"]),
        helper.make_node("Reshape", ["flat", "shape"], ["rows"]),
        helper.make_node("Add", ["rows", "box_bias"], ["boxes"]),
    ]
    floats = {name: values.astype(np.float32) for name, values in constants.items()}
    path = write_model(
        folder / "joint.onnx",
        nodes,
        input_shape=(1, 3, 48, 64),
        outputs=("depth", "boxes"),
        constants=floats | {"shape": np.array([1, 6, 12], dtype=np.int64)},
    )
    path.with_suffix(".toml").write_text(JOINT_CARD, encoding="utf-8")
    return path


PAIR_CARD = """
name = "pair"
task = "depth"
licence = "CC0"

[[input]]
name = "one"
size = [64, 48]
fit = "stretch"

[[input]]
name = "other"
picture = "right"
size = [64, 48]
fit = "stretch"

[output]
kind = "metres"
"""


def pair_depth(folder: Path) -> Path:
    """A network of a stereo pair, whose depth is the left picture minus the right one; its first input is the right."""
    nodes = [
        helper.make_node("Sub", ["one", "other"], ["difference"]),
        helper.make_node("ReduceMean", ["difference"], ["out"], axes=[1], keepdims=1),
    ]
    path = write_model(folder / "pair.onnx", nodes, inputs=("other", "one"), input_shape=(1, 3, 48, 64))
    path.with_suffix(".toml").write_text(PAIR_CARD, encoding="utf-8")
    return path
