"""Benchmarks that are named in the documents run, with as little work as they take."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.models.onnx_files import joint_network

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.mark.slow
def test_the_ways_of_joining_are_timed_in_one_run(tmp_path: Path) -> None:
    least = ["--runs", "1", "--pictures", "2", "--without-rivals", "--joint", str(joint_network(tmp_path))]
    ended = subprocess.run(
        [sys.executable, BENCHMARKS / "joins.py", *least],
        capture_output=True,
        text=True,
        timeout=600,
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert ended.returncode == 0, ended.stderr
    lines = ended.stdout.splitlines()
    for start in (
        "pair, ONNX Runtime fp32",
        "joint, ONNX Runtime fp32",
        "look: joint",
        "folder  together",
        "video   t",
    ):
        assert any(line.startswith(start) for line in lines), ended.stdout
