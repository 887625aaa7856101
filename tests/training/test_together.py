"""Processes on several machines that train one network, as `torchrun` starts them."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from howfar.training.starting import Devices
from tests.cli.test_train import recipe

__all__ = ["recipe"]

LAUNCHED = {"TORCHELASTIC_RUN_ID": "none", "LOCAL_WORLD_SIZE": "4", "WORLD_SIZE": "8"}


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        pytest.param({}, Devices("cpu", 2, 1), id="by itself: what was asked for"),
        pytest.param(LAUNCHED, Devices("cpu", 4, 2), id="by torchrun: four on each of two machines"),
    ],
)
def test_devices_are_those_that_were_launched(
    environment: dict[str, str], expected: Devices, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert Devices("cpu", 2).as_launched() == expected


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@pytest.mark.slow
def test_two_machines_train_one_network(recipe: Path, tmp_path: Path) -> None:
    port = free_port()
    started = [
        subprocess.Popen(
            [
                *(sys.executable, "-m", "torch.distributed.run", "--nnodes", "2", "--node-rank", str(machine)),
                *("--nproc-per-node", "1", "--master-addr", "127.0.0.1", "--master-port", str(port)),
                *("-m", "tests.training.together", "train", "depth", str(recipe)),
                *("--out", str(tmp_path / "run"), "--accelerator", "cpu"),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            cwd=Path(__file__).resolve().parents[2],
        )
        for machine in (0, 1)
    ]
    ended = [process.communicate(timeout=300) for process in started]
    assert [process.returncode for process in started] == [0, 0], ended
    first, second = (re.findall(r"weights (\w+) after (\d+) steps", output) for output, _ in ended)
    assert first == second
    assert first[0][1] == "2"  # two epochs of four pictures in batches of two: each machine has half of them
    assert [output.count("2/2") for output, _ in ended] == [1, 0]  # one of them keeps the folder and tells
