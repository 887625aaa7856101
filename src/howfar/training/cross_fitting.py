"""Depth maps of training pictures by networks that have not seen them (k-fold cross-fitting).

A network's error on the pictures that it was trained on is far smaller than on others. To learn from its errors, or
to state a margin for them, each training picture needs a map by a network of the same recipe that was trained without
it and its neighbours.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec.structs import replace

from howfar.datasets import DepthSample
from howfar.io.depth_folder import DepthFolder
from howfar.models.depth import CardDepth
from howfar.scene import Frame
from howfar.training.data.depth.pairs import depth_samples
from howfar.training.recipe import DepthRecipe
from howfar.training.torch_session import TorchSession
from howfar.training.trained import trained_network

MAPS = "depth"
"""The folder of the maps, beside those of the trainings."""


def fold_recipes(recipe: DepthRecipe, folds: int) -> list[DepthRecipe]:
    """The recipe of each fold's training: it sees all pairs but the fold's, and holds none out to choose by."""
    return [replace(recipe, data=replace(recipe.data, folds=folds, fold=fold + 1, held_out=0)) for fold in range(folds)]


def fold_folder(out: Path, recipe: DepthRecipe) -> Path:
    """Where the training of a fold lies."""
    return out / f"fold-{recipe.data.fold}"


def predict_left_out(recipe: DepthRecipe, out: Path, done: Callable[[str], object] = lambda _: None) -> None:
    """Write the depth maps of a fold's pictures by the network that was trained without them.

    Args:
        recipe: The fold's recipe; its training is done.
        out: The folder of all folds.
        done: Called with the name of each picture.

    Raises:
        ModelError: If the training's checkpoint cannot be read.
        OutputError: If a map cannot be written.
    """
    maps = DepthFolder(out / MAPS)
    found = trained_network(fold_folder(out, recipe))
    estimator = CardDepth(found.card, TorchSession(found.network))
    for sample in left_out(recipe):
        maps.write(sample.name, estimator.estimate(Frame(sample.image, sample.name, sample.camera)))
        done(sample.name)


def left_out(recipe: DepthRecipe) -> Sequence[DepthSample]:
    """The pairs that a fold's training does not see."""
    _, away = depth_samples(recipe.data)
    return away
