"""The folder of the results, on this machine or at an address: files are written whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from howfar.batch.addresses import file_system, is_address, telling
from howfar.errors import OutputError
from howfar.files import make_folder, replacing
from howfar.io.addresses import without_password

LOCK = "_plan/lock"


@dataclass(frozen=True)
class ResultFolder:
    """A folder that results are written to. It can be sent to other processes and machines that see the same place.

    Attributes:
        name: Its path, or an address that fsspec knows, such as `s3://bucket/results`.
    """

    name: str

    @classmethod
    def at(cls, name: str) -> "ResultFolder":
        """The folder of a name; other processes may have another working directory than this one."""
        return cls(name.rstrip("/") if is_address(name) else str(Path(name).expanduser().absolute()))

    @property
    def shown(self) -> str:
        """Its name as messages tell it."""
        return without_password(self.name)

    def names(self) -> set[str]:
        """The names of the files and folders in it; none where it is not there.

        Raises:
            OutputError: If there is something else of its name.
            SourceError: If it is at an address that cannot be reached.
        """
        if not is_address(self.name):
            path = Path(self.name)
            if path.exists() and not path.is_dir():
                raise OutputError(f"{path} is a file: name a folder.", setting="out")
            return {each.name for each in path.iterdir()} if path.is_dir() else set()
        system, path_there = file_system(self.name)
        with telling(self.name):
            system.invalidate_cache()
            if not system.isdir(path_there):
                return set()
            return {str(each).rstrip("/").rpartition("/")[2] for each in system.ls(path_there, detail=False)}

    def write(self, name: str, data: bytes) -> None:
        """Write a file of the folder, whole or not at all; one of that name is replaced.

        Raises:
            OutputError: If it cannot be written.
        """
        if not is_address(self.name):
            with replacing(Path(self.name, name), overwrite=True) as temporary:
                temporary.write_bytes(data)
            return
        system, path = file_system(f"{self.name}/{name}")
        try:
            system.makedirs(system._parent(path), exist_ok=True)
            system.pipe_file(path, data)  # a store shows an object when all of it has come
        except Exception as error:  # noqa: BLE001  botocore's and others' have no base but this
            raise OutputError(f"{self.shown}/{name} could not be written ({error}).") from None

    @contextmanager
    def open(self, name: str) -> Iterator[Any]:
        """Open a file of the folder for reading; raises as `addresses.open_address` does."""
        place = f"{self.name}/{name}"
        system, path = file_system(place) if is_address(self.name) else (None, place)
        with telling(place), Path(path).open("rb") if system is None else system.open(path, "rb") as file:
            yield file

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other runs on this machine out of the folder; one at an address has no locks.

        Raises:
            OutputError: If another run works on it, or it cannot be made.
        """
        path = Path(self.name, LOCK)
        if not is_address(self.name):
            try:
                make_folder(path.parent)
            except OSError as error:
                raise OutputError(
                    f"{path.parent} cannot be made ({error.strerror}): choose a folder.", setting="out"
                ) from None
        lock = nullcontext() if is_address(self.name) else FileLock(path, timeout=0)
        try:
            with lock:
                yield
        except Timeout:
            raise OutputError(f"Another run works on {self.shown}: wait for it, or name another folder.") from None
