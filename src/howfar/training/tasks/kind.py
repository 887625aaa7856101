"""What the rest of the code asks of one kind of training; each has a `TaskKind` beside its task."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from howfar.conversion.checkpoints.weights import load_weights
from howfar.datasets.check import Checked
from howfar.models.card import Card
from howfar.networks.catalogue import build
from howfar.networks.entry import CardTask, NetworkEntry
from howfar.training.loop import Task
from howfar.training.recipe import TrainingRecipe


@dataclass(frozen=True, slots=True)
class TrainedWeights:
    """The weights of a training, and what is known of them.

    Attributes:
        entry: The network.
        recipe: All settings of the training.
        card: How the network was fed and read in the training.
        weights: By name.
        source: Where they come from, for errors.
    """

    entry: NetworkEntry
    recipe: Any
    card: Card
    weights: Mapping[str, Tensor]
    source: str

    def network(self, **options: Any) -> nn.Module:
        """The network with the weights; these options count where the recipe has none of the name.

        Raises:
            SettingError: If the network does not take the options.
            ModelError: If the weights are of another network.
        """
        network = build(self.entry, {**options, **self.recipe.network.options})
        load_weights(network, self.weights, source=self.source)
        return network


@dataclass(frozen=True, slots=True)
class TaskKind:
    """One kind of training.

    Attributes:
        recipe: The form of its recipes.
        card_task: What the networks that it trains are for, as model cards call it.
        start: From a recipe, the folder of the training, and what is called with the name of each checked sample, to
            the task: data opened and checked, network built and given what it starts from.
        exported: From the weights of a training to the network with the output that its card describes.
        show: From a recipe, a split (None for the recipe's) and a number of examples to a picture of these before and
            after augmentation, H×W×3 uint8 RGB. None where there is no such picture.
    """

    recipe: type[TrainingRecipe]
    card_task: CardTask
    start: Callable[[Any, Path, Checked], Task]
    exported: Callable[[TrainedWeights], nn.Module]
    show: Callable[[Any, str | None, int], NDArray[np.uint8]] | None = None

    @property
    def name(self) -> str:
        """What recipes call it by their key `task`."""
        return str(self.recipe.__struct_config__.tag)
