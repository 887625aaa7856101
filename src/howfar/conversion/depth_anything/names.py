"""What the weights of Depth Anything are called: by its authors, on the hub, and in transformers today."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from torch import Tensor

from howfar.conversion.checkpoints.restricted_pickle import shown
from howfar.errors import ModelError
from howfar.foundation.depth_anything import HUB_OFFSET, ORIGINAL_OFFSET

BLOCK = r"backbone.encoder.layer.\1."
HEAD = r"depth_head\.scratch\."

ORIGINAL_RULES = {
    r"pretrained\.(cls_token|mask_token)$": r"backbone.embeddings.\1",
    r"pretrained\.pos_embed$": "backbone.embeddings.position_embeddings",
    r"pretrained\.patch_embed\.proj\.": "backbone.embeddings.patch_embeddings.projection.",
    r"pretrained\.norm\.": "backbone.layernorm.",
    r"pretrained\.blocks\.(\d+)\.(norm\d|mlp\.fc\d)\.": rf"{BLOCK}\2.",
    r"pretrained\.blocks\.(\d+)\.attn\.proj\.": f"{BLOCK}attention.o_proj.",
    r"pretrained\.blocks\.(\d+)\.attn\.qkv\.": f"{BLOCK}attention.qkv.",
    r"pretrained\.blocks\.(\d+)\.ls(\d)\.gamma$": rf"{BLOCK}layer_scale\2.lambda1",
    r"depth_head\.projects\.(\d)\.": r"neck.reassemble_stage.layers.\1.projection.",
    r"depth_head\.resize_layers\.(\d)\.": r"neck.reassemble_stage.layers.\1.resize.",
    # The original counts from 1, and the joins from the finest map; transformers counts joins from the coarsest.
    **{rf"{HEAD}layer{number}_rn\.": f"neck.convs.{number - 1}." for number in (1, 2, 3, 4)},
    **{
        rf"{HEAD}refinenet{number}\.resConfUnit(\d)\.conv(\d)\.": (
            rf"neck.fusion_stage.layers.{4 - number}.residual_layer\1.convolution\2."
        )
        for number in (1, 2, 3, 4)
    },
    **{
        rf"{HEAD}refinenet{number}\.out_conv\.": f"neck.fusion_stage.layers.{4 - number}.projection."
        for number in (1, 2, 3, 4)
    },
    rf"{HEAD}output_conv1\.": "head.conv1.",
    rf"{HEAD}output_conv2\.0\.": "head.conv2.",
    rf"{HEAD}output_conv2\.2\.": "head.conv3.",
}
HUB_RULES = {
    r"backbone\.encoder\.layer\.(\d+)\.attention\.attention\.query\.": f"{BLOCK}attention.q_proj.",
    r"backbone\.encoder\.layer\.(\d+)\.attention\.attention\.key\.": f"{BLOCK}attention.k_proj.",
    r"backbone\.encoder\.layer\.(\d+)\.attention\.attention\.value\.": f"{BLOCK}attention.v_proj.",
    r"backbone\.encoder\.layer\.(\d+)\.attention\.output\.dense\.": f"{BLOCK}attention.o_proj.",
}
FUSED = ".attention.qkv."
PROJECTIONS = (".attention.q_proj.", ".attention.k_proj.", ".attention.v_proj.")


@dataclass(frozen=True, slots=True)
class Naming:
    """Who a file's names are from.

    Attributes:
        encoder: What the names of the encoder's weights begin with.
        rules: Beginnings of names, as patterns, and what transformers has in their place.
        offset: How whoever names so resizes the position embedding (see `howfar.foundation.positions`).
        positions: The same in words.
    """

    encoder: str
    rules: Mapping[str, str]
    offset: float
    positions: str


NAMINGS = (
    Naming("pretrained.", ORIGINAL_RULES, ORIGINAL_OFFSET, "positions resized as in the original code"),
    Naming("backbone.", HUB_RULES, HUB_OFFSET, "positions resized as in transformers"),
)


def find_naming(weights: Mapping[str, Tensor], where: str) -> Naming:
    """Whose names a file has.

    Raises:
        ModelError: If no weight is called as one of Depth Anything.
    """
    for naming in NAMINGS:
        if any(name.startswith(naming.encoder) for name in weights):
            return naming
    raise ModelError(
        f"{where} belongs to another network than Depth Anything: none of its weights (such as "
        f"{shown(next(iter(weights), 'none'))}) is called {' or '.join(f'{each.encoder}…' for each in NAMINGS)}."
    )


def renamed(weights: Mapping[str, Tensor], naming: Naming, where: str) -> dict[str, Tensor]:
    """Weights by the names that transformers has for them; what no rule knows keeps its name.

    Raises:
        ModelError: If a weight is there twice, under two names.
    """
    result: dict[str, Tensor] = {}
    for name, value in weights.items():
        for new_name, piece in _split(_renamed(name, naming.rules), value):
            if new_name in result:
                raise ModelError(f"{where} has the weight {shown(name)} twice, under two names: take another file.")
            result[new_name] = piece
    return result


def _renamed(name: str, rules: Mapping[str, str]) -> str:
    for pattern, replacement in rules.items():
        if re.match(pattern, name):
            return re.sub(pattern, replacement, name, count=1)
    return name


def _split(name: str, value: Tensor) -> Iterator[tuple[str, Tensor]]:
    """The original keeps what makes queries, keys and values in one weight, in this order."""
    if FUSED in name and value.ndim and value.shape[0] % len(PROJECTIONS) == 0:
        yield from zip(
            (name.replace(FUSED, projection) for projection in PROJECTIONS), value.chunk(len(PROJECTIONS)), strict=True
        )
    else:
        yield name, value
