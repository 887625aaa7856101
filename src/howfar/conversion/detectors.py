"""A detector of the catalogue as what is exported: what its card says of the output, and which sizes it takes."""

from collections.abc import Sequence
from typing import cast

from torch import nn

from howfar.conversion.exportable import Exportable
from howfar.conversion.forms import FORMS
from howfar.models.card import Card, DetectorSpec, LayoutName
from howfar.networks.default_boxes import DefaultBoxes
from howfar.networks.entry import NetworkEntry


def detector_spec(entry: NetworkEntry, network: nn.Module, class_names: Sequence[str]) -> DetectorSpec:
    """How the output of a network's `decoded` form is read."""
    boxes = getattr(network, "default_boxes", None)
    return DetectorSpec(
        cast(LayoutName, entry.layout),
        tuple(class_names),
        nms=entry.nms,
        default_boxes=boxes if isinstance(boxes, DefaultBoxes) else None,
    )


def outputs_of(decoded: nn.Module) -> tuple[str, ...]:
    """What the outputs of a network in its `decoded` form are called."""
    return FORMS["detection"].output, *getattr(decoded, "more_outputs", ())


def exportable_detector(entry: NetworkEntry, network: nn.Module, card: Card) -> Exportable:
    """A detector with the output that its card describes; its weights can then no longer be trained."""
    decoded = entry.decoded(network)
    return Exportable(decoded, card, any_size=entry.size_px is None, more_outputs=outputs_of(decoded)[1:])
