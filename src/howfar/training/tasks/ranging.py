"""Training the learned ranging method: the task, and how it is started and exported."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from howfar.datasets.check import Checked
from howfar.datasets.opening import open_depth_dataset
from howfar.errors import SourceError
from howfar.io.depth_folder import DepthFolder
from howfar.models.card import Card, InputSpec, RangingSpec
from howfar.networks.catalogue import build, find_network
from howfar.ranging.methods.crops import crop_boxes, network_input
from howfar.ranging.methods.foreground import Foreground, Network
from howfar.scene import DepthMap
from howfar.training.data.epoch_plan import share_of_epoch
from howfar.training.data.held_out import split_held_out
from howfar.training.data.preparation import Batches, Preparation
from howfar.training.data.ranging.examples import RangingBatch, RangingDraw, RangingExamples, collate
from howfar.training.data.ranging.samples import OTHER, RangingSample, objects_of, ranging_sample
from howfar.training.initial_weights import load_initial_weights
from howfar.training.recipe import RangingRecipe
from howfar.training.task_weights import TaskWeights
from howfar.training.tasks.kind import TaskKind, TrainedWeights

WRONG = 0.1
"""A distance that is off by more than this share counts as wrong."""

SHOWN_PX = 128
"""Side of each crop in the pictures."""


class RangingTask:
    """The ranging network with its data, loss and validation."""

    judged_by = "rel"
    greater_is_better = False
    task_weights: TaskWeights | None = None
    remarks: tuple[str, ...] = ()
    frozen: tuple[str, ...] = ()

    def __init__(
        self, recipe: RangingRecipe, samples: Sequence[RangingSample], held_out: Sequence[RangingSample]
    ) -> None:
        """Build the network of a recipe.

        Raises:
            SettingError: If the recipe names a network that there is not.
        """
        self.recipe, self.held_out = recipe, held_out
        data, training = recipe.data, recipe.training
        self.title = f"{recipe.network.name}, {data.split} split of {data.root}"
        self.entry = find_network(recipe.network.name, "ranging")
        self.network = build(self.entry, recipe.network.options)
        objects = objects_of(samples, data.repeat)
        self.examples = RangingExamples(objects, recipe.augmentation, data.side, data.margin, training.seed)
        self.preparation = Preparation(self.examples, collate, training.workers)
        spec = InputSpec(data.side, data.side, "stretch", multiple_px=self.entry.multiple_px)
        self.card = Card(
            recipe.network.name, "ranging", "as the data it was trained on", spec, ranging=RangingSpec(data.margin)
        )

    def batches(self, epoch: int, rank: int, world: int) -> Batches:
        """The batches of one epoch."""
        training = self.recipe.training
        share = share_of_epoch(len(self.examples), training.batch, training.seed, epoch, rank, world)
        return self.preparation.run([[RangingDraw(index, epoch) for index in batch] for batch in share])

    def losses(self, network: nn.Module, batch: RangingBatch) -> Mapping[str, Tensor]:
        """The cross-entropy of what belongs to the object, over the cells of known depth."""
        each = functional.binary_cross_entropy_with_logits(network(batch.crops).float(), batch.mask, reduction="none")
        loss = (each * batch.known).sum() / batch.known.sum().clamp(min=1)
        return {"loss": loss}

    def names(self, batch: RangingBatch) -> tuple[str, ...]:
        """What the data set calls the pictures of a batch."""
        return batch.names

    def validate(self, network: nn.Module) -> Mapping[str, float]:
        """Errors of the distances of the objects held out, with true boxes, on true and on predicted depth."""
        errors = [error for sample in self.held_out for error in self._errors(network, sample, sample.depth)]
        if not errors:
            return {}
        figures = {"rel": float(np.mean(errors)), "wrong": float(np.mean(np.array(errors) > WRONG))}
        predicted = [(sample, sample.predicted) for sample in self.held_out if sample.predicted is not None]
        if predicted:
            found = [error for sample, depth in predicted for error in self._errors(network, sample, depth)]
            figures["rel_predicted"] = float(np.mean(found))
        return figures

    def picture(self, network: nn.Module) -> NDArray[np.uint8] | None:
        """The depth of some boxes held out, above what the network takes for the object in each."""
        wanted = self.recipe.training.pictures
        samples = [sample for sample in self.held_out if len(sample.boxes)][:wanted]
        if not samples:
            return None
        columns = [self._drawn(network, sample) for sample in samples]
        return np.vstack([np.hstack([column[row] for column in columns]) for row in range(2)])

    def _errors(self, network: nn.Module, sample: RangingSample, depth: DepthMap) -> list[float]:
        """Relative errors of those objects of one sample that are measured, on one of its depth maps."""
        chosen = [index for index, label in enumerate(sample.labels) if label != OTHER]
        data = self.recipe.data
        method = Foreground(as_function(network), data.side, data.margin)
        if not chosen:
            return []
        scale = np.tile([depth.shape[1] / sample.depth.shape[1], depth.shape[0] / sample.depth.shape[0]], 2)
        read = method.read(depth, sample.boxes[chosen] * scale).values
        errors: list[float] = (np.abs(read - sample.truths_m[chosen]) / sample.truths_m[chosen]).tolist()
        return errors

    def _drawn(self, network: nn.Module, sample: RangingSample) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        crops = crop_boxes(sample.depth, sample.boxes[:1], self.recipe.data.side, self.recipe.data.margin)
        shown = network_input(crops, crops.values)
        (weights,) = as_function(network)(shown)
        depth = (shown[0, 0] - shown[0, 0].min()) / max(float(np.ptp(shown[0, 0])), 1e-6)
        return _enlarged(1 - depth), _enlarged(weights)


def ranging_task(recipe: RangingRecipe, checked: Checked = lambda _: None) -> RangingTask:
    """Open the data of a recipe, find its objects, and build its network.

    Raises:
        SourceError: If the data cannot be read, or has no semantic classes or no objects, or a map is missing.
        SettingError: If the recipe does not fit the data or itself.
        ModelError: If the weights to start from are not this network's.
    """
    data = recipe.data
    maps = DepthFolder(Path(data.predicted)) if data.predicted else None
    samples = []
    for pair in open_depth_dataset(data.root).split(data.split):
        samples.append(ranging_sample(pair, data.least_pixels, maps.read(pair.name) if maps else None))
        checked(pair.name)
    trained, held_out = split_held_out(samples, data.held_out)
    if not any(len(sample.boxes) for sample in trained):
        raise SourceError(f"{data.root} shows no object of {data.least_pixels} pixels: lower data.least_pixels.")
    torch.manual_seed(recipe.training.seed)
    task = RangingTask(recipe, trained, held_out)
    load_initial_weights(task.network, recipe.network)
    return task


def as_function(network: nn.Module) -> Network:
    """A network in evaluation mode as a function on arrays."""
    network.eval()
    device = next(network.parameters()).device

    def weigh(crops: NDArray[np.float32]) -> NDArray[np.float32]:
        with torch.inference_mode():
            weights: NDArray[np.float32] = network(torch.from_numpy(crops).to(device)).float().cpu().numpy()
        return weights

    return weigh


def _enlarged(shares: NDArray[np.float32]) -> NDArray[np.uint8]:
    grey = (np.clip(shares, 0, 1) * 255).astype(np.uint8)
    large = cv2.resize(grey, (SHOWN_PX, SHOWN_PX), interpolation=cv2.INTER_NEAREST)
    return np.asarray(cv2.cvtColor(large, cv2.COLOR_GRAY2RGB), dtype=np.uint8)


def _start(recipe: RangingRecipe, _: Path, checked: Checked) -> RangingTask:
    return ranging_task(recipe, checked)


KIND = TaskKind(RangingRecipe, "ranging", _start, TrainedWeights.network)
