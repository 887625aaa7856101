"""Recipes of teacher–student trainings."""

from pathlib import Path

import pytest

from howfar.errors import SettingError
from tests.training.semi.semi_cases import semi_recipe


@pytest.mark.parametrize(
    ("mix", "batch", "parts"),
    [([1, 2], 12, (4, 8)), ([0, 1], 5, (0, 5)), ([1, 1], 2, (1, 1)), ([2, 3], 10, (4, 6))],
)
def test_a_batch_is_parted_as_the_mix_says(tmp_path: Path, mix: list[int], batch: int, parts: tuple[int, int]) -> None:
    recipe = semi_recipe(tmp_path, unlabelled={"root": "here", "mix": mix}, training={"epochs": 1, "batch": batch})
    assert recipe.batch_counts == parts


@pytest.mark.parametrize(
    ("tables", "sentence"),
    [
        ({"training": {"epochs": 1, "batch": 4}}, "1 labelled to 2 unlabelled pictures; give a multiple of 3"),
        ({"unlabelled": {"root": "here", "mix": [1, 0]}}, "mix"),
        ({"unlabelled": {"root": "here", "left_out": 1.0}}, "left_out"),
        ({"unlabelled": {}}, "root"),
        ({"alignment": {"tolerance": 2}}, "tolerance"),
        ({"perturbation": {"cutmix": 1.5}}, "cutmix"),
        ({"teacher": {"folder": "x"}}, "unknown field `folder`"),
        ({"output": "disparity_px"}, "output"),
    ],
    ids=["batch", "nothing unlabelled", "all left out", "no pictures", "tolerance", "chance", "unknown key", "output"],
)
def test_what_cannot_be_is_refused(tmp_path: Path, tables: dict[str, object], sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        semi_recipe(tmp_path, **tables)
