"""The loop that every training runs: Lightning Fabric for devices and precision, one checkpoint an epoch.

Whatever decides the next step is in the checkpoint (weights, also those of tasks, running average, optimiser, random
state) or a function of the seed, the epoch and the step (batches, learning rate). So a training that is resumed goes on
bit for bit as if it had not stopped, and one that is killed loses the present epoch at most.
"""

import math
import time
from collections.abc import Mapping
from typing import Any, Protocol, cast

import numpy as np
import torch
from lightning_fabric import Fabric
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.tensorboard import SummaryWriter

from howfar.errors import TrainingError
from howfar.models.card import Card
from howfar.networks.entry import NetworkEntry
from howfar.training.averaging import RunningAverage
from howfar.training.curves import VALIDATION, draw_curves
from howfar.training.data.preparation import Batches
from howfar.training.optimisers import build_optimiser, set_learning_rate, train_mode
from howfar.training.recipe_settings import OptimiserSettings, ScheduleSettings, TrainingSettings
from howfar.training.run_folder import RunFolder, refused
from howfar.training.schedules import learning_rate_share
from howfar.training.task_weights import TaskWeights

TOTAL = "loss"


class Task(Protocol):
    """What is particular to one kind of training, such as that of a depth network."""

    title: str
    entry: NetworkEntry
    card: Card
    remarks: tuple[str, ...]
    frozen: tuple[str, ...]
    judged_by: str
    greater_is_better: bool
    task_weights: TaskWeights | None

    @property
    def network(self) -> nn.Module:
        """What is trained."""

    def batches(self, epoch: int, rank: int, world: int) -> Batches:
        """The batches of an epoch for one of `world` processes; the same for the same arguments."""

    def losses(self, network: nn.Module, batch: Any) -> Mapping[str, Tensor]:
        """The terms of the loss of one batch, and their weighted sum under `loss`."""

    def names(self, batch: Any) -> tuple[str, ...]:
        """What the data set calls the pictures of a batch."""

    def validate(self, network: nn.Module) -> Mapping[str, float]:
        """The figures on the pictures held out; empty when there are none."""

    def picture(self, network: nn.Module) -> NDArray[np.uint8] | None:
        """A few predictions to look at, as an RGB picture."""


class Listener(Protocol):
    """Whoever shows the progress."""

    def epoch_starts(self, epoch: int, epochs: int, steps: int) -> None:
        """Called before an epoch (counted from 1)."""

    def step_done(self, losses: Mapping[str, float]) -> None:
        """Called after a step with the epoch's mean losses so far."""

    def epoch_done(self, row: Mapping[str, float], *, best: bool) -> None:
        """Called with the figures of an epoch."""


class Trainer:
    """One training, from its last checkpoint or from the beginning."""

    def __init__(
        self,
        task: Task,
        optimiser: OptimiserSettings,
        schedule: ScheduleSettings,
        training: TrainingSettings,
        folder: RunFolder,
        fabric: Fabric,
    ) -> None:
        """Set up, without a step taken; goes on from the folder's last checkpoint if there is one.

        Raises:
            ModelError: If the checkpoint cannot be read.
        """
        self.task, self.schedule, self.training, self.folder, self.fabric = task, schedule, training, folder, fabric
        self.clip_norm = optimiser.clip_norm
        self.epoch = 0
        self.best: float | None = None
        self.history: list[dict[str, float]] = []
        network = _channels_last(task.network)
        self.module, self.optimiser = fabric.setup(network, build_optimiser(network, optimiser, task.entry.encoder))
        self.average = RunningAverage(network, training.ema) if training.ema else None
        torch.manual_seed(training.seed + fabric.global_rank)
        self._restore(folder.load())

    def run(self, listener: Listener) -> list[dict[str, float]]:
        """Train until the recipe's last epoch; returns the figures of all epochs.

        Raises:
            TrainingError: If the loss is not a number.
            OutputError: If a checkpoint cannot be written.
        """
        while self.epoch < self.training.epochs:
            started = time.perf_counter()
            row = {"epoch": float(self.epoch + 1), **self._train_epoch(listener)}
            self.epoch += 1
            if self.fabric.is_global_zero:
                row |= {VALIDATION + name: value for name, value in self.task.validate(self.judged).items()}
                row["seconds"] = time.perf_counter() - started
                listener.epoch_done(row, best=self._record(row))
            self.fabric.barrier()
        return self.history

    @property
    def judged(self) -> nn.Module:
        """The network that is validated and kept: the running average if there is one."""
        return self.average.network if self.average else self.task.network

    def _train_epoch(self, listener: Listener) -> dict[str, float]:
        batches = self.task.batches(self.epoch, self.fabric.global_rank, self.fabric.world_size)
        steps = len(batches)
        listener.epoch_starts(self.epoch + 1, self.training.epochs, steps)
        train_mode(self.module, self.task.frozen)
        sums: dict[str, float] = {}
        rate = 0.0
        for step, batch in enumerate(batches):
            share = learning_rate_share(self.schedule, self.epoch + step / steps, self.training.epochs)
            rate = set_learning_rate(self.optimiser, share)
            for name, value in self._step(batch, step).items():
                sums[name] = sums.get(name, 0.0) + value
            listener.step_done({name: value / (step + 1) for name, value in sums.items()})
        return {**{name: value / steps for name, value in sums.items()}, "learning_rate": rate}

    def _step(self, batch: Any, step: int) -> dict[str, float]:
        there = self.fabric.to_device(batch)
        losses = self.task.losses(self.module, there)
        values = {name: float(value.detach()) for name, value in losses.items()}
        if not math.isfinite(values[TOTAL]):
            terms = ", ".join(f"{name} {value:g}" for name, value in values.items())
            raise TrainingError(
                f"The loss is no longer a number in epoch {self.epoch + 1}, batch {step + 1} ({terms}), with the "
                f"pictures {', '.join(self.task.names(batch))}: look at these and their truth, or start again with a "
                "lower optimiser.learning_rate."
            )
        self.optimiser.zero_grad(set_to_none=True)
        self.fabric.backward(losses[TOTAL])
        if self.clip_norm:
            self.fabric.clip_gradients(self.module, self.optimiser, max_norm=self.clip_norm)
        self.optimiser.step()
        if self.task.task_weights:
            self.task.task_weights.update(lambda: self.task.losses(self.module, there), self._mean_of_processes)
        if self.average:
            self.average.update(self.task.network)
        return values

    def _mean_of_processes(self, value: Tensor) -> Tensor:
        return cast(Tensor, self.fabric.all_reduce(value, reduce_op="mean"))

    def _record(self, row: dict[str, float]) -> bool:
        """Keep everything of the epoch that has just ended; returns whether it is the best so far."""
        self.history.append(row)
        value = row.get(VALIDATION + self.task.judged_by)
        sign = 1 if self.task.greater_is_better else -1
        best = value is None or self.best is None or sign * value > sign * self.best
        self.best = value if best else self.best
        self.folder.save(self._state(), best=best)
        self.folder.write_history(self.history)
        draw_curves(self.history, self.folder.root / "curves.png", self.task.title)
        if (picture := self.task.picture(self.judged)) is not None:
            self.folder.write_picture(f"epoch_{self.epoch:03d}.png", picture)
        with SummaryWriter(str(self.folder.root / "tensorboard"), purge_step=self.epoch) as log:
            for name, number in row.items():
                log.add_scalar(name.replace(VALIDATION, "validation/"), number, self.epoch)
        return best

    def _state(self) -> dict[str, Any]:
        return {
            "network": self.task.network.state_dict(),
            "average": self.average.network.state_dict() if self.average else None,
            "average_steps": self.average.steps if self.average else 0,
            "optimiser": self.optimiser.state_dict(),
            "task_weights": self.task.task_weights.state_dict() if self.task.task_weights else None,
            "random": torch.get_rng_state(),
            "epoch": self.epoch,
            "best": self.best,
            "history": self.history,
        }

    def _restore(self, state: Mapping[str, Any] | None) -> None:
        if state is None:
            return
        try:
            self.task.network.load_state_dict(state["network"])
            self.optimiser.load_state_dict(state["optimiser"])
            if self.task.task_weights:
                self.task.task_weights.load_state_dict(state["task_weights"])
            if self.average and state["average"]:
                self.average.network.load_state_dict(state["average"])
                self.average.steps = int(state["average_steps"])
            torch.set_rng_state(state["random"])
            best = state["best"]
            self.best = None if best is None else float(best)
        except (LookupError, TypeError, ValueError, RuntimeError, AttributeError) as error:
            raise refused(self.folder.last, error) from None
        self.epoch, self.history = state["epoch"], list(state["history"])


def _channels_last(network: nn.Module) -> nn.Module:
    """The network in the layout that convolutions of pictures are quickest in; one of volumes as it is."""
    if any(parameter.dim() > 4 for parameter in network.parameters()):
        return network
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]  # not in its stub
