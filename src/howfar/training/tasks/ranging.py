"""Training the learned ranging method: what the loop needs to know of it."""

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from howfar.models.card import Card, InputSpec, RangingSpec
from howfar.networks.catalogue import build, find_network
from howfar.ranging.methods.crops import crop_boxes, network_input
from howfar.ranging.methods.foreground import Foreground, Network
from howfar.scene import DepthMap
from howfar.training.data.epoch_plan import share_of_rank, shuffled_batches
from howfar.training.data.preparation import Batches, Preparation
from howfar.training.data.ranging.examples import (
    OTHER,
    RegionBatch,
    RegionDraw,
    RegionExamples,
    Room,
    collate,
    regions_of,
)
from howfar.training.recipe import RangingRecipe

WRONG = 0.1
"""A distance that is off by more than this share counts as wrong."""

SHOWN_PX = 128
"""Side of each crop in the pictures."""


class RangingTask:
    """The ranging network with its data, loss and validation."""

    judged_by = "rel"
    greater_is_better = False
    remarks: tuple[str, ...] = ()
    frozen: tuple[str, ...] = ()

    def __init__(self, recipe: RangingRecipe, rooms: Sequence[Room], held_out: Sequence[Room]) -> None:
        """Build the network of a recipe.

        Raises:
            SettingError: If the recipe names a network that there is not.
        """
        self.recipe, self.held_out = recipe, held_out
        data, training = recipe.data, recipe.training
        self.title = f"{recipe.network.name}, {data.split} split of {data.root}"
        self.entry = find_network(recipe.network.name, "ranging")
        self.network = build(self.entry, recipe.network.options)
        regions = regions_of(rooms, data.repeat)
        self.examples = RegionExamples(regions, recipe.augmentation, data.side, data.margin, training.seed)
        self.preparation = Preparation(self.examples, collate, training.workers)
        spec = InputSpec(data.side, data.side, "stretch", multiple_px=self.entry.multiple_px)
        self.card = Card(
            recipe.network.name, "ranging", "as the data it was trained on", spec, ranging=RangingSpec(data.margin)
        )

    def batches(self, epoch: int, rank: int, world: int) -> Batches:
        """The batches of one epoch."""
        training = self.recipe.training
        rng = np.random.default_rng((training.seed, epoch))
        plan = shuffled_batches(len(self.examples), training.batch, rng)
        return self.preparation.run(
            [[RegionDraw(place, epoch) for place in batch] for batch in share_of_rank(plan, rank, world)]
        )

    def losses(self, network: nn.Module, batch: RegionBatch) -> Mapping[str, Tensor]:
        """The cross-entropy of what belongs to the object, over the places of known depth."""
        each = functional.binary_cross_entropy_with_logits(network(batch.crops).float(), batch.mask, reduction="none")
        loss = (each * batch.known).sum() / batch.known.sum().clamp(min=1)
        return {"loss": loss}

    def names(self, batch: RegionBatch) -> tuple[str, ...]:
        """What the data set calls the pictures of a batch."""
        return batch.names

    def validate(self, network: nn.Module) -> Mapping[str, float]:
        """Errors of the distances of the objects held out, with true boxes, on true and on predicted depth."""
        errors = [error for room in self.held_out for error in self._errors(network, room, room.depth)]
        if not errors:
            return {}
        figures = {"rel": float(np.mean(errors)), "wrong": float(np.mean(np.array(errors) > WRONG))}
        predicted = [(room, room.predicted) for room in self.held_out if room.predicted is not None]
        if predicted:
            found = [error for room, depth in predicted for error in self._errors(network, room, depth)]
            figures["rel_predicted"] = float(np.mean(found))
        return figures

    def picture(self, network: nn.Module) -> NDArray[np.uint8] | None:
        """The depth of some boxes held out, above what the network takes for the object in each."""
        wanted = self.recipe.training.pictures
        rooms = [room for room in self.held_out if len(room.boxes)][:wanted]
        if not rooms:
            return None
        return np.vstack([np.hstack([self._drawn(network, room)[row] for room in rooms]) for row in range(2)])

    def _errors(self, network: nn.Module, room: Room, depth: DepthMap) -> list[float]:
        """Relative errors of the objects that are measured, one room's, on one of its depth maps."""
        chosen = [place for place, label in enumerate(room.labels) if label != OTHER]
        data = self.recipe.data
        method = Foreground(as_function(network), data.side, data.margin)
        if not chosen:
            return []
        scale = np.tile([depth.shape[1] / room.depth.shape[1], depth.shape[0] / room.depth.shape[0]], 2)
        read = method.read(depth, room.boxes[chosen] * scale).values
        errors: list[float] = (np.abs(read - room.truths_m[chosen]) / room.truths_m[chosen]).tolist()
        return errors

    def _drawn(self, network: nn.Module, room: Room) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        crops = crop_boxes(room.depth, room.boxes[:1], self.recipe.data.side, self.recipe.data.margin)
        shown = network_input(crops, crops.values)
        (weights,) = as_function(network)(shown)
        depth = (shown[0, 0] - shown[0, 0].min()) / max(float(np.ptp(shown[0, 0])), 1e-6)
        return _enlarged(1 - depth), _enlarged(weights)


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
