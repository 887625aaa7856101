"""What reads the published checkpoints of some networks, and what all such readers have in common."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from howfar.conversion.exportable import Exportable
from howfar.models.card import Card
from howfar.models.memory import refuse_beyond_memory
from howfar.models.model_file import file_digest
from howfar.models.zoo import entries, is_whole, pulled_path

LEAST_BYTES, MEMORY_TIMES = 1.0e9, 4.0
"""The memory that an export takes: for a picture on its way, and as a multiple of the checkpoint, which is there as
bytes, as weights and as ONNX. Depth Anything takes 1.4 GB in its small size and 2.4 GB in its base size."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the published checkpoints of some networks.

    Attributes:
        names: The networks, as `howfar export` calls them.
        knows: Whether a name is of one of them.
        told: Which of them a file, or a folder of the hub, says it holds; None where it does not say.
        read: Takes such a path and the name of the network, and gives the network with its card.
    """

    names: tuple[str, ...]
    knows: Callable[[str], bool]
    told: Callable[[Path], str | None]
    read: Callable[[Path, str], Exportable]


def refuse_large(weights: Path, size_bytes: int | None = None) -> None:
    """Raise ModelError if a file of weights needs more memory than there is; `size_bytes` if it is not the file's."""
    refuse_beyond_memory(weights, least_bytes=LEAST_BYTES, times=MEMORY_TIMES, size_bytes=size_bytes)


def with_zoo_facts(card: Card, weights: Path) -> Card:
    """The card with what the zoo knows of this very file, if it knows it."""
    digest = file_digest(weights)
    for entry in entries().values():
        if entry.sha256 == digest or (pulled_path(entry) == weights and is_whole(entry)):
            return replace(card, licence=entry.licence, origin=entry.origin, results=entry.results)
    return card
