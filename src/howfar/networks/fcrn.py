"""FCRN: depth from one picture by a ResNet-50 and four up-projections.

Laina, Rupprecht, Belagiannis, Tombari, Navab: Deeper Depth Prediction with Fully Convolutional Residual Networks, 3DV
2016. The up-projection is the paper's fast one (section 3.2).
"""

from operator import methodcaller

import torch
from torch import Tensor, nn
from torch.nn import functional

from howfar.networks.entry import NetworkEntry, PublishedFormat
from howfar.networks.imagenet import IMAGENET_MEAN, IMAGENET_STD
from howfar.networks.resnet import ENCODER_PARTS, ENCODER_WEIGHTS, ResNet50Features

START_M = 2.5
"""Depth that an untrained network gives about everywhere; below zero, the last ReLU would let no gradient through."""


class FastUnpool(nn.Module):
    """Un-pooling and a 5×5 convolution in one: N×C×H×W to N×C'×2H×2W.

    Un-pooling puts each value at the upper left of a 2×2 cell of zeros. A 5×5 kernel on that meets only its own even or
    odd rows and columns, depending on the position in the cell. So four small kernels on the small map give the same,
    and their outputs are interleaved (Laina et al., Fig. 3).
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv_A = nn.Conv2d(inputs, outputs, (3, 3))
        self.conv_B = nn.Conv2d(inputs, outputs, (2, 3))
        self.conv_C = nn.Conv2d(inputs, outputs, (3, 2))
        self.conv_D = nn.Conv2d(inputs, outputs, (2, 2))

    def forward(self, x: Tensor) -> Tensor:
        upper_left = self.conv_A(functional.pad(x, (1, 1, 1, 1)))
        lower_left = self.conv_B(functional.pad(x, (1, 1, 0, 1)))
        upper_right = self.conv_C(functional.pad(x, (0, 1, 1, 1)))
        lower_right = self.conv_D(functional.pad(x, (0, 1, 0, 1)))
        cells = torch.stack((upper_left, upper_right, lower_left, lower_right), dim=2)
        return functional.pixel_shuffle(cells.flatten(1, 2), 2)


class UpProjection(nn.Module):
    """A residual block that doubles the size: N×C×H×W to N×C'×2H×2W (Laina et al., Fig. 2d).

    The un-pooling of each branch is one module under two names, because the published weights hold it under both.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.unpool_main = FastUnpool(inputs, outputs)
        self.unpool_res = FastUnpool(inputs, outputs)
        self.main_branch = nn.Sequential(
            self.unpool_main,
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
            nn.Conv2d(outputs, outputs, 3, padding=1),
            nn.BatchNorm2d(outputs),
        )
        self.residual_branch = nn.Sequential(self.unpool_res, nn.BatchNorm2d(outputs))
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.relu(self.main_branch(x) + self.residual_branch(x))


class FCRN(ResNet50Features):
    """Depth in metres from N×3×H×W at about half the size: N×1×16⌈H/32⌉×16⌈W/32⌉.

    The paper's 304×228 gives 160×128: the encoder rounds each halving up, so that its last map is 10×8, and nothing is
    cropped or padded. The output is taken to span the whole picture, as in the paper. RGB is normalised with ImageNet's
    mean and standard deviation.
    """

    def __init__(self) -> None:
        """Build it with PyTorch's random weights in the decoder; the papers' own are set by `init_decoder`."""
        super().__init__()
        self.conv2 = nn.Conv2d(2048, 1024, 1)
        self.bn2 = nn.BatchNorm2d(1024)
        self.up_proj1 = UpProjection(1024, 512)
        self.up_proj2 = UpProjection(512, 256)
        self.up_proj3 = UpProjection(256, 128)
        self.up_proj4 = UpProjection(128, 64)
        self.drop = nn.Dropout(0.5)
        self.conv3 = nn.Conv2d(64, 1, 3, padding=1)
        self._start_above_zero()

    def forward(self, image: Tensor) -> Tensor:
        x = self.narrow(self.features(image)[-1])
        for up in (self.up_proj1, self.up_proj2, self.up_proj3, self.up_proj4):
            x = up(x)
        return self.read_depth(x)

    def narrow(self, deepest: Tensor) -> Tensor:
        """Bring the encoder's last map (2048 channels) to the decoder's 1024; no ReLU follows."""
        return self.bn2(self.conv2(deepest))

    def read_depth(self, x: Tensor) -> Tensor:
        """Read N×1×h×w metres, none negative, from the decoder's last map of 64 channels."""
        return self.relu(self.conv3(self.drop(x)))

    def init_decoder(self, std: float = 0.001) -> None:
        """Draw the decoder's convolutions anew from N(0, std²), and leave the encoder as it is.

        Only the last bias is not drawn: it is `START_M`.

        Args:
            std: Standard deviation. 0.001 is Harsányi et al.'s; Laina et al. give a variance of 0.01.
        """
        for name, part in self.named_children():
            if name not in ENCODER_PARTS:
                for module in part.modules():
                    _init_layer(module, std)
        self._start_above_zero()

    def _start_above_zero(self) -> None:
        nn.init.constant_(self.conv3.get_parameter("bias"), START_M)


def _init_layer(module: nn.Module, std: float) -> None:
    if isinstance(module, nn.Conv2d):
        nn.init.normal_(module.weight, std=std)
        if module.bias is not None:
            nn.init.normal_(module.bias, std=std)
    elif isinstance(module, nn.BatchNorm2d):
        module.reset_parameters()


ENTRY = NetworkEntry(
    name="fcrn",
    task="depth",
    build=FCRN,
    mean=IMAGENET_MEAN,
    std=IMAGENET_STD,
    multiple_px=1,
    encoder=ENCODER_PARTS,
    deepest="layer4",
    encoder_weights=ENCODER_WEIGHTS,
    # Laina et al. give a variance of 0.01.
    draw_decoder=methodcaller("init_decoder", 0.1),
    published=PublishedFormat("Laina et al., 3DV 2016", size_px=(304, 228), resized_px=(320, 240)),
)
