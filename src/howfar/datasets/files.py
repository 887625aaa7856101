"""The files of a data set: which pictures lie in a folder, and whether all files are there."""

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from howfar.errors import SourceError
from howfar.files import is_file
from howfar.io.kinds import PICTURE_SUFFIXES, has_suffix
from howfar.io.parsing import UnreadableError, read_text

LARGEST_BYTES = 256 * 2**20
"""No list or table of a data set is larger."""


def pictures_in(folder: Path) -> list[Path]:
    """The pictures that lie in a folder, by their endings, in the order of their names."""
    return sorted(path for path in folder.iterdir() if has_suffix(path, PICTURE_SUFFIXES))


def text_of(path: Path, called: str, wanted: str) -> str:
    """The text of a file of a data set.

    Args:
        path: The file.
        called: What messages call it.
        wanted: What it should hold, in a clause of its own.

    Raises:
        SourceError: If it cannot be read, or is not a text.
    """
    try:
        return read_text(path, LARGEST_BYTES)
    except (OSError, UnreadableError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SourceError(f"{called} cannot be read ({reason}): {wanted}.") from None


def leads_out(name: str) -> bool:
    """Whether a name that a data set gives of one of its files leads out of its folder."""
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts


def refuse_missing(paths: Iterable[Path], what: str) -> None:
    """Raise SourceError if a file is missing, so that a long run does not end there.

    Args:
        paths: The files to look for.
        what: What they are, in the plural.
    """
    missing = [path for path in paths if not is_file(path)]
    if missing:
        raise SourceError(
            f"{len(missing)} of the {what} are missing, the first being {missing[0]}: complete the data set."
        )
