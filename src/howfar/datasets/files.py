"""The files of a data set: which pictures lie in a folder, and whether all files are there."""

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from howfar.errors import SourceError
from howfar.files import is_file
from howfar.io.kinds import PICTURE_SUFFIXES, has_suffix


def pictures_in(folder: Path) -> list[Path]:
    """The pictures that lie in a folder, by their endings, in the order of their names."""
    return sorted(path for path in folder.iterdir() if has_suffix(path, PICTURE_SUFFIXES))


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
