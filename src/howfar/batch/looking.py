"""What any framework calls in its processes: pictures' names in, rows out."""

from collections.abc import Collection, Generator, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

import cv2
import pyarrow as pa

from howfar.batch.reading import Load, loads
from howfar.batch.schema import picture_row, picture_schema
from howfar.errors import ModelError, SettingError, SourceError
from howfar.io.addresses import without_password
from howfar.pipeline.rangefinder import Rangefinder
from howfar.pipeline.spec import RangefinderSpec
from howfar.scene import Frame

CHUNK = 64
"""How many pictures are held as Python's own objects, which take far more memory than columns."""


class DeadlyPictureError(SourceError):
    """A picture ends the process that looks at it, as a decoder that crashes does, or one that fills the memory."""


class BatchRangefinder:
    """Looks at many pictures, and makes a row of each. It can be pickled, and opens its networks where it is called.

    Attributes:
        spec: The rangefinder's settings.
    """

    def __init__(self, spec: RangefinderSpec | None = None) -> None:
        """Take the settings; nothing is opened yet.

        Args:
            spec: The rangefinder's settings. Threads are 1 unless it says otherwise: a process for each core does more
                than threads do.

        Raises:
            SettingError: If it has several ranging methods, or a setting in pixels of one size of picture.
        """
        spec = spec or RangefinderSpec()
        if not isinstance(spec.method, str) and len(spec.method) != 1:
            raise SettingError("A batch takes one ranging method: name one.", setting="method")
        if spec.focal_px is not None or spec.horizon_px is not None:
            raise SettingError(
                "A focal length and a horizon in pixels hold for pictures of one size, and a batch has many: give a "
                "field of view, or a camera file."
            )
        self.spec = spec if spec.threads is not None else replace(spec, threads=1)
        self._finder: Rangefinder | None = None

    def __getstate__(self) -> dict[str, Any]:
        """What is pickled: the settings, and no open network."""
        return {"spec": self.spec, "_finder": None}

    @property
    def finder(self) -> Rangefinder:
        """The rangefinder, which is opened the first time.

        Raises:
            ModelError: If a model cannot be opened.
            SettingError: If a setting is wrong.
        """
        if self._finder is None:
            cv2.setNumThreads(self.spec.threads or 1)
            self._finder = self.spec.open()
        return self._finder

    def __call__(self, pictures: pa.Table | pa.RecordBatch) -> pa.Table:
        """Look at pictures.

        Args:
            pictures: The column `source` has their paths or addresses, and `index`, where there is one, their numbers.

        Returns:
            A row for each (`picture_schema`), in their order.

        Raises:
            ModelError: If the networks cannot be opened or fail; whatever is wrong with a picture is in its row.
            SettingError: If a setting is wrong.
        """
        sources = pictures.column("source").to_pylist()
        names = pictures.schema.names
        numbers = pictures.column("index").to_pylist() if "index" in names else range(len(sources))
        return self.table(zip(numbers, sources, strict=True))

    def table(self, pictures: Iterable[tuple[int, str]]) -> pa.Table:
        """The same, of numbers and sources."""
        return as_table(self.rows(pictures))

    def rows(
        self, pictures: Iterable[tuple[int, str]], deadly: Collection[int] = ()
    ) -> Generator[dict[str, Any], None, None]:
        """The row of each picture, one after the other (`schema.picture_row`).

        Args:
            pictures: Their numbers and sources.
            deadly: The numbers of those that have ended the process whenever they were looked at: they are not.
        """
        finder = self.finder
        for number, source, load in loads(pictures):
            yield _row(finder, number, source, _refusing(source) if number in deadly else load)


def as_table(rows: Iterator[dict[str, Any]]) -> pa.Table:
    """Rows as columns."""
    schema = picture_schema()
    chunks = iter(lambda: list(islice(rows, CHUNK)), [])
    return pa.Table.from_batches([pa.RecordBatch.from_pylist(chunk, schema) for chunk in chunks], schema)


def _row(finder: Rangefinder, number: int, source: str, load: Load) -> dict[str, Any]:
    name = without_password(source)
    try:
        return picture_row(number, name, finder.look(load()).to_dict(), None)
    except ModelError:  # no picture's fault
        raise
    except Exception as error:  # noqa: BLE001  one picture of a million does not stop the others
        return picture_row(number, name, None, error)


def _refusing(source: str) -> Load:
    def load() -> Frame:
        raise DeadlyPictureError(
            f"{without_password(source)} ended the process that looked at it, twice: check the picture, or the memory."
        )

    return load
