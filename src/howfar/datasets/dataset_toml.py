"""`dataset.toml`: the file that describes a folder of pictures with their depth maps, or with their boxes.

kind = "depth"               # or "detection"
images = "rgb/*.png"         # a pattern, from this file's folder
depths = "depth/{stem}.png"  # {stem} is the picture's name without its ending; or a pattern that finds as many files
unit = "mm"                  # m, cm or mm; or scale = 0.001, the metres of one step
invalid = [0, 65535]         # what stands for "not known", besides zero, negative numbers and NaN
# cameras = "cameras.csv"    # optional: a table with each picture's own camera, in place of [camera]
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

In the place of depths, unit, invalid, camera and cameras, a data set for detection has

labels = "labels/{stem}.txt"  # YOLO's: class, centre x, centre y, width, height, as shares of the picture
classes = ["person", "chair"]

The columns of a table of cameras are shown in howfar.datasets.camera_table.
"""

from pathlib import Path

from howfar.datasets.pairs import Pair, choose_pairs
from howfar.datasets.splits import WHOLE, read_list, refuse_unknown_split
from howfar.errors import SettingError, SourceError
from howfar.io.toml import Fields, read_toml

DESCRIPTION_NAME = "dataset.toml"
KINDS = ("depth", "detection")


class Division:
    """How a description divides its pictures into splits."""

    def __init__(self, fields: Fields, root: Path) -> None:
        """Read the table `splits` of a description that lies in the folder root.

        Raises:
            SettingError: If it is neither lists nor a share between 0 and 1.
        """
        self._train_share: float | None = None
        self._lists: dict[str, Path] = {}
        self.names: tuple[str, ...] = (WHOLE,)
        if "train_share" in fields:
            fields.refuse_others(("train_share",))
            self._train_share = fields.number("train_share")
            if not 0 < self._train_share < 1:
                raise SettingError(f"{fields.where}: train_share lies between 0 and 1, not at {self._train_share:g}.")
            self.names = ("train", "test")
        elif fields.table:
            self._lists = {name: root / fields.text(name) for name in fields.table}
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


def read_description(path: Path) -> Fields:
    """Read a description and check its kind.

    Raises:
        SettingError: If the file is missing, is not TOML, or its kind is unknown.
    """
    advice = "write one, as the documentation shows"
    fields = Fields(read_toml(path, "description", advice=advice), str(path))
    fields.choice("kind", KINDS)
    return fields
