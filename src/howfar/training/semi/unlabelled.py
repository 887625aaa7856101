"""Pictures to learn from whose depth is not known, or not looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from howfar.datasets.dataset_toml import DESCRIPTION_NAME
from howfar.datasets.files import pictures_in
from howfar.datasets.opening import kind_at, open_depth_dataset, open_detection_dataset
from howfar.datasets.samples import DepthSample, DetectionSample, LazySamples
from howfar.errors import SourceError
from howfar.files import expanded
from howfar.io.pictures import read_rgb
from howfar.scene import Camera
from howfar.training.data.held_out import Chosen, spread_indices
from howfar.training.recipe_settings import DepthDataSettings
from howfar.training.semi.recipe import UnlabelledSettings


@dataclass(frozen=True, eq=False)
class Unlabelled:
    """A picture.

    Attributes:
        name: What the data set or the folder calls it.
        image: H×W×3 uint8 RGB.
        camera: Its camera where the data set knows it.
    """

    name: str
    image: NDArray[np.uint8]
    camera: Camera | None = None


def unlabelled_pictures(settings: UnlabelledSettings, labelled: DepthDataSettings) -> Sequence[Unlabelled]:
    """The pictures of a recipe, read when they are asked for, without the labelled pairs.

    Raises:
        SourceError: If there are none.
        SettingError: If a data set has no such split.
    """
    root = expanded(settings.root)
    if pictures := _of_folder(root):
        return pictures
    found = _of_dataset(root, settings.split)
    indices = list(range(len(found)))
    if (root.resolve(), settings.split) == (expanded(labelled.root).resolve(), labelled.split):
        taken = set(spread_indices(len(found), labelled.count))
        indices = [index for index in indices if index not in taken]
    if not indices:
        raise SourceError(
            f"The labelled pairs are all that {settings.root} has: set data.count to take some of them, or name other "
            "pictures with unlabelled.root."
        )
    return Chosen(found, indices)


def _of_folder(root: Path) -> Sequence[Unlabelled]:
    """The pictures that lie in a folder itself; none where it is something else."""
    described = (root / DESCRIPTION_NAME).exists()
    paths = pictures_in(root) if root.is_dir() and not described else []
    return LazySamples(paths, _read)


def _of_dataset(root: Path, split: str) -> Sequence[Unlabelled]:
    if kind_at(root) == "depth":
        pairs = open_depth_dataset(root).split(split)
        return LazySamples(range(len(pairs)), partial(_of_pair, pairs))
    boxed = open_detection_dataset(root).split(split)
    return LazySamples(range(len(boxed)), partial(_of_boxed, boxed))


def _read(path: Path) -> Unlabelled:
    return Unlabelled(path.name, read_rgb(path))


def _of_pair(pairs: Sequence[DepthSample], index: int) -> Unlabelled:
    pair = pairs[index]
    return Unlabelled(pair.name, pair.image, pair.camera)


def _of_boxed(pictures: Sequence[DetectionSample], index: int) -> Unlabelled:
    return Unlabelled(pictures[index].name, pictures[index].image)
