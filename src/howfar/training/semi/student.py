"""The student of a teacher–student training: ready to be trained, and taken out of a training."""

from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import cv2
import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from howfar.datasets.check import Checked
from howfar.drawing.side_by_side import side_by_side
from howfar.errors import SettingError
from howfar.training.data.depth.batches import EpochPlan
from howfar.training.data.depth.pairs import depth_samples, labelled_pairs
from howfar.training.data.readied import remembered
from howfar.training.initial_weights import load_initial_weights
from howfar.training.semi.batches import paste_next
from howfar.training.semi.feature_alignment import FrozenPart
from howfar.training.semi.frozen_encoders import FrozenDinov2
from howfar.training.semi.pseudo_labels import LABELS, PseudoLabels
from howfar.training.semi.recipe import SemiRecipe
from howfar.training.semi.task import PROJECTION, SemiTask
from howfar.training.semi.unlabelled import unlabelled_pictures
from howfar.training.tasks import depth
from howfar.training.tasks.kind import TaskKind, TrainedWeights

OWN = "own"
"""The encoder to align with that is a frozen copy of the student's."""


def student_task(recipe: SemiRecipe, root: Path, checked: Checked = lambda _: None) -> SemiTask:
    """Open and check the data of a recipe, and build its student with what it starts from; the labels are made.

    Args:
        recipe: All settings.
        root: The folder of all stages.
        checked: Called with the name of each labelled pair.

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


def _start(recipe: SemiRecipe, folder: Path, checked: Checked) -> SemiTask:
    return student_task(recipe, folder.parent, checked)


def _exported(trained: TrainedWeights) -> nn.Module:
    """The student without the part that was there for the alignment alone."""
    own = {name: value for name, value in trained.weights.items() if not name.startswith(f"{PROJECTION}.")}
    return depth.KIND.exported(replace(trained, weights=own))


def _show(recipe: SemiRecipe, split: str | None, count: int) -> NDArray[np.uint8]:
    """The unlabelled pictures; the labelled ones are shown as a depth recipe shows them."""
    unlabelled = recipe.unlabelled if split is None else msgspec.structs.replace(recipe.unlabelled, split=split)
    pictures = unlabelled_pictures(unlabelled, recipe.data)
    samples, _ = depth_samples(recipe.data)
    # No label is looked at, so that the batch can be seen before there is a teacher.
    examples = SemiTask(recipe, samples, (), pictures, PseudoLabels(Path(recipe.unlabelled.root))).semi
    seed, batch = recipe.training.seed, recipe.batch_counts[1]
    (draws, *_) = EpochPlan(len(pictures), batch, recipe.data.sizes_px[:1], (), seed, epoch=0)
    perturbed = [examples.perturbed(draw) for draw in draws]
    after = paste_next([each.image for each in perturbed], [each.rectangle for each in perturbed])[:count]
    before = [
        cv2.resize(pictures[draw.sample_index].image, draw.size_px, interpolation=cv2.INTER_AREA) for draw in draws
    ]
    return side_by_side(
        [np.vstack(before[:count]).astype(np.uint8), np.vstack(after)],
        ["as the teacher sees them", "as the student does"],
    )


KIND = TaskKind(SemiRecipe, "depth", _start, _exported, _show)
