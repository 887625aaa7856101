"""All kinds of training, each with what the rest of the code asks of it."""

import tomllib
from pathlib import Path
from typing import get_args

import pytest

from howfar.models import card
from howfar.training.recipe import read_recipe
from howfar.training.tasks.registry import TASKS, kind_of

RECIPES = sorted((Path(__file__).resolve().parents[3] / "recipes").glob("*.toml"))


def test_they_are_these() -> None:
    kinds = ["depth", "self-supervised", "semi", "detector", "joint", "disparity-detector", "ranging", "stereo"]
    assert list(TASKS) == kinds


def test_some_kind_trains_for_each_task_of_a_card() -> None:
    assert {kind.card_task for kind in TASKS.values()} == set(get_args(card.Task))


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_a_recipe_tells_its_kind(path: Path) -> None:
    task = tomllib.loads(path.read_text(encoding="utf-8"))["task"]
    recipe = read_recipe(path, TASKS[task].recipe)
    assert type(recipe) is TASKS[task].recipe
    assert kind_of(recipe) is TASKS[task]
