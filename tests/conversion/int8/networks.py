"""Small networks with random weights whose ways fork and join, with their cards."""

from pathlib import Path

import numpy as np
import onnx
from onnx import helper
from PIL import Image

from tests.models.onnx_files import write_card, write_model

METRES = 'kind = "metres"\nfocal_px = 50.0\nmax_m = 10.0'


def convolution(name: str, takes: str) -> onnx.NodeProto:
    """A convolution with the weights NAME_w."""
    return helper.make_node("Conv", [takes, f"{name}_w"], [name], name=name, pads=[1, 1, 1, 1])


def weights(**channels: tuple[int, int]) -> dict[str, np.ndarray]:
    """Random weights for the convolutions of these names, by the channels that they give and take."""
    random = np.random.default_rng(0)
    return {
        f"{name}_w": random.normal(0, 1 / np.sqrt(9 * takes), (gives, takes, 3, 3)).astype(np.float32)
        for name, (gives, takes) in channels.items()
    }


def forked_depth(folder: Path, output: str = METRES) -> Path:
    """A depth network: first → a, b, which are added → neck → last; depth is exp(last) + 1."""
    nodes = [
        helper.make_node("Div", ["image", "scale"], ["scaled"]),
        convolution("first", "scaled"),
        helper.make_node("Relu", ["first"], ["first_r"]),
        convolution("a", "first_r"),
        convolution("b", "first_r"),
        helper.make_node("Add", ["a", "b"], ["sum"]),
        helper.make_node("Relu", ["sum"], ["sum_r"]),
        convolution("neck", "sum_r"),
        helper.make_node("Relu", ["neck"], ["neck_r"]),
        convolution("last", "neck_r"),
        helper.make_node("Exp", ["last"], ["wide"]),
        helper.make_node("Add", ["wide", "one"], ["depth"]),
    ]
    constants = weights(first=(8, 3), a=(8, 8), b=(8, 8), neck=(8, 8), last=(1, 8))
    constants |= {"scale": np.array(255, dtype=np.float32), "one": np.array(1, dtype=np.float32)}
    path = write_model(folder / "forked.onnx", nodes, outputs=("depth",), constants=constants)
    write_card(path, output, task="depth", fit="keep-aspect")
    return path


JOINT_CARD = """
name = "joint"
task = "joint"
licence = "CC0"

[input]
size = [64, 48]
fit = "stretch"

[output.detection]
layout = "yolov8"
classes = ["cup", "dog"]
score = 0.3
tensors = ["boxes"]

[output.depth]
kind = "metres"
max_m = 10.0
tensors = ["depth"]
"""


def forked_joint(folder: Path) -> Path:
    """A joint network: first → a, b, which are added → 12 boxes (yolov8), and depth; it takes 64×48."""
    random = np.random.default_rng(0)
    nodes = [
        helper.make_node("Div", ["image", "scale"], ["scaled"]),
        convolution("first", "scaled"),
        helper.make_node("Relu", ["first"], ["first_r"]),
        convolution("a", "first_r"),
        convolution("b", "first_r"),
        helper.make_node("Add", ["a", "b"], ["sum"]),
        convolution("last", "sum"),
        helper.make_node("Exp", ["last"], ["depth"]),
        helper.make_node("Conv", ["sum", "cells_w"], ["cells"], strides=[16, 16]),
        helper.make_node("Reshape", ["cells", "shape"], ["rows"]),
        helper.make_node("Add", ["rows", "bias"], ["boxes"]),
    ]
    constants = weights(first=(8, 3), a=(8, 8), b=(8, 8), last=(1, 8))
    constants |= {
        "scale": np.array(255, dtype=np.float32),
        "cells_w": random.normal(0, 0.002, (6, 8, 16, 16)).astype(np.float32),
        "shape": np.array([1, 6, 12]),
        "bias": np.array([32, 24, 20, 16, 0.6, 0.4], dtype=np.float32).reshape(1, 6, 1),
    }
    path = write_model(
        folder / "joint.onnx", nodes, input_shape=(1, 3, 48, 64), outputs=("depth", "boxes"), constants=constants
    )
    path.with_suffix(".toml").write_text(JOINT_CARD, encoding="utf-8")
    return path


def write_pictures(folder: Path, count: int = 8) -> Path:
    """Pictures of coloured patches, 80×60."""
    random = np.random.default_rng(1)
    folder.mkdir()
    for index in range(count):
        patches = random.integers(0, 255, (6, 8, 3), dtype=np.uint8)
        Image.fromarray(patches.repeat(10, 0).repeat(10, 1)).save(folder / f"{index}.png")
    return folder
