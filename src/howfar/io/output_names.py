"""Names for results: those of their sources, in another folder."""

import os
import re
from pathlib import Path
from urllib.parse import unquote

from howfar.errors import SettingError
from howfar.io.addresses import split_address
from howfar.io.picture_writer import picture_path

NOT_IN_A_NAME = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
"""What some file system does not take in a file's name."""

LONGEST_STEM = 100
"""Letters of a name that are kept."""

MOST_BYTES = 200
"""Bytes of a name that are kept: file systems take 255, and a number and an ending come after it."""


class OutputNames:
    """Hands out the files for the results of one run, each source with a name of its own.

    A result has the name of its source: `photo.jpg`, and beside it `photo.depth.png` or `photo.ply`. If an earlier
    source had the same name without its ending, a number is added: `photo-2.png`. It is the same for all results of
    that source.
    """

    def __init__(self, out_dir: Path) -> None:
        self.out_dir = out_dir
        self._stem_of: dict[str, str] = {}

    def path(self, source: str, ending: str | None = None) -> Path:
        """The file for a result.

        Args:
            source: What the user named: a file, an address, `camera:0`, `-`.
            ending: How the result's name ends, such as `.mp4` or `.depth.png`; None for the annotated picture, which
                keeps the source's ending where pictures are written so and else is a `.png`.

        Raises:
            SettingError: If that would be the source itself.
        """
        name = Path(source_name(source))
        if source not in self._stem_of:
            self._stem_of[source] = self._free(_shortened(name.stem))
        suffix = picture_path(name).suffix if ending is None else ending
        target = self.out_dir / (self._stem_of[source] + suffix)
        if "://" not in source and _are_same(target, Path(source)):
            raise SettingError(
                f"The result for {source} would replace it: choose another folder than its own.", setting="out"
            )
        return target

    def _free(self, stem: str) -> str:
        """The stem, with a number if it is taken; many file systems do not distinguish upper and lower case."""
        taken = {used.casefold() for used in self._stem_of.values()}
        free, number = stem, 1
        while free.casefold() in taken:
            number += 1
            free = f"{stem}-{number}"
        return free


def _shortened(stem: str) -> str:
    """A stem that a file system takes, whatever ending it gets: letters outside of Latin have several bytes each."""
    short = stem[:LONGEST_STEM]
    while len(os.fsencode(short)) > MOST_BYTES:
        short = short[:-1]
    return short.rstrip(" .") or stem[:1]


def _are_same(target: Path, source: Path) -> bool:
    """Whether both are one file; not if either is not there or cannot be looked up."""
    try:
        return target.samefile(source)
    except OSError:
        return False


def source_name(source: str) -> str:
    """A file name for a source: its last part, without what may not stand in one.

    `kitchen/photo.jpg` gives `photo.jpg`, `https://host/a/cat.png?w=9` gives `cat.png`, `camera:0` gives `camera-0` and
    `-` gives `stdin`.
    """
    if source == "-":
        return "stdin"
    if "://" in source:
        address = split_address(source)
        last = unquote(address.path.rstrip("/").rpartition("/")[2]) or address.hostname or ""
    else:
        last = Path(source).name
    return NOT_IN_A_NAME.sub("-", last).strip(" .") or "picture"
