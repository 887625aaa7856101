"""The index of a rendered data set: what makes one data set of the scenes in a folder."""

from pathlib import Path
from typing import Any

from howfar.datasets.camera_table import camera_row, camera_table
from howfar.datasets.dataset_toml import DESCRIPTION_NAME
from howfar.errors import OutputError
from howfar.io.parsing import read_json_file
from howfar.io.toml import toml_text
from howfar.synth import layout
from howfar.synth.coco_text import table_of
from howfar.synth.kind import Kind
from howfar.synth.spec import SynthSpec
from howfar.synth.writing import COUNTS_PER_METRE, write_json, write_text

RENDERED: dict[Kind, str] = {
    "rooms": "rooms",
    "streets": "streets",
    "open": "open places",
    "all": "places",
}


def write_index(spec: SynthSpec, out: Path) -> int:
    """Write what makes one data set of all complete scenes: lists, cameras, COCO's annotations and the description.

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
    images = [record["image"] for records in filled.values() for record in records]
    rows = [camera_row(image["file_name"], spec.camera(image["id"])) for image in images]
    write_text(out / layout.CAMERAS, camera_table(sorted(rows)))
    write_text(out / DESCRIPTION_NAME, _description(spec, list(filled)))
    return len(paths)


def _description(spec: SynthSpec, splits: list[str]) -> str:
    """The `dataset.toml` of the pictures with their depth."""
    hard = "" if spec.challenge is None else f" (challenge: {spec.challenge})"
    top: dict[str, str | float] = {
        "kind": "depth",
        "name": f"rendered {RENDERED[spec.kind]}{hard}, seed {spec.seed}",
        "images": f"{layout.LEFT}/*.png",
        "depths": f"{layout.DEPTH}/{{stem}}.png",
        "scale": 1 / COUNTS_PER_METRE,
        "cameras": layout.CAMERAS,
    }
    lists = {split: f"{layout.LISTS}/{split}.txt" for split in splits}
    return toml_text([("", top.items()), ("[splits]", lists.items())])


def _read(path: Path) -> dict[str, Any]:
    try:
        record: dict[str, Any] = read_json_file(path)
        record["image"]["id"], record["objects"]
    except (OSError, ValueError, KeyError, TypeError):
        raise OutputError(f"The record {path} cannot be read: remove it, and its scene is rendered again.") from None
    return record
