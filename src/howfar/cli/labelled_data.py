"""Opening data sets that are named as DATA or DATA:PART."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from howfar.evaluation.everywhere.results import LabelledPictures
    from howfar.evaluation.margins.measuring import MarginPictures

PREFERRED = ("test", "all")
"""The part of a data set that is taken where none is named."""


def opened_pictures(named: str, every: int) -> "LabelledPictures":
    """Pictures with labelled objects, by the path of a data set, or by path and part with a colon between them."""
    from howfar.datasets import open_object_dataset
    from howfar.evaluation.everywhere.results import LabelledPictures

    path, part = path_and_part(named)
    dataset = open_object_dataset(path)
    used = part_of(dataset.splits, path) if part is None else part
    return LabelledPictures(
        name_of(path, used, every),
        dataset.definition,
        dataset.detector_names,
        dataset.exhaustive,
        dataset.objects(used)[::every],
    )


def opened_for_margins(named: str, every: int, held_out: int = 0, *, learned: bool = False) -> "MarginPictures":
    """The same; a data set, or a part of one, that has no labels may have depth maps in their place.

    Args:
        named: The data set, with or without a part.
        every: Take every Nth picture only.
        held_out: Of a part called `train`, take only what a training with this `held_out` leaves out; all when 0.
        learned: Whether the network has learned from them; of such a part, take what that training takes.
    """
    from howfar.datasets import LazySamples, open_depth_dataset, open_object_dataset
    from howfar.errors import SourceError
    from howfar.evaluation.margins.measuring import MarginPictures
    from howfar.training.data.held_out import split_held_out

    path, part = path_and_part(named)
    try:
        labelled = open_object_dataset(path)
    except SourceError:
        labelled = None
    if labelled is None or part not in (None, *labelled.splits):
        depth = open_depth_dataset(path)
        used = part or part_of(depth.splits, path)
        return MarginPictures(name_of(path, used, every), {}, depth.split(used)[::every], learned)
    used = part or part_of(labelled.splits, path)
    samples, name = labelled.objects(used), name_of(path, used, every)
    if held_out and used == "train":
        trained, away = map(list, split_held_out(range(len(samples)), held_out))
        samples = LazySamples(trained if learned else away, samples.__getitem__)
        name += f", {'but for' if learned else 'held out'} one block in {held_out}"
    return MarginPictures(name, labelled.detector_names, samples[::every], learned)


def path_and_part(named: str) -> tuple[Path, str | None]:
    """The path of a data set, and its part; None where none is named."""
    path = Path(named)
    if path.exists() or ":" not in named:
        return path, None
    before, _, part = named.rpartition(":")
    return Path(before), part


def name_of(path: Path, part: str, every: int = 1) -> str:
    """What tables call a part of a data set of which every Nth picture is taken."""
    return f"{path.resolve().name}:{part}" + ("" if every == 1 else f", one in {every}")


def part_of(parts: "Sequence[str]", path: Path) -> str:
    """The part that is taken where none is named."""
    from howfar.errors import SettingError

    part = next((name for name in PREFERRED if name in parts), None)
    if part is None and len(parts) == 1:
        part = parts[0]
    if part is None:
        raise SettingError(f"{path} has several parts: name one as {path}:PART, of {', '.join(parts)}.")
    return part
