"""The pairs of pictures and depth that a recipe names."""

from collections.abc import Sequence
from dataclasses import dataclass

from howfar.datasets import DepthSample
from howfar.datasets.check import Checked, check_depth
from howfar.datasets.opening import open_depth_dataset
from howfar.errors import SourceError
from howfar.training.data.depth.by_size import DepthBySize
from howfar.training.data.depth.sky import SkyIsFar
from howfar.training.data.held_out import Chosen, Joined, split_fold, split_held_out, spread_indices
from howfar.training.data.readied import readied
from howfar.training.recipe import DepthRecipe
from howfar.training.recipe_settings import DepthDataSettings, SourceSettings


@dataclass(frozen=True, eq=False)
class SourcePairs:
    """The pairs of one more source of a recipe.

    Attributes:
        settings: The source.
        samples: Those to train on; may be none.
        held_out: Those to validate on; may be none.
    """

    settings: SourceSettings
    samples: Sequence[DepthSample]
    held_out: Sequence[DepthSample]


def source_pairs(recipe: DepthRecipe, checked: Checked = lambda _: None) -> tuple[SourcePairs, ...]:
    """The pairs of the sources beside `data`, checked.

    Raises:
        SourceError: If one cannot be read, or a training on it would fail or learn nonsense.
        SettingError: If one has no such split.
    """
    found = []
    for source in recipe.source:
        dataset = DepthBySize(source.root) if source.truth == "sizes" else open_depth_dataset(source.root)
        parts = []
        for splits in (source.splits, source.held_out):
            samples: Sequence[DepthSample] = Joined([dataset.split(split) for split in splits])
            if len(samples):
                samples = readied(samples, check_depth, source.root, cache=recipe.training.cache, checked=checked)
            parts.append(SkyIsFar(samples) if source.sky else samples)
        found.append(SourcePairs(source, *parts))
    return tuple(found)


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
