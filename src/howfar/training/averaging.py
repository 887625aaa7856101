"""A running average of a network's weights, which generalises better than the last step's."""

import copy
import math

import torch
from torch import Tensor, nn

WARM_UP_STEPS = 2000.0


class RunningAverage:
    """An exponential moving average of weights and normalisation statistics (Polyak; as YOLOv5 warms it up).

    Attributes:
        network: A copy of the network that holds the average, in evaluation mode.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network = copy.deepcopy(network).eval().requires_grad_(False)
        self.decay = decay
        self.steps = 0

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Move towards the network's present weights: fast in the first thousands of steps, slowly then."""
        self.steps += 1
        step = 1 - self.decay * (1 - math.exp(-self.steps / WARM_UP_STEPS))
        mine, theirs = _tensors(self.network), _tensors(network)
        floats = [name for name, value in mine.items() if value.is_floating_point()]
        torch._foreach_lerp_([mine[name] for name in floats], [theirs[name] for name in floats], step)
        for name in mine.keys() - set(floats):
            mine[name].copy_(theirs[name])


def _tensors(network: nn.Module) -> dict[str, Tensor]:
    """Each weight and statistic once, also where a module has several names, as in FCRN."""
    return {**dict(network.named_parameters()), **dict(network.named_buffers())}
