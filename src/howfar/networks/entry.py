"""All that the rest of the code needs to know of one network: its entry, which stands in the network's own file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from torch import Tensor, nn

from howfar.networks.imagenet import EncoderWeights

CardTask = Literal["detection", "depth", "ranging", "joint", "stereo"]
"""What a network is for, as model cards call it; a `stereo` network is fed with pairs of pictures."""

Size = tuple[int, int]


def _unchanged(network: nn.Module) -> nn.Module:
    return network


def _no_options(_: Mapping[str, Tensor]) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class PublishedFormat:
    """The checkpoints of a network that others have published, and how their authors fed it.

    Attributes:
        source: Where the format comes from, in words.
        size_px: Width and height of the input.
        resized_px: Of a depth network: width and height that a whole picture of NYU Depth v2 was resized to; the input
            was cut out of that, which leaves the focal length as it is.
        options: The options to build the network with, told by the weights of a file.
        classes: Of a detector: the names of the classes, where a file has as many and does not name them.
        fit: Of a detector: how its authors brought a picture to that size.
    """

    source: str
    size_px: Size
    resized_px: Size | None = None
    options: Callable[[Mapping[str, Tensor]], dict[str, Any]] = _no_options
    fit: Literal["letterbox", "stretch"] = "letterbox"
    classes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkEntry:
    """What is known of one network.

    Attributes:
        name: What recipes and `howfar export` call it.
        task: What it is for.
        build: Its definition; takes the recipe's options.
        mean: Subtracted from each channel of a picture, on the scale 0 to 255.
        std: Then divides it.
        multiple_px: What the width and the height of its input must be multiples of.
        pictures: What its inputs are fed with: the picture, or both of a stereo pair.
        size_px: Width and height of its input, where it takes no other; None where it takes any of these multiples.
        unit_m: Of a depth network: the metres that an output of 1 means.
        layout: Of a detector: the layout of the rows that `decoded` gives, as model cards call it.
        nms: Of a detector: IoU above which the weaker of two boxes is dropped.
        decoded: The network with the output that is exported, made from the network that is trained.
        encoder: The names of the parts that make up its encoder, which may have a learning rate of their own.
        deepest: The name of the part that gives its encoder's deepest features, alone or as the last of several maps.
        encoder_weights: How its encoder takes ImageNet weights; None if it cannot.
        learns_from_pairs: Of a depth network: whether it gives the disparities of both pictures of a pair in training,
            so that pairs without depth teach it.
        draw_decoder: Draws the decoder's first weights as its paper does; None if the definition does so.
        published: The checkpoints that others have published; None if there are none.
    """

    name: str
    task: CardTask
    build: Callable[..., nn.Module]
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)
    multiple_px: int = 32
    pictures: tuple[Literal["left", "right"], ...] = ("left",)
    size_px: Size | None = None
    unit_m: float = 1.0
    layout: str = ""
    nms: float = 0.6
    decoded: Callable[[Any], nn.Module] = _unchanged
    encoder: tuple[str, ...] = ()
    deepest: str = ""
    encoder_weights: EncoderWeights | None = None
    learns_from_pairs: bool = False
    draw_decoder: Callable[[Any], None] | None = None
    published: PublishedFormat | None = None
