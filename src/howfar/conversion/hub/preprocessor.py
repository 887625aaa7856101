"""How a folder of the hub says that pictures are fed to its network."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from howfar.conversion.hub.folders import read_table
from howfar.errors import ModelError
from howfar.models.card import InputSpec

PREPROCESSOR = "preprocessor_config.json"
MULTIPLE_PX = 32
RESAMPLES = {2: "bilinear", 3: "bicubic"}
"""Pillow's numbers."""


def input_of(root: Path, default: InputSpec, *, any_size: bool) -> InputSpec:
    """How the folder's preprocessor feeds a network; stretched to one size where that takes no other.

    Args:
        root: The folder.
        default: How the published networks are fed, for a folder that does not say.
        any_size: Whether the network takes pictures of any size.

    Raises:
        ModelError: If the folder says it in another way than those of the hub.
    """
    path = root / PREPROCESSOR
    if not path.is_file():
        return default
    table = read_table(path)
    try:
        return _stated_input(table, default, any_size=any_size)
    except (TypeError, ValueError, LookupError, AttributeError):
        raise ModelError(
            f"{path} does not say how a picture is fed as those of the hub do: download it again, or leave it out to "
            "have it fed as the authors do."
        ) from None


def _stated_input(table: Mapping[str, Any], default: InputSpec, *, any_size: bool) -> InputSpec:
    size = table.get("size", {"width": default.width_px, "height": default.height_px})
    width, height = (size, size) if isinstance(size, int) else (size["width"], size["height"])
    unit = 255.0 if table.get("do_rescale", True) else 1.0
    mean, std = ([unit * float(each) for each in table[key]] for key in ("image_mean", "image_std"))
    keep = any_size and bool(table.get("keep_aspect_ratio"))
    spec = InputSpec(
        int(width),
        int(height),
        "keep-aspect" if keep else "stretch",
        multiple_px=MULTIPLE_PX,
        scale_to="cover" if keep else "area",
        resample=RESAMPLES.get(table.get("resample", 2), "bilinear"),  # type: ignore[arg-type]
        mean=(mean[0], mean[1], mean[2]),
        std=(std[0], std[1], std[2]),
    )
    if (
        min(spec.width_px, spec.height_px, *spec.std) <= 0
        or spec.width_px % MULTIPLE_PX
        or spec.height_px % MULTIPLE_PX
    ):
        raise ValueError("sizes are multiples of 32, and standard deviations above zero")
    return spec
