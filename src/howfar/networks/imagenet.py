"""What networks whose encoder learned on ImageNet have in common: how a picture is scaled, and where weights are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from torch import Tensor, nn

IMAGENET_MEAN = (123.675, 116.28, 103.53)
IMAGENET_STD = (58.395, 57.12, 57.375)
"""How published weights expect a picture of 0 to 255, R, G, B: (value − mean) / std."""


class PackagedFile(NamedTuple):
    """A file of weights that a Python package brings.

    Attributes:
        package: The module to import, and the package to install.
        locator: The name in it whose `get_model_file_path()` tells where the file is.
    """

    package: str
    locator: str


@dataclass(frozen=True, slots=True)
class EncoderWeights:
    """How the encoder of a network takes ImageNet weights that others have published.

    Attributes:
        encoder: The module of the network that takes them.
        renamed: The weights of a file by the encoder's names. A LookupError says that they are of another network.
        title: What network the file is of, in words; told by the encoder.
        packaged: The file that a Python package brings, told by the encoder; raises SettingError where no package has
            it. None where no package has any.
    """

    encoder: Callable[[Any], nn.Module]
    renamed: Callable[[Mapping[str, Tensor], Any], dict[str, Tensor]]
    title: Callable[[Any], str]
    packaged: Callable[[Any], PackagedFile] | None = None
