"""DINOv2's features, as transformers keeps it (Oquab et al.: DINOv2, TMLR 2024)."""

from torch import Tensor, nn
from torch.nn.functional import interpolate
from transformers import Dinov2Model

MODEL_TYPE = "dinov2"
"""What a hub folder's config.json calls it."""


class Dinov2Features(nn.Module):
    """The features of each patch, after the last block and its normalisation.

    Attributes:
        width: How many channels there are.
    """

    def __init__(self, model: Dinov2Model) -> None:
        super().__init__()
        self.model = model
        self.width: int = model.config.hidden_size

    def forward(self, image: Tensor) -> Tensor:
        """Give the features.

        Args:
            image: N×3×H×W, normalised with ImageNet's mean and standard deviation; resized to the nearest multiples of
                a patch (14 pixels).

        Returns:
            N×`width`×h×w, one cell a patch.
        """
        patch_px: int = self.model.embeddings.patch_embeddings.patch_size[0]
        rows, columns = (max(1, round(side / patch_px)) for side in image.shape[-2:])
        size = (rows * patch_px, columns * patch_px)
        resized = interpolate(image, size, mode="bicubic", align_corners=False)
        tokens: Tensor = self.model(resized).last_hidden_state[:, 1:]
        return tokens.transpose(1, 2).reshape(len(image), self.width, rows, columns)
