"""Which engine runs a network, and what is said where it cannot."""

from dataclasses import replace
from pathlib import Path

import pytest

from howfar.errors import HowfarError, MissingExtraError, SettingError
from howfar.models import Card, RunOptions, engines, read_card
from howfar.models.card import Int8Facts
from howfar.models.engines import choose
from tests.models.onnx_files import mean_depth


@pytest.fixture
def card(tmp_path: Path) -> Card:
    """The card of a network that was measured in bf16."""
    return replace(read_card(mean_depth(tmp_path).with_suffix(".toml")), bf16=True)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A machine with OpenVINO and bf16, and with nothing in its environment."""
    monkeypatch.delenv(engines.VARIABLE, raising=False)
    have(monkeypatch)
    return monkeypatch


def have(machine: pytest.MonkeyPatch, *, openvino: bool = True, bf16: bool = True) -> None:
    machine.setattr(engines, "is_installed", lambda: openvino)
    machine.setattr(engines, "has_bf16", lambda: bf16)


OPENVINO = RunOptions(engine="openvino")


@pytest.mark.parametrize(
    ("options", "chosen"),
    [
        pytest.param(RunOptions(), ("openvino", "bf16"), id="auto takes bf16"),
        pytest.param(RunOptions(precision="fp32"), ("onnxruntime", "fp32"), id="fp32 alone leaves ONNX Runtime"),
        pytest.param(RunOptions(precision="bf16"), ("openvino", "bf16"), id="bf16 alone takes OpenVINO"),
        pytest.param(RunOptions(provider="cuda"), ("onnxruntime", "fp32"), id="a provider takes ONNX Runtime"),
        pytest.param(RunOptions(engine="onnxruntime"), ("onnxruntime", "fp32"), id="ONNX Runtime"),
        pytest.param(OPENVINO, ("openvino", "bf16"), id="OpenVINO"),
        pytest.param(RunOptions(engine="openvino", precision="fp32"), ("openvino", "fp32"), id="OpenVINO in fp32"),
    ],
)
def test_what_runs_a_network_that_was_measured_in_bf16(
    card: Card, machine: pytest.MonkeyPatch, options: RunOptions, chosen: tuple[str, str]
) -> None:
    found = choose(options, card)
    assert (found.engine, found.precision) == chosen
    assert found.why


def test_a_network_that_was_not_measured_in_bf16_runs_as_ever(card: Card, machine: pytest.MonkeyPatch) -> None:
    unmeasured = replace(card, bf16=False)
    found = choose(RunOptions(), unmeasured)
    assert (found.engine, found.precision) == ("onnxruntime", "fp32")
    assert choose(OPENVINO, unmeasured).precision == "fp32"
    assert choose(RunOptions(precision="bf16"), unmeasured).precision == "bf16"


@pytest.mark.parametrize(
    ("openvino", "bf16", "why"),
    [
        pytest.param(False, True, "OpenVINO is not installed", id="no OpenVINO"),
        pytest.param(True, False, "the processor does not compute in bf16", id="no bf16"),
    ],
)
def test_auto_stays_with_onnx_runtime(
    card: Card, machine: pytest.MonkeyPatch, openvino: bool, bf16: bool, why: str
) -> None:
    have(machine, openvino=openvino, bf16=bf16)
    found = choose(RunOptions(), card)
    assert (found.engine, found.precision, found.why) == ("onnxruntime", "fp32", why)


@pytest.mark.parametrize(
    ("options", "openvino", "engine"),
    [
        pytest.param(RunOptions(), True, "openvino", id="auto"),
        pytest.param(RunOptions(precision="int8"), True, "openvino", id="asked for"),
        pytest.param(RunOptions(), False, "onnxruntime", id="without OpenVINO"),
        pytest.param(RunOptions(engine="onnxruntime"), True, "onnxruntime", id="ONNX Runtime"),
        pytest.param(OPENVINO, True, "openvino", id="OpenVINO"),
        pytest.param(RunOptions(provider="cpu"), True, "onnxruntime", id="a provider"),
    ],
)
def test_an_int8_file_is_computed_in_int8_by_either_engine(
    card: Card, machine: pytest.MonkeyPatch, options: RunOptions, openvino: bool, engine: str
) -> None:
    have(machine, openvino=openvino)
    found = choose(options, replace(card, int8=Int8Facts("big", 9, reduced_range=False)))
    assert (found.engine, found.precision) == (engine, "int8")


def test_openvino_without_bf16_computes_in_fp32(card: Card, machine: pytest.MonkeyPatch) -> None:
    have(machine, bf16=False)
    assert choose(OPENVINO, card).precision == "fp32"


@pytest.mark.parametrize(
    ("options", "there", "error", "says", "setting"),
    [
        pytest.param(
            OPENVINO,
            {"openvino": False},
            MissingExtraError,
            "The engine openvino needs an optional library: install it with  pip install 'howfar[openvino]'",
            "",
            id="not installed",
        ),
        pytest.param(RunOptions(precision="bf16"), {"openvino": False}, MissingExtraError, "openvino", "", id="bf16"),
        pytest.param(
            RunOptions(precision="bf16"),
            {"bf16": False},
            SettingError,
            "This processor does not compute in bf16: take fp32 or auto.",
            "precision",
            id="a precision that the processor lacks",
        ),
        pytest.param(
            RunOptions(engine="onnxruntime", precision="bf16"),
            {},
            SettingError,
            "ONNX Runtime computes in fp32 here: bf16 needs the engine openvino.",
            "precision",
            id="a precision that ONNX Runtime lacks",
        ),
        pytest.param(
            RunOptions(engine="openvino", provider="cuda"),
            {},
            SettingError,
            "The provider cuda is one of ONNX Runtime's: leave it out, or take the engine onnxruntime.",
            "provider",
            id="a provider of the other engine",
        ),
    ],
)
def test_what_does_not_fit_together_is_one_sentence(
    card: Card,
    machine: pytest.MonkeyPatch,
    options: RunOptions,
    there: dict[str, bool],
    error: type[HowfarError],
    says: str,
    setting: str,
) -> None:
    have(machine, **there)
    with pytest.raises(error) as refusal:
        choose(options, card)
    assert says in str(refusal.value)
    assert refusal.value.setting == setting


@pytest.mark.parametrize("setting", ["engine", "precision"])
def test_a_name_that_is_none_is_refused_with_those_that_are(setting: str) -> None:
    with pytest.raises(SettingError, match=f"{setting} must be auto, .* or .*, not 'tensorrt'") as refusal:
        RunOptions(**{setting: "tensorrt"})
    assert refusal.value.setting == setting


def test_the_environment_says_what_auto_is(card: Card, machine: pytest.MonkeyPatch) -> None:
    machine.setenv("HOWFAR_ENGINE", "onnxruntime")
    assert choose(RunOptions(), card).engine == "onnxruntime"
    assert choose(OPENVINO, card).engine == "openvino"
    machine.setenv("HOWFAR_ENGINE", "openvino")
    assert choose(RunOptions(precision="fp32"), card).engine == "openvino"
    assert choose(RunOptions(provider="cpu"), card).engine == "onnxruntime"
    machine.setenv("HOWFAR_ENGINE", "tensorrt")
    with pytest.raises(SettingError, match="HOWFAR_ENGINE must be auto, onnxruntime or openvino, not 'tensorrt'"):
        choose(RunOptions(), card)
