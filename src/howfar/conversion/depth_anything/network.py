"""From weights of Depth Anything, by whichever names, to a network with its card."""

import math
import re
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from howfar.conversion.checkpoints.weights import load_weights
from howfar.conversion.depth_anything.families import FAMILIES
from howfar.conversion.depth_anything.names import find_naming, renamed
from howfar.conversion.exportable import Exportable
from howfar.errors import ModelError
from howfar.foundation.depth_anything import DepthAnything
from howfar.foundation.depth_anything_sizes import HEAD_WIDTH, PATCH_PX, SIZES, Architecture, feature_blocks
from howfar.models.card import UNKNOWN_LICENCE, Card, DepthSpec, InputSpec
from howfar.networks.imagenet import IMAGENET_MEAN, IMAGENET_STD
from howfar.scene import DepthKind

POSITIONS = "backbone.embeddings.position_embeddings"
BLOCK = re.compile(r"backbone\.encoder\.layer\.(\d+)\.")
LEAST_BLOCKS = 4


def depth_anything(path: Path, weights: Mapping[str, Tensor], family_name: str, size: str | None) -> Exportable:
    """Build the network that weights belong to, and its card.

    Weights by the original repositories' names get the original's way of resizing the position embedding, those by the
    hub's names that of transformers; the card's origin says which.

    Args:
        path: Where the weights come from.
        weights: As the file has them.
        family_name: One of `FAMILIES`.
        size: One of `SIZES` that they must be of; None takes any.

    Raises:
        ModelError: If they are of another network or size: each must be there once, in the right shape.
    """
    naming, family = find_naming(weights, str(path)), FAMILIES[family_name]
    ours = renamed(weights, naming, str(path))
    architecture = _architecture(ours, str(path))
    found = next((name for name, each in SIZES.items() if each == architecture), None)
    if size is not None and found != size:
        raise ModelError(
            f"{path} is not {family_name} {size}, but {found or 'of no published size'} "
            f"({architecture.blocks} blocks of width {architecture.width}): take the right file, or name the network "
            f"{family_name} if it is that one all the same.",
            setting="network",
        )
    blocks = feature_blocks(family.version, architecture.blocks)
    # Without memory of its own, so that it takes the file's; random first weights would take longer than all else.
    with torch.device("meta"):
        network = DepthAnything(architecture, blocks, family.max_depth_m, naming.offset)
    load_weights(network.network, ours, source=str(path))
    origin = f"{path.name}, {family.title}, {found or 'no published'} size; {naming.positions}"
    return Exportable(network, _card(family_name, architecture, found, origin))


def _architecture(weights: Mapping[str, Tensor], where: str) -> Architecture:
    """The widths of a network, told by the shapes of its weights."""
    try:
        positions = weights[POSITIONS].shape
        neck = [weights[f"neck.reassemble_stage.layers.{index}.projection.weight"].shape[0] for index in range(4)]
        found = Architecture(
            width=positions[2],
            blocks=len({match[1] for name in weights if (match := BLOCK.match(name))}),
            neck_widths=(neck[0], neck[1], neck[2], neck[3]),
            fusion_width=weights["neck.convs.0.weight"].shape[0],
            last_width=weights["head.conv2.weight"].shape[0],
            grid=math.isqrt(positions[1] - 1),
        )
    except (LookupError, ValueError):
        raise _another(where, "what tells its size is missing") from None
    if found.width % HEAD_WIDTH or found.blocks < LEAST_BLOCKS or min(found.width, found.grid, *neck) < 1:
        raise _another(where, f"{found.blocks} blocks of width {found.width} are none that it can have")
    return found


def _another(where: str, reason: str) -> ModelError:
    return ModelError(
        f"{where} belongs to another network than Depth Anything ({reason}): name a file of that one, or say which "
        "network it is.",
        setting="network",
    )


def _card(name: str, architecture: Architecture, size: str | None, origin: str) -> Card:
    family, side = FAMILIES[name], architecture.trained_px
    spec = InputSpec(
        side,
        side,
        "keep-aspect",
        multiple_px=PATCH_PX,
        scale_to="cover",
        resample="bicubic",
        mean=IMAGENET_MEAN,
        std=IMAGENET_STD,
    )
    # No focal length: the authors take metres from pictures of any camera as they come, and so does this.
    kind: DepthKind = "relative_inverse" if family.max_depth_m is None else "metres"
    depth = DepthSpec(kind, scenes=family.scenes, max_m=family.max_depth_m)
    return Card(name, "depth", family.licences.get(size or "", UNKNOWN_LICENCE), spec, origin, depth=depth)
