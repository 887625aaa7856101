"""From a folder of the hub to a foundation network with its card, ready to be exported."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from transformers import DepthProForDepthEstimation, DPTForDepthEstimation, ZoeDepthForDepthEstimation

from howfar.conversion.hub.families import FOUNDATION_FAMILIES
from howfar.conversion.hub.folders import CONFIGURATION, read_table, stated_licence
from howfar.conversion.hub.loading import transformers_network
from howfar.conversion.hub.marigold import marigold
from howfar.conversion.onnx_export import Exportable
from howfar.errors import ModelError
from howfar.foundation.depth_pro import DepthPro
from howfar.foundation.dpt import DPT, takes_any_size
from howfar.foundation.zoedepth import ZoeDepth
from howfar.models.card import Card, DepthSpec, InputSpec

PREPROCESSOR = "preprocessor_config.json"
MULTIPLE_PX = 32
RESAMPLES = {2: "bilinear", 3: "bicubic"}
"""Pillow's numbers."""

ROOMS, STREETS = "rooms of NYU Depth v2", "streets of KITTI"
SCENES_BY_FARTHEST = {10.0: ROOMS, 80.0: STREETS}
"""What ZoeDepth's published heads have seen, by the depth in metres that their bins end at."""


def foundation_network(root: Path, name: str) -> Exportable:
    """Build the network that a folder of the hub holds, and its card.

    Args:
        root: The folder.
        name: Which of `FOUNDATION_FAMILIES` it holds.

    Raises:
        ModelError: If something in it cannot be read, or does not fit the rest.
    """
    exportable = BUILDERS[name](root)
    title = FOUNDATION_FAMILIES[name].title
    origin = "; ".join(part for part in (f"{root.name}, {title}", exportable.card.origin) if part)
    card = replace(exportable.card, name=name, origin=origin, licence=stated_licence(root))
    return replace(exportable, card=card)


def _dpt(root: Path) -> Exportable:
    network = transformers_network(DPTForDepthEstimation, root, FOUNDATION_FAMILIES["dpt"].encoders)
    free = takes_any_size(network)
    spec = _input(root, "dpt", any_size=free)
    if not free:
        side = int(network.config.image_size)  # type: ignore[arg-type]  # a square's, where positions are learnt
        spec = replace(spec, width_px=side, height_px=side)
    # Fine-tuned ones in metres have the same form; those that are published under this architecture are relative.
    return Exportable(DPT(network), _card(spec, DepthSpec("relative_inverse", scenes="any")), any_size=free)


def _zoedepth(root: Path) -> Exportable:
    network = transformers_network(ZoeDepthForDepthEstimation, root, FOUNDATION_FAMILIES["zoedepth"].encoders)
    farthest = [float(each["max_depth"]) for each in network.config.bin_configurations or ()]
    scenes = " and ".join(SCENES_BY_FARTHEST.get(each, "others") for each in farthest)
    # No focal length: the authors take metres from pictures of any camera as they come, and so does this.
    depth = DepthSpec("metres", scenes=scenes, max_m=max(farthest))
    return Exportable(ZoeDepth(network), _card(_input(root, "zoedepth", any_size=False), depth), any_size=False)


def _depth_pro(root: Path) -> Exportable:
    network = transformers_network(DepthProForDepthEstimation, root, FOUNDATION_FAMILIES["depth-pro"].encoders)
    if network.fov_model is None:
        raise ModelError(
            f"{root / CONFIGURATION} describes a Depth Pro without the part that tells the field of view, and so "
            "without metres: take the folder of a whole one."
        )
    spec = _input(root, "depth-pro", any_size=False)
    origin = "metres by the field of view that it sees itself, whatever the picture's camera"
    return Exportable(DepthPro(network), _card(spec, DepthSpec("metres", scenes="any"), origin), any_size=False)


def _card(spec: InputSpec, depth: DepthSpec, origin: str = "") -> Card:
    return Card("", "depth", "", spec, origin, depth=depth)


def _input(root: Path, name: str, *, any_size: bool) -> InputSpec:
    """How the folder's preprocessor feeds the network; stretched to one size where it takes no other."""
    default, path = FOUNDATION_FAMILIES[name].input, root / PREPROCESSOR
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


BUILDERS: Mapping[str, Callable[[Path], Exportable]] = {
    "dpt": _dpt,
    "zoedepth": _zoedepth,
    "depth-pro": _depth_pro,
    "marigold": marigold,
}
"""By the name of the family."""
