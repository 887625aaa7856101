"""Networks with several outputs: which is read is never guessed."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from howfar.errors import ModelError
from howfar.models import open_depth_network, open_detector
from howfar.models.library import EMBEDDED, find_model, open_foreground
from howfar.scene import Frame
from tests.models.onnx_files import constant_detector, write_card, write_model

FRAME = Frame(np.full((48, 64, 3), 20, dtype=np.uint8), "grey")
MAPS = {"confidence": 0.7, "depth": 2.5, "normals": 0.1}


def depth_of(folder: Path, names: list[str], card: str) -> Path:
    """A depth network with these outputs, each of one number."""
    nodes = [
        helper.make_node(
            "Constant", [], [name], value=numpy_helper.from_array(np.full((1, 1, 4, 4), MAPS[name], np.float32))
        )
        for name in names
    ]
    path = write_model(folder / "depth.onnx", nodes, outputs=names)
    write_card(path, f'kind = "metres"\n{card}', task="depth", fit="keep-aspect")
    return path


@pytest.mark.parametrize(
    "names", [["confidence", "depth"], ["depth", "confidence"], ["depth", "normals", "confidence"]], ids=" ".join
)
def test_of_several_maps_none_is_taken_by_its_place(tmp_path: Path, names: list[str]) -> None:
    with pytest.raises(ModelError, match=rf"has {len(names)} outputs \({', '.join(names)}\).*tensors = "):
        open_depth_network(depth_of(tmp_path, names, ""))
    named = open_depth_network(depth_of(tmp_path, names, 'tensors = ["depth"]'))
    assert named.estimate(FRAME).values == pytest.approx(2.5)


def test_an_only_output_needs_no_name(tmp_path: Path) -> None:
    assert open_depth_network(depth_of(tmp_path, ["depth"], "")).estimate(FRAME).values == pytest.approx(2.5)


def test_an_output_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no output 'map', which its card names; there are confidence, depth"):
        open_depth_network(depth_of(tmp_path, ["confidence", "depth"], 'tensors = ["map"]'))


@pytest.mark.parametrize(
    ("layout", "outputs"),
    [
        ("yolov5", ("boxes", "p3", "p4", "p5")),
        ("yolov8", ("boxes", "features")),
        ("end2end", ("boxes", "count")),
        ("yolov8-seg", ("boxes", "masks", "features")),
        ("nanodet", ("scores", "distances", "features")),
        ("rtdetr", ("scores", "boxes", "features")),
    ],
)
def test_a_detector_with_more_outputs_than_its_layout_reads(tmp_path: Path, layout: str, outputs) -> None:
    arrays = {name: np.zeros((1, 6, 6), np.float32) for name in outputs}
    path = constant_detector(tmp_path, arrays, f'layout = "{layout}"\nclasses = ["a", "b"]')
    with pytest.raises(ModelError, match=f"has {len(outputs)} outputs .* read: name which"):
        open_detector(path)


def test_a_ranging_network_with_two_outputs(tmp_path: Path) -> None:
    nodes = [helper.make_node("Identity", ["image"], [name]) for name in ("one", "two")]
    path = write_model(tmp_path / "r.onnx", nodes, outputs=("one", "two"), input_shape=("n", 3, 8, 8))
    write_card(path, "margin = 0.1", task="ranging", fit="stretch", size=(8, 8))
    with pytest.raises(ModelError):
        open_foreground(path)


def test_an_output_that_holds_no_numbers(tmp_path: Path) -> None:
    words = numpy_helper.from_array(np.array([["a"]], dtype=object), "w")
    path = write_model(tmp_path / "depth.onnx", [helper.make_node("Constant", [], ["out"], value=words)])
    write_card(path, 'kind = "metres"', task="depth", fit="keep-aspect")
    with pytest.raises(ModelError):
        open_depth_network(path).estimate(FRAME)


@pytest.mark.parametrize("name", [name for name in EMBEDDED if name.startswith("depth")])
def test_embedded_depth_networks_give_depth_alone(name: str) -> None:
    path, card = find_model(name)
    assert [output.name for output in onnx.load(path).graph.output] == ["depth"]
    assert card.depth is not None
    assert card.depth.tensors == ()
