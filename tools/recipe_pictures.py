"""The pictures that a joint recipe learns from as one folder, for `tools/match_depth.py`.

    python tools/recipe_pictures.py recipes/joint-context.toml pictures --times drive_0009=4 streets=4

Rooms, photos and all sources, without what the recipe holds out; rooms without their border. `--times NAME=COUNT`
tells how often the pictures of a source are there, where that is not once.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from howfar.datasets import DepthSample, DetectionSample
from howfar.errors import HowfarError, OutputError, SettingError
from howfar.io.picture_writer import save_picture
from howfar.training.data.depth.pairs import SourcePairs, labelled_pairs, source_pairs
from howfar.training.data.joint.photos import labelled_photos
from howfar.training.recipe import JointRecipe, read_recipe

Named = tuple[str, NDArray[np.uint8]]
"""The name of a file, without its ending, and its picture."""


def write_pictures(recipe: JointRecipe, folder: Path, times: Mapping[str, int]) -> int:
    """Write the pictures to a new folder.

    Args:
        recipe: The recipe.
        folder: It must not exist.
        times: How often each source's pictures are written, by its name; once where it is not told.

    Returns:
        How many files were written.

    Raises:
        OutputError: If the folder exists.
        SettingError: If there is no source of such a name.
        SourceError: If the data cannot be read.
    """
    names = {source.name for source in recipe.source}
    if unknown := sorted(set(times) - names):
        raise SettingError(f"The recipe has no source {unknown[0]!r}; there are {', '.join(sorted(names))}.")
    if folder.exists():
        raise OutputError(f"{folder} exists: name a new folder.")
    wanted = tuple(source for source in recipe.source if times.get(source.name, 1))
    sources = source_pairs(msgspec.structs.replace(recipe, source=wanted))
    rooms, _ = labelled_pairs(recipe)
    photos, _ = labelled_photos(recipe.photos)
    folder.mkdir(parents=True)
    written = 0
    for name, rgb in chain(_rooms(rooms, recipe.augmentation.border_px), _photos(photos), _sources(sources, times)):
        save_picture(rgb, folder / f"{name}.png")
        written += 1
    return written


def _rooms(rooms: Sequence[DepthSample], border_px: int) -> Iterator[Named]:
    for number, room in enumerate(rooms):
        height, width = room.image.shape[:2]
        yield f"room-{number:05d}", room.image[border_px : height - border_px, border_px : width - border_px]


def _photos(photos: Sequence[DetectionSample]) -> Iterator[Named]:
    for number, photo in enumerate(photos):
        yield f"photo-{number:05d}", photo.image


def _sources(sources: Sequence[SourcePairs], times: Mapping[str, int]) -> Iterator[Named]:
    for place, pairs in enumerate(sources):
        for number, pair in enumerate(pairs.samples):
            for again in range(times.get(pairs.settings.name, 1)):
                yield f"source{place}-{number:05d}-{again}", pair.image


def _times(words: Sequence[str]) -> dict[str, int]:
    times = {}
    for word in words:
        name, _, count = word.rpartition("=")
        if not (name and count.isdecimal()):
            raise SettingError(f"--times takes the name of a source and how often, such as streets=4, not {word!r}.")
        times[name] = int(count)
    return times


def main(arguments: Sequence[str] | None = None) -> None:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("folder", type=Path, help="A new folder.")
    parser.add_argument("--times", nargs="*", default=[], metavar="NAME=COUNT", help="0 leaves a source out.")
    told = parser.parse_args(arguments)
    try:
        times = _times(told.times)
        count = write_pictures(read_recipe(told.recipe, JointRecipe), told.folder, times)
    except HowfarError as error:
        parser.error(str(error))
    sys.stdout.write(f"{count} pictures in {told.folder}.\n")


if __name__ == "__main__":
    main()
