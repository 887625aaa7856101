"""Depth maps by networks that have not seen the pictures."""

from pathlib import Path

import numpy as np
import pytest
import torch

from howfar.io.depth_folder import DepthFolder
from howfar.training.cross_fitting import MAPS, fold_folder, fold_recipes, left_out, predict_left_out
from howfar.training.recipe import DepthRecipe, parse_recipe
from howfar.training.run_folder import RunFolder
from howfar.training.tasks.depth import depth_task
from tests.datasets.folders import write_nyu

NAMES = ("0002", "0003", "0004", "0005", "0006")


@pytest.fixture
def recipe(tmp_path: Path) -> DepthRecipe:
    table = {
        "task": "depth",
        "network": {"name": "compact", "options": {"encoder": "lite0"}},
        "data": {"root": str(write_nyu(tmp_path / "nyu", train=NAMES)), "sizes_px": [[64, 64]], "held_out": 2},
        "augmentation": {"base_px": [80, 64]},
        "loss": {"log_l1": 1.0},
        "optimiser": {"name": "adamw", "learning_rate": 1e-4},
        "training": {"epochs": 1, "batch": 2},
    }
    return parse_recipe(table, DepthRecipe, "here")


def test_each_fold_trains_on_all_pictures_but_its_own(recipe: DepthRecipe) -> None:
    folds = fold_recipes(recipe, 2)
    assert [[sample.name for sample in left_out(fold)] for fold in folds] == [
        ["0002", "0003"],
        ["0004", "0005", "0006"],
    ]
    tasks = [depth_task(fold) for fold in folds]
    assert [len(task.examples) for task in tasks] == [3, 2]
    assert [len(task.held_out) for task in tasks] == [0, 0]


def test_the_maps_are_those_of_the_network_that_did_not_see_the_picture(recipe: DepthRecipe, tmp_path: Path) -> None:
    out, metres = tmp_path / "out", {}
    for fold in fold_recipes(recipe, 2):
        metres[fold.data.fold] = _keep_one_that_says_the_same_everywhere(fold, out)
        predict_left_out(fold, out)
    maps = DepthFolder(out / MAPS)
    said = [float(np.median(maps.read(name).values)) for name in NAMES]
    expected = [metres[1], metres[1], metres[2], metres[2], metres[2]]
    np.testing.assert_allclose(np.array(said) / said[0], np.array(expected) / expected[0], rtol=2e-3)


def _keep_one_that_says_the_same_everywhere(recipe: DepthRecipe, out: Path) -> float:
    """Save a checkpoint of such a network, with another depth for each fold; gives it."""
    task = depth_task(recipe)
    head, place = task.network.head, 10 * recipe.data.fold
    torch.nn.init.constant_(head.scores.bias[place : place + 1], 100.0)
    folder = RunFolder(fold_folder(out, recipe))
    folder.open(recipe, task.card, resume=False, overwrite=False)
    state = {"network": task.network.state_dict(), "average": None, "history": [{}], "epoch": 1}
    folder.save(state, best=True)
    return float(head.centres[place].exp())
