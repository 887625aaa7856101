"""From a checkpoint that others published to a network with its card, ready to be exported."""

from pathlib import Path

from howfar.conversion.catalogue import CATALOGUE
from howfar.conversion.depth_anything.reader import DEPTH_ANYTHING
from howfar.conversion.exportable import Exportable
from howfar.conversion.hub.reader import HUB
from howfar.errors import SettingError

READERS = (CATALOGUE, DEPTH_ANYTHING, HUB)
"""The first that is told by a path which network it holds, counts."""

PUBLISHED = tuple(name for reader in READERS for name in reader.names)
"""The networks that published checkpoints are read for; those of Depth Anything may be followed by a size."""


def told_network(path: Path) -> str | None:
    """Which network a file, or a folder of the hub, says it holds; None where it does not.

    Raises:
        ModelError: If a folder says that it holds one that is not read.
    """
    return next((told for reader in READERS if (told := reader.told(path))), None)


def published_network(path: Path, name: str) -> Exportable:
    """Read a published checkpoint, running no code from it.

    Args:
        path: The .pt or .pth file; of Depth Anything a .safetensors file too; or a folder of the hub.
        name: Which of `PUBLISHED` it holds.

    Raises:
        SettingError: If there is no such network.
        ModelError: If the file cannot be read, holds another network, or needs more memory than there is.
        MissingExtraError: If it is a foundation network, and transformers is not installed.
    """
    for reader in READERS:
        if reader.knows(name):
            return reader.read(path, name)
    raise SettingError(
        f"No published checkpoint is known of the network {name!r}: choose one of {', '.join(PUBLISHED)}, or name the "
        "folder of a training."
    )
