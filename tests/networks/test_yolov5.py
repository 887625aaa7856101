"""YOLOv5: the published shapes, names, parameter counts and outputs."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from torch import Tensor

from howfar.networks.yolov5 import ANCHORS_PX, SIZES, STRIDES, YOLOv5, yolov5
from tests.networks.checks import parameter_count

PARAMETERS = {"n": 1_872_157, "s": 7_235_389, "m": 21_190_557, "l": 46_563_709, "x": 86_749_405}
"""With 80 classes; published as 1.87 M (1.9 M), 7.23 M, 21.2 M, 46.5 M and 86.7 M."""


@pytest.fixture(scope="module")
def parity(shared: Path) -> tuple[Tensor, np.ndarray, dict[str, Tensor]]:
    """Input, published output and weights of YOLOv5n."""
    folder = shared / "parity"
    weights = {name: torch.from_numpy(value) for name, value in _maker(folder / "weights.py").make("yolov5n").items()}
    with np.load(folder / "yolov5n.npz") as arrays:
        return torch.from_numpy(arrays["x"]), arrays["y"], weights


@pytest.fixture(autouse=True)
def _same_start() -> None:
    torch.manual_seed(0)


def _maker(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("parity_weights", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_published_weights_give_the_published_boxes(parity: tuple[Tensor, np.ndarray, dict[str, Tensor]]) -> None:
    image, published, weights = parity
    network = yolov5("n").eval()
    assert network.load_state_dict(weights, strict=False) == (["model.24.anchors"], [])
    with torch.inference_mode():
        boxes = network.decode(network(image)).numpy()
    assert boxes.shape == published.shape
    assert np.abs(boxes[..., :4] - published[..., :4]).max() < 0.01
    assert np.abs(boxes[..., 4:] - published[..., 4:]).max() < 1e-4


def test_the_names_and_shapes_are_the_published_ones(shared: Path) -> None:
    listing = json.loads((shared / "parity" / "yolov5n.json").read_text())
    expected = {name: tuple(shape) for name, shape in listing} | {"model.24.anchors": (3, 3, 2)}
    assert {name: tuple(value.shape) for name, value in yolov5("n").state_dict().items()} == expected


@pytest.mark.parametrize("size", SIZES)
def test_the_parameter_counts_are_the_published_ones(size: str) -> None:
    assert parameter_count(lambda: yolov5(size)) == PARAMETERS[size]


def test_the_anchors_in_cells_are_the_published_ones() -> None:
    published = [
        [1.25, 1.625, 2, 3.75, 4.125, 2.875],
        [1.875, 3.8125, 3.875, 2.8125, 3.6875, 7.4375],
        [3.625, 2.8125, 4.875, 6.1875, 11.65625, 10.1875],
    ]
    network = yolov5("n")
    assert network.get_buffer("model.24.anchors").flatten(1).tolist() == published
    assert network.anchors_px.tolist() == [[list(anchor) for anchor in scale] for scale in ANCHORS_PX]


@pytest.mark.parametrize(
    ("batch", "height", "width", "classes"),
    [
        pytest.param(1, 64, 96, 80, id="a wide picture"),
        pytest.param(2, 96, 32, 3, id="two tall pictures, three classes"),
        pytest.param(1, 32, 32, 1, id="the smallest picture, one class"),
    ],
)
def test_shapes(batch: int, height: int, width: int, classes: int) -> None:
    network = YOLOv5(classes, width=0.125, depth=0.33).eval()
    with torch.inference_mode():
        raw = network(torch.zeros(batch, 3, height, width))
    assert [tuple(x.shape) for x in raw] == [(batch, 3, height // s, width // s, 5 + classes) for s in STRIDES]
    cells = sum(height // s * (width // s) for s in STRIDES)
    assert network.decode(raw).shape == (batch, 3 * cells, 5 + classes)


def test_decoding_against_one_box_at_a_time() -> None:
    anchors_px = np.arange(1, 19, dtype=np.float32).reshape(3, 3, 2)
    network = YOLOv5(classes=2, width=0.125, anchors_px=anchors_px.tolist())
    raw = [torch.randn(2, 3, 64 // s, 96 // s, 7) for s in STRIDES]
    expected = []
    for scale, stride in enumerate(STRIDES):
        s = 1 / (1 + np.exp(-raw[scale].double().numpy()))
        for _, anchor, row, column in np.ndindex(1, *s.shape[1:4]):
            box = s[:, anchor, row, column]
            centre = (2 * box[:, :2] - 0.5 + (column, row)) * stride
            expected.append(np.hstack([centre, (2 * box[:, 2:4]) ** 2 * anchors_px[scale, anchor], box[:, 4:]]))
    np.testing.assert_allclose(network.decode(raw).numpy(), np.stack(expected, axis=1), rtol=1e-5, atol=1e-4)


def test_a_new_network_expects_few_objects_and_no_class_in_particular() -> None:
    network = yolov5("n", classes=5).eval()
    with torch.inference_mode():
        boxes = network.decode(network(torch.rand(1, 3, 64, 64)))
    assert boxes[..., 4].mean().item() == pytest.approx(0.01, rel=0.5)
    assert boxes[..., 5:].mean().item() == pytest.approx(0.2, rel=0.3)
