"""A small second look at the whole picture, for what a detector's trunk does not know of depth.

As in BiSeNet (Yu et al., ECCV 2018), one path keeps the detail and another, deep and small, knows the scene: here the
detector's trunk is the first, and the second an encoder that has learned depth, at three eighths of the picture's size.
So small, the picture has a seventh of its pixels, and somewhat more where it is padded.
"""

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional

from howfar.networks.efficientnet_lite import EfficientNetLite

HALVED, THEN = 2, 0.75
"""How the picture is made smaller for the encoder, in each direction: by means first, so that nothing is skipped."""

ENLARGED = HALVED / THEN
"""How much larger the encoder's maps are made, so that their cells are those of the trunk's."""

STRIDE = 32
"""Of the encoder's smallest map, and of that of the trunk beside it."""


class ContextPath(nn.Module):
    """From N×3×H×W (H and W multiples of 32) to what a decoder adds at 1/32, 1/16 and 1/8 of the picture.

    The encoder's maps at 1/32, 1/16 and 1/8 of its small picture are narrowed and enlarged, so that their cells are
    those of the trunk's maps at the same strides. The small picture is padded to whole cells with 0, which is
    the mean colour. (To pad the large one takes a quarter of the networks' time in OpenVINO's bf16.)
    """

    def __init__(self, encoder: str, outputs: Sequence[int]) -> None:
        """Build it on an encoder of `efficientnet_lite.SCALINGS`, for a decoder with these channels, coarse to fine."""
        super().__init__()
        self.encoder = EfficientNetLite(encoder)
        deepest_first = self.encoder.channels[::-1]
        self.narrow = nn.ModuleList(
            nn.Conv2d(inputs, channels, 1) for inputs, channels in zip(deepest_first, outputs, strict=False)
        )

    def forward(self, x: Tensor) -> list[Tensor]:
        """What is added: N×outputs[k]×H/2⁵⁻ᵏ×W/2⁵⁻ᵏ for k = 0, 1, 2."""
        height, width = x.shape[-2:]
        small = functional.interpolate(
            functional.avg_pool2d(x, HALVED), scale_factor=THEN, mode="bilinear", align_corners=False
        )
        small = functional.pad(small, (0, _to_whole_cells(width), 0, _to_whole_cells(height)))
        added = []
        for level, (narrow, features) in enumerate(zip(self.narrow, self.encoder(small)[::-1], strict=False)):
            enlarged = functional.interpolate(
                narrow(features), scale_factor=ENLARGED, mode="bilinear", align_corners=False
            )
            stride = STRIDE >> level
            added.append(enlarged[..., : height // stride, : width // stride])
        return added


def _to_whole_cells(side_px: int) -> int:
    """What a side of the picture, made smaller, lacks to a multiple of the encoder's stride."""
    shown_px = side_px * 3 // 8  # THEN / HALVED in whole numbers, which an exported file follows at every size
    return -shown_px % STRIDE
