"""Calibration: the codebooks learn what the original networks' layers give, and the tasks.

After Chou et al., IJCAI 2018 (see `networks.merging.codebook`): the loss of a task is Σ over all layers of
mean |output − the original's output|, plus γ times the task's own; the tasks take turns, each with an Adam of its own,
as in the authors' code. Assignments and biases stay. The output layers, which are not merged, are trained on.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from howfar.errors import TrainingError
from howfar.networks.merging.graph import GraphNetwork, originals_of
from howfar.networks.merging.merged import MergedNetwork
from howfar.training.merging.recipe import CalibrationSettings
from howfar.training.merging.tasks import LabelledTask

LAST_PART = 0.9
"""The share of the steps after which the learning rate falls."""


class Calibration:
    """One calibration, which can be taken up again where its state was taken."""

    def __init__(
        self,
        merged: MergedNetwork,
        originals: Sequence[GraphNetwork],
        tasks: Sequence[LabelledTask],
        settings: CalibrationSettings,
        seed: int,
    ) -> None:
        self.merged, self.originals, self.tasks, self.settings, self.seed = merged, originals, tasks, settings, seed
        self.step = 0
        self.optimisers = [
            torch.optim.Adam(merged.trained(member), lr=settings.learning_rate) for member in range(len(tasks))
        ]

    def run(self, saved: Callable[["Calibration"], object], done: Callable[[float], object]) -> None:
        """Take all steps that are left; `saved` is called where a checkpoint is due, `done` with each step's loss.

        Raises:
            TrainingError: If the loss is not a number.
        """
        while self.step < self.settings.steps:
            late = self.step >= LAST_PART * self.settings.steps
            rate = self.settings.learning_rate * (self.settings.last_share if late else 1.0)
            loss = sum(self._step(member, rate) for member in range(len(self.tasks)))
            self.step += 1
            done(loss)
            if self.step % self.settings.save_steps == 0 or self.step == self.settings.steps:
                saved(self)

    def _step(self, member: int, rate: float) -> float:
        learnt = self.tasks[member].learnt
        # A batch is a function of seed, step and task: taking up a calibration needs no replay.
        random = torch.Generator().manual_seed((self.seed * len(self.tasks) + member) * 10_000_019 + self.step)
        drawn = torch.randint(len(learnt.inputs), (self.settings.batch,), generator=random)
        loss = self.loss(member, learnt.inputs[drawn], learnt.labels[drawn])
        value = float(loss.detach())
        if not math.isfinite(value):
            raise TrainingError(
                f"The loss of the calibration is no longer a number in step {self.step + 1}: start again with a lower "
                "calibration.learning_rate."
            )
        optimiser = self.optimisers[member]
        optimiser.param_groups[0]["lr"] = rate
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        return value

    def loss(self, member: int, inputs: Tensor, labels: Tensor) -> Tensor:
        """The loss of one task on one batch."""
        network = self.merged.members[member]
        wanted = originals_of(self.originals[member], inputs)
        values = network.trace(inputs)
        results = network.graph.results()
        layers = torch.stack([(values[results[name]] - out).abs().mean() for name, out in wanted.items()]).sum()
        task = self.tasks[member].loss(values[network.graph.outputs[0]], labels)
        return layers + self.settings.task_weight * task

    def state(self) -> dict[str, Any]:
        """All that decides the next step."""
        return {
            "step": self.step,
            "merged": self.merged.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state; raises what PyTorch raises for one that does not fit."""
        self.merged.load_state_dict(state["merged"])
        for optimiser, kept in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(kept)
        self.step = int(state["step"])
