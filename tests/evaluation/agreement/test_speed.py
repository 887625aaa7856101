"""By which engines a network is timed."""

from dataclasses import replace

import pytest

from howfar.evaluation.agreement import speed
from howfar.evaluation.agreement.speed import ways_of
from howfar.models.card import Int8Facts
from tests.evaluation.agreement.test_agreement import METRES

INT8 = replace(METRES, int8=Int8Facts("big", 9, reduced_range=True))


@pytest.mark.parametrize(
    ("card", "openvino", "bf16", "expected"),
    [
        pytest.param(METRES, False, True, ["onnxruntime fp32"], id="the base install"),
        pytest.param(METRES, True, False, ["onnxruntime fp32", "openvino fp32"], id="no bf16"),
        pytest.param(METRES, True, True, ["onnxruntime fp32", "openvino fp32", "openvino bf16"], id="bf16"),
        pytest.param(INT8, True, True, ["onnxruntime int8", "openvino int8"], id="an int8 file"),
    ],
)
def test_every_way_that_there_is(
    monkeypatch: pytest.MonkeyPatch, card, openvino: bool, bf16: bool, expected: list[str]
) -> None:
    monkeypatch.setattr(speed, "is_installed", lambda: openvino)
    monkeypatch.setattr(speed, "has_bf16", lambda: bf16)
    assert [f"{way.engine} {way.precision}" for way in ways_of(card)] == expected
