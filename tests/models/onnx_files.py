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
    input_shape: Sequence[int | str] = (1, 3, "h", "w"),
    outputs: Sequence[str] = ("out",),
    constants: dict[str, np.ndarray] | None = None,
    input_type: int = TensorProto.FLOAT,
) -> Path:
    """Write a graph with the one input `image`."""
    graph = helper.make_graph(
        list(nodes),
        "tiny",
        [helper.make_tensor_value_info("image", input_type, list(input_shape))],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
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


def constant_detector(folder: Path, outputs: dict[str, np.ndarray], output_card: str, fit: str = "letterbox") -> Path:
    """A detector that gives the same arrays for every picture."""
    nodes = [helper.make_node("Constant", [], [name], value=numpy_helper.from_array(v)) for name, v in outputs.items()]
    path = write_model(folder / "detector.onnx", nodes, outputs=tuple(outputs))
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
