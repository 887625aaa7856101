"""What a teacher says of pictures without depth, in files that are written once.

Each is a 16-bit PNG of inverse depth, spread over 1 to 65535 from the picture's least to its greatest, 0 where unknown.
`index.jsonl` says what the numbers mean: its first line whose they are, then a line a picture, appended once the file
is whole. What stops half-way goes on where it was.
"""

from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from howfar.errors import OutputError, SourceError
from howfar.files import replacing
from howfar.io.depth_values import read_values
from howfar.io.picture_writer import encode

LABELS = "pseudo"
"""The folder of labels, beside those of the teacher's and the student's training."""

INDEX = "index.jsonl"
MOST = 65535


class Author(Struct, frozen=True, forbid_unknown_fields=True):
    """Whose labels a folder holds: the teacher's name and the digest of its weights."""

    teacher: str
    digest: str


class PictureLabel(Struct, frozen=True, forbid_unknown_fields=True):
    """One picture's label: inverse depth is `lowest` + (count − 1) · `step`."""

    name: str
    lowest: float
    step: float


class PseudoLabels:
    """A folder of them."""

    def __init__(self, root: Path) -> None:
        """Take a folder; it need not be there yet.

        Raises:
            SourceError: If its index is damaged beyond an unfinished last line.
        """
        self.root = root
        self.author, labels = _read_index(root / INDEX)
        self.pictures = {label.name: label for label in labels}

    def begin(self, author: Author, *, overwrite: bool = False) -> None:
        """Make the folder ready for one teacher's labels; those that it has already given stay, unless overwritten.

        Raises:
            OutputError: If labels of another teacher lie there and are not to be overwritten.
        """
        if self.author == author and not overwrite:
            self._write_index()  # without an unfinished last line
            return
        if self.author is not None and not overwrite:
            raise OutputError(
                f"{self.root} holds labels of another teacher ({self.author.teacher}): choose another folder, or allow "
                "overwriting.",
                setting="overwrite",
            )
        self.author, self.pictures = author, {}
        self._write_index()

    def write(self, name: str, inverse: NDArray[np.float32]) -> None:
        """Keep the H×W inverse depth of a picture, NaN where unknown.

        Raises:
            SourceError: If nothing of it is known.
            OutputError: If it cannot be written.
        """
        known = np.isfinite(inverse)
        if not known.any():
            raise SourceError(f"The teacher knows no depth anywhere in {name}: leave the picture out.")
        lowest, highest = float(inverse[known].min()), float(inverse[known].max())
        step = (highest - lowest) / (MOST - 1) or 1.0
        counts = np.zeros(inverse.shape, np.uint16)
        counts[known] = 1 + np.rint((inverse[known].astype(np.float64) - lowest) / step)
        with replacing(self._path(name), overwrite=True) as temporary:
            temporary.write_bytes(encode(counts, ".png"))
        self.pictures[name] = PictureLabel(name, lowest, step)
        with (self.root / INDEX).open("ab") as index:
            index.write(msgspec.json.encode(self.pictures[name]) + b"\n")

    def read(self, name: str) -> NDArray[np.float32]:
        """The H×W inverse depth of a picture, NaN where unknown.

        Raises:
            SourceError: If there is none, or it cannot be read.
        """
        if name not in self.pictures:
            raise SourceError(f"{self.root} has no pseudo label of the picture {name}: label all pictures first.")
        label, counts = self.pictures[name], read_values(self._path(name))
        values = (label.lowest + (counts.astype(np.float64) - 1) * label.step).astype(np.float32)
        return np.where(counts > 0, values, np.float32(np.nan))

    def _path(self, name: str) -> Path:
        return self.root / f"{name}.png"

    def _write_index(self) -> None:
        lines = [msgspec.json.encode(line) for line in (self.author, *self.pictures.values())]
        with replacing(self.root / INDEX, overwrite=True) as temporary:
            temporary.write_bytes(b"\n".join(lines) + b"\n")


def _read_index(path: Path) -> tuple[Author | None, list[PictureLabel]]:
    if not path.is_file():
        return None, []
    first, *others = path.read_bytes().split(b"\n")
    try:
        # The last piece is empty, or a line that was being written when the process ended.
        labels = [msgspec.json.decode(line, type=PictureLabel) for line in others[:-1]]
        return msgspec.json.decode(first, type=Author), labels
    except msgspec.DecodeError as error:
        raise SourceError(
            f"{path} is damaged ({error}): make the labels anew, and allow overwriting.", setting="overwrite"
        ) from None
