"""Weights between the embedded detector's and a training's."""

import copy
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray
from onnx import numpy_helper

import detector_between
from detector_between import between, main
from howfar.conversion.exportable import Exportable
from howfar.models import open_detector
from howfar.models.library import find_model
from howfar.networks.joint_nanodet import JointNanoDet, JointOutputs
from howfar.networks.nanodet import NanoDetG
from howfar.scene import Frame, Query

EMBEDDED, CARD = find_model("nanodet-g")


@pytest.fixture(scope="module")
def trained() -> JointNanoDet:
    """A joint network whose detector has other weights."""
    torch.manual_seed(0)
    return JointNanoDet()


def arrays(model: onnx.ModelProto) -> list[NDArray[np.generic]]:
    return [numpy_helper.to_array(each) for each in model.graph.initializer]


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    monkeypatch.setattr(sys, "argv", ["between", *words])
    main()


def test_no_share_is_the_embedded_file_and_half_way_is_the_mean(trained: JointNanoDet) -> None:
    embedded = onnx.load(EMBEDDED)
    before = arrays(embedded)
    none, half, whole = (arrays(between(copy.deepcopy(embedded), trained.detector, share)) for share in (0, 0.5, 1))
    assert all(np.array_equal(*pair) for pair in zip(before, none, strict=True))
    moved = [number for number, pair in enumerate(zip(before, whole, strict=True)) if not np.array_equal(*pair)]
    assert len(moved) == len(NanoDetG().state_dict())
    for number in moved:
        mean = (before[number].astype(np.float64) + whole[number].astype(np.float64)) / 2
        np.testing.assert_allclose(half[number], mean, rtol=2e-3, atol=1e-4)  # in half precision


def test_a_training_becomes_a_file_with_its_own_licence(
    trained: JointNanoDet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    described = replace(CARD, licence="for research", origin="rooms")
    monkeypatch.setattr(
        detector_between, "trained_network", lambda *_, last: Exportable(JointOutputs(trained), described)
    )
    out = tmp_path / "mine.onnx"
    run(monkeypatch, "runs/rooms", str(out), "--share", "0.25")
    detector = open_detector(out)
    card = detector.card
    assert (card.name, card.licence, card.origin, card.results, card.bf16) == (
        "mine",
        "for research",
        "rooms",
        (),
        False,
    )
    assert (card.input, card.detector) == (CARD.input, CARD.detector)
    detector.detect(Frame(np.full((120, 160, 3), 90, np.uint8), "grey"), Query())
    expected = between(onnx.load(EMBEDDED), trained.detector, 0.25)
    assert all(np.array_equal(*pair) for pair in zip(arrays(expected), arrays(onnx.load(out)), strict=True))


def test_a_network_without_that_detector_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = Exportable(torch.nn.Identity(), replace(CARD, name="compact"))
    monkeypatch.setattr(detector_between, "trained_network", lambda *_, last: other)
    with pytest.raises(SystemExit, match="1"):
        run(monkeypatch, "runs/compact", str(tmp_path / "mine.onnx"))
    assert "compact holds no NanoDet-g: name a training of a joint network" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        pytest.param((), "nowhere is not the folder of a training", id="no training"),
        pytest.param(("--share", "7"), "from 0 to 1, not 7", id="beyond"),
        pytest.param(("--share", "half"), "from 0 to 1, not half", id="no number"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    words: tuple[str, ...],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(monkeypatch, str(tmp_path / "nowhere"), str(tmp_path / "mine.onnx"), *words)
    assert ended.value.code
    assert sentence in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
