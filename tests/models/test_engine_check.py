"""Whether both engines give the same for a file, and what is said where they do not."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from howfar.errors import ModelError
from howfar.models import Card, RunOptions, engine_check, read_card
from howfar.models.card import Int8Facts
from howfar.models.engine_check import check_engines
from howfar.models.openvino_library import is_installed
from tests.models.onnx_files import constant_detector, joint_network, mean_depth

Outputs = Mapping[str, NDArray[np.float32]]
RANDOM = np.random.default_rng(0)
MAP = RANDOM.uniform(1, 10, (1, 1, 6, 8)).astype(np.float32)
HOLED = np.where(MAP > 5, np.nan, MAP).astype(np.float32)
ROWS = RANDOM.uniform(0, 60, (1, 40, 6)).astype(np.float32)
ROWS[..., 4:] = RANDOM.uniform(0, 0.3, (1, 40, 2))
BOXES = np.ascontiguousarray(ROWS.transpose(0, 2, 1))
SWAPPED = np.concatenate([ROWS[:, 1::-1], ROWS[:, 2:]], axis=1)
DEPTH, YOLO8, RTDETR = (
    'kind = "metres"',
    'layout = "yolov8"\nclasses = ["cup", "dog"]',
    'layout = "rtdetr"\nclasses = ["cup", "dog"]',
)


class StandIn:
    """Gives one thing for the drawn room and another for noise."""

    name = "stand-in.onnx"

    def __init__(self, *outputs: Outputs | ModelError) -> None:
        self.outputs = list(outputs)

    def run(self, *tensors: NDArray[np.float32]) -> Outputs:
        given = self.outputs.pop(0)
        if isinstance(given, ModelError):
            raise given
        return given


def card_of(folder: Path, output: str) -> Card:
    path = mean_depth(folder) if output == DEPTH else constant_detector(folder, {"out": ROWS}, output)
    return read_card(path.with_suffix(".toml"))


def compare(monkeypatch: pytest.MonkeyPatch, card: Card, by_onnx_runtime: StandIn, by_openvino: StandIn):
    def open_session(path: Path, card: Card, options: RunOptions) -> StandIn:
        assert options.precision == "fp32"
        return {"onnxruntime": by_onnx_runtime, "openvino": by_openvino}[options.engine]

    monkeypatch.setattr(engine_check, "is_installed", lambda: True)
    monkeypatch.setattr(engine_check, "open_session", open_session)
    return check_engines(Path("mine.onnx"), card)


def changed(values: NDArray[np.float32], where: object, by: float) -> NDArray[np.float32]:
    copied = values.copy()
    copied[where] += by
    return copied


@pytest.mark.parametrize(
    ("output", "expected", "found", "most"),
    [
        pytest.param(DEPTH, MAP, MAP, 0.0, id="the same numbers"),
        pytest.param(DEPTH, MAP, MAP * 1.001, 0.0011, id="numbers that are rounded otherwise"),
        pytest.param(DEPTH, HOLED, HOLED, 0.0, id="no number in the same places"),
        pytest.param(DEPTH, MAP * 0, MAP * 1e-10, 0.0011, id="next to nothing beside nothing"),
        pytest.param(DEPTH, MAP[..., :0], MAP[..., :0], 0.0, id="no numbers at all"),
        pytest.param(RTDETR, ROWS, SWAPPED, 0.0, id="two rows of a ranking in the other order"),
        pytest.param(
            RTDETR, ROWS, changed(ROWS, (0, 39, slice(4)), 20.0), 0.01, id="another row at the end of a ranking"
        ),
    ],
)
def test_what_agrees_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str, expected, found, most: float
) -> None:
    engines = StandIn(*[{"out": expected}] * 2), StandIn(*[{"out": found}] * 2)
    apart = compare(monkeypatch, card_of(tmp_path, output), *engines)
    assert apart is not None
    assert 0 <= apart <= most


@pytest.mark.parametrize(
    ("output", "expected", "found", "sentence"),
    [
        pytest.param(
            DEPTH,
            MAP,
            changed(MAP, (0, 0, 3, 3), MAP.max() / 2),
            "by 50% of the largest number in the output 'out'",
            id="one number of a map",
        ),
        pytest.param(
            YOLO8, BOXES, changed(BOXES, (0, 0, 3), 30.0), "largest number in the output 'out'", id="one box in pixels"
        ),
        pytest.param(
            YOLO8,
            BOXES,
            changed(BOXES, (0, 4, 3), 0.25),
            "in the scores of the output 'out'",
            id="one score, which is nothing beside pixels",
        ),
        pytest.param(
            RTDETR, ROWS, changed(ROWS, (..., slice(4)), 20.0), "largest number in the output 'out'", id="a ranking"
        ),
        pytest.param(RTDETR, ROWS, ROWS[:, :30], "has another shape", id="another count of rows"),
        pytest.param(DEPTH, MAP, HOLED, r"or no numbers \(NaN\) in other places", id="no number in one of both"),
    ],
)
@pytest.mark.parametrize("fed", ["a drawn room", "noise"])
def test_the_output_that_differs_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str, expected, found, sentence: str, fed: str
) -> None:
    given = [{"out": found if fed == each else expected} for each in ("a drawn room", "noise")]
    engines = StandIn(*[{"out": expected}] * 2), StandIn(*given)
    with pytest.raises(ModelError, match=sentence) as told:
        compare(monkeypatch, card_of(tmp_path, output), *engines)
    assert str(told.value).startswith(f"OpenVINO computes mine.onnx wrongly: for {fed} ")
    assert str(told.value).endswith("take the engine onnxruntime.")


def test_what_openvino_does_not_run_is_not_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert compare(monkeypatch, card_of(tmp_path, DEPTH), StandIn(), StandIn(ModelError("No."))) is None


def test_what_onnx_runtime_does_not_run_is_not_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = StandIn({"out": MAP}, {"out": MAP})
    assert compare(monkeypatch, card_of(tmp_path, DEPTH), StandIn(ModelError("No.")), found) is None


def test_nor_is_an_int8_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    card = replace(card_of(tmp_path, DEPTH), int8=Int8Facts("depth", pictures=8, reduced_range=False))
    assert compare(monkeypatch, card, StandIn(), StandIn()) is None


@pytest.mark.skipif(not is_installed(), reason="OpenVINO is not installed: howfar[openvino]")
def test_a_joint_network_is_the_same_by_both_engines(tmp_path: Path) -> None:
    path = joint_network(tmp_path)
    apart = check_engines(path, read_card(path.with_suffix(".toml")))
    assert apart is not None
    assert apart < 1e-4


def test_without_openvino_nothing_is_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_check, "is_installed", lambda: False)
    path = mean_depth(tmp_path)
    assert check_engines(path, read_card(path.with_suffix(".toml"))) is None
