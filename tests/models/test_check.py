"""Checking a model: digest, opening, fit to its card, one run."""

from pathlib import Path

import numpy as np
import pytest
from onnx import helper, numpy_helper

from howfar.errors import ModelError
from howfar.models import read_card
from howfar.models.check import check_model, least_ms
from howfar.models.library import EMBEDDED, find_model
from tests.models.onnx_files import constant_detector, joint_network, mean_depth, write_card, write_model

END2END = 'layout = "end2end"\nclasses = ["ball"]'


def spoilt_digest(folder: Path) -> Path:
    path = mean_depth(folder)
    card = path.with_suffix(".toml")
    card.write_text(f'sha256 = "{"0" * 64}"\n{card.read_text()}')
    return path


def no_onnx(folder: Path) -> Path:
    path = mean_depth(folder)
    path.write_bytes(b"no model at all")
    return path


def other_size(folder: Path) -> Path:
    node = helper.make_node("ReduceMean", ["image"], ["out"], axes=[1], keepdims=1)
    path = write_model(folder / "depth.onnx", [node], input_shape=(1, 3, 32, 32))
    write_card(path, 'kind = "metres"', task="depth", fit="stretch")
    return path


def other_layout(folder: Path) -> Path:
    return constant_detector(folder, {"out": np.zeros((1, 5, 7), np.float32)}, END2END)


def nothing_but_nan(folder: Path) -> Path:
    values = numpy_helper.from_array(np.full((1, 1, 4, 4), np.nan, np.float32))
    path = write_model(folder / "depth.onnx", [helper.make_node("Constant", [], ["out"], value=values)])
    write_card(path, 'kind = "metres"', task="depth", fit="keep-aspect")
    return path


@pytest.mark.parametrize("name", EMBEDDED)
def test_the_embedded_models_are_right(name: str) -> None:
    assert check_model(*find_model(name)) > 0


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(mean_depth, id="a depth network"),
        pytest.param(joint_network, id="a joint network"),
        pytest.param(
            lambda folder: constant_detector(folder, {"out": np.zeros((1, 5, 6), np.float32)}, END2END), id="a detector"
        ),
    ],
)
def test_a_tiny_model_is_right(tmp_path: Path, make) -> None:
    path = make(tmp_path)
    assert least_ms(path, read_card(path.with_suffix(".toml")), runs=3) > 0


def test_a_network_to_which_a_grey_picture_is_sky_is_right(tmp_path: Path) -> None:
    path = mean_depth(tmp_path, 'kind = "metres"\nsky_m = 0.001')
    assert least_ms(path, read_card(path.with_suffix(".toml")), runs=1) > 0


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        pytest.param(spoilt_digest, "is not the file that its card describes", id="another digest"),
        pytest.param(no_onnx, "cannot be opened as an ONNX model", id="no ONNX"),
        pytest.param(other_size, "and its card says 1×3×48×64", id="another input size"),
        pytest.param(other_layout, "numbers a box, this one 7", id="another output layout"),
        pytest.param(nothing_but_nan, "gives no finite depth for a grey picture", id="no depth comes out"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, make, sentence: str) -> None:
    path = make(tmp_path)
    with pytest.raises(ModelError, match=sentence):
        check_model(path, read_card(path.with_suffix(".toml")))
