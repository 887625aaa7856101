"""How much memory a depth network takes, measured in a process of its own that has done nothing else.

The process imports what runs networks, notes the memory that it holds, opens the network, looks at one picture, and
notes its peak; the result is the difference. Linux tells both of each process (VmRSS and VmHWM in
/proc/self/status). The peak that `getrusage` gives is of no use here: a new process inherits its parent's.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import cast

import numpy as np

from howfar.errors import ModelError
from howfar.models import Engine, Precision, RunOptions, open_depth_network
from howfar.models.openvino_library import is_installed, openvino
from howfar.scene import Camera, Frame

STATUS = Path("/proc/self/status")
MEGABYTE = 1e6


def peak_memory_mb(onnx_path: Path, width_px: int, height_px: int, options: RunOptions | None = None) -> float:
    """Megabytes (10⁶ bytes) that opening a network and looking at one picture takes; NaN where the system tells none.

    Args:
        onnx_path: The network, its card beside it.
        width_px: Width of the picture.
        height_px: Height of the picture.
        options: The engine that runs it and its precision.

    Raises:
        ModelError: If the network cannot be run in a process of its own.
    """
    if not STATUS.is_file():
        return float("nan")
    how = options or RunOptions()
    command = [
        sys.executable,
        "-P",
        "-m",
        "howfar.evaluation.comparison.footprint",
        str(onnx_path),
        str(width_px),
        str(height_px),
        how.engine,
        how.precision,
    ]
    # The same modules as here, wherever they were found.
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["it was ended, perhaps for want of memory"])[-1]
        raise ModelError(f"{onnx_path} cannot be run in a process of its own ({reason}): its memory is not measured.")
    return float(done.stdout)


def _growth_mb(onnx_path: str, width_px: int, height_px: int, options: RunOptions) -> float:
    """What `peak_memory_mb` gives, measured in this process."""
    picture = np.zeros((height_px, width_px, 3), dtype=np.uint8)
    if is_installed():
        openvino()
    before = _bytes("VmRSS")
    open_depth_network(onnx_path, options).estimate(Frame(picture, "black", Camera.assumed(width_px, height_px)))
    return (_bytes("VmHWM") - before) / MEGABYTE


def _bytes(field: str) -> int:
    found = re.search(rf"^{field}:\s+(\d+) kB$", STATUS.read_text(encoding="ascii"), flags=re.MULTILINE)
    if found is None:
        raise ModelError(f"{STATUS} does not tell {field}: the memory is not measured.")
    return int(found[1]) * 1024


if __name__ == "__main__":
    path, width, height, engine, precision = sys.argv[1:]
    options = RunOptions(engine=cast(Engine, engine), precision=cast(Precision, precision))
    sys.stdout.write(str(_growth_mb(path, int(width), int(height), options)))
