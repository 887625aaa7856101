"""How networks are run."""

import pytest

from howfar.errors import SettingError
from howfar.models import RunOptions, onnx_session


@pytest.mark.parametrize(
    ("threads", "bound"), [(0, "at least 1"), (-1, "at least 1"), (1025, "at most 1024"), (100_000, "at most 1024")]
)
def test_as_many_threads_as_no_machine_has_are_not_started(threads: int, bound: str) -> None:
    with pytest.raises(SettingError, match=f"threads must be {bound}, not {threads}") as refusal:
        RunOptions(threads=threads)
    assert refusal.value.setting == "threads"


@pytest.mark.parametrize(
    ("version", "allowed", "spin_us"),
    [
        ("1.20.0", "0", None),
        ("1.25.1", "0", None),
        ("1.26.0", None, "20"),
        ("1.28.0.dev2", None, "20"),
        ("2.0", None, "20"),
    ],
)
def test_threads_spin_for_a_while_where_it_can_be_told_for_how_long(
    version: str, allowed: str | None, spin_us: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_session.onnxruntime, "__version__", version)
    spinning = onnx_session._spinning()
    assert spinning.get("session.intra_op.allow_spinning") == allowed
    assert spinning.get("session.intra_op.spin_duration_us") == spin_us
    assert spinning.get("session.force_spinning_stop") == (spin_us and "1")


def test_onnx_runtime_takes_what_it_is_told_of_spinning() -> None:
    told = onnx_session._session_options(RunOptions())
    for entry, value in onnx_session._spinning().items():
        assert told.get_session_config_entry(entry) == value
