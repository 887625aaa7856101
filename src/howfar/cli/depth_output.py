"""The files that carry the depth of a picture in numbers, and beside them what the numbers are worth."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from howfar.cli.console import tell
from howfar.files import replacing
from howfar.io.depth_files import save_depth
from howfar.pipeline.view import View
from howfar.text import json_text

NOTE_ENDING = ".depth.json"
KEPT = ("source", "width_px", "height_px", "camera", "models", "alignment", "no_metres", "caveats")
"""What a note has of the scene's JSON."""


def write_map(view: View, path: Path, *, overwrite: bool) -> dict[str, Any]:
    """Write a depth map, say what was lost, and return what its numbers are, for the note beside it.

    Raises:
        SettingError: If the format holds millimetres, and the map is relative.
        OutputError: If the file exists and overwrite is not set, or cannot be written.
    """
    lost = save_depth(view.depth, path, view.width_px, view.height_px, overwrite=overwrite)
    if lost:
        tell(f"{path}: {lost} pixels beyond 65.5 m are written as unknown: `howfar depth --format npy` keeps them.")
    if path.suffix == ".png":
        return {"unit": "mm", "metres_per_step": 0.001, "unknown": 0, "pixels_beyond": lost}
    return {"unit": "m" if view.depth.is_metric else view.depth.kind, "unknown": "nan"}


def write_note(view: View, files: Mapping[str, Mapping[str, Any]], path: Path, *, overwrite: bool) -> None:
    """Write what the metres of a picture are worth, as JSON beside the files that carry them.

    Args:
        view: The picture.
        files: What the numbers of each file are, by its name.
        path: The file to write.
        overwrite: Replace a file that is there.

    Raises:
        OutputError: If the file exists and overwrite is not set, or cannot be written.
    """
    scene = view.to_dict()
    facts = view.facts
    note = {
        "files": files,
        "kind": "metres" if view.depth.is_metric else view.depth.kind,
        **{name: scene[name] for name in KEPT},
        "scenes": (facts.scenes if facts else "") or None,
        "reach_m": facts.reach_m if facts else None,
    }
    with replacing(path, overwrite=overwrite) as temporary:
        temporary.write_text(json_text(note, indent=2) + "\n", encoding="utf-8")
