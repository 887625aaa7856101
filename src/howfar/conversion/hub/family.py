"""What is known of one foundation network whose folder the Hugging Face hub keeps; one `FoundationFamily` a file.

What a folder says of itself comes first. These are the facts of the published networks, for what a folder leaves out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from howfar.conversion.exportable import Exportable

HALF = (127.5, 127.5, 127.5)
"""As mean and as standard deviation, this brings pixels from 0…255 to -1…1."""


@dataclass(frozen=True, slots=True)
class FoundationFamily:
    """Networks of one architecture.

    Attributes:
        name: What `howfar export` calls it.
        title: What it is, in words.
        architectures: What the folder's config.json, or model_index.json, calls it.
        build: From the folder to the network with its card, which lacks the name and the licence; its origin holds
            what else is to be said. Raises ModelError where something in the folder cannot be read, or does not fit.
        largest: The folder, in the folder, whose weights are by far the most; empty for the folder itself.
    """

    name: str
    title: str
    architectures: tuple[str, ...]
    build: Callable[[Path], Exportable]
    largest: str = ""
