"""Weights between the embedded detector's and a training's."""

import copy
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor

from detector_between import between, main
from howfar.models import open_detector
from howfar.models.library import find_model
from howfar.networks.nanodet import NanoDetG
from howfar.scene import Frame, Query


@pytest.fixture(scope="module")
def weights() -> dict[str, Tensor]:
    """Other weights than the embedded ones."""
    torch.manual_seed(0)
    return NanoDetG().state_dict()


def arrays(model: onnx.ModelProto) -> list[NDArray[np.generic]]:
    return [numpy_helper.to_array(each) for each in model.graph.initializer]


def test_no_share_is_the_embedded_file_and_half_way_is_the_mean(weights: dict[str, Tensor]) -> None:
    embedded = onnx.load(find_model("nanodet-g")[0])
    before = arrays(embedded)
    none, half, whole = (arrays(between(copy.deepcopy(embedded), weights, share)) for share in (0, 0.5, 1))
    assert all(map(np.array_equal, before, none))
    moved = [number for number, pair in enumerate(zip(before, whole, strict=True)) if not np.array_equal(*pair)]
    assert len(moved) == len(weights)
    for number in moved:
        mean = (before[number].astype(np.float64) + whole[number].astype(np.float64)) / 2
        np.testing.assert_allclose(half[number], mean, rtol=2e-3, atol=1e-4)  # in half precision


def test_a_checkpoint_becomes_a_file_that_runs_by_its_card(
    weights: dict[str, Tensor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = {f"detector.{name}": value for name, value in weights.items()}
    torch.save({"average": {**named, "decoder.head.weight": torch.ones(3)}}, tmp_path / "last.ckpt")
    out = tmp_path / "mine.onnx"
    monkeypatch.setattr(sys, "argv", ["between", str(tmp_path / "last.ckpt"), "--share", "0.25", "--out", str(out)])
    main()
    detector = open_detector(out)
    assert (detector.card.name, detector.card.results) == ("mine", ())
    detector.detect(Frame(np.full((120, 160, 3), 90, np.uint8), "grey"), Query())
    expected = between(onnx.load(find_model("nanodet-g")[0]), weights, 0.25)
    assert all(map(np.array_equal, arrays(expected), arrays(onnx.load(out))))
