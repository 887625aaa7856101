"""The stages of a teacher–student training before the student's: the teacher's recipe, and its pseudo labels."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from howfar.training.recipe import DepthRecipe, parse_recipe
from howfar.training.semi.pseudo_labelling import label_pictures, open_teacher
from howfar.training.semi.pseudo_labels import LABELS, PseudoLabels
from howfar.training.semi.recipe import SemiRecipe
from howfar.training.semi.unlabelled import unlabelled_pictures

TEACHER, STUDENT = "teacher", "student"
"""The folders of the two trainings; that of the labels lies beside them."""


def teacher_recipe(recipe: SemiRecipe) -> DepthRecipe | None:
    """The recipe of the teacher's training: the student's with the teacher's changes; None if there is a teacher.

    Raises:
        SettingError: If the changes do not make a recipe.
    """
    if recipe.teacher.model:
        return None
    table = {name: msgspec.to_builtins(getattr(recipe, name)) for name in DepthRecipe.__struct_fields__}
    return parse_recipe(_changed(table, recipe.teacher.changes), DepthRecipe, "of the teacher (teacher.changes)")


def label(
    recipe: SemiRecipe, root: Path, *, overwrite: bool = False, done: Callable[[str], object] = lambda _: None
) -> None:
    """Let the teacher look at the unlabelled pictures that have no label yet.

    Args:
        recipe: All settings; where it names no teacher, the training in the folder is done.
        root: The folder of all stages.
        overwrite: Replace labels that are there; else this teacher's are kept.
        done: Called with the name of each picture.

    Raises:
        ModelError: If the teacher cannot be opened.
        SourceError: If pictures cannot be read, after all others are done.
        OutputError: If labels of another teacher are there, or a label cannot be written.
    """
    teacher, author = open_teacher(recipe.teacher.model or root / TEACHER)
    labels = PseudoLabels(root / LABELS)
    labels.begin(author, overwrite=overwrite)
    label_pictures(teacher, unlabelled_pictures(recipe.unlabelled, recipe.data), labels, os.cpu_count() or 1, done)


def _changed(table: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A table with changes to it, table by table."""
    inner = {
        name: _changed(table[name], value) if isinstance(value, dict) and isinstance(table.get(name), dict) else value
        for name, value in changes.items()
    }
    return {**table, **inner}
