"""OpenVINO is imported, and nothing is sent."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

if find_spec("openvino_telemetry") is None:
    pytest.skip("OpenVINO is not installed: howfar[openvino]", allow_module_level=True)

WATCHED = """
import multiprocessing, sys

multiprocessing.set_start_method("fork")  # what is sent is sent by a child, which is watched as well

def watched(event, arguments):
    if event.startswith("socket.") or event == "urllib.Request":
        with open(sys.argv[1], "a") as sent:
            print(event, arguments, file=sent)
        raise OSError("the network is blocked")

sys.addaudithook(watched)
"""
BY_HOWFAR = """
from howfar.models import RunOptions, open_detector
from howfar.models.openvino_library import openvino
import numpy as np

detector = open_detector(options=RunOptions(engine="openvino"))
detector.session.run(np.zeros((1, 3, 64, 64), dtype=np.float32))
import openvino_telemetry  # whoever uses it otherwise has it again
openvino().convert_model
"""
ALONE = "import openvino"


@pytest.mark.parametrize(
    ("program", "sends"),
    [
        pytest.param(BY_HOWFAR, False, id="by howfar nothing is sent"),
        pytest.param(ALONE, True, id="by itself it would be, and the test sees it"),
    ],
)
@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot fork here")
def test_what_openvino_sends(tmp_path: Path, program: str, sends: bool) -> None:
    home, sent = tmp_path / "home", tmp_path / "sent"
    home.mkdir()
    environment = {name: value for name, value in os.environ.items() if name not in ("CI", "TF_BUILD", "JENKINS_URL")}
    done = subprocess.run(
        [sys.executable, "-c", WATCHED + program, sent],
        env=environment | {"HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert sent.exists() == sends
    assert any(home.iterdir()) == sends  # the number that it gives a user
