"""ResNet-50 as an encoder: five feature maps, from half to a thirty-second of the picture.

He et al.: Deep Residual Learning for Image Recognition, CVPR 2016. The stride is in the 3×3 convolution, not in the 1×1
before it, and the parts have the names of torchvision's files, so that the usual ImageNet weights load unchanged.
"""

from collections.abc import Mapping

from torch import Tensor, nn

from howfar.networks.imagenet import EncoderWeights

ENCODER_PARTS = ("conv1", "bn1", "layer1", "layer2", "layer3", "layer4")
"""The encoder's modules; a network that derives from it holds them under these names, beside its own."""

EXPANSION = 4
"""A block's output channels for each channel of its 3×3 convolution."""


class Bottleneck(nn.Module):
    """A 1×1, a 3×3 and a 1×1 convolution, to which the input is added."""

    def __init__(self, inputs: int, width: int, stride: int) -> None:
        super().__init__()
        outputs = EXPANSION * width
        self.conv1 = nn.Conv2d(inputs, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, outputs, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = (
            nn.Identity()
            if stride == 1 and inputs == outputs
            else nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))
        )

    def forward(self, x: Tensor) -> Tensor:
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        return self.relu(self.bn3(self.conv3(y)) + self.downsample(x))


class ResNet50Features(nn.Module):
    """ResNet-50 without its classifier, for networks to derive from: `features` encodes, their `forward` goes on.

    They derive from it rather than hold it because the published depth networks keep the encoder's names at the top
    level of their files, as ImageNet's files do.
    """

    def __init__(self) -> None:
        """Build it with He's random weights."""
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.layer1 = _stage(64, width=64, blocks=3, stride=1)
        self.layer2 = _stage(256, width=128, blocks=4, stride=2)
        self.layer3 = _stage(512, width=256, blocks=6, stride=2)
        self.layer4 = _stage(1024, width=512, blocks=3, stride=2)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def features(self, image: Tensor) -> list[Tensor]:
        """Encode a picture.

        Args:
            image: N×3×H×W of any size, RGB normalised with ImageNet's mean and standard deviation.

        Returns:
            Five maps: of the first convolution (64 channels, H/2×W/2) and of the four stages (256, 512, 1024 and 2048
            channels, H/4×W/4 to H/32×W/32). Each halving rounds up.
        """
        maps = [self.relu(self.bn1(self.conv1(image)))]
        x = self.maxpool(maps[0])
        for stage in (self.layer1, self.layer2, self.layer3, self.layer4):
            x = stage(x)
            maps.append(x)
        return maps


def _stage(inputs: int, width: int, blocks: int, stride: int) -> nn.Sequential:
    following = (Bottleneck(EXPANSION * width, width, stride=1) for _ in range(blocks - 1))
    return nn.Sequential(Bottleneck(inputs, width, stride), *following)


class ResNet50(nn.ModuleDict):
    """The encoder of a network that derives from `ResNet50Features`, by the names of its ImageNet files."""


def encoder_of(network: ResNet50Features) -> ResNet50:
    """The encoder alone; it shares its weights with the network."""
    return ResNet50({name: network.get_submodule(name) for name in ENCODER_PARTS})


def encoder_weights(published: Mapping[str, Tensor], encoder: ResNet50) -> dict[str, Tensor]:
    """ImageNet weights without the classifier.

    The oldest files do not say how many batches each normalisation has seen. Nothing needs that number: the
    encoder's own is kept.
    """
    counts = {name: value for name, value in encoder.state_dict().items() if name.endswith("num_batches_tracked")}
    return {**counts, **{name: value for name, value in published.items() if name.split(".")[0] in ENCODER_PARTS}}


ENCODER_WEIGHTS = EncoderWeights(encoder_of, encoder_weights, lambda _: "torchvision's ResNet-50")
"""Of a network that derives from `ResNet50Features`."""
