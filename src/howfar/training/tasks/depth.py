"""Training a depth network: the task, and how it is started, exported and shown."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from howfar.conversion.exportable import InMetres
from howfar.datasets import DepthSample
from howfar.datasets.check import Checked
from howfar.datasets.opening import open_depth_dataset
from howfar.datasets.samples import UNKNOWN_CLASS
from howfar.errors import SettingError
from howfar.evaluation.depth.alignment import Alignment, align_depth
from howfar.evaluation.depth.metrics import DepthSums, depth_compute, depth_update
from howfar.io.resample import resample
from howfar.models.card import Card, DepthSpec, InputSpec
from howfar.models.depth import CardDepth
from howfar.networks.catalogue import build, find_network, refuse_sizes
from howfar.scene import Camera, Frame
from howfar.training.bounds import Size
from howfar.training.data.batch_pictures import depth_grid
from howfar.training.data.depth.batches import DepthBatch, DepthExamples, EpochPlan, collate
from howfar.training.data.depth.pairs import labelled_pairs
from howfar.training.data.held_out import split_held_out
from howfar.training.data.preparation import Batches, Preparation
from howfar.training.data.shown_batch import shown_depth
from howfar.training.initial_weights import load_initial_weights
from howfar.training.losses.depth import WeightedLoss
from howfar.training.optimisers import freeze
from howfar.training.recipe import DepthRecipe
from howfar.training.tasks.kind import TaskKind, TrainedWeights
from howfar.training.torch_session import TorchSession

CLASSES = "classes"
"""The name, among a recipe's losses, of the cross-entropy of the semantic labels."""

LEAST_M, MOST_M = 0.1, 10.0
PICTURE_MAX_M = 8.0


class DepthTask:
    """A depth network with its data, loss and validation."""

    judged_by = "rel"
    greater_is_better = False
    remarks: tuple[str, ...] = ()

    def __init__(self, recipe: DepthRecipe, samples: Sequence[DepthSample], held_out: Sequence[DepthSample]) -> None:
        """Build the network of a recipe.

        Args:
            recipe: All settings.
            samples: The pairs to train on.
            held_out: The pairs to validate on; may be none.

        Raises:
            SettingError: If the recipe names a network, part or loss that there is not.
        """
        self.recipe, self.held_out = recipe, held_out
        self.title = f"{recipe.network.name}, {recipe.data.split} split of {recipe.data.root}"
        self.entry = find_network(recipe.network.name, "depth")
        self.relative = recipe.output == "relative_inverse"
        self.unit = 1.0 if self.relative else self.entry.unit_m
        refuse_sizes(self.entry, recipe.data.sizes_px)
        self.network = build(self.entry, recipe.network.options)
        self.frozen = recipe.network.frozen
        freeze(self.network, self.frozen)
        terms = {name: weight for name, weight in recipe.loss.items() if name != CLASSES}
        self.classes_weight = recipe.loss.get(CLASSES, 0.0)
        if self.classes_weight and samples[0].classes is None:
            raise SettingError(
                f"The loss {CLASSES} needs semantic labels, and {recipe.data.root} has none: leave it out."
            )
        self.depth_loss = WeightedLoss(terms)
        self.mean, self.std = (torch.tensor(v).view(1, 3, 1, 1) for v in (self.entry.mean, self.entry.std))
        self.examples = DepthExamples(
            samples,
            recipe.augmentation,
            {size: output_size(self.network, size) for size in recipe.data.sizes_px},
            recipe.training.seed,
            classes_stride=self._classes_stride(),
        )
        self.preparation = Preparation(self.examples, collate, recipe.training.workers)
        self.card = training_card(recipe, samples[0].camera)

    def batches(self, epoch: int, rank: int, world: int) -> Batches:
        """The batches of one epoch."""
        data, training = self.recipe.data, self.recipe.training
        plan = EpochPlan(len(self.examples), training.batch, data.sizes_px, data.size_shares, training.seed, epoch)
        return self.preparation.run(plan.of_rank(rank, world))

    def losses(self, network: nn.Module, batch: DepthBatch) -> Mapping[str, Tensor]:
        """The terms of the loss in the network's own unit, and their weighted sum."""
        return self.supervised(*self.forward(network, batch.image), batch)

    def forward(self, network: nn.Module, image: Tensor) -> tuple[Tensor, Tensor | None]:
        """A network's depth of N×3×H×W uint8 RGB pictures, and its class scores where it has them."""
        output = network(self.fed(image))
        return output if isinstance(output, tuple) else (output, None)

    def fed(self, image: Tensor) -> Tensor:
        """N×3×H×W uint8 RGB pictures as the network takes them."""
        normalised = (image.float() - self.mean.to(image.device)) / self.std.to(image.device)
        return normalised.contiguous(memory_format=torch.channels_last)

    def supervised(self, depth: Tensor, scores: Tensor | None, batch: DepthBatch) -> dict[str, Tensor]:
        """The terms of the loss against known depth, and their weighted sum."""
        valid = torch.isfinite(batch.depth_m)
        known_m = torch.where(valid, batch.depth_m, 1.0)
        losses = self.depth_loss(depth, known_m.reciprocal() if self.relative else known_m / self.unit, valid)
        if self.classes_weight and scores is not None and batch.classes.numel():
            losses[CLASSES] = _class_loss(scores, batch.classes)
            losses["loss"] = losses["loss"] + self.classes_weight * losses[CLASSES]
        return losses

    def names(self, batch: DepthBatch) -> tuple[str, ...]:
        """What the data set calls the pictures of a batch."""
        return batch.names

    def validate(self, network: nn.Module) -> Mapping[str, float]:
        """REL, RMSE in metres and δ1 of whole pictures at their full size, mean over the images held out.

        Relative depth is fitted to the truth of each picture by least squares first.
        """
        if not len(self.held_out):
            return {}
        sums = DepthSums.none()
        for sample in self.held_out:
            truth_m = self._truth(sample)
            sums += depth_update(self._full_size_m(network, sample, truth_m), truth_m)
        errors = depth_compute(sums, "images")
        return {"rel": errors.rel, "rmse_m": errors.rmse_m, "delta1": errors.delta1}

    def picture(self, network: nn.Module) -> NDArray[np.uint8] | None:
        """Picture, truth, prediction and error of some pictures held out."""
        count = min(self.recipe.training.pictures, len(self.held_out))
        if not count:
            return None
        indices = np.linspace(0, len(self.held_out) - 1, count).astype(int)
        shown = [self.held_out[int(index)] for index in indices]
        truths_m = [self._truth(sample) for sample in shown]
        rows = [
            (sample.image, truth_m, self._full_size_m(network, sample, truth_m))
            for sample, truth_m in zip(shown, truths_m, strict=True)
        ]
        return depth_grid(rows, PICTURE_MAX_M)

    def _full_size_m(
        self, network: nn.Module, sample: DepthSample, truth_m: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        estimator = CardDepth(self.card, TorchSession(InMetres(network, self.unit)))
        depth = estimator.estimate(Frame(sample.image, sample.name, sample.camera))
        height, width = truth_m.shape
        values = resample(depth.values, width, height)
        alignment: Alignment = "least-squares" if self.relative else "none"
        metres = align_depth(values, depth.kind, truth_m, np.isfinite(truth_m), alignment, MOST_M)
        return np.clip(metres, LEAST_M, MOST_M)

    def _truth(self, sample: DepthSample) -> NDArray[np.float32]:
        border = self.recipe.augmentation.border_px
        truth_m = sample.depth_m.copy()
        if border:
            for edge in (np.s_[:border], np.s_[-border:], np.s_[:, :border], np.s_[:, -border:]):
                truth_m[edge] = np.nan
        return truth_m

    def _classes_stride(self) -> int:
        """How many pixels of the input one semantic score stands for; 0 when they are not trained."""
        if not self.classes_weight:
            return 0
        size = self.recipe.data.sizes_px[0]
        _, *scores = _dry_run(self.network.train(), size)
        if not scores:
            raise SettingError(
                f"The loss {CLASSES} needs a semantic head: set network.options.classes, or leave it out."
            )
        return size[0] // scores[0].shape[3]


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


def _class_loss(scores: Tensor, classes: Tensor) -> Tensor:
    """Cross-entropy over the labelled cells; 0 where none is."""
    total = functional.cross_entropy(scores.float(), classes, ignore_index=UNKNOWN_CLASS, reduction="sum")
    return total / (classes != UNKNOWN_CLASS).sum().clamp(min=1)


def training_card(recipe: DepthRecipe, camera: Camera) -> Card:
    """How the trained network is to be fed: whole pictures, at about the area that it was trained on."""
    entry = find_network(recipe.network.name, "depth")
    base = recipe.augmentation.base_px
    width, height = recipe.data.sizes_px[0]
    spec = InputSpec(width, height, "keep-aspect", entry.multiple_px, mean=entry.mean, std=entry.std)
    if recipe.output == "metres":
        depth = DepthSpec("metres", focal_px=camera.resized(*base).focal_px, max_m=MOST_M)
    else:
        depth = DepthSpec(recipe.output)
    return Card(recipe.network.name, "depth", "as the data it was trained on", spec, depth=depth)


def output_size(network: nn.Module, size_px: Size) -> Size:
    """Width and height of what a network gives for an input of this width and height."""
    (depth, *_) = _dry_run(network.eval(), size_px)
    return depth.shape[3], depth.shape[2]


def _dry_run(network: nn.Module, size_px: Size) -> tuple[Tensor, ...]:
    """What a network gives for two black pictures: depth, and class scores if it has them."""
    state = {name: value.clone() for name, value in network.state_dict().items()}
    with torch.no_grad():
        output = network(torch.zeros(2, 3, size_px[1], size_px[0]))
    network.load_state_dict(state)  # a run in training mode moves the statistics
    return output if isinstance(output, tuple) else (output,)


def _start(recipe: DepthRecipe, _: Path, checked: Checked) -> DepthTask:
    return depth_task(recipe, checked)


def _exported(trained: TrainedWeights) -> nn.Module:
    network = trained.network()
    return InMetres(network, trained.entry.unit_m) if trained.recipe.output == "metres" else network


def _show(recipe: DepthRecipe, split: str | None, count: int) -> NDArray[np.uint8]:
    data, training = recipe.data, recipe.training
    samples: Sequence[DepthSample] = open_depth_dataset(data.root).split(split or data.split)
    if split in (None, data.split):
        samples, _ = split_held_out(samples, data.held_out)
    # The network is built because it alone knows at which size it wants its truth.
    examples = DepthTask(recipe, samples, held_out=()).examples
    plan = EpochPlan(len(samples), training.batch, data.sizes_px, data.size_shares, training.seed, epoch=0)
    return shown_depth(examples, plan, count)


KIND = TaskKind(DepthRecipe, "depth", _start, _exported, _show)
