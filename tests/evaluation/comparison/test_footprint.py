"""The memory of a network, in a process of its own."""

import sys
from pathlib import Path

import numpy as np
import pytest
from onnx import helper

from howfar.errors import ModelError
from howfar.evaluation.comparison.footprint import peak_memory_mb
from tests.models.onnx_files import mean_depth, write_card, write_model

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process's peak")
HEAVY_MB = 20


def heavy(folder: Path) -> Path:
    """A network that adds the largest of many numbers to its picture's mean."""
    nodes = [
        helper.make_node("ReduceMax", ["many"], ["most"], keepdims=0),
        helper.make_node("ReduceMean", ["image"], ["grey"], axes=[1], keepdims=1),
        helper.make_node("Add", ["grey", "most"], ["out"]),
    ]
    many = np.arange(HEAVY_MB * 250_000, dtype=np.float32)
    path = write_model(folder / "heavy.onnx", nodes, constants={"many": many})
    write_card(path, 'kind = "metres"', task="depth", fit="keep-aspect")
    return path


@linux
def test_a_heavy_network_takes_as_much_more_than_a_light_one_as_it_weighs(tmp_path: Path) -> None:
    # What this process holds must not matter, though a new process inherits the peak that getrusage tells.
    ballast = np.ones(20_000_000)
    light_mb, heavy_mb = (peak_memory_mb(make(tmp_path), 64, 48) for make in (mean_depth, heavy))
    assert 1e6 * heavy_mb < ballast.nbytes
    assert 0 < light_mb < HEAVY_MB
    assert heavy_mb > light_mb + 0.9 * HEAVY_MB


@linux
def test_a_network_that_cannot_be_run_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"gone\.onnx cannot be run in a process of its own") as refused:
        peak_memory_mb(tmp_path / "gone.onnx", 64, 48)
    assert "\n" not in str(refused.value)


def test_where_the_system_tells_nothing_it_is_not_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("howfar.evaluation.comparison.footprint.STATUS", tmp_path / "status")
    assert np.isnan(peak_memory_mb(mean_depth(tmp_path), 64, 48))
