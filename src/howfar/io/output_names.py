"""Names for results: those of their sources, in another folder."""

import re
from pathlib import Path
from urllib.parse import unquote

from howfar.errors import SettingError
from howfar.io.addresses import split_address
from howfar.io.picture_writer import picture_path

NOT_IN_A_NAME = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
"""What some file system does not take in a file's name."""

LONGEST_STEM = 100


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
            self._stem_of[source] = self._free(name.stem[:LONGEST_STEM])
        suffix = picture_path(name).suffix if ending is None else ending
        target = self.out_dir / (self._stem_of[source] + suffix)
        if "://" not in source and target.exists() and Path(source).exists() and target.samefile(source):
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
