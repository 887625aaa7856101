"""Training networks for pairs of pictures: MC-CNN by patches, PSMNet by crops."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from howfar.conversion.stereo import stereo_card
from howfar.datasets.check import Checked
from howfar.datasets.samples import StereoSample
from howfar.datasets.stereo_pairs import open_stereo_pairs
from howfar.drawing.colours import colour_places
from howfar.drawing.side_by_side import side_by_side
from howfar.errors import SettingError, SourceError
from howfar.evaluation.stereo.metrics import StereoMetric
from howfar.networks.catalogue import build, find_network
from howfar.networks.mc_cnn import MARGIN, MCCNNAccurate, MCCNNFast
from howfar.networks.psmnet import LEAST_SIDE_PX, MULTIPLE_PX, PSMNet
from howfar.training.data.epoch_plan import share_of_epoch
from howfar.training.data.preparation import Batches, Preparation
from howfar.training.data.stereo.crops import CropBatch, CropExamples, collate_crops
from howfar.training.data.stereo.patches import Draw, PatchBatch, PatchExamples, collate, grey_pair
from howfar.training.initial_weights import load_initial_weights
from howfar.training.losses.stereo import cross_entropy, hinge, smooth_l1_of_hourglasses
from howfar.training.recipe import StereoRecipe
from howfar.training.task_weights import TaskWeights
from howfar.training.tasks.kind import TaskKind, TrainedWeights

JUDGED_EXAMPLES = 4096
"""Patches of the pairs held out that a network of patches is judged on, the same in every epoch."""

TRAINED_LICENCE = "as the data it was trained on"
NO_SIZE = (450, 375)
"""What a card states of a network that takes pictures of any size."""


class StereoTask:
    """What the tasks of both kinds of network have in common."""

    greater_is_better = False
    task_weights: TaskWeights | None = None
    remarks: tuple[str, ...] = ()
    frozen: tuple[str, ...] = ()

    def __init__(self, recipe: StereoRecipe, network: nn.Module, preparation: Preparation, examples: int) -> None:
        """Take the network of a recipe, and what makes batches of so many examples."""
        self.recipe, self.network, self.preparation, self.examples = recipe, network, preparation, examples
        self.title = f"{recipe.network.name}, {recipe.data.root}"
        self.entry = find_network(recipe.network.name, "stereo")

    def batches(self, epoch: int, rank: int, world: int) -> Batches:
        """The batches of one epoch."""
        training = self.recipe.training
        share = share_of_epoch(self.examples, training.batch, training.seed, epoch, rank, world)
        return self.preparation.run([[Draw(number, epoch) for number in batch] for batch in share])

    def names(self, batch: Any) -> tuple[str, ...]:
        """What the data set calls the pairs of a batch."""
        return cast(tuple[str, ...], batch.names)

    def picture(self, network: nn.Module) -> NDArray[np.uint8] | None:
        """Nothing to look at."""
        return None


class PatchTask(StereoTask):
    """MC-CNN: each step shows points with a patch that matches and one that does not."""

    judged_by = "wrong"

    def __init__(
        self,
        recipe: StereoRecipe,
        network: MCCNNFast | MCCNNAccurate,
        samples: Sequence[StereoSample],
        held_out: Sequence[StereoSample],
    ) -> None:
        """Cut patches out of the pairs.

        Raises:
            SourceError: If no pair has a point to draw.
        """
        margin, training = network.layers, recipe.training
        pairs, judged = (
            [grey_pair(sample, margin, recipe.data.negative_px[1]) for sample in each] for each in (samples, held_out)
        )
        pairs, judged = ([pair for pair in each if len(pair.points)] for each in (pairs, judged))
        if not pairs:
            raise SourceError(f"{recipe.data.root} shows no point of known disparity twice: name other data.")
        side = 2 * margin + 1
        examples = PatchExamples(pairs, recipe.data, side, training.seed)
        super().__init__(recipe, network, Preparation(examples, collate, training.workers), len(examples))
        self.judged = PatchExamples(judged, recipe.data, side, training.seed + 1) if judged else None
        self.card = stereo_card(self.entry, network, NO_SIZE, TRAINED_LICENCE)

    def losses(self, network: nn.Module, batch: PatchBatch) -> Mapping[str, Tensor]:
        """The hinge loss of the fast network, or the cross-entropy of the accurate one."""
        matching, other = self._alike(network, batch)
        fast = isinstance(self.network, MCCNNFast)
        return {"loss": hinge(matching, other, MARGIN) if fast else cross_entropy(matching, other)}

    def validate(self, network: nn.Module) -> Mapping[str, float]:
        """The share of points held out at which the patch that does not match is more alike, and the loss there."""
        if self.judged is None:
            return {}
        network.eval()
        device = next(network.parameters()).device
        batch = collate([self.judged[Draw(number, 0)] for number in range(JUDGED_EXAMPLES)])
        on_device = PatchBatch(batch.left.to(device), batch.matching.to(device), batch.other.to(device), batch.names)
        with torch.inference_mode():
            matching, other = self._alike(network, on_device)
            loss = self.losses(network, on_device)["loss"]
        return {"wrong": float((other >= matching).float().mean()), "loss": float(loss)}

    def _alike(self, network: nn.Module, batch: PatchBatch) -> tuple[Tensor, Tensor]:
        """How alike the left-hand patch and each of the other two are, N numbers each."""
        count = len(batch.left)
        if isinstance(self.network, MCCNNFast):
            left, matching, other = (
                network(torch.cat((batch.left, batch.matching, batch.other))).flatten(1).split(count)
            )
            return (left * matching).sum(1), (left * other).sum(1)
        lefts = torch.cat((batch.left, batch.left))
        matching, other = network(lefts, torch.cat((batch.matching, batch.other))).flatten().split(count)
        return matching, other


class DisparityTask(StereoTask):
    """PSMNet: each step shows crops of pairs."""

    judged_by = "epe_px"

    def __init__(
        self,
        recipe: StereoRecipe,
        network: PSMNet,
        samples: Sequence[StereoSample],
        held_out: Sequence[StereoSample],
    ) -> None:
        """Cut crops out of the pairs.

        Raises:
            SettingError: If the network cannot be fed with crops of this size, or one at a time.
        """
        data, training = recipe.data, recipe.training
        if any(side % MULTIPLE_PX or side < LEAST_SIDE_PX for side in data.crop_px):
            raise SettingError(
                f"psmnet takes crops of multiples of {MULTIPLE_PX} from {LEAST_SIDE_PX} on, not "
                f"{data.crop_px[0]}×{data.crop_px[1]}: correct data.crop_px."
            )
        if training.batch < 2:
            raise SettingError("psmnet normalises over a batch of at least 2 crops: raise training.batch.")
        entry = find_network(recipe.network.name, "stereo")
        examples = CropExamples(samples, data.examples, data.crop_px, training.seed)
        self._collate = partial(collate_crops, mean=entry.mean, std=entry.std)
        super().__init__(recipe, network, Preparation(examples, self._collate, training.workers), len(examples))
        self.max_disparity_px = network.max_disparity_px
        self.held_out = CropExamples(held_out, 0, data.crop_px, training.seed)
        self.card = stereo_card(self.entry, network, data.crop_px, TRAINED_LICENCE)

    def losses(self, network: nn.Module, batch: CropBatch) -> Mapping[str, Tensor]:
        """Smooth L1 of the three hourglasses."""
        estimates = network(batch.left, batch.right).float()
        return {"loss": smooth_l1_of_hourglasses(estimates, batch.disparity_px, self.max_disparity_px)}

    def validate(self, network: nn.Module) -> Mapping[str, float]:
        """End-point error and share of errors above 3 px and 5 %, in the middle of the pairs held out."""
        metric = StereoMetric()
        for index in range(len(self.held_out.samples)):
            batch, estimate = self._seen(network, index)
            truth = batch.disparity_px[0, 0].numpy()
            truth = np.where(truth < self.max_disparity_px, truth, np.nan)
            metric.update(estimate, np.full_like(estimate, np.nan), truth)
        figures = metric.compute()
        return {"epe_px": figures.epe_px, "d1": figures.d1} if figures.pixels else {}

    def picture(self, network: nn.Module) -> NDArray[np.uint8] | None:
        """A pair held out: picture, true disparity, estimate."""
        if not self.held_out.samples or not self.recipe.training.pictures:
            return None
        _, estimate = self._seen(network, 0)
        _, left, _, truth = self.held_out.middle(0)
        shown = [
            colour_places(1 - np.clip(each / np.float32(self.max_disparity_px), 0, 1)) for each in (truth, estimate)
        ]
        return side_by_side([left, *shown], ("left", "true disparity", "estimated"))

    def _seen(self, network: nn.Module, index: int) -> tuple[CropBatch, NDArray[np.float32]]:
        network.eval()
        device = next(network.parameters()).device
        batch = self._collate([self.held_out.middle(index)])
        with torch.inference_mode():
            estimate = network(batch.left.to(device), batch.right.to(device))[0, 0].float().cpu().numpy()
        return batch, estimate


def stereo_task(recipe: StereoRecipe, checked: Checked = lambda _: None) -> PatchTask | DisparityTask:
    """Open the pairs of a recipe and build its network.

    Raises:
        SourceError: If the data cannot be read, or has no pairs to learn from.
        SettingError: If the recipe does not fit the data or itself.
        ModelError: If the weights to start from are not this network's.
    """
    data = recipe.data
    samples = []
    for sample in open_stereo_pairs(data.root).samples():
        samples.append(sample)
        checked(sample.name)
    every = data.held_out
    trained = [sample for index, sample in enumerate(samples) if not every or index % every != every - 1]
    held_out = [sample for index, sample in enumerate(samples) if every and index % every == every - 1]
    torch.manual_seed(recipe.training.seed)
    network = build(find_network(recipe.network.name, "stereo"), recipe.network.options)
    load_initial_weights(network, recipe.network)
    if isinstance(network, PSMNet):
        return DisparityTask(recipe, network, trained, held_out)
    return PatchTask(recipe, cast(MCCNNFast | MCCNNAccurate, network), trained, held_out)


def _exported(trained: TrainedWeights) -> nn.Module:
    """The network with the output that its card describes."""
    network = trained.network()
    return trained.entry.decoded(network)


def _start(recipe: StereoRecipe, _: Path, checked: Checked) -> PatchTask | DisparityTask:
    return stereo_task(recipe, checked)


KIND = TaskKind(StereoRecipe, "stereo", _start, _exported)
