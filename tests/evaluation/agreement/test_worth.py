"""Whether int8 pays on a machine."""

import re

import pytest

from howfar.evaluation.agreement import worth
from howfar.evaluation.agreement.worth import int8_worth, verdict

FP32, BF16, INT8 = "probe-float, ONNX Runtime fp32", "probe-float, OpenVINO bf16", "probe-int8, ONNX Runtime int8"


@pytest.mark.parametrize(
    ("times_ms", "says"),
    [
        pytest.param({FP32: 10.0, INT8: 5.0}, "it pays here: a probe takes 5.0 ms by ONNX Runtime int8", id="half"),
        pytest.param({FP32: 10.0, BF16: 5.2, INT8: 5.0}, "it does not pay here: .* 5.2 ms by OpenVINO bf16", id="bf16"),
        pytest.param({FP32: 10.0, INT8: 12.0}, "it does not pay here: .* 10.0 ms by ONNX Runtime fp32", id="slower"),
    ],
)
def test_int8_pays_where_it_is_faster_than_every_way_in_floats(times_ms: dict[str, float], says: str) -> None:
    assert re.match(says, verdict(times_ms))


@pytest.mark.parametrize(
    ("vnni", "says"),
    [
        pytest.param(True, "multiplies bytes in one step", id="VNNI"),
        pytest.param(False, "has no VNNI, so weights would have 7 bits", id="no VNNI"),
        pytest.param(None, "cannot be told", id="unknown"),
    ],
)
def test_the_probes_run_and_the_processor_is_told(
    monkeypatch: pytest.MonkeyPatch, vnni: bool | None, says: str
) -> None:
    monkeypatch.setattr("howfar.evaluation.agreement.speed.is_installed", lambda: False)
    monkeypatch.setattr(worth, "has_vnni", lambda: vnni)
    monkeypatch.setattr("howfar.models.int8.has_vnni", lambda: vnni)
    told = int8_worth(1)
    assert "ms by ONNX Runtime int8" in told
    assert says in told
