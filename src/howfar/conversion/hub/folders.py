"""Reading folders as the Hugging Face hub keeps them: what they say of themselves, and where their weights are."""

import re
from pathlib import Path
from typing import Any

from howfar.errors import ModelError
from howfar.io.parsing import UnreadableError, read_json_file
from howfar.models.card import UNKNOWN_LICENCE

CONFIGURATION = "config.json"
PIPELINE = "model_index.json"
"""Says what the components of a pipeline of diffusers are; each has a folder of its own."""

DEPTH_ANYTHING = "depth_anything"
WEIGHTS = ("model.safetensors", "diffusion_pytorch_model.safetensors", "pytorch_model.bin")
"""Files of weights, the first that is there counts; diffusers may have `.fp16` before the ending."""


def is_hub_folder(root: Path) -> bool:
    """Whether a folder says what it is as those of the hub do."""
    return any((root / name).is_file() for name in (PIPELINE, CONFIGURATION))


def holds_depth_anything(root: Path) -> bool:
    """Whether a folder of the hub holds a Depth Anything."""
    path = root / CONFIGURATION
    return path.is_file() and read_table(path).get("model_type") == DEPTH_ANYTHING


def read_table(path: Path) -> dict[str, Any]:
    """Read a JSON file that holds a table.

    Raises:
        ModelError: If it cannot be read or holds something else.
    """
    try:
        table = read_json_file(path)
    except (OSError, UnreadableError) as error:
        reason = getattr(error, "strerror", None) or "it is no JSON"
        raise ModelError(f"{path} cannot be read ({reason}): name a folder as the hub keeps it, whole.") from None
    if not isinstance(table, dict):
        raise ModelError(f"{path} should hold a table, not {type(table).__name__}: name a folder as the hub keeps it.")
    return table


def weights_file(folder: Path) -> Path:
    """The file of weights in a folder.

    Raises:
        ModelError: If there is none.
    """
    for name in WEIGHTS:
        for path in (folder / name, folder / name.replace(".safetensors", ".fp16.safetensors")):
            if path.is_file():
                return path
    raise ModelError(f"There are no weights in {folder}: it should hold one of {', '.join(WEIGHTS)}.")


def stated_licence(root: Path) -> str:
    """The licence that the head of the folder's README.md states."""
    try:
        text = (root / "README.md").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return UNKNOWN_LICENCE
    head = re.match(r"---\n(.*?)\n---", text, flags=re.DOTALL)
    stated = dict(re.findall(r"^(license|license_name):[ \t]*(\S.*)$", head[1] if head else "", flags=re.MULTILINE))
    name = (stated.get("license_name") or stated.get("license") or "").rstrip()
    return f"{name} (as the README.md of its folder states)" if name else UNKNOWN_LICENCE
