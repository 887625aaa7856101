"""A batch before and after augmentation, as a picture: from a recipe, or from a data set alone."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.io.toml import read_toml
from howfar.training.data.shown_batch import shown_dataset
from howfar.training.recipe import read_recipe
from howfar.training.tasks.registry import TASKS


def picture_of_batch(path: Path, split: str | None, count: int, changes: Sequence[str] = ()) -> NDArray[np.uint8]:
    """Draw the first examples of a training, as they lie in the data set and as the network is shown them.

    Args:
        path: A recipe, or a data set; that is shown with the default augmentation.
        split: Which split of the data; the recipe's or the data set's first when none is given.
        count: How many examples.
        changes: To the recipe, such as `augmentation.flip=0`.

    Returns:
        H×W×3 uint8 RGB.

    Raises:
        SettingError: If the recipe, the data's description or the split cannot be, or there is no recipe to change.
        SourceError: If the data cannot be read.
    """
    task = _recipe_task(path)
    if not task:
        if changes:
            raise SettingError(f"{path} is no recipe, and {changes[0]} changes one: name the recipe, or leave it out.")
        return shown_dataset(path, split, count)
    shown = {name: kind for name, kind in TASKS.items() if kind.show is not None}
    kind = shown.get(task)
    if kind is None or kind.show is None:
        *first, last = shown
        raise SettingError(
            f"The task of the recipe {path} should be {', '.join(first)} or {last}, not {task!r}: name another recipe, "
            "or a data set."
        )
    return kind.show(read_recipe(path, kind.recipe, changes), split, count)


def _recipe_task(path: Path) -> str:
    """What a recipe is for; empty where the path is none."""
    if path.suffix != ".toml" or not path.is_file():
        return ""
    return str(read_toml(path, "recipe or description of a data set").get("task", ""))
