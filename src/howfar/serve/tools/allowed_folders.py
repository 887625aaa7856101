"""The folders whose pictures a client may name: no path, link or device leads out of them."""

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePath, PureWindowsPath
from typing import Self

from howfar.errors import SettingError, SourceError
from howfar.files import expanded

LONGEST_NAME = 1000
FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""A link that took the place of the file meanwhile is not followed, and a pipe is not waited for."""


@dataclass(frozen=True, slots=True)
class AllowedFolders:
    """Folders that may be read from.

    Attributes:
        folders: Each as it really is, without links.
        max_bytes: The most that a file may have.
    """

    folders: tuple[Path, ...]
    max_bytes: int

    @classmethod
    def of(cls, folders: Iterable[str | Path], max_bytes: int) -> Self:
        """Take folders as a user names them.

        Raises:
            SettingError: If there is none, or one is no folder.
        """
        found = []
        for each in folders:
            path = expanded(each)
            if not path.is_dir():
                raise SettingError(f"There is no folder {each}: name one with pictures.", setting="allow_folder")
            found.append(path.resolve())
        if not found:
            raise SettingError(
                "Clients of the tools name pictures by their paths, and no folder is allowed: allow those that may be "
                "read.",
                setting="allow_folder",
            )
        return cls(tuple(dict.fromkeys(found)), max_bytes)

    def read(self, name: str) -> bytes:
        """The content of a file that a client names.

        Args:
            name: A path from one of the folders, or an absolute one in them.

        Raises:
            SourceError: If it leads out of the folders, which is told in one way whether there is such a file or not;
                or if it is not there, no file, or too large.
        """
        path = self._found(name)
        try:
            handle = os.open(path, FLAGS)
        except OSError as error:
            raise SourceError(f"{name} cannot be read ({error.strerror}): check the file.") from None
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise SourceError(f"{name} is no file: name a picture.")
            if path.resolve() != path or not os.path.samestat(os.fstat(handle), path.stat()):
                raise self._outside(name)  # a folder has become a link since the path was looked at
            with os.fdopen(handle, "rb", closefd=False) as file:
                data = file.read(self.max_bytes + 1)
        finally:
            os.close(handle)
        if len(data) > self.max_bytes:
            raise SourceError(
                f"{name} is larger than the {self.max_bytes / 2**20:g} MB that are taken: make it smaller."
            )
        if not data:
            raise SourceError(f"{name} is empty: name a picture.")
        return data

    def _found(self, name: str) -> Path:
        """The file that a name stands for, as it really is."""
        if not name.strip() or "\0" in name or len(name) > LONGEST_NAME:
            raise SourceError("The picture has no name that a file can have: name one in an allowed folder.")
        if "://" in name:
            raise SourceError("Nothing is fetched from addresses: name a picture in an allowed folder.")
        # Both signs separate, whatever the system: no name is safe on one and leads out on another.
        if ".." in (*PurePath(name).parts, *PureWindowsPath(name).parts):
            raise self._outside(name)
        candidates = [folder / name for folder in self.folders]  # an absolute path stays as it is
        inside = [path for path in map(_really, candidates) if path is not None and self._holds(path)]
        there = next((path for path in inside if _is_there(path)), None)
        if there is None and len(inside) < len(candidates):
            raise self._outside(name)
        if there is None:
            raise SourceError(f"There is no picture {name} in the allowed folders: check the name.")
        return there

    def _holds(self, path: Path) -> bool:
        return any(path.is_relative_to(folder) for folder in self.folders)

    def _outside(self, name: str) -> SourceError:
        folders = ", ".join(map(str, self.folders))
        return SourceError(f"{name} is not in the allowed folders, which are {folders}: name a picture there.")


def _really(path: Path) -> Path | None:
    """A path without links, whether there is such a file or not; None of links that lead round and round."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):
        return None


def _is_there(path: Path) -> bool:
    """Whether there is something of that name; nothing is, if no file can be called so."""
    try:
        return path.exists()
    except OSError:
        return False
