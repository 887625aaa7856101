"""The index of a rendered data set: what makes one data set of the scenes in a folder."""

import json
from pathlib import Path
from typing import Any

from howfar.datasets.dataset_toml import DESCRIPTION_NAME
from howfar.datasets.folder import CAMERA_FIELDS
from howfar.errors import OutputError
from howfar.io.toml import toml_text
from howfar.synth import layout
from howfar.synth.coco_text import table_of
from howfar.synth.spec import SynthSpec
from howfar.synth.writing import write_json, write_text


def write_index(spec: SynthSpec, out: Path) -> int:
    """Write the lists of the splits, COCO's annotations and the description of all complete scenes in a folder.

    Returns:
        How many scenes there are.

    Raises:
        OutputError: If a scene's record cannot be read, or a file cannot be written.
    """
    paths = sorted((out / layout.RECORDS).glob("*.json"))
    parts: dict[str, list[dict[str, Any]]] = {split: [] for split in layout.SPLITS}
    for path in paths:
        record = _read(path)
        parts[layout.split_of(record["image"]["id"])].append(record)
    filled = {split: records for split, records in parts.items() if records}
    for split, records in filled.items():
        names = [layout.scene_name(record["image"]["id"]) for record in records]
        write_text(out / layout.LISTS / f"{split}.txt", "".join(f"{name}\n" for name in names))
        write_json(out / layout.ANNOTATIONS / f"instances_{split}.json", table_of(records))
    write_text(out / DESCRIPTION_NAME, _description(spec, list(filled)))
    return len(paths)


def _description(spec: SynthSpec, splits: list[str]) -> str:
    """The `dataset.toml` of the pictures with their depth."""
    rendered = "rooms and streets" if spec.kind == "both" else spec.kind
    top = {
        "kind": "depth",
        "name": f"rendered {rendered}, seed {spec.seed}",
        "images": f"{layout.LEFT}/*.png",
        "depths": f"{layout.DEPTH}/{{stem}}.png",
        "unit": "mm",
    }
    camera = {name: getattr(spec.camera, name) for name in CAMERA_FIELDS}
    lists = {split: f"{layout.LISTS}/{split}.txt" for split in splits}
    return toml_text([("", top.items()), ("[camera]", camera.items()), ("[splits]", lists.items())])


def _read(path: Path) -> dict[str, Any]:
    try:
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        record["image"]["id"], record["objects"]
    except (OSError, ValueError, KeyError, TypeError):
        raise OutputError(f"The record {path} cannot be read: remove it, and its scene is rendered again.") from None
    return record
