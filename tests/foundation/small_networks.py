"""Small Depth Anything networks, and weights as the authors name them."""

from collections.abc import Iterator

import torch
from torch import Tensor

from howfar.foundation.depth_anything_sizes import PATCH_PX, Architecture

FOUR_BLOCKS = Architecture(64, 4, (8, 12, 16, 20), 16, 8, grid=5)
EIGHT_BLOCKS = Architecture(128, 8, (8, 12, 16, 20), 16, 8, grid=5)

Shape = tuple[int, ...]


def original_weights(architecture: Architecture, seed: int = 0) -> dict[str, Tensor]:
    """Random weights by the names of the original repositories, in their shapes."""
    generator = torch.Generator().manual_seed(seed)
    weights = {}
    for name, shape in original_shapes(architecture):
        value = torch.randn(shape, generator=generator) * 0.1
        weights[name] = value + 1 if name.endswith(("norm1.weight", "norm2.weight", "norm.weight", "gamma")) else value
    weights["depth_head.scratch.output_conv2.2.bias"] += 2  # most of what the last ReLU gives is above zero
    return weights


def original_shapes(architecture: Architecture) -> Iterator[tuple[str, Shape]]:
    """Names and shapes of the weights, as the published files have them."""
    yield from _encoder_shapes(architecture)
    neck, fused, last = architecture.neck_widths, architecture.fusion_width, architecture.last_width
    for place, channels in enumerate(neck):
        yield from _pair(f"depth_head.projects.{place}", channels, architecture.width, 1)
        yield f"depth_head.scratch.layer{place + 1}_rn.weight", (fused, channels, 3, 3)
    for place, side in ((0, 4), (1, 2), (3, 3)):
        yield from _pair(f"depth_head.resize_layers.{place}", neck[place], neck[place], side)
    for place in (1, 2, 3, 4):
        join = f"depth_head.scratch.refinenet{place}"
        yield from _pair(f"{join}.out_conv", fused, fused, 1)
        for unit in ("resConfUnit1.conv1", "resConfUnit1.conv2", "resConfUnit2.conv1", "resConfUnit2.conv2"):
            yield from _pair(f"{join}.{unit}", fused, fused, 3)
    yield from _pair("depth_head.scratch.output_conv1", fused // 2, fused, 3)
    yield from _pair("depth_head.scratch.output_conv2.0", last, fused // 2, 3)
    yield from _pair("depth_head.scratch.output_conv2.2", 1, last, 1)


def _encoder_shapes(architecture: Architecture) -> Iterator[tuple[str, Shape]]:
    width = architecture.width
    yield "pretrained.cls_token", (1, 1, width)
    yield "pretrained.pos_embed", (1, 1 + architecture.grid**2, width)
    yield "pretrained.mask_token", (1, width)
    yield from _pair("pretrained.patch_embed.proj", width, 3, PATCH_PX)
    for place in range(architecture.blocks):
        block = f"pretrained.blocks.{place}"
        for part, outputs, inputs in (("attn.qkv", 3, 1), ("attn.proj", 1, 1), ("mlp.fc1", 4, 1), ("mlp.fc2", 1, 4)):
            yield f"{block}.{part}.weight", (outputs * width, inputs * width)
            yield f"{block}.{part}.bias", (outputs * width,)
        for part in ("norm1.weight", "norm1.bias", "norm2.weight", "norm2.bias", "ls1.gamma", "ls2.gamma"):
            yield f"{block}.{part}", (width,)
    yield "pretrained.norm.weight", (width,)
    yield "pretrained.norm.bias", (width,)


def _pair(name: str, outputs: int, inputs: int, side: int) -> Iterator[tuple[str, Shape]]:
    yield f"{name}.weight", (outputs, inputs, side, side)
    yield f"{name}.bias", (outputs,)
