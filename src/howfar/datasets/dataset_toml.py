"""`dataset.toml`: the file that describes a folder of pictures with their depth maps, or with their boxes.

kind = "depth"               # or "detection"
images = "rgb/*.png"         # a pattern, from this file's folder
depths = "depth/{stem}.png"  # {stem} is the picture's name without its ending; or a pattern that finds as many files
unit = "mm"                  # m, cm or mm; or scale = 0.001, the metres of one step
invalid = [0, 65535]         # what stands for "not known", besides zero, negative numbers and NaN
[camera]                     # optional, in pixels
fx_px = 518.86
fy_px = 519.47
cx_px = 325.58               # optional: the middle of the picture
cy_px = 253.74
width_px = 640               # optional: the size of picture that these numbers are for; the first picture's
height_px = 480
[splits]                     # optional: without it, one split, all
train = "train.txt"          # one picture a line
test = "test.txt"
# train_share = 0.8          # or this: the first pictures by name are train, the others test

In the place of depths, unit, invalid and camera, a data set for detection has

labels = "labels/{stem}.txt"  # YOLO's: class, centre x, centre y, width, height, as shares of the picture
classes = ["person", "chair"]
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from howfar.datasets.pairs import Pair, choose_pairs
from howfar.datasets.splits import WHOLE, read_list, refuse_unknown_split
from howfar.errors import SettingError, SourceError

DESCRIPTION_NAME = "dataset.toml"
KINDS = ("depth", "detection")


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a description, whose fields are checked when they are asked for.

    Attributes:
        fields: The table as TOML gives it.
        where: What to call it in an error.
    """

    fields: Mapping[str, Any]
    where: str

    def refuse_others(self, known: Sequence[str]) -> None:
        """Raise SettingError if there is a field of another name."""
        for name in self.fields:
            if name not in known:
                raise SettingError(f"{self.where}: unknown field {name!r}; it has {', '.join(known)}.")

    def text(self, name: str) -> str:
        """A text that must be there."""
        value = self.fields.get(name)
        if not isinstance(value, str):
            raise SettingError(f"{self.where}: {name} should be a text, {_instead(value)}.")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts that must be there."""
        values = self.fields.get(name)
        if not isinstance(values, list) or not values or not all(isinstance(value, str) for value in values):
            raise SettingError(f"{self.where}: {name} should be a list of texts, {_instead(values)}.")
        return tuple(values)

    def number(self, name: str) -> float:
        """A number that must be there."""
        value = self.fields.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise SettingError(f"{self.where}: {name} should be a number, {_instead(value)}.")
        return float(value)

    def numbers(self, name: str) -> tuple[float, ...]:
        """A number or a list of them; empty where there is none."""
        value = self.fields.get(name, [])
        values = value if isinstance(value, list) else [value]
        return tuple(Table({name: value}, self.where).number(name) for value in values)

    def table(self, name: str) -> "Table":
        """A table within this one; empty where there is none."""
        value = self.fields.get(name, {})
        if not isinstance(value, dict):
            raise SettingError(f"{self.where}: [{name}] should be a table, not {value!r}.")
        return Table(value, f"{self.where} [{name}]")


class Division:
    """How a description divides its pictures into splits."""

    def __init__(self, table: Table, root: Path) -> None:
        """Read the table `splits` of a description that lies in the folder root.

        Raises:
            SettingError: If it is neither lists nor a share between 0 and 1.
        """
        self._train_share: float | None = None
        self._lists: dict[str, Path] = {}
        self.names: tuple[str, ...] = (WHOLE,)
        if "train_share" in table.fields:
            table.refuse_others(("train_share",))
            self._train_share = table.number("train_share")
            if not 0 < self._train_share < 1:
                raise SettingError(f"{table.where}: train_share lies between 0 and 1, not at {self._train_share:g}.")
            self.names = ("train", "test")
        elif table.fields:
            self._lists = {name: root / table.text(name) for name in table.fields}
            self.names = tuple(self._lists)

    def choose(self, pairs: list[Pair], split: str, dataset: str) -> list[Pair]:
        """The pairs of one split.

        A share is cut by the order of names, not at random: neighbouring pictures of one scene stay on one side.

        Raises:
            SettingError: If there is no such split.
            SourceError: If a list cannot be read or names a picture that is not there, or the split is empty.
        """
        refuse_unknown_split(split, self.names, dataset)
        if self._lists:
            where = self._lists[split]
            return choose_pairs(pairs, read_list(where, "one picture a line"), where)
        if self._train_share is None:
            return pairs
        cut = round(len(pairs) * self._train_share)
        chosen = pairs[:cut] if split == "train" else pairs[cut:]
        if not chosen:
            raise SourceError(
                f"The split {split} of {dataset} is empty, as train_share is {self._train_share:g} of {len(pairs)} "
                "pictures: choose another share."
            )
        return chosen


def read_description(path: Path) -> Table:
    """Read a description and check its kind.

    Raises:
        SettingError: If the file is missing, is not TOML, or its kind is unknown.
    """
    try:
        fields = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingError(f"There is no description {path}: write one, as the documentation shows.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingError(f"The description {path} cannot be read as TOML: {error}.") from None
    table = Table(fields, str(path))
    if table.text("kind") not in KINDS:
        raise SettingError(f"{path}: kind should be {' or '.join(KINDS)}, not {table.text('kind')!r}.")
    return table


def _instead(value: object) -> str:
    return "and it is missing" if value is None else f"not {value!r}"
