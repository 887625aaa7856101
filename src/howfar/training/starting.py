"""From a task to a training that is ready to run: devices found, folder open."""

import logging
import os
from dataclasses import dataclass
from pathlib import Path

from lightning_fabric import Fabric
from torch import distributed

from howfar.errors import SettingError
from howfar.training.loop import Task, Trainer
from howfar.training.recipe import TrainingRecipe
from howfar.training.run_folder import RunFolder


@dataclass(frozen=True, slots=True)
class Devices:
    """Where a training runs.

    Attributes:
        accelerator: Lightning Fabric's name: `auto`, `cpu`, `gpu` or `mps`.
        count: Devices on each machine.
        machines: Machines that train together.
    """

    accelerator: str = "auto"
    count: int = 1
    machines: int = 1

    def as_launched(self) -> "Devices":
        """As many as `torchrun` has started processes for, where it has started this one; else these."""
        if not (distributed.is_available() and distributed.is_torchelastic_launched()):
            return self
        here, all_processes = int(os.environ["LOCAL_WORLD_SIZE"]), int(os.environ["WORLD_SIZE"])
        return Devices(self.accelerator, here, all_processes // here)


def refuse_started(out: Path, *, resume: bool, overwrite: bool) -> None:
    """Say before anything is read that a folder holds a training that is neither to be resumed nor replaced.

    Raises:
        OutputError: If it does.
    """
    RunFolder(out).refuse_started(resume=resume, overwrite=overwrite)


def trainer(
    task: Task, recipe: TrainingRecipe, out: Path, devices: Devices, *, resume: bool = False, overwrite: bool = False
) -> Trainer:
    """Set up the loop of a task in the folder `out`.

    Raises:
        OutputError: If a training is there already and is neither to be resumed nor replaced.
        SettingError: If there are no such devices.
    """
    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)
    devices = devices.as_launched()
    try:
        fabric = Fabric(
            accelerator=devices.accelerator,
            devices=devices.count,
            num_nodes=devices.machines,
            precision=recipe.training.precision,
        )
    except (RuntimeError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise SettingError(
            f"A training cannot run on {devices.count} × {devices.accelerator} ({reason}): choose another number "
            "of devices, or another accelerator.",
            setting="accelerator",
        ) from None
    fabric.launch()
    folder = RunFolder(out)
    if fabric.is_global_zero:
        folder.open(recipe, task.card, resume=resume, overwrite=overwrite)
    fabric.barrier()
    return Trainer(task, recipe.optimiser, recipe.schedule, recipe.training, folder, fabric)
