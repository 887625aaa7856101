"""Weights of the tasks of one network that are learned beside it, in place of fixed ones.

Each task has one loss, which a recipe's fixed weights have made of its terms. What is learned are as many numbers as
there are tasks; they have an optimiser of their own and are kept in the checkpoints.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

LEARNING_RATE = 0.025
"""Of the numbers that are learned; FAMO's, taken for both ways so that they move as fast."""

DECAY = 1e-3
"""FAMO's γ, which draws the tasks back to equal shares."""

LEAST_LOSS = 1e-8
"""Keeps the logarithm of a loss of 0 finite."""


class TaskWeights(ABC):
    """What weighs the losses of several tasks.

    Attributes:
        tasks: What their losses are called among all losses, T of them.
        learned: T numbers, one for each task, zeros at first.
    """

    decay = 0.0

    def __init__(self, tasks: Sequence[str]) -> None:
        """Begin with nothing learned for the tasks whose losses have these names."""
        self.tasks = tuple(tasks)
        self.learned = torch.zeros(len(self.tasks), requires_grad=True)
        self._optimiser = torch.optim.Adam([self.learned], LEARNING_RATE, weight_decay=self.decay)

    def weighed(self, losses: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The loss of the network as `loss`, and what each task's share is, as `TASK_share`."""
        each = self._stacked(losses)
        shares = zip(self.tasks, self.shares(each), strict=True)
        return {"loss": self.total(each), **{f"{task}_share": share for task, share in shares}}

    @abstractmethod
    def total(self, losses: Tensor) -> Tensor:
        """The loss of the network, from the T losses of its tasks."""

    @abstractmethod
    def shares(self, losses: Tensor) -> Tensor:
        """T: by what each task's gradient is multiplied, over the sum of these."""

    def update(self, again: Callable[[], Mapping[str, Tensor]], mean: Callable[[Tensor], Tensor]) -> None:
        """Learn from a step of the network.

        Args:
            again: Gives all losses of the same batch after the step.
            mean: The mean of a tensor over the processes of a training.
        """
        gradient = self._gradient(lambda: self._stacked(again()))
        self.learned.grad = mean(gradient).to(self.learned)
        self._optimiser.step()
        self._optimiser.zero_grad(set_to_none=True)

    @abstractmethod
    def _gradient(self, again: Callable[[], Tensor]) -> Tensor:
        """T: where `learned` is to go against."""

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint keeps."""
        return {"learned": self.learned.detach().clone(), "optimiser": self._optimiser.state_dict()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a checkpoint."""
        with torch.no_grad():
            self.learned.copy_(state["learned"])
        self._optimiser.load_state_dict(state["optimiser"])

    def _stacked(self, losses: Mapping[str, Tensor]) -> Tensor:
        return torch.stack([losses[task] for task in self.tasks])

    def _beside(self, losses: Tensor) -> Tensor:
        return self.learned.to(losses.device)


class Uncertainty(TaskWeights):
    """By how noisy each task is: Σ exp(−s)·L + s, with a learned log variance s for each task.

    Kendall, Gal, Cipolla: Multi-Task Learning Using Uncertainty to Weigh Losses for Scene Geometry and Semantics, CVPR
    2018, Eq. 7, times two. For a constant loss the best weight is one over it.
    """

    def total(self, losses: Tensor) -> Tensor:
        """Σ exp(−s)·L + s."""
        log_variances = self._beside(losses)
        return ((-log_variances).exp() * losses + log_variances).sum()

    def shares(self, losses: Tensor) -> Tensor:
        """exp(−s), over their sum."""
        return (-self._beside(losses).detach()).softmax(0)

    def _gradient(self, again: Callable[[], Tensor]) -> Tensor:
        assert self.learned.grad is not None
        return self.learned.grad


class Famo(TaskWeights):
    """So that all tasks improve at one rate: Σ c·z·ln L with z the softmax of what is learned, and c = 1 / Σ z/L.

    Liu, Feng, Stone, Liu: FAMO: Fast Adaptive Multitask Optimization, NeurIPS 2023, Algorithm 1. Whichever task's log
    loss fell more in a step has a smaller share in the next. That takes one more run forward of each batch.
    """

    decay = DECAY

    def __init__(self, tasks: Sequence[str]) -> None:
        """Begin with equal shares for the tasks whose losses have these names."""
        super().__init__(tasks)
        self._before: Tensor | None = None

    def total(self, losses: Tensor) -> Tensor:
        """Σ c·z·ln L; c is a constant in the gradient."""
        logs = losses.clamp(min=LEAST_LOSS).log()
        self._before = logs.detach()
        shares = self._beside(losses).detach().softmax(0)
        scale = 1 / (shares / self._before.exp()).sum()
        return (scale * shares * logs).sum()

    def shares(self, losses: Tensor) -> Tensor:
        """Z / L, over their sum."""
        weights = self._beside(losses).detach().softmax(0) / losses.detach().clamp(min=LEAST_LOSS)
        return weights / weights.sum()

    def _gradient(self, again: Callable[[], Tensor]) -> Tensor:
        before = self._before  # which looking again overwrites
        assert before is not None
        with torch.no_grad():
            improved = before - again().clamp(min=LEAST_LOSS).log()
        shares = self.learned.softmax(0)
        (gradient,) = torch.autograd.grad(shares, self.learned, improved.to(shares))
        return gradient


TASK_WEIGHTS: Mapping[str, type[TaskWeights]] = {"uncertainty": Uncertainty, "famo": Famo}
"""By the names that recipes use; `fixed` needs none."""
