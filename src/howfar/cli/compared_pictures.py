"""What `howfar compare` shows to networks: pictures with or without a truth, pairs, or a data set."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from howfar.cli.compared_pairs import PairsAsked

if TYPE_CHECKING:
    from howfar.datasets import DepthSample
    from howfar.io.depth_files import OwnMap
    from howfar.io.depth_units import Unit
    from howfar.scene.lens import Lens

NAMED = 3
"""Pictures whose names the table gives."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown.

    Attributes:
        pictures: Pictures by name; the left-hand ones of pairs.
        truths: Their true depth maps, in their order.
        depth_unit: What the numbers of these are.
        data: A data set in the place of pictures; None for pictures.
        split: Its part.
        every: Every Nth picture is taken.
        pairs: What is asked for of pairs.
    """

    pictures: tuple[str, ...]
    truths: tuple[Path, ...]
    depth_unit: "Unit"
    data: Path | None
    split: str
    every: int
    pairs: PairsAsked

    @property
    def has_truth(self) -> bool:
        """Whether the pictures' true depth is known."""
        return self.data is not None or bool(self.truths)

    def refuse(self, align: str, lens: "Lens") -> None:
        """Raise SettingError where the options do not fit together."""
        from howfar.errors import SettingError
        from howfar.scene.lens import Lens

        if (self.data is not None) == bool(self.pictures):
            raise SettingError("Networks are compared on pictures or on a data set: name pictures, or give --data.")
        if self.data is not None and self.truths:
            raise SettingError("A data set has its own true depth: leave out --truth, or name pictures, not --data.")
        if align != "none" and not self.has_truth:
            raise SettingError("Only a truth can be aligned to: give --truth or --data, or leave out --align.")
        self.pairs.refuse(data=self.data is not None, lens_given=lens != Lens())

    def samples(self, lens: "Lens", align: str) -> "tuple[str, Sequence[DepthSample]]":
        """What the pictures are, in words, and the pictures, read when asked for; a data set has its own cameras."""
        from howfar.datasets import open_depth_dataset
        from howfar.errors import SettingError
        from howfar.evaluation.comparison.samples import picture_samples
        from howfar.scene.lens import Lens

        if self.data is None:
            opened = self.pairs.sources(self.pictures)
            named = ", ".join(Path(source.name).name for source in opened[:NAMED])
            more = f" and {len(opened) - NAMED} more" if len(opened) > NAMED else ""
            samples = picture_samples(opened, self.truths, lens, self.depth_unit, _told_once(), self.pairs.eyes())
            return self._part(named + more, samples)
        if self.pairs.are_wanted:
            pairs = self.pairs.samples(self.data, self.split, align)
            return self._part(pairs.name, pairs.samples)
        if lens != Lens():
            raise SettingError("A data set has its own cameras: leave out --focal-px and --fov-….")
        dataset = open_depth_dataset(self.data)
        return self._part(f"{dataset.name} in {self.data.name}, {self.split}", dataset.split(self.split))

    def _part(self, name: str, samples: "Sequence[DepthSample]") -> "tuple[str, Sequence[DepthSample]]":
        part = name if self.every == 1 else f"{name}, one picture in {self.every}"
        return part, samples[:: self.every]


def _told_once() -> "Callable[[Path, OwnMap], None]":
    """Says what the numbers of a true depth map were taken for, when it is first read."""
    from howfar.cli.own_depth import told

    said: set[Path] = set()

    def tell(path: Path, own: "OwnMap") -> None:
        if path not in said:
            said.add(path)
            told(path, own)

    return tell
