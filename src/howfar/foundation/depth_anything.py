"""Depth Anything V1 and V2, as transformers keeps it, for pictures of any size.

Yang et al., "Depth Anything: Unleashing the Power of Large-Scale Unlabeled Data", CVPR 2024, and "Depth Anything V2",
NeurIPS 2024: a DINOv2 encoder with the head of DPT (Ranftl et al., ICCV 2021).
"""

from torch import Tensor, nn
from torch.nn.functional import interpolate
from transformers import DepthAnythingConfig, DepthAnythingForDepthEstimation, Dinov2Config
from transformers.models.dinov2.modeling_dinov2 import Dinov2Embeddings

from howfar.errors import SettingError
from howfar.foundation.depth_anything_sizes import HEAD_WIDTH, PATCH_PX, Architecture
from howfar.foundation.positions import resized_positions

ORIGINAL_OFFSET = 0.1
"""What the published code of DINOv2 adds to the sides of the grid when it resizes the position embedding."""

HUB_OFFSET = 0.0
"""What transformers adds: nothing. The same weights give another depth with it, 5 % apart with random ones."""


class DepthAnything(nn.Module):
    """A Depth Anything network, with random first weights.

    Args:
        architecture: Its widths.
        feature_blocks: The four blocks of the encoder that the head reads, counted from 1.
        max_depth_m: Metres that the largest output means; None for inverse depth up to scale and shift.
        offset: How the position embedding is resized, see `howfar.foundation.positions`.
    """

    def __init__(
        self,
        architecture: Architecture,
        feature_blocks: tuple[int, ...],
        max_depth_m: float | None = None,
        offset: float = HUB_OFFSET,
    ) -> None:
        super().__init__()
        encoder = _encoder(architecture, feature_blocks)
        self.network = DepthAnythingForDepthEstimation(_configuration(architecture, encoder, max_depth_m))
        embeddings = _Embeddings(encoder, offset)
        embeddings.load_state_dict(self.network.backbone.embeddings.state_dict(), assign=True)
        self.network.backbone.embeddings = embeddings

    def forward(self, image: Tensor) -> Tensor:
        """Estimate depth.

        Args:
            image: N×3×H×W, H and W multiples of 14, normalised with ImageNet's mean and standard deviation.

        Returns:
            N×1×H×W.

        Raises:
            SettingError: If H or W is no multiple of 14.
        """
        size = image.shape[-2:]
        if size[0] % PATCH_PX or size[1] % PATCH_PX:
            raise SettingError(
                f"Depth Anything takes widths and heights in multiples of {PATCH_PX}, not {size[1]}×{size[0]}: resize "
                "the picture."
            )
        features = self.network.backbone(image).feature_maps
        joined = self.network.neck(features, size[0] // PATCH_PX, size[1] // PATCH_PX)[-1]
        head = self.network.head
        # The head's own `forward` makes whole numbers of the size, which ties an exported file to one.
        enlarged = interpolate(head.conv1(joined), size, mode="bilinear", align_corners=True)
        last = head.conv3(head.activation1(head.conv2(enlarged)))
        depth: Tensor = head.activation2(last) * head.max_depth
        return depth


class _Embeddings(Dinov2Embeddings):
    """The patches of a picture with their positions, resized as the offset says."""

    def __init__(self, configuration: Dinov2Config, offset: float) -> None:
        super().__init__(configuration)
        self.offset = offset

    def interpolate_pos_encoding(self, embeddings: Tensor, height: int, width: int) -> Tensor:
        """The positions for a picture of this size, in pixels."""
        return resized_positions(self.position_embeddings, height // PATCH_PX, width // PATCH_PX, self.offset)


def _encoder(architecture: Architecture, feature_blocks: tuple[int, ...]) -> Dinov2Config:
    return Dinov2Config(  # type: ignore[call-arg]
        hidden_size=architecture.width,
        num_hidden_layers=architecture.blocks,
        num_attention_heads=architecture.width // HEAD_WIDTH,
        image_size=architecture.trained_px,
        patch_size=PATCH_PX,
        out_indices=list(feature_blocks),
        reshape_hidden_states=False,
    )


def _configuration(architecture: Architecture, encoder: Dinov2Config, max_depth_m: float | None) -> DepthAnythingConfig:
    return DepthAnythingConfig(
        backbone_config=encoder,
        reassemble_hidden_size=architecture.width,
        neck_hidden_sizes=list(architecture.neck_widths),
        fusion_hidden_size=architecture.fusion_width,
        head_hidden_size=architecture.last_width,
        depth_estimation_type="relative" if max_depth_m is None else "metric",
        max_depth=1 if max_depth_m is None else int(max_depth_m),
    )
