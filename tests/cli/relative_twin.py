"""The embedded depth network with a card that says that it has no metres."""

import shutil
from pathlib import Path

from howfar.models import DEFAULT_DEPTH
from howfar.models.library import embedded_path

CARD = """
name = "ranker"
task = "depth"
licence = "research"

[input]
size = [320, 256]
fit = "keep-aspect"
multiple = 32
mean = [123.675, 116.28, 103.53]
std = [58.395, 57.12, 57.375]

[output]
kind = "relative_depth"
tensors = ["depth"]
"""


def relative_twin(folder: Path) -> Path:
    """Write it to a folder as `ranker.onnx`, its card beside it."""
    path = Path(shutil.copy(embedded_path(DEFAULT_DEPTH), folder / "ranker.onnx"))
    path.with_suffix(".toml").write_text(CARD, encoding="utf-8")
    return path
