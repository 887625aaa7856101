"""Networks of transformers and diffusers with the weights of a folder, running no code from it.

transformers knows what its weights were called in earlier versions, so that it is what puts them into a network; the
files are read here, and what does not fit is refused rather than made up.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

import torch
from huggingface_hub.errors import StrictDataclassError
from torch import Tensor, nn
from transformers import PreTrainedConfig, PreTrainedModel
from transformers.utils.logging import (
    disable_progress_bar,
    enable_progress_bar,
    get_verbosity,
    is_progress_bar_enabled,
    set_verbosity,
)

from howfar.conversion.checkpoints.restricted_pickle import shown
from howfar.conversion.checkpoints.safetensors import ENDING, read_safetensors
from howfar.conversion.checkpoints.weights import load_weights, read_weights
from howfar.conversion.hub.folders import CONFIGURATION, read_table, weights_file
from howfar.errors import ModelError

NOT_A_CONFIGURATION = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    RuntimeError,
    ImportError,
    StrictDataclassError,
)
"""What the libraries raise where a configuration cannot be."""

Transformer = TypeVar("Transformer", bound=PreTrainedModel)
Component = TypeVar("Component", bound=nn.Module)

UNUSED = re.compile(r"(.*\.)?fusion_stage\.(layers|intermediate)\.0\.residual_layer1\.")
"""Weights that would join the coarsest map with another. There is none, and published files leave them out."""

COMPUTED = re.compile(r".*\.(position_ids|relative_position_index)$")
"""Values that follow from the configuration, and that files of earlier versions hold nevertheless."""

EARLIER_NAMES = {".query.": ".to_q.", ".key.": ".to_k.", ".value.": ".to_v.", ".proj_attn.": ".to_out.0."}
"""What diffusers called the weights of attention before its version 0.15, and files still do."""


def transformers_network(kind: type[Transformer], folder: Path, encoders: frozenset[str] = frozenset()) -> Transformer:
    """Build a network as a folder's config.json describes it, with the folder's weights in single precision.

    Args:
        kind: Its class.
        folder: With config.json and weights.
        encoders: The kinds of network that its configuration may ask for as components.

    Raises:
        ModelError: If the configuration or the weights cannot be read, or do not fit each other or the class.
    """
    table, path = read_table(folder / CONFIGURATION), weights_file(folder)
    _refuse_strange_components(table, encoders, folder)
    weights = _read(path)
    with _quiet():
        try:
            network, report = _filled(kind, table, weights, folder)
        except NOT_A_CONFIGURATION as error:
            raise _not_described(folder, kind, error) from None
    _refuse_misfits(report, str(path), kind)
    return network


def _filled(
    kind: type[Transformer], table: dict[str, Any], weights: dict[str, Tensor], folder: Path
) -> tuple[Transformer, Mapping[str, Any]]:
    """A network, and the report of which weights did not fit."""
    configuration = cast(type[PreTrainedConfig], kind.config_class).from_dict(table)
    _refuse_other_length(_length(kind, configuration), weights, folder)
    given: Any = kind.from_pretrained(
        None,
        config=configuration,
        state_dict=weights,
        dtype=torch.float32,
        attn_implementation="eager",  # what transformers makes of the others, the exporter cannot always follow
        ignore_mismatched_sizes=True,
        output_loading_info=True,
    )
    network, report = given
    return network.eval(), report


def diffusers_component(kind: type[Component], folder: Path) -> Component:
    """Build a component of a pipeline of diffusers as its folder describes it, with its weights in single precision.

    Raises:
        ModelError: If the configuration or the weights cannot be read, or do not fit each other or the class.
    """
    table, path = read_table(folder / CONFIGURATION), weights_file(folder)
    weights = {_of_today(name): value for name, value in _read(path).items()}
    try:
        with torch.device("meta"):
            network: Component = kind.from_config(table)  # type: ignore[attr-defined]
    except NOT_A_CONFIGURATION as error:
        raise _not_described(folder, kind, error) from None
    shapes = network.state_dict()
    # The linear layers of attention were convolutions of one pixel.
    flat = {
        name: value.flatten(1) if name in shapes and value.dim() == 4 and shapes[name].dim() == 2 else value
        for name, value in weights.items()
    }
    load_weights(network, flat, source=str(path))
    return network.eval()


def _of_today(name: str) -> str:
    for earlier, today in EARLIER_NAMES.items():
        name = name.replace(earlier, today)
    return name


def _read(path: Path) -> dict[str, Tensor]:
    return read_safetensors(path) if path.suffix == ENDING else read_weights(path)


def _refuse_strange_components(table: Mapping[str, Any], encoders: frozenset[str], folder: Path) -> None:
    """Raise ModelError for components that the libraries would fetch from elsewhere, or that were not tried."""
    components = [value for name, value in table.items() if name.endswith("_config") and isinstance(value, dict)]
    kinds = [str(each.get("model_type")) for each in components]
    strange = [kind for kind in kinds if kind not in encoders]
    if table.get("backbone"):
        strange.append(table["backbone"])
    if strange:
        raise ModelError(
            f"{folder / CONFIGURATION} asks for the encoder {shown(str(strange[0]))}, which is not read: take a folder "
            f"whose encoder is {' or '.join(sorted(encoders)) or 'of its own'}."
        )


def _length(kind: type[Transformer], configuration: Any) -> int:
    with torch.device("meta"):
        return sum(value.numel() for value in kind(configuration).state_dict().values())


def _refuse_other_length(length: int, weights: Mapping[str, Tensor], folder: Path) -> None:
    """Raise ModelError early where weights are missing: the network would take memory before that is noticed."""
    given = sum(value.numel() for value in weights.values())
    if length > 2 * given:
        raise ModelError(
            f"{folder / CONFIGURATION} describes a network of {length / 1e6:.1f} million weights, and "
            f"{given / 1e6:.1f} million are there: download the folder again."
        )


def _refuse_misfits(report: Mapping[str, Any], where: str, kind: type[nn.Module]) -> None:
    missing = sorted(name for name in report["missing_keys"] if not UNUSED.match(name))
    unknown = sorted(name for name in report["unexpected_keys"] if not COMPUTED.match(name))
    reshaped = sorted(each[0] for each in report["mismatched_keys"])
    if missing or unknown or reshaped:
        raise ModelError(
            f"{where} does not fit the {CONFIGURATION} beside it, of a {kind.__name__}: {len(missing)} weights are "
            f"missing, {len(reshaped)} have another shape and {len(unknown)} more are unknown (such as "
            f"{shown((reshaped + missing + unknown)[0])}): download the folder again."
        )


def _not_described(folder: Path, kind: type[nn.Module], error: Exception) -> ModelError:
    reason = shown((str(error).strip() or type(error).__name__).splitlines()[0])
    return ModelError(
        f"{folder / CONFIGURATION} describes no {kind.__name__} that can be built ({reason}): download it again."
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep back transformers' report of what it loaded, which is given as an error, or not at all."""
    level, bars = get_verbosity(), is_progress_bar_enabled()
    set_verbosity(logging.CRITICAL)
    disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        set_verbosity(level)
        if bars:
            enable_progress_bar()  # type: ignore[no-untyped-call]
