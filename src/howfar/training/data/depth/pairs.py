"""The pairs of pictures and depth that a recipe names."""

from collections.abc import Sequence

from howfar.datasets import DepthSample
from howfar.datasets.check import Checked, check_depth
from howfar.datasets.opening import open_depth_dataset
from howfar.errors import SourceError
from howfar.training.data.held_out import Chosen, split_fold, split_held_out, spread_indices
from howfar.training.data.readied import readied
from howfar.training.recipe import DepthDataSettings, DepthRecipe


def labelled_pairs(
    recipe: DepthRecipe, checked: Checked = lambda _: None
) -> tuple[Sequence[DepthSample], Sequence[DepthSample]]:
    """The pairs of a recipe, checked: those to train on, and those to validate on.

    Raises:
        SourceError: If the data cannot be read, or a training on it would fail or learn nonsense.
        SettingError: If it has no such split.
    """
    samples, _ = depth_samples(recipe.data)
    samples = readied(samples, check_depth, recipe.data.root, cache=recipe.training.cache, checked=checked)
    return split_held_out(samples, recipe.data.held_out)


def depth_samples(data: DepthDataSettings) -> tuple[Sequence[DepthSample], Sequence[DepthSample]]:
    """The pairs that a training sees, and those of the fold that it does not see.

    Raises:
        SourceError: If the data cannot be read, or has fewer pairs than folds.
        SettingError: If it has no such split.
    """
    everything = open_depth_dataset(data.root).split(data.split)
    samples = Chosen(everything, spread_indices(len(everything), data.count))
    if len(samples) < data.folds:
        raise SourceError(f"{data.root} has {len(samples)} pairs, too few for {data.folds} folds: ask for fewer.")
    return split_fold(samples, data.fold, data.folds) if data.folds else (samples, ())
