"""Runs that are killed at random: the benchmark does it often, this test some times."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from howfar.pipeline.spec import RangefinderSpec

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "batch.py"


@pytest.mark.slow
def test_no_row_is_lost_or_twice_after_kills(photos: Path, spec: RangefinderSpec) -> None:
    kills = ["--kills", "4", "--longest", "3", "--seed", "1"]
    networks = ["--detector", str(spec.detector), "--depth-model", str(spec.depth), "--method", "median"]
    ended = subprocess.run(
        [sys.executable, BENCHMARK, str(photos), *kills, "--", *networks],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert ended.returncode == 0, ended.stderr
    assert re.search(r"^4 kills .* no row is missing, none is twice\.$", ended.stdout, re.MULTILINE), ended.stdout
