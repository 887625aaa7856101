"""What every command that trains has in common: its options, the run itself, and how its progress is shown."""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from howfar.cli.console import messages, results
from howfar.cli.progress import progress_bar

if TYPE_CHECKING:
    from howfar.training.recipe import TrainingRecipe

INTERRUPTED = 130

Recipe = Annotated[Path, typer.Argument(metavar="RECIPE.toml", help="All settings (see recipes/).")]
Changes = Annotated[
    list[str] | None, typer.Argument(metavar="[KEY=VALUE]...", help="Changes to the recipe, as training.epochs=3.")
]
Out = Annotated[
    Path | None, typer.Option("--out", "-o", help="Folder of the training (default: runs/NAME-OF-THE-RECIPE).")
]
Resume = Annotated[bool, typer.Option("--resume", help="Go on from the folder's last checkpoint.")]
Accelerator = Annotated[str, typer.Option("--accelerator", help="Where to train: auto, cpu, gpu, mps.")]
DeviceCount = Annotated[int, typer.Option("--devices", min=1, help="How many devices to train on.")]


def train(
    recipe: "TrainingRecipe",
    out: Path,
    resume: bool,
    overwrite: bool,
    devices: tuple[str, int],
) -> None:
    """Run one training to its end in the folder `out`, or until Ctrl-C."""
    from howfar.training.starting import Devices, refuse_started, trainer
    from howfar.training.tasks.registry import kind_of

    refuse_started(out, resume=resume, overwrite=overwrite)
    with progress_bar("Checking the data", None, "pictures") as step:
        task = kind_of(recipe).start(recipe, out, step)
    loop = trainer(task, recipe, out, Devices(*devices), resume=resume, overwrite=overwrite)
    for remark in task.remarks:
        messages().print(remark, soft_wrap=True)
    try:
        with _Progress() as progress:
            history = loop.run(progress)
    except KeyboardInterrupt:
        messages().print(f"Stopped in epoch {loop.epoch + 1}; go on with --resume.")
        raise typer.Exit(INTERRUPTED) from None
    if loop.fabric.is_global_zero:
        results().print(f"{len(history)} epochs in {out}: best.ckpt, curves.png, history.csv", soft_wrap=True)


class _Progress(ExitStack):
    """A bar over the steps of an epoch, and a line for each epoch that is done; leaving it closes the bar."""

    def epoch_starts(self, epoch: int, epochs: int, steps: int) -> None:
        """Open the epoch's bar."""
        self._epochs = epochs
        self._step = self.enter_context(progress_bar(f"Epoch {epoch} of {epochs}", steps, "steps"))

    def step_done(self, losses: Mapping[str, float]) -> None:
        """Move the bar."""
        self._step(f"loss {losses['loss']:.4f}")  # the others would squeeze the bar away; they are in the epoch's line

    def epoch_done(self, row: Mapping[str, float], *, best: bool) -> None:
        """Close the bar and print the epoch's figures."""
        self.close()
        shown = {name: value for name, value in row.items() if name not in ("epoch", "seconds", "learning_rate")}
        left_min = (self._epochs - row["epoch"]) * row["seconds"] / 60
        results().print(
            f"{row['epoch']:3.0f}/{self._epochs}  {_figures(shown)}  {row['seconds']:.0f} s, {left_min:.0f} min left"
            + ("  (best)" if best else ""),
            soft_wrap=True,
        )


def _figures(values: Mapping[str, float]) -> str:
    return "  ".join(f"{name} {value:.4f}" for name, value in values.items())


def folder_for(recipe: Path) -> Path:
    """The folder of a training that no other was named for."""
    return Path("runs") / recipe.stem
