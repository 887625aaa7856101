"""The Hybrid CNN: FCRN with a U-Net's lateral connections.

Harsányi, Kiss, Majdik, Szirányi: A Hybrid CNN Approach for Single Image Depth Estimation: A Case Study, MISSI 2018. The
names are those of the authors' published weights, which load unchanged.
"""

from operator import methodcaller

import torch
from torch import Tensor, nn

from howfar.networks.entry import NetworkEntry, PublishedFormat
from howfar.networks.fcrn import FCRN
from howfar.networks.imagenet import IMAGENET_MEAN, IMAGENET_STD
from howfar.networks.resnet import ENCODER_PARTS, ENCODER_WEIGHTS

MULTIPLE_PX = 32
"""What the height and the width of a picture must be multiples of: the encoder's last map is that much smaller."""


class LateralJoin(nn.Module):
    """Put the encoder's map before the decoder's and bring the channels back with a 1×1 convolution."""

    def __init__(self, encoder: int, decoder: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(encoder + decoder, decoder, 1)

    def forward(self, encoder: Tensor, decoder: Tensor) -> Tensor:
        return self.conv(torch.cat((encoder, decoder), dim=1))


class HybridCNN(FCRN):
    """Depth in metres from N×3×H×W (H and W multiples of 32), at half the size: N×1×H/2×W/2.

    The paper's 320×256 gives 160×128. RGB is normalised with ImageNet's mean and standard deviation. A picture of
    another size is refused with a `ValueError`, because the maps of the two sides would not fit.
    """

    def __init__(self) -> None:
        """Build it with PyTorch's random weights in the decoder; the paper's own are set by `init_decoder`."""
        super().__init__()
        self.con_conv1 = LateralJoin(encoder=1024, decoder=512)
        self.con_conv2 = LateralJoin(encoder=512, decoder=256)
        self.con_conv3 = LateralJoin(encoder=256, decoder=128)
        self.con_conv4 = LateralJoin(encoder=64, decoder=64)

    def forward(self, image: Tensor) -> Tensor:
        if image.shape[2] % MULTIPLE_PX or image.shape[3] % MULTIPLE_PX:
            raise ValueError(
                f"HybridCNN takes heights and widths in multiples of {MULTIPLE_PX}, and this picture is "
                f"{image.shape[3]}×{image.shape[2]}: resize or pad it first."
            )
        half, quarter, eighth, sixteenth, deepest = self.features(image)
        x = self.narrow(deepest)
        x = self.con_conv1(sixteenth, self.up_proj1(x))
        x = self.con_conv2(eighth, self.up_proj2(x))
        x = self.con_conv3(quarter, self.up_proj3(x))
        x = self.con_conv4(half, self.up_proj4(x))
        return self.read_depth(x)


ENTRY = NetworkEntry(
    name="hybrid-cnn",
    task="depth",
    build=HybridCNN,
    mean=IMAGENET_MEAN,
    std=IMAGENET_STD,
    multiple_px=MULTIPLE_PX,
    encoder=ENCODER_PARTS,
    deepest="layer4",
    encoder_weights=ENCODER_WEIGHTS,
    draw_decoder=methodcaller("init_decoder", 0.001),
    published=PublishedFormat("Harsányi et al., MISSI 2018", size_px=(320, 256), resized_px=(352, 264)),
)
