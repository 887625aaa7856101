"""Pictures and the files that belong to them, found by the patterns of a description."""

import reprlib
from dataclasses import dataclass
from pathlib import Path

from howfar.errors import SourceError
from howfar.files import is_file

STEM = "{stem}"


@dataclass(frozen=True, slots=True)
class Pair:
    """A picture with the file that belongs to it.

    Attributes:
        name: The picture's path from the data set's folder, with `/`.
        image: The picture.
        partner: Its depth map or labels; whether it is there is not looked at yet when it comes from `{stem}`.
    """

    name: str
    image: Path
    partner: Path


def find_pairs(root: Path, images: str, partners: str) -> list[Pair]:
    """Pair the pictures that a pattern finds with their files.

    Args:
        root: The folder that the patterns start from.
        images: Pattern of the pictures, as `rgb/*.png`.
        partners: Path with `{stem}` in the place of the picture's name without its ending, as `depth/{stem}.png`; or a
            pattern that finds as many files as there are pictures, whose order then pairs them.

    Raises:
        SourceError: If no picture is found, or a pattern of partners finds another number of files.
    """
    pictures = _find(root, images)
    if not pictures:
        raise SourceError(f"No picture lies at {root / images}: correct the pattern, or complete the data set.")
    if STEM in partners:
        found = [root / partners.replace(STEM, picture.stem) for picture in pictures]
    else:
        found = _find(root, partners)
    if len(found) != len(pictures):
        raise SourceError(
            f"{root / images} finds {len(pictures)} pictures and {partners} finds {len(found)} files: complete the "
            f"pairs, or name each picture's own file with {STEM}."
        )
    names = (picture.relative_to(root).as_posix() for picture in pictures)
    return [Pair(*pair) for pair in zip(names, pictures, found, strict=True)]


def choose_pairs(pairs: list[Pair], names: list[str], where: Path) -> list[Pair]:
    """The pairs that a list names, in the list's order.

    Args:
        pairs: All pairs of the data set.
        names: Each the path of a picture from the data set's folder, with or without its ending, or its bare name
            where only one picture has that name.
        where: The list, for the error.

    Raises:
        SourceError: If a name fits no picture, or more than one.
    """
    known: dict[str, list[Pair]] = {}
    for pair in pairs:
        path = Path(pair.name)
        for spelling in {pair.name, path.with_suffix("").as_posix(), path.name, path.stem}:
            known.setdefault(spelling, []).append(pair)
    chosen = []
    for name in names:
        fitting = known.get(name.removeprefix("./"), [])
        if len(fitting) != 1:
            count = "no picture" if not fitting else f"{len(fitting)} pictures"
            raise SourceError(f"{where} names {name!r}, which fits {count} of the data set: give the picture's path.")
        chosen.append(fitting[0])
    return chosen


def _find(root: Path, pattern: str) -> list[Path]:
    try:
        return sorted(path for path in root.glob(pattern) if is_file(path))
    except (NotImplementedError, ValueError, OSError, RecursionError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).rstrip(".").lower()
        raise SourceError(f"The pattern {reprlib.repr(pattern)} cannot be: {reason}.") from None
