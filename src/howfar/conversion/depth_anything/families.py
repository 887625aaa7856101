"""Telling the families of Depth Anything apart, which no tensor does: V1 and V2 have the same names and shapes.

What tells them is the user, the file's published name, or the hub's config.json beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from howfar.errors import ModelError
from howfar.foundation.depth_anything_sizes import SIZES, feature_blocks
from howfar.io.parsing import UnreadableError, read_json_file

APACHE = "Apache-2.0 (as the authors publish this size)"
NON_COMMERCIAL = "CC-BY-NC-4.0, no commercial use (as the authors publish this size)"
V1_LICENCES = dict.fromkeys(SIZES, APACHE)
V2_LICENCES = {"small": APACHE, "base": NON_COMMERCIAL, "large": NON_COMMERCIAL}

V1_PAPER = "Depth Anything (Yang et al., CVPR 2024)"
V2_PAPER = "Depth Anything V2 (Yang et al., NeurIPS 2024)"


@dataclass(frozen=True, slots=True)
class Family:
    """Networks of one training.

    Attributes:
        version: 1 or 2, which decides what blocks of the encoder the head reads.
        title: What it is, in words.
        scenes: The scenes it has seen.
        file_name: Name of a published file without its ending; {} is the letter of the size.
        licences: Licence of each size.
        max_depth_m: Metres that the largest output means; None where the output is inverse depth up to scale and shift.
    """

    version: int
    title: str
    scenes: str
    file_name: str
    licences: Mapping[str, str]
    max_depth_m: float | None = None


FAMILIES: Mapping[str, Family] = {
    "depth-anything-v1": Family(1, V1_PAPER, "any", "depth_anything_vit{}14", V1_LICENCES),
    "depth-anything-v2": Family(2, V2_PAPER, "any", "depth_anything_v2_vit{}", V2_LICENCES),
    "depth-anything-v2-indoor": Family(
        2,
        f"{V2_PAPER}, fine-tuned for metric depth on Hypersim",
        "synthetic rooms of Hypersim",
        "depth_anything_v2_metric_hypersim_vit{}",
        V2_LICENCES,
        20.0,
    ),
    "depth-anything-v2-outdoor": Family(
        2,
        f"{V2_PAPER}, fine-tuned for metric depth on Virtual KITTI 2",
        "synthetic streets of Virtual KITTI 2",
        "depth_anything_v2_metric_vkitti_vit{}",
        V2_LICENCES,
        80.0,
    ),
}
"""By name; a name may be followed by a size: depth-anything-v2-small."""

PUBLISHED_NAMES = {
    family.file_name.format(size[0]): f"{name}-{size}" for name, family in FAMILIES.items() for size in SIZES
}
"""What each file of the original repositories is, by its name without ending."""


def split_name(name: str) -> tuple[str, str | None] | None:
    """The name of a family and of a size, or None for the size where none is named; None for any other name."""
    if name in FAMILIES:
        return name, None
    family, _, size = name.rpartition("-")
    return (family, size) if family in FAMILIES and size in SIZES else None


def told_by_file(path: Path) -> str | None:
    """Which family, with its size where that is told too, a file says it is by its name or the config.json beside it.

    Raises:
        ModelError: If the config.json is of a Depth Anything that is none of `FAMILIES`.
    """
    if split_name(path.stem):
        return path.stem
    return PUBLISHED_NAMES.get(path.stem) or _told_by_config(path.with_name("config.json"))


def _told_by_config(path: Path) -> str | None:
    try:
        table = read_json_file(path)
    except (OSError, UnreadableError):
        return None
    if not isinstance(table, dict) or table.get("model_type") != "depth_anything":
        return None
    metric = table.get("depth_estimation_type") == "metric"
    depth_m, blocks = (table.get("max_depth") if metric else None), _blocks_read(table)
    for name, family in FAMILIES.items():
        if family.max_depth_m == depth_m and blocks and feature_blocks(family.version, blocks[-1]) == blocks:
            return name
    raise ModelError(
        f"{path} describes a Depth Anything that is none of the published ones (its head reads the blocks "
        f"{list(blocks)}, its maximum depth is {depth_m}): say which of {', '.join(FAMILIES)} it is.",
        setting="network",
    )


def _blocks_read(table: dict[str, Any]) -> tuple[int, ...]:
    """The encoder's blocks that the head reads, counted from 1; empty where they are not told."""
    encoder = table.get("backbone_config")
    indices = encoder.get("out_indices") if isinstance(encoder, dict) else None
    whole = isinstance(indices, list) and all(type(index) is int for index in indices)
    return tuple(indices) if whole and indices else ()
