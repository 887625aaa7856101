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
    assert all(np.array_equal(*pair) for pair in zip(before, none, strict=True))
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
    monkeypatch.setattr(sys, "argv", ["between", str(tmp_path / "last.ckpt"), str(out), "--share", "0.25"])
    main()
    detector = open_detector(out)
    assert (detector.card.name, detector.card.results, detector.card.bf16) == ("mine", (), False)
    detector.detect(Frame(np.full((120, 160, 3), 90, np.uint8), "grey"), Query())
    expected = between(onnx.load(find_model("nanodet-g")[0]), weights, 0.25)
    pairs = zip(arrays(expected), arrays(onnx.load(out)), strict=True)
    assert all(np.array_equal(*pair) for pair in pairs)


@pytest.mark.parametrize(
    ("weights", "words", "sentence"),
    [
        pytest.param(None, (), "last.ckpt", id="no checkpoint"),
        pytest.param({"encoder.weight": torch.ones(3)}, (), "holds no detector", id="of something else"),
        pytest.param({"detector.weight": torch.ones(3)}, (), "the checkpoint", id="of another detector"),
        pytest.param({}, ("--share", "7"), "from 0 to 1, not 7", id="beyond"),
        pytest.param({}, ("--share", "half"), "from 0 to 1, not half", id="no number"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    weights: dict[str, Tensor] | None,
    words: tuple[str, ...],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    checkpoint, out = tmp_path / "last.ckpt", tmp_path / "mine.onnx"
    if weights is not None:
        torch.save({"average": weights}, checkpoint)
    monkeypatch.setattr(sys, "argv", ["between", str(checkpoint), str(out), *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code
    assert sentence in capsys.readouterr().err
    assert not out.exists()
