"""Training a depth network on stereo pairs without depth: the task, and how it is started and exported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from howfar.datasets.check import Checked, check_pairs
from howfar.datasets.rig_pairs import RigPair, open_rig_pairs
from howfar.drawing.colours import colour_places, place_on_scale
from howfar.drawing.legend import metre_legend
from howfar.drawing.side_by_side import side_by_side, stacked
from howfar.errors import SettingError
from howfar.models.card import Card, DepthSpec, InputSpec
from howfar.networks.catalogue import NETWORKS, build, find_network, refuse_sizes
from howfar.networks.compact_depth import InTraining
from howfar.networks.entry import NetworkEntry
from howfar.networks.monodepth import FlipAveraged
from howfar.training.data.batch_pictures import GAP_PX, LETTERS_PX
from howfar.training.data.depth.mixing import MixedPlan, Part
from howfar.training.data.held_out import Joined, split_held_out
from howfar.training.data.preparation import Batches, Preparation
from howfar.training.data.readied import readied
from howfar.training.initial_weights import load_initial_weights
from howfar.training.losses.monodepth import MonodepthLoss, appearance_loss, moved
from howfar.training.optimisers import freeze
from howfar.training.self_supervised.examples import PairBatch, PairExamples, Rig, collate
from howfar.training.self_supervised.recipe import SelfSupervisedRecipe
from howfar.training.self_supervised.showing import shown_pairs
from howfar.training.task_weights import TaskWeights
from howfar.training.tasks.kind import TaskKind, TrainedWeights


@dataclass(frozen=True, eq=False)
class PairSources:
    """The pairs of a recipe.

    Attributes:
        trained: Those to train on, by source, `data` first; of a source that judges alone none.
        held_out: Those to validate on, of all sources.
    """

    trained: Sequence[Sequence[RigPair]]
    held_out: Sequence[RigPair]


class SelfSupervisedTask:
    """A network that learns disparity from pairs, with its data, loss and validation."""

    judged_by = "appearance"
    greater_is_better = False
    task_weights: TaskWeights | None = None
    remarks: tuple[str, ...] = ()

    def __init__(self, recipe: SelfSupervisedRecipe, pairs: PairSources) -> None:
        """Build the network of a recipe.

        Raises:
            SettingError: If the recipe names a network that there is not, or that does not learn from pairs.
        """
        data = recipe.data
        self.recipe, self.pairs = recipe, pairs
        self.title = f"{recipe.network.name}, pairs of {data.root}"
        self.entry = _network_for_pairs(recipe.network.name)
        refuse_sizes(self.entry, [data.size_px])
        self.network = build(self.entry, recipe.network.options)
        self.frozen = freeze(self.network, recipe.network)
        self.loss = MonodepthLoss(**msgspec.structs.asdict(recipe.loss))
        self.mean, self.std = (torch.tensor(v).view(1, 3, 1, 1) for v in (self.entry.mean, self.entry.std))
        self.rig = Rig.of(pairs.trained[0][0], recipe.augmentation.base_px)
        self.examples = PairExamples(pairs.trained, recipe.augmentation, self.rig, recipe.training.seed)
        self.preparation = Preparation(self.examples, collate, recipe.training.workers)
        self.card = training_card(recipe, self.rig)

    def batches(self, epoch: int, rank: int, world: int) -> Batches:
        """The batches of one epoch."""
        return self.preparation.run(self.plan(epoch).of_rank(rank, world))

    def plan(self, epoch: int) -> MixedPlan:
        """What an epoch shows."""
        data, seed = self.recipe.data, self.recipe.training.seed
        each = (self.recipe.pictures_of_data, *(source.pictures for source in self.recipe.source))
        parts = [Part(len(pairs), count) for pairs, count in zip(self.pairs.trained, each, strict=True)]
        steps = data.steps or max(1, parts[0].samples // parts[0].each)
        return MixedPlan(parts, steps, [data.size_px], (), seed=seed, epoch=epoch)

    def losses(self, network: nn.Module, batch: PairBatch) -> Mapping[str, Tensor]:
        """The terms of the loss, and their weighted sum."""
        predicted: InTraining = network(self._fed(batch.left))
        return self.loss(predicted.disparities, batch.left.float() / 255, batch.right.float() / 255, batch.baseline)

    def names(self, batch: PairBatch) -> tuple[str, ...]:
        """What the data set calls the pictures of a batch."""
        return batch.names

    def validate(self, network: nn.Module) -> Mapping[str, float]:
        """How unlike the left-hand pictures held out are to what the right-hand ones make of them, at the crops' size.

        Nothing of depth is looked at: it is not known. 0 is a perfect likeness.
        """
        errors = []
        for pair in self.pairs.held_out:
            left, rebuilt, _ = self._rebuilt(network, pair)
            errors.append(float(appearance_loss(left, rebuilt)))
        return {self.judged_by: float(np.mean(errors))} if errors else {}

    def picture(self, network: nn.Module) -> NDArray[np.uint8] | None:
        """Of some pairs held out: the left-hand picture, what the right-hand one makes of it, and the depth."""
        held_out = self.pairs.held_out
        count = min(self.recipe.training.pictures, len(held_out))
        if not count:
            return None
        chosen = np.linspace(0, len(held_out) - 1, count).astype(int).tolist()
        rows = stacked([self._drawn(network, held_out[index]) for index in chosen], GAP_PX)
        return np.vstack([rows, metre_legend(rows.shape[1], LETTERS_PX, self._farthest_m, "m")])

    @property
    def _farthest_m(self) -> float:
        """Where the colours of a depth end."""
        return self.recipe.max_m / 2

    def _drawn(self, network: nn.Module, pair: RigPair) -> NDArray[np.uint8]:
        left, rebuilt, depth_m = self._rebuilt(network, pair)
        eyes = [(each[0].permute(1, 2, 0).numpy() * 255).astype(np.uint8) for each in (left, rebuilt)]
        depth = colour_places(place_on_scale(depth_m, self._farthest_m))
        return side_by_side([*eyes, depth], [pair.name, "rebuilt from the right", "depth"])

    def _rebuilt(self, network: nn.Module, pair: RigPair) -> tuple[Tensor, Tensor, NDArray[np.float32]]:
        """The middle of a left-hand picture, what the right-hand one makes of it (1×3×h×w, 0 to 1), and its metres."""
        size_px = self.recipe.data.size_px
        choice = self.rig.middle(pair.camera, size_px)
        batch = collate([self.examples.example(pair, choice, size_px)])
        with torch.inference_mode():
            depth_m = network.eval()(self._fed(batch.left.to(next(network.parameters()).device))).cpu()
        disparity = batch.baseline.view(-1, 1, 1, 1) * self.rig.unit_m(size_px[0]) / depth_m
        left, right = batch.left.float() / 255, batch.right.float() / 255
        return left, moved(right, -disparity), (depth_m[0, 0] * choice.scale).numpy()

    def _fed(self, image: Tensor) -> Tensor:
        normalised = (image.float() - self.mean.to(image.device)) / self.std.to(image.device)
        return normalised.contiguous(memory_format=torch.channels_last)


def self_supervised_task(recipe: SelfSupervisedRecipe, checked: Checked = lambda _: None) -> SelfSupervisedTask:
    """Open and check the pairs of a recipe, and build its network with what it starts from.

    Raises:
        SourceError: If the data cannot be read, or has no pairs.
        SettingError: If the recipe does not fit the data or itself.
        ModelError: If the weights to start from are not this network's.
    """
    pairs = pair_sources(recipe, checked)
    torch.manual_seed(recipe.training.seed)
    task = SelfSupervisedTask(recipe, pairs)
    load_initial_weights(task.network, recipe.network)
    task.network.get_buffer("unit_m").fill_(task.rig.unit_m(recipe.data.size_px[0]))
    return task


def pair_sources(recipe: SelfSupervisedRecipe, checked: Checked = lambda _: None) -> PairSources:
    """The pairs that a recipe names, checked.

    Raises:
        SourceError: If one cannot be read, or a training on it would fail or learn nonsense.
        SettingError: If there is no such split.
    """
    cache = recipe.training.cache
    samples = readied(
        open_rig_pairs(recipe.data.root).split(recipe.data.split),
        check_pairs,
        recipe.data.root,
        cache=cache,
        checked=checked,
    )
    own, away = split_held_out(samples, recipe.data.held_out)
    trained, held_out = [own], [away]
    for source in recipe.source:
        dataset = open_rig_pairs(source.root)
        for names, parts in ((source.splits, trained), (source.held_out, held_out)):
            pairs: Sequence[RigPair] = Joined([dataset.split(name) for name in names])
            if len(pairs):
                pairs = readied(pairs, check_pairs, source.root, cache=cache, checked=checked)
            parts.append(pairs)
    return PairSources(trained, Joined(held_out))


def training_card(recipe: SelfSupervisedRecipe, rig: Rig) -> Card:
    """How the trained network is to be fed and read: metres at the rig's focal length, by its baseline."""
    entry, (width, height) = NETWORKS[recipe.network.name], recipe.data.size_px
    spec = InputSpec(width, height, "keep-aspect", entry.multiple_px, mean=entry.mean, std=entry.std)
    depth = DepthSpec("metres", focal_px=rig.focal_px, max_m=recipe.max_m)
    return Card(recipe.network.name, "depth", "as the data it was trained on", spec, depth=depth)


def _network_for_pairs(name: str) -> NetworkEntry:
    """What is known of a network that learns from pairs; raises SettingError for any other."""
    entry = find_network(name, "depth")
    if not entry.learns_from_pairs:
        able = ", ".join(other for other, each in NETWORKS.items() if each.learns_from_pairs)
        raise SettingError(f"The network {name} does not learn from pairs without depth: set network.name to {able}.")
    return entry


def _start(recipe: SelfSupervisedRecipe, _: Path, checked: Checked) -> SelfSupervisedTask:
    return self_supervised_task(recipe, checked)


def _exported(trained: TrainedWeights) -> nn.Module:
    network = trained.network()
    return FlipAveraged(network) if trained.recipe.flip_averaged else network


def _show(recipe: SelfSupervisedRecipe, split: str | None, count: int) -> NDArray[np.uint8]:
    data = msgspec.structs.replace(recipe.data, split=split or recipe.data.split)
    shown = msgspec.structs.replace(recipe, data=data)
    task = SelfSupervisedTask(shown, pair_sources(shown))
    return shown_pairs(task.examples, task.plan(epoch=0), count)


KIND = TaskKind(SelfSupervisedRecipe, "depth", _start, _exported, _show)
