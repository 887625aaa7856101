"""Eigen's network of two scales: a coarse map of the whole picture, and a fine one that refines it.

Eigen, Puhrsch, Fergus: Depth Map Prediction from a Single Image using a Multi-Scale Deep Network, NeurIPS 2014, section
3.1 and Fig. 1. The coarse part is trained first; the fine part then, with the coarse one as it is.
"""

import math

import torch
from torch import Tensor, nn

from howfar.networks.entry import NetworkEntry
from howfar.networks.fcrn import START_M
from howfar.networks.imagenet import IMAGENET_MEAN, IMAGENET_STD
from howfar.networks.vgg import draw_he

INPUT_PX = (304, 228)
"""Width and height of the input; the fully connected layers take no other."""

OUTPUT_PX = (74, 55)

ALEXNET_CHANNELS, ALEXNET_CELLS = 256, (6, 8)
"""What `alexnet_features` gives for an input of that size: channels, rows and columns."""

HIDDEN = 4096


def alexnet_features() -> nn.Sequential:
    """The five convolutions of the coarse part, those of AlexNet (Krizhevsky et al., NeurIPS 2012).

    N×3×228×304 to N×256×6×8. The first pooling rounds up and the others down: so they give the sizes of the paper's
    table, 27×37, 13×18 and 6×8.
    """
    layers = nn.Sequential(
        nn.Conv2d(3, 96, 11, stride=4),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(3, stride=2, ceil_mode=True),
        nn.Conv2d(96, 256, 5, padding=2),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(3, stride=2),
        nn.Conv2d(256, 384, 3, padding=1),
        nn.ReLU(inplace=True),
        nn.Conv2d(384, 384, 3, padding=1),
        nn.ReLU(inplace=True),
        nn.Conv2d(384, ALEXNET_CHANNELS, 3, padding=1),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(3, stride=2),
    )
    for layer in layers:
        if isinstance(layer, nn.Conv2d):
            draw_he(layer)
    return layers


def start_at(layer: nn.Conv2d | nn.Linear, depth_m: float = START_M) -> None:
    """Let a layer that gives log depth begin with about this depth everywhere."""
    nn.init.normal_(layer.weight, std=1e-3)
    nn.init.constant_(layer.get_parameter("bias"), math.log(depth_m))


def refuse_size(image: Tensor, name: str) -> None:
    """Raise ValueError for a picture that is not of `INPUT_PX`."""
    width, height = INPUT_PX
    if image.shape[2:] != (height, width):
        raise ValueError(
            f"{name} takes pictures of {width}×{height}, and this one is {image.shape[3]}×{image.shape[2]}: resize it "
            "first."
        )


class CoarseNetwork(nn.Module):
    """Log depth of the whole picture by two fully connected layers: N×3×228×304 to N×1×55×74."""

    def __init__(self) -> None:
        super().__init__()
        self.features = alexnet_features()
        self.hidden = nn.Linear(ALEXNET_CHANNELS * math.prod(ALEXNET_CELLS), HIDDEN)
        self.drop = nn.Dropout(0.5)
        self.log_depth = nn.Linear(HIDDEN, math.prod(OUTPUT_PX))
        draw_he(self.hidden)
        start_at(self.log_depth)

    def forward(self, image: Tensor) -> Tensor:
        hidden = self.drop(torch.relu(self.hidden(self.features(image).flatten(1))))
        return self.log_depth(hidden).unflatten(1, (1, OUTPUT_PX[1], OUTPUT_PX[0]))


class FineNetwork(nn.Module):
    """Log depth refined by what is seen nearby: the picture and the coarse map to N×1×55×74."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 63, 9, stride=2)
        self.pool = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.second = nn.Conv2d(64, 64, 5, padding=2)
        self.log_depth = nn.Conv2d(64, 1, 5, padding=2)
        draw_he(self.first)
        draw_he(self.second)
        start_at(self.log_depth)

    def forward(self, image: Tensor, coarse: Tensor) -> Tensor:
        edges = self.pool(torch.relu(self.first(image)))
        joined = torch.cat((edges, coarse), dim=1)
        return self.log_depth(torch.relu(self.second(joined)))


class Eigen2014(nn.Module):
    """Depth in metres from N×3×228×304, at about a quarter of the size: N×1×55×74, never negative.

    The network gives log depth; its exponential is taken last. The output is taken to span the whole picture. A picture
    of another size is refused with a `ValueError`.
    """

    def __init__(self, fine: bool = True) -> None:
        """Build both parts; without `fine` the coarse map is the output, as it is trained first."""
        super().__init__()
        self.has_fine = fine
        self.coarse = CoarseNetwork()
        self.fine = FineNetwork()

    def forward(self, image: Tensor) -> Tensor:
        refuse_size(image, "Eigen2014")
        log_depth = self.coarse(image)
        if self.has_fine:
            log_depth = self.fine(image, log_depth)
        # bfloat16 knows a log depth to a hundredth; the exponential is taken in single precision.
        return log_depth.float().exp()


ENTRY = NetworkEntry(
    name="eigen-2014",
    task="depth",
    build=Eigen2014,
    mean=IMAGENET_MEAN,
    std=IMAGENET_STD,
    multiple_px=1,
    size_px=INPUT_PX,
    encoder=("coarse",),
    deepest="coarse.features",
)
