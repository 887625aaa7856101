"""Training a depth network: the task, and how it is started, exported and shown."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import msgspec
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
from howfar.models.card import Card, DepthSpec, Fit, InputSpec
from howfar.models.depth import CardDepth
from howfar.networks.catalogue import NETWORKS, build, find_network, refuse_sizes
from howfar.networks.compact_depth import SKY_M, InTraining
from howfar.networks.depth_decoder import JointOutput
from howfar.networks.entry import CardTask
from howfar.scene import Camera
from howfar.training.bounds import Size
from howfar.training.data.batch_pictures import depth_grid
from howfar.training.data.depth.batches import DepthBatch, DepthExamples, EpochPlan, collate
from howfar.training.data.depth.mixing import MixedExamples, MixedPlan, Part
from howfar.training.data.depth.pairs import SourcePairs, labelled_pairs, source_pairs
from howfar.training.data.held_out import split_held_out, spread_indices
from howfar.training.data.preparation import Batches, Preparation
from howfar.training.data.shown_batch import shown_depth, shown_sources
from howfar.training.depth_validation import HeldOut, mixed_figures
from howfar.training.initial_weights import load_initial_weights
from howfar.training.losses.depth import WeightedLoss, fitted_to, sky_loss, spread_loss
from howfar.training.optimisers import freeze
from howfar.training.recipe import DepthRecipe
from howfar.training.task_weights import TaskWeights
from howfar.training.tasks.kind import TaskKind, TrainedWeights
from howfar.training.torch_session import TorchSession

CLASSES = "classes"
"""The name, among a recipe's losses, of the cross-entropy of the semantic labels."""

SPREAD = "log_sd"
"""The name of the loss of the spread that the network states, `losses.depth.spread_loss`."""

SKY = "sky"
"""The name of the loss of the sky, `losses.depth.sky_loss`."""

OTHER_LOSSES = (CLASSES, SPREAD, SKY)
"""The names of the losses that look at more than depth where it is known."""

SEEDS_APART = 1_000_003
"""Between the seeds of two sources, so that chance is not the same for both."""

EXAMPLE_PICTURES = 16

MOST_M = 10.0
PICTURE_MAX_M, MIXED_PICTURE_MAX_M = 8.0, 40.0


class DepthTask:
    """A depth network with its data, loss and validation."""

    judged_by = "rel"
    greater_is_better = False
    task_weights: TaskWeights | None = None
    remarks: tuple[str, ...] = ()
    card_task: CardTask = "depth"
    other_losses: tuple[str, ...] = OTHER_LOSSES
    made_examples: type[DepthExamples] = DepthExamples
    collate: Callable[..., Any] = staticmethod(collate)

    def __init__(
        self,
        recipe: DepthRecipe,
        samples: Sequence[DepthSample],
        held_out: Sequence[DepthSample],
        sources: Sequence[SourcePairs] = (),
    ) -> None:
        """Build the network of a recipe.

        Args:
            recipe: All settings.
            samples: The pairs to train on.
            held_out: The pairs to validate on; may be none.
            sources: The pairs of the other sources.

        Raises:
            SettingError: If the recipe names a network, part or loss that there is not.
        """
        self.recipe, self.held_out, self.sources = recipe, held_out, sources
        self.title = f"{recipe.network.name}, {recipe.data.split} split of {recipe.data.root}"
        self.entry = find_network(recipe.network.name, self.card_task)
        self.relative = recipe.output == "relative_inverse"
        self.unit = 1.0 if self.relative else self.entry.unit_m
        refuse_sizes(self.entry, recipe.data.sizes_px)
        self.network = build(self.entry, self.network_options)
        self.frozen = freeze(self.network, recipe.network)
        terms = {name: weight for name, weight in recipe.loss.items() if name not in self.other_losses}
        self._refuse_losses(samples[0])
        self.depth_loss = WeightedLoss(terms)
        self.mean, self.std = (torch.tensor(v).view(1, 3, 1, 1) for v in (self.entry.mean, self.entry.std))
        self.card = self.training_card(samples[0].camera)
        own_cameras = bool(sources) or recipe.augmentation.field_of_view_deg is not None
        self.focal_px = samples[0].camera.resized(*recipe.augmentation.base_px).focal_px if own_cameras else None
        output_px = {size: output_size(self.network, size) for size in recipe.data.sizes_px}
        self.examples = self.made_examples(
            samples,
            recipe.augmentation,
            output_px,
            recipe.training.seed,
            classes_stride=self._classes_stride(),
            focal_px=self.focal_px,
        )
        more = [self._examples_of(number, source, output_px) for number, source in enumerate(sources, 1)]
        self.mixed = MixedExamples([self.examples, *more]) if sources else None
        self.preparation = Preparation(self.mixed or self.examples, self.collate, recipe.training.workers)
        self.judged = (
            HeldOut(held_out, MOST_M, recipe.augmentation.border_px, recipe.data.name),
            *(_judged(source) for source in sources),
        )

    @property
    def network_options(self) -> Mapping[str, Any]:
        """The options that the network is built with."""
        return self.recipe.network.options

    def training_card(self, camera: Camera) -> Card:
        """How the trained network is to be fed and read, where a whole picture of `data` has this camera."""
        return training_card(self.recipe, camera)

    def batches(self, epoch: int, rank: int, world: int) -> Batches:
        """The batches of one epoch."""
        data, training = self.recipe.data, self.recipe.training
        if self.mixed is not None:
            return self.preparation.run(self.mixed_plan(epoch).of_rank(rank, world))
        plan = EpochPlan(len(self.examples), training.batch, data.sizes_px, data.size_shares, training.seed, epoch)
        return self.preparation.run(plan.of_rank(rank, world))

    def mixed_plan(self, epoch: int) -> MixedPlan:
        """What an epoch shows of several sources."""
        data, training = self.recipe.data, self.recipe.training
        each = (self.recipe.pictures_of_data, *(source.settings.pictures for source in self.sources))
        counts = [len(source) for source in self.mixed.sources] if self.mixed else []
        parts = [Part(*part) for part in zip(counts, each, strict=True)]
        steps = data.steps or max(1, parts[0].samples // parts[0].each)
        return MixedPlan(parts, steps, data.sizes_px, data.size_shares, seed=training.seed, epoch=epoch)

    def losses(self, network: nn.Module, batch: DepthBatch) -> Mapping[str, Tensor]:
        """The terms of the loss in the network's own unit, and their weighted sum."""
        return self.supervised(self.forward(network, batch.image), batch)

    def forward(self, network: nn.Module, image: Tensor) -> InTraining:
        """What a network gives for N×3×H×W uint8 RGB pictures: depth, and more where it learns more."""
        return in_training(network(self.fed(image)))

    def fed(self, image: Tensor) -> Tensor:
        """N×3×H×W uint8 RGB pictures as the network takes them."""
        normalised = (image.float() - self.mean.to(image.device)) / self.std.to(image.device)
        return normalised.contiguous(memory_format=torch.channels_last)

    def supervised(self, predicted: InTraining, batch: DepthBatch) -> dict[str, Tensor]:
        """The terms of the loss against known depth, and their weighted sum."""
        valid = torch.isfinite(batch.depth_m)
        known_m = torch.where(valid, batch.depth_m, 1.0)
        target = known_m.reciprocal() if self.relative else known_m / self.unit
        metric = valid
        if batch.scale_free is not None:
            free = batch.scale_free.view(-1, 1, 1, 1)
            target = torch.where(free, fitted_to(target, predicted.depth_m, valid), target)
            metric = valid & ~free
        losses = self.depth_loss(predicted.depth_m, target, valid, batch.dense)
        weights = self.recipe.loss
        if CLASSES in weights and predicted.class_scores is not None and batch.classes.numel():
            losses[CLASSES] = _class_loss(predicted.class_scores, batch.classes)
        if SPREAD in weights and predicted.log_sd is not None:
            losses[SPREAD] = spread_loss(predicted.depth_m, predicted.log_sd, target, metric)
        if SKY in weights:
            losses[SKY] = sky_loss(predicted.depth_m, torch.isposinf(batch.depth_m), SKY_M / self.unit)
        for name in OTHER_LOSSES:
            if name in losses:
                losses["loss"] = losses["loss"] + weights[name] * losses[name]
        return losses

    def example_pictures(self) -> Tensor:
        """Some pictures of `data` as they are, at the first size, as the network takes them."""
        samples, size_px = self.examples.samples, self.recipe.data.sizes_px[0]
        pictures = [samples[index].image for index in spread_indices(len(samples), EXAMPLE_PICTURES)]
        resized = np.stack([cv2.resize(each, size_px, interpolation=cv2.INTER_AREA) for each in pictures])
        return self.fed(torch.from_numpy(resized).permute(0, 3, 1, 2))

    def names(self, batch: DepthBatch) -> tuple[str, ...]:
        """What the data set calls the pictures of a batch."""
        return batch.names

    def validate(self, network: nn.Module) -> Mapping[str, float]:
        """REL, RMSE in metres and δ1 of whole pictures at their full size, mean over the images held out.

        Relative depth is fitted to the truth of each picture by least squares first. Of several sources: REL and δ1,
        mean over the sources, and the figures of each.
        """
        estimator = self._estimator(network)
        if self.mixed is not None:
            return mixed_figures(self.judged, estimator)
        return self.judged[0].figures(estimator) if len(self.judged[0].samples) else {}

    def picture(self, network: nn.Module) -> NDArray[np.uint8] | None:
        """Picture, truth, prediction and error of some pictures held out, of all sources alike."""
        held_out = [(judged, index) for judged in self.judged for index in range(len(judged.samples))]
        count = min(self.recipe.training.pictures, len(held_out))
        if not count:
            return None
        estimator = self._estimator(network)
        rows = []
        for place in np.linspace(0, len(held_out) - 1, count).astype(int).tolist():
            judged, index = held_out[place]
            sample = judged.samples[index]
            truth_m = judged.truth(sample)
            rows.append((sample.image, truth_m, judged.predicted(estimator, sample, truth_m)))
        return depth_grid(rows, PICTURE_MAX_M if self.mixed is None else MIXED_PICTURE_MAX_M)

    def _estimator(self, network: nn.Module) -> CardDepth:
        return CardDepth(self.card, TorchSession(InMetres(network, self.unit)))

    def _examples_of(self, number: int, source: SourcePairs, output_px: Mapping[Size, Size]) -> DepthExamples:
        settings = source.settings
        return self.made_examples(
            source.samples,
            msgspec.structs.replace(self.recipe.augmentation, border_px=settings.border_px),
            output_px,
            self.recipe.training.seed + number * SEEDS_APART,
            focal_px=self.focal_px,
            dense=settings.truth == "dense",
            scale_free=settings.scale == "free",
        )

    def _refuse_losses(self, sample: DepthSample) -> None:
        """Refuse losses that the data, the network, or what it means has nothing for."""
        weights = self.recipe.loss
        if CLASSES in weights and sample.classes is None:
            raise SettingError(
                f"The loss {CLASSES} needs semantic labels, and {self.recipe.data.root} has none: leave it out."
            )
        if SPREAD in weights and not getattr(self.network, "log_sd", False):
            raise SettingError(f"The loss {SPREAD} needs a network that states a spread: set network.options.log_sd.")
        if SKY in weights and self.relative:
            raise SettingError(f"The loss {SKY} needs metres: leave it out, or set output to metres.")

    def _classes_stride(self) -> int:
        """How many pixels of the input one semantic score stands for; 0 when they are not trained."""
        if CLASSES not in self.recipe.loss:
            return 0
        size = self.recipe.data.sizes_px[0]
        scores = _dry_run(self.network.train(), size).class_scores
        if scores is None:
            raise SettingError(
                f"The loss {CLASSES} needs a semantic head: set network.options.classes, or leave it out."
            )
        return size[0] // scores.shape[3]


def depth_task(recipe: DepthRecipe, checked: Checked = lambda _: None) -> DepthTask:
    """Open and check the data of a recipe, and build its network with what it starts from.

    Raises:
        SourceError: If the data cannot be read, or a training on it would fail or learn nonsense.
        SettingError: If the recipe does not fit the data or itself.
        ModelError: If the weights to start from are not this network's.
    """
    trained, held_out = labelled_pairs(recipe, checked)
    sources = source_pairs(recipe, checked)
    torch.manual_seed(recipe.training.seed)
    task = DepthTask(recipe, trained, held_out, sources)
    load_initial_weights(task.network, recipe.network, task.example_pictures() if recipe.network.initial else None)
    return task


def _judged(source: SourcePairs) -> HeldOut:
    settings = source.settings
    return HeldOut(
        source.held_out, settings.max_m, settings.border_px, settings.name, by_distance=settings.truth == "sparse"
    )


def _class_loss(scores: Tensor, classes: Tensor) -> Tensor:
    """Cross-entropy over the labelled cells; 0 where none is."""
    total = functional.cross_entropy(scores.float(), classes, ignore_index=UNKNOWN_CLASS, reduction="sum")
    return total / (classes != UNKNOWN_CLASS).sum().clamp(min=1)


def training_card(recipe: DepthRecipe, camera: Camera) -> Card:
    """How the trained network is to be fed: whole pictures, at about the area that it was trained on."""
    entry = NETWORKS[recipe.network.name]
    base = recipe.augmentation.base_px
    width, height = recipe.data.sizes_px[0]
    # A network of one size sees pictures of another shape between bars.
    fit: Fit = "keep-aspect" if entry.size_px is None else "letterbox"
    spec = InputSpec(width, height, fit, entry.multiple_px, mean=entry.mean, std=entry.std)
    if recipe.output == "metres":
        depth = DepthSpec(
            "metres",
            focal_px=camera.resized(*base).focal_px,
            max_m=max([MOST_M, *(source.max_m for source in recipe.source)]),
            sky_m=SKY_M if SKY in recipe.loss else None,
        )
    else:
        depth = DepthSpec(recipe.output)
    return Card(recipe.network.name, "depth", "as the data it was trained on", spec, depth=depth)


def output_size(network: nn.Module, size_px: Size) -> Size:
    """Width and height of what a network gives for an input of this width and height."""
    depth = _dry_run(network.eval(), size_px).depth_m
    return depth.shape[3], depth.shape[2]


def _dry_run(network: nn.Module, size_px: Size) -> InTraining:
    """What a network gives for two black pictures: depth, and class scores if it has them."""
    state = {name: value.clone() for name, value in network.state_dict().items()}
    with torch.no_grad():
        output = network(torch.zeros(2, 3, size_px[1], size_px[0]))
    network.load_state_dict(state)  # a run in training mode moves the statistics
    return in_training(output)


def in_training(output: Tensor | InTraining | JointOutput) -> InTraining:
    """The depth, and what else is learned with it, in what a network gives."""
    if isinstance(output, JointOutput):
        return InTraining(output.depth_m)
    return output if isinstance(output, InTraining) else InTraining(output)


def _start(recipe: DepthRecipe, _: Path, checked: Checked) -> DepthTask:
    return depth_task(recipe, checked)


def _exported(trained: TrainedWeights) -> nn.Module:
    network = trained.entry.decoded(trained.network())
    if trained.recipe.output != "metres":
        return network
    return InMetres(network, trained.entry.unit_m)


def _show(recipe: DepthRecipe, split: str | None, count: int) -> NDArray[np.uint8]:
    data, training = recipe.data, recipe.training
    samples: Sequence[DepthSample] = open_depth_dataset(data.root).split(split or data.split)
    if split in (None, data.split):
        samples, _ = split_held_out(samples, data.held_out)
    # The network is built because it alone knows at which size it wants its truth.
    task = DepthTask(recipe, samples, held_out=(), sources=source_pairs(recipe))
    if task.mixed is not None:
        return shown_sources(task.mixed, task.mixed_plan(epoch=0), count)
    examples = task.examples
    plan = EpochPlan(len(samples), training.batch, data.sizes_px, data.size_shares, training.seed, epoch=0)
    return shown_depth(examples, plan, count)


KIND = TaskKind(DepthRecipe, "depth", _start, _exported, _show)
