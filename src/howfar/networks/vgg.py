"""VGG-16 as an encoder: thirteen 3×3 convolutions with ReLU in five blocks, each ended by a halving.

Simonyan, Zisserman: Very Deep Convolutional Networks for Large-Scale Image Recognition, ICLR 2015, configuration D
without its classifier. The layers are numbered as in torchvision's `features`, so that the usual ImageNet weights load
unchanged.
"""

from collections.abc import Mapping
from itertools import pairwise

from torch import Tensor, nn

from howfar.networks.imagenet import EncoderWeights

BLOCKS = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))
"""Channels and convolutions of each block."""

FEATURES = "features"
"""What torchvision's file calls the layers before the classifier."""


def vgg16_features() -> nn.Sequential:
    """The layers from N×3×H×W to N×512×⌊H/32⌋×⌊W/32⌋, with He's random weights."""
    widths = [width for width, count in BLOCKS for _ in range(count)]
    ends = {sum(count for _, count in BLOCKS[: number + 1]) for number in range(len(BLOCKS))}
    layers: list[nn.Module] = []
    for number, (inputs, outputs) in enumerate(pairwise((3, *widths)), 1):
        convolution = nn.Conv2d(inputs, outputs, 3, padding=1)
        draw_he(convolution)
        layers += [convolution, nn.ReLU(inplace=True)]
        if number in ends:
            layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers)


def draw_he(layer: nn.Conv2d | nn.Linear) -> None:
    """Draw a layer's weights by He's rule, for a ReLU after it; its bias is 0."""
    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    nn.init.zeros_(layer.get_parameter("bias"))


def features_of(published: Mapping[str, Tensor], _: nn.Module) -> dict[str, Tensor]:
    """ImageNet weights without the classifier, by the numbers of the layers; LookupError for another network's."""
    found = {name.removeprefix(f"{FEATURES}."): value for name, value in published.items() if name.startswith(FEATURES)}
    if not found:
        raise LookupError(FEATURES)
    return found


def vgg16_weights(part: str) -> EncoderWeights:
    """How a network takes ImageNet weights whose part of this name, such as `scale1.features`, is `vgg16_features`."""
    return EncoderWeights(lambda network: network.get_submodule(part), features_of, lambda _: "torchvision's VGG-16")
