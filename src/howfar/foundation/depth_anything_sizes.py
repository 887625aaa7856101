"""The sizes that Depth Anything comes in, and which of the encoder's blocks its head reads."""

from collections.abc import Mapping
from dataclasses import dataclass

PATCH_PX = 14

HEAD_WIDTH = 64
"""Numbers of one attention head, in every size of DINOv2."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """The widths of a Depth Anything network (Yang et al., CVPR 2024, and NeurIPS 2024).

    Attributes:
        width: Numbers of a patch in the encoder, a multiple of 64.
        blocks: Blocks of the encoder.
        neck_widths: Channels that the four feature maps are brought to.
        fusion_width: Channels of the maps that are joined.
        last_width: Channels before the last convolution.
        grid: Rows, and columns, of patches that the position embedding was learnt on.
    """

    width: int
    blocks: int
    neck_widths: tuple[int, int, int, int]
    fusion_width: int
    last_width: int = 32
    grid: int = 37

    @property
    def trained_px(self) -> int:
        """Width and height of the pictures that the position embedding was learnt on."""
        return self.grid * PATCH_PX


SIZES: Mapping[str, Architecture] = {
    "small": Architecture(384, 12, (48, 96, 192, 384), 64),
    "base": Architecture(768, 12, (96, 192, 384, 768), 128),
    "large": Architecture(1024, 24, (256, 512, 1024, 1024), 256),
}
"""As published: with ViT-S/14, ViT-B/14 and ViT-L/14."""


def feature_blocks(version: int, blocks: int) -> tuple[int, ...]:
    """The blocks whose output the head reads, counted from 1.

    V1 reads the last four. V2 reads the end of each quarter, but block 5 of ViT-L's 24 where 6 would be the end.
    """
    if version == 1:
        return tuple(range(blocks - 3, blocks + 1))
    if blocks == SIZES["large"].blocks:
        return (5, 12, 18, 24)
    return tuple(blocks * quarter // 4 for quarter in (1, 2, 3, 4))
