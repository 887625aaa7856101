"""From a recipe to a training that is ready to run: data checked, network built, devices found."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from lightning_fabric import Fabric

from howfar.datasets import DepthSample, DetectionSample
from howfar.datasets.check import Checked, Problem, check_depth, check_detection
from howfar.datasets.opening import open_depth_dataset, open_detection_dataset
from howfar.errors import SettingError, SourceError
from howfar.io.depth_folder import DepthFolder
from howfar.training.data.detection.pictures import Survey, chosen_pictures
from howfar.training.data.held_out import Chosen, split_fold, split_held_out, spread_places
from howfar.training.data.ranging.examples import room_of
from howfar.training.initial_weights import load_initial_weights
from howfar.training.loop import Task, Trainer
from howfar.training.recipe import DepthDataPart, DepthRecipe, DetectorRecipe, RangingRecipe, TrainingRecipe
from howfar.training.run_folder import RunFolder
from howfar.training.tasks.depth import DepthTask
from howfar.training.tasks.detection import DetectorTask
from howfar.training.tasks.ranging import RangingTask

Sample = TypeVar("Sample")


@dataclass(frozen=True, slots=True)
class Devices:
    """Where a training runs.

    Attributes:
        accelerator: Lightning Fabric's name: `auto`, `cpu`, `gpu` or `mps`.
        count: Devices on this machine.
    """

    accelerator: str = "auto"
    count: int = 1


def depth_task(recipe: DepthRecipe, checked: Checked = lambda _: None) -> DepthTask:
    """Open and check the data of a recipe, and build its network with what it starts from.

    Raises:
        SourceError: If the data cannot be read, or a training on it would fail or learn nonsense.
        SettingError: If the recipe does not fit the data or itself.
        ModelError: If the weights to start from are not this network's.
    """
    trained, held_out = labelled_pairs(recipe, checked)
    torch.manual_seed(recipe.training.seed)
    task = DepthTask(recipe, trained, held_out)
    load_initial_weights(task.network, recipe.network)
    return task


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


def depth_samples(data: DepthDataPart) -> tuple[Sequence[DepthSample], Sequence[DepthSample]]:
    """The pairs that a training sees, and those of the fold that it does not see.

    Raises:
        SourceError: If the data cannot be read, or has fewer pairs than folds.
        SettingError: If it has no such split.
    """
    everything = open_depth_dataset(data.root).split(data.split)
    samples = Chosen(everything, spread_places(len(everything), data.count))
    if len(samples) < data.folds:
        raise SourceError(f"{data.root} has {len(samples)} pairs, too few for {data.folds} folds: ask for fewer.")
    return split_fold(samples, data.fold, data.folds) if data.folds else (samples, ())


def detector_task(recipe: DetectorRecipe, checked: Checked = lambda _: None) -> DetectorTask:
    """Open and check the data of a recipe, and build its network with what it starts from and anchors that fit.

    Raises:
        SourceError: If the data cannot be read, or a training on it would fail or learn nonsense.
        SettingError: If the recipe does not fit the data or itself.
        ModelError: If the weights to start from are not this network's.
        MissingExtraError: If what counts average precision is not installed.
    """
    survey = Survey(recipe.augmentation.size_px)
    trained, held_out = _detector_pictures(recipe, survey, checked)
    torch.manual_seed(recipe.training.seed)
    task = DetectorTask(recipe, trained, held_out)
    load_initial_weights(task.network, recipe.network)
    anchors = task.check_anchors(np.concatenate(survey.shapes_px)) if recipe.check_anchors else None
    task.remarks = tuple(remark for remark in (survey.remark(recipe.data.root), anchors) if remark)
    return task


def ranging_task(recipe: RangingRecipe, checked: Checked = lambda _: None) -> RangingTask:
    """Open the data of a recipe, find its objects, and build its network.

    Raises:
        SourceError: If the data cannot be read, or has no semantic classes or no objects, or a map is missing.
        SettingError: If the recipe does not fit the data or itself.
        ModelError: If the weights to start from are not this network's.
    """
    data = recipe.data
    pairs = open_depth_dataset(data.root).split(data.split)
    maps = DepthFolder(Path(data.predicted)) if data.predicted else None
    rooms = []
    for pair in pairs:
        rooms.append(room_of(pair, data.least_pixels, maps.read(pair.name) if maps else None))
        checked(pair.name)
    trained, held_out = split_held_out(rooms, data.held_out)
    if not any(len(room.boxes) for room in trained):
        raise SourceError(f"{data.root} shows no object of {data.least_pixels} pixels: lower data.least_pixels.")
    torch.manual_seed(recipe.training.seed)
    task = RangingTask(recipe, trained, held_out)
    load_initial_weights(task.network, recipe.network)
    return task


def refuse_started(out: Path, *, resume: bool, overwrite: bool) -> None:
    """Say before anything is read that a folder holds a training that is neither to be resumed nor replaced.

    Raises:
        OutputError: If it does.
    """
    RunFolder(out).refuse_started(resume=resume, overwrite=overwrite)


def trainer(
    task: Task, recipe: TrainingRecipe, out: Path, devices: Devices, *, resume: bool = False, overwrite: bool = False
) -> Trainer:
    """Set up the loop of a task in the folder `out`.

    Raises:
        OutputError: If a training is there already and is neither to be resumed nor replaced.
        SettingError: If there are no such devices.
    """
    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)
    try:
        fabric = Fabric(accelerator=devices.accelerator, devices=devices.count, precision=recipe.training.precision)
    except (RuntimeError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise SettingError(
            f"A training cannot run on {devices.count} × {devices.accelerator} ({reason}): choose other --devices or "
            "--accelerator."
        ) from None
    fabric.launch()
    folder = RunFolder(out)
    if fabric.is_global_zero:
        folder.open(recipe, task.card, resume=resume, overwrite=overwrite)
    fabric.barrier()
    return Trainer(task, recipe.optimiser, recipe.schedule, recipe.training, folder, fabric)


def readied(
    samples: Sequence[Sample],
    check: Callable[[Sequence[Sample], Checked], list[Problem]],
    root: str,
    *,
    cache: bool,
    checked: Checked,
) -> Sequence[Sample]:
    """The samples, checked, and held in memory if they are to be.

    Raises:
        SourceError: If one of them would stop a training or teach it nonsense.
    """
    kept = remembered(samples) if cache else samples
    fatal = [problem for problem in check(kept, checked) if problem.fatal]
    if fatal:
        more = f" ({len(fatal) - 1} more problems: howfar data check {root})" if len(fatal) > 1 else ""
        raise SourceError(f"{root}, {fatal[0].sample}: {fatal[0].sentence}{more}")
    return kept


def remembered(samples: Sequence[Sample]) -> Sequence[Sample]:
    """The samples, each read once and then held in memory."""
    return _Remembered(samples)


class _Remembered(Sequence[Sample]):
    """Samples that stay in memory once they have been read; another process reads its own."""

    def __init__(self, samples: Sequence[Sample]) -> None:
        self._samples = samples
        self._read: dict[int, Sample] = {}

    def __getstate__(self) -> dict[str, object]:
        return {"_samples": self._samples, "_read": {}}

    def __len__(self) -> int:
        return len(self._samples)

    def __getitem__(self, place: int) -> Sample:  # type: ignore[override]
        if place not in self._read:
            self._read[place] = self._samples[place]
        return self._read[place]


def _detector_pictures(
    recipe: DetectorRecipe, survey: Survey, checked: Checked
) -> tuple[Sequence[DetectionSample], Sequence[DetectionSample]]:
    """The pictures to train on, which are surveyed, and those to validate on."""
    data = recipe.data
    dataset = open_detection_dataset(data.root)

    def part(
        split: str, check: Callable[[Sequence[DetectionSample], Checked], list[Problem]]
    ) -> Sequence[DetectionSample]:
        chosen = chosen_pictures(dataset.split(split), data.min_box_px, data.count)
        return readied(chosen, check, data.root, cache=recipe.training.cache, checked=checked)

    trained = part(data.split, survey.check)
    if data.validation_split is None:
        return trained, ()
    return trained, trained if data.validation_split == data.split else part(data.validation_split, check_detection)
