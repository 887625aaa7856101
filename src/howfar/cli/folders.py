"""The folder for results when none is named."""

import atexit
from contextlib import suppress
from pathlib import Path

from howfar.errors import OutputError


def fresh_folder(wanted: Path) -> Path:
    """Make the folder, or one with a number where it is there already, so that nothing is ever in the way.

    Two runs that start at once get two folders. One that is still empty when the process ends is removed.

    Raises:
        OutputError: If it cannot be made.
    """
    folder, number = wanted, 1
    while not _made(folder):
        number += 1
        folder = wanted.with_name(f"{wanted.name}-{number}")
    atexit.register(remove_empty, folder)
    return folder


def remove_empty(folder: Path) -> None:
    """Remove a folder if nothing is in it."""
    with suppress(OSError):
        folder.rmdir()


def _made(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        return False
    except OSError as error:
        raise OutputError(f"{folder} cannot be made ({error.strerror}): choose a folder.", setting="out") from None
    return True
