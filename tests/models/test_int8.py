"""What has to be so for an int8 file to be run."""

from dataclasses import replace
from pathlib import Path

import pytest

from howfar.errors import HowfarError, ModelError, SettingError
from howfar.models import Card, RunOptions, int8, open_session, read_card
from howfar.models.card import Int8Facts, RangingSpec
from howfar.models.engines import choose
from howfar.models.int8 import check_int8
from tests.models.onnx_files import mean_depth

FACTS = Int8Facts("big.onnx", 40, reduced_range=False)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return mean_depth(tmp_path)


@pytest.fixture
def card(path: Path) -> Card:
    return read_card(path.with_suffix(".toml"))


def vnni(machine: pytest.MonkeyPatch, has: bool | None) -> None:
    machine.setattr(int8, "has_vnni", lambda: has)


@pytest.mark.parametrize(
    ("facts", "has", "precision"),
    [
        pytest.param(FACTS, True, "auto", id="all 8 bits with VNNI"),
        pytest.param(FACTS, True, "int8", id="asked for"),
        pytest.param(FACTS, None, "int8", id="all 8 bits where nothing is known of the processor"),
        pytest.param(replace(FACTS, reduced_range=True), False, "int8", id="a reduced range without VNNI"),
        pytest.param(None, False, "fp32", id="a file of floats"),
    ],
)
def test_a_file_that_can_be_run(
    path: Path, card: Card, monkeypatch: pytest.MonkeyPatch, facts: Int8Facts | None, has: bool | None, precision
) -> None:
    vnni(monkeypatch, has)
    check_int8(path, replace(card, int8=facts), RunOptions(precision=precision))


@pytest.mark.parametrize(
    ("facts", "has", "precision", "error", "says"),
    [
        pytest.param(
            None,
            True,
            "int8",
            SettingError,
            "depth is a file of floats: make an int8 file of it",
            id="a file of floats",
        ),
        pytest.param(
            FACTS,
            True,
            "bf16",
            SettingError,
            r"not computed in bf16: take int8 or auto, or its source big\.onnx",
            id="another precision",
        ),
        pytest.param(FACTS, False, "auto", ModelError, "without it, its sums would overflow", id="no VNNI"),
    ],
)
def test_what_does_not_fit_is_one_sentence(
    path: Path,
    card: Card,
    monkeypatch: pytest.MonkeyPatch,
    facts: Int8Facts | None,
    has: bool,
    precision,
    error: type[HowfarError],
    says: str,
) -> None:
    vnni(monkeypatch, has)
    with pytest.raises(error, match=says):
        open_session(path, replace(card, int8=facts), RunOptions(engine="onnxruntime", precision=precision))


def test_an_int8_file_whose_card_does_not_tell_its_calibration(path: Path, card: Card) -> None:
    path.write_bytes(path.read_bytes() + b"..DequantizeLinear..")
    with pytest.raises(ModelError, match="holds int8 layers, and its card does not say what they were calibrated on"):
        check_int8(path, card, RunOptions(precision="int8"))
    check_int8(path, card, RunOptions())


def test_a_ranging_network_is_let_pass_beside_int8_ones(path: Path, card: Card) -> None:
    ranging = replace(card, task="ranging", depth=None, ranging=RangingSpec(0.1))
    check_int8(path, ranging, RunOptions(precision="int8"))
    choice = choose(RunOptions(precision="int8"), ranging)
    assert (choice.engine, choice.precision) == ("onnxruntime", "fp32")
