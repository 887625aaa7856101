"""A compact network for metric depth: an EfficientNet-Lite encoder, a U-Net decoder, a distribution over depth.

The decoder is a U-Net's (Ronneberger et al. 2015). The head gives each pixel a distribution over fixed bins of log
depth, and depth is the exponential of its mean, as in Cao et al. (Estimating Depth from Monocular Images as
Classification, 2017) and Bhat et al. (AdaBins, CVPR 2021): an output that starts in the middle of the range, cannot
leave it, and knows its own spread. The semantic head is a second task in training, and is exported only when asked.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from howfar.errors import SettingError
from howfar.networks.class_output import CLASS_PROBABILITIES
from howfar.networks.efficientnet_lite import ENCODER_WEIGHTS, EfficientNetLite
from howfar.networks.entry import NetworkEntry
from howfar.networks.imagenet import IMAGENET_MEAN, IMAGENET_STD

DECODER_CHANNELS = (128, 96, 64, 40, 24)
"""Channels at 1/32, 1/16, 1/8, 1/4 and 1/2 of the picture."""

NEAREST_M, FARTHEST_M = 0.25, 12.0
BINS = 32

SKY_M = 90.0
"""From this depth on, at the focal length that is learned, a network that has learned the sky means the sky."""

CENTRES = "head.centres"
"""What the log depths of a network's bins are called among its weights."""

LOG_SD = "log_sd"
"""What the output for the spread is called in an exported file."""

LEAST_VARIANCE = 1e-6
"""Of a distribution that is all in one bin."""

FIT_RIDGE = 1e-6
"""Keeps the fit of a head solvable where a feature is always 0."""

FITTED_LOG_SD = 0.5
"""The spread that a fitted head begins with: wide enough that many bins learn from each pixel."""


class InTraining(NamedTuple):
    """What a network with more than depth to learn gives while it trains.

    Attributes:
        depth_m: N×1×H/2×W/2 metres.
        class_scores: N×C×H/8×W/8 scores of semantic classes; None where it learns none.
        log_sd: As large as the depth: the standard deviation of its logarithm; None where it learns none.
        disparities: Of a network that learns from stereo pairs: N×2×h×w of each scale, largest first, the disparity of
            the left-hand and of the right-hand picture as shares of the width; empty of any other.
    """

    depth_m: Tensor
    class_scores: Tensor | None = None
    log_sd: Tensor | None = None
    disparities: tuple[Tensor, ...] = ()


class DepthAndSpread(NamedTuple):
    """What is exported with `log_sd`: N×1×H/2×W/2 metres, and as large the standard deviation of their logarithm."""

    depth_m: Tensor
    log_sd: Tensor


class DepthAndClasses(NamedTuple):
    """What is exported with `export_classes`: N×1×H/2×W/2 metres, and N×C×H/8×W/8 probabilities of the classes."""

    depth_m: Tensor
    class_probabilities: Tensor


class ConvNormAct(nn.Sequential):
    """A convolution, batch normalisation and ReLU."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 3) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()
        )


class Context(nn.Module):
    """Each cell of the smallest map, with the mean of the whole picture added (ParseNet's global pooling)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.local = ConvNormAct(inputs, outputs, 1)
        self.whole = nn.Sequential(nn.Conv2d(inputs, outputs, 1), nn.ReLU(), nn.Conv2d(outputs, outputs, 1))

    def forward(self, x: Tensor) -> Tensor:
        return self.local(x) + self.whole(x.mean((2, 3), keepdim=True))


class UpBlock(nn.Module):
    """Enlarge twice, join the encoder's map of that size, and filter."""

    def __init__(self, inputs: int, skip: int, outputs: int, convolutions: int) -> None:
        super().__init__()
        self.filters = nn.Sequential(
            ConvNormAct(inputs + skip, outputs), *(ConvNormAct(outputs, outputs) for _ in range(convolutions - 1))
        )

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        x = functional.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
        return self.filters(torch.cat((x, skip), 1))


class LogDepthHead(nn.Module):
    """A distribution over bins that are even in log depth, and the depth at its mean.

    It works with the channels last: a softmax over contiguous numbers is ten times faster to train on a CPU.
    """

    centres: Tensor

    def __init__(self, inputs: int, bins: int = BINS, farthest_m: float = FARTHEST_M) -> None:
        super().__init__()
        self.scores = nn.Linear(inputs, bins)
        nn.init.zeros_(self.scores.weight)
        nn.init.zeros_(self.scores.bias)
        self.register_buffer("centres", torch.linspace(math.log(NEAREST_M), math.log(farthest_m), bins))

    def forward(self, x: Tensor) -> Tensor:
        scores = self.scores(x.permute(0, 2, 3, 1))
        with torch.autocast(x.device.type, enabled=False):
            return self._mean(scores.float().softmax(-1)).unsqueeze(1).exp()

    def with_spread(self, x: Tensor) -> DepthAndSpread:
        """The depth, and the standard deviation of its logarithm over the bins."""
        scores = self.scores(x.permute(0, 2, 3, 1))
        with torch.autocast(x.device.type, enabled=False):
            shares = scores.float().softmax(-1)
            mean = self._mean(shares)
            variance = (shares * (self.centres - mean.unsqueeze(-1)).square()).sum(-1)
            # The root of 0 has no slope.
            return DepthAndSpread(mean.unsqueeze(1).exp(), variance.clamp(min=LEAST_VARIANCE).sqrt().unsqueeze(1))

    def _mean(self, shares: Tensor) -> Tensor:
        """The mean log depth, N×H×W, of N×H×W×bins.

        A sum of products: with a product with a vector the whole network takes 1.1 times as long in ONNX Runtime
        (benchmarks/mean_of_bins.py).
        """
        return (shares * self.centres).sum(-1)

    def has_bins(self, centres: Tensor) -> bool:
        """Whether its bins are these."""
        return self.centres.shape == centres.shape and bool(torch.allclose(self.centres, centres))

    def fit(self, features: Tensor, depth_m: Tensor) -> None:
        """Let it say what another head says of some features: nearly, and beyond the other's range too.

        The mean of the distribution becomes the linear function of the features that is nearest to log depth, by least
        squares; its shape a Gaussian's, which is linear in the features: −(c − m)² / 2s² is m·c / s² − c² / 2s², and a
        term that is the same for all bins.

        Args:
            features: N×C×H×W.
            depth_m: N×1×H×W, what the other head gives for them.
        """
        rows = features.permute(0, 2, 3, 1).flatten(0, 2).double()
        with_one = torch.cat((rows, torch.ones_like(rows[:, :1])), 1)
        squares = with_one.T @ with_one + FIT_RIDGE * len(rows) * torch.eye(with_one.shape[1], dtype=torch.float64)
        mean = torch.linalg.solve(squares, with_one.T @ depth_m.double().log().flatten()).to(self.centres)
        inverse = 1 / FITTED_LOG_SD**2
        self.scores.weight.data = self.centres[:, None] * mean[None, :-1] * inverse
        self.scores.bias.data = self.centres * mean[-1] * inverse - self.centres.square() * inverse / 2


class CompactDepth(nn.Module):
    """Depth in metres from N×3×H×W (H and W multiples of 32), at half the size: N×1×H/2×W/2.

    RGB is normalised with ImageNet's mean and standard deviation. With `classes` or `log_sd`, `forward` in training
    mode gives `InTraining`.
    """

    def __init__(
        self,
        encoder: str = "lite2",
        classes: int = 0,
        drop_path: float = 0.0,
        bins: int = BINS,
        farthest_m: float = FARTHEST_M,
        log_sd: bool = False,
        export_classes: bool = False,
    ) -> None:
        """Build it on an encoder of `efficientnet_lite.SCALINGS`.

        Args:
            encoder: `lite0` to `lite4`.
            classes: More than 0 adds the second task's head.
            drop_path: Greatest share of pictures that skip a block of the encoder in training.
            bins: How many bins of log depth there are, from `NEAREST_M` to `farthest_m`.
            farthest_m: The centre of the last bin, in metres.
            log_sd: Export the spread of the distribution as a second output.
            export_classes: Export the probabilities of the classes as a second output.

        Raises:
            SettingError: If it is to export the classes and has none, or exports the spread.
        """
        super().__init__()
        if export_classes and (log_sd or not classes):
            raise SettingError(
                "The compact network exports classes only where it learns them and no spread: set "
                "network.options.classes and leave out log_sd, or leave out export_classes."
            )
        self.log_sd, self.export_classes = log_sd, export_classes
        self.encoder = EfficientNetLite(encoder, drop_path)
        skips = self.encoder.channels
        self.context = Context(skips[4], DECODER_CHANNELS[0])
        self.up = nn.ModuleList(
            UpBlock(DECODER_CHANNELS[level], skips[3 - level], DECODER_CHANNELS[level + 1], 1 if level == 0 else 2)
            for level in range(4)
        )
        self.head = LogDepthHead(DECODER_CHANNELS[4], bins, farthest_m)
        self.classes = nn.Conv2d(DECODER_CHANNELS[2], classes, 1) if classes else None

    def forward(self, x: Tensor) -> Tensor | InTraining:
        x, class_scores = self._decoded(x, with_classes=self.training)
        if self.training and self.log_sd:
            depth_m, log_sd = self.head.with_spread(x)
            return InTraining(depth_m, class_scores, log_sd)
        depth_m = self.head(x)
        return depth_m if class_scores is None else InTraining(depth_m, class_scores)

    def _decoded(self, x: Tensor, *, with_classes: bool = False) -> tuple[Tensor, Tensor | None]:
        """What the head reads, and the class scores where they are asked for and there are any."""
        maps = self.encoder(x)
        x = self.context(maps[4])
        class_scores = None
        for level, block in enumerate(self.up):
            x = block(x, maps[3 - level])
            if level == 1 and with_classes and self.classes is not None:
                class_scores = self.classes(x)
        return x, class_scores

    def with_spread(self, x: Tensor) -> DepthAndSpread:
        """The depth with its spread."""
        return self.head.with_spread(self._decoded(x)[0])

    def with_classes(self, x: Tensor) -> DepthAndClasses:
        """The depth with the probabilities of the classes."""
        x, class_scores = self._decoded(x, with_classes=True)
        assert class_scores is not None  # __init__ refuses
        return DepthAndClasses(self.head(x), class_scores.softmax(1))

    @torch.no_grad()
    def go_on_from(self, other: "CompactDepth", pictures: Tensor) -> None:
        """Take over another network but for its bins: the head is fitted to what the other says of some pictures.

        Args:
            other: A network of the same encoder.
            pictures: N×3×H×W, as the network takes them.
        """
        own = {name: value for name, value in other.state_dict().items() if not name.startswith("head.")}
        self.load_state_dict(own, strict=False)
        features, _ = other.eval()._decoded(pictures)
        self.head.fit(features, other.head(features))


class SpreadOutput(nn.Module):
    """A compact network with the two outputs of its exported file."""

    more_outputs = (LOG_SD,)

    def __init__(self, network: CompactDepth) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> DepthAndSpread:
        return self.network.with_spread(x)


class ClassesOutput(nn.Module):
    """A compact network with the depth and the classes of its exported file."""

    more_outputs = (CLASS_PROBABILITIES,)

    def __init__(self, network: CompactDepth) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> DepthAndClasses:
        return self.network.with_classes(x)


def exported_form(network: CompactDepth) -> nn.Module:
    """The network with the outputs that are exported."""
    if network.export_classes:
        return ClassesOutput(network)
    return SpreadOutput(network) if network.log_sd else network


ENTRY = NetworkEntry(
    name="compact",
    task="depth",
    build=CompactDepth,
    mean=IMAGENET_MEAN,
    std=IMAGENET_STD,
    decoded=exported_form,
    encoder=("encoder",),
    deepest="encoder",
    encoder_weights=ENCODER_WEIGHTS,
)
