"""The stages of a teacher–student training: the teacher, its pseudo labels, the student; each in its own folder."""

import os
from collections.abc import Callable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import msgspec
import torch

from howfar.datasets.check import Checked
from howfar.errors import SettingError
from howfar.training.initial_weights import load_initial_weights
from howfar.training.recipe import DepthRecipe, parse_recipe
from howfar.training.semi.feature_alignment import FrozenPart
from howfar.training.semi.frozen_encoders import FrozenDinov2
from howfar.training.semi.pseudo_labelling import label_pictures, open_teacher
from howfar.training.semi.pseudo_labels import PseudoLabels
from howfar.training.semi.recipe import SemiRecipe
from howfar.training.semi.task import SemiTask
from howfar.training.semi.unlabelled import unlabelled_pictures
from howfar.training.starting import labelled_pairs, remembered

TEACHER, LABELS, STUDENT = "teacher", "pseudo", "student"
"""The folders of the stages."""

OWN = "own"
"""The encoder to align with that is a frozen copy of the student's."""


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


def student_task(recipe: SemiRecipe, root: Path, checked: Checked = lambda _: None) -> SemiTask:
    """Open and check the data of a recipe, and build its student with what it starts from; the labels are made.

    Raises:
        SourceError: If the data cannot be read, or a training on it would fail or learn nonsense.
        SettingError: If the recipe does not fit the data or itself.
        ModelError: If the weights to start from, or the encoder to align with, are not what they should be.
    """
    trained, held_out = labelled_pairs(recipe, checked)
    pictures = unlabelled_pictures(recipe.unlabelled, recipe.data)
    torch.manual_seed(recipe.training.seed)
    task = SemiTask(
        recipe,
        trained,
        held_out,
        remembered(pictures) if recipe.training.cache else pictures,
        PseudoLabels(root / LABELS),
    )
    load_initial_weights(task.network, recipe.network)
    if recipe.alignment.weight:
        _align(task, recipe)
    return task


def _align(task: SemiTask, recipe: SemiRecipe) -> None:
    if recipe.alignment.encoder != OWN:
        encoder = FrozenDinov2(Path(recipe.alignment.encoder))
        task.align_with(encoder, encoder.width)
        return
    if recipe.network.encoder_weights is None and recipe.network.weights is None:
        raise SettingError(
            "A random encoder knows nothing to be aligned with: set network.encoder_weights, or alignment.encoder to "
            "the folder of a DINOv2, or alignment.weight to 0."
        )
    task.align_with(FrozenPart(deepcopy(task.network), task.entry.deepest))


def _changed(table: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A table with changes to it, table by table."""
    inner = {
        name: _changed(table[name], value) if isinstance(value, dict) and isinstance(table.get(name), dict) else value
        for name, value in changes.items()
    }
    return {**table, **inner}
