"""`howfar train`: train a network by a recipe."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from howfar.cli.console import messages, results
from howfar.cli.extras import need_training
from howfar.cli.options import Overwrite
from howfar.cli.progress import progress_bar

if TYPE_CHECKING:
    from howfar.training.loop import Task
    from howfar.training.recipe import TrainingRecipe

    Kind = tuple[type[TrainingRecipe], Callable[..., Task]]
    """The form of a recipe, and what makes its task."""

INTERRUPTED = 130

app = typer.Typer(no_args_is_help=True, help="Train a network by a recipe.")

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


def _depth() -> "Kind":
    from howfar.training.recipe import DepthRecipe
    from howfar.training.starting import depth_task

    return DepthRecipe, depth_task


def _detector() -> "Kind":
    from howfar.training.recipe import DetectorRecipe
    from howfar.training.starting import detector_task

    return DetectorRecipe, detector_task


def _ranging() -> "Kind":
    from howfar.training.recipe import RangingRecipe
    from howfar.training.starting import ranging_task

    return RangingRecipe, ranging_task


def _add_command(name: str, what: str, kind: "Callable[[], Kind]") -> None:
    """Add the command that trains `what`; all take the same options."""

    @app.command(name, help=f"Train {what}. What it learns lands in the folder, checkpoint by checkpoint.")
    def command(
        recipe: Recipe,
        changes: Changes = None,
        out: Out = None,
        resume: Resume = False,
        overwrite: Overwrite = False,
        accelerator: Accelerator = "auto",
        devices: DeviceCount = 1,
    ) -> None:
        need_training("Training")
        from howfar.training.recipe import read_recipe

        form, make_task = kind()
        settings = read_recipe(recipe, form, changes or ())
        _train(settings, make_task, out or _folder_for(recipe), resume, overwrite, (accelerator, devices))


_add_command("depth", "a depth network", _depth)
_add_command("detector", "a detector", _detector)
_add_command("ranging", "the network that finds an object in its box", _ranging)


@app.command()
def crossfit(
    recipe: Recipe,
    changes: Changes = None,
    out: Out = None,
    folds: Annotated[int, typer.Option("--folds", min=2, help="How many networks, each without its part.")] = 3,
    resume: Resume = False,
    overwrite: Overwrite = False,
    accelerator: Accelerator = "auto",
    devices: DeviceCount = 1,
) -> None:
    """Train a depth network several times, each without one part of the pictures, and write the depth of that part.

    The depth maps in the folder's `depth` are what a network says of pictures that it has not seen: `train ranging`
    learns from them, and `evaluate objects --save-margins` measures margins on them.
    """
    need_training("Training")
    from howfar.training.cross_fitting import MAPS, fold_folder, fold_recipes, left_out, predict_left_out
    from howfar.training.recipe import DepthRecipe, read_recipe
    from howfar.training.starting import depth_task, refuse_started

    parts = fold_recipes(read_recipe(recipe, DepthRecipe, changes or ()), folds)
    root = out or _folder_for(recipe).with_name(f"{recipe.stem}-folds")
    for part in parts:
        refuse_started(fold_folder(root, part), resume=resume, overwrite=overwrite)
    for part in parts:
        _train(part, depth_task, fold_folder(root, part), resume, overwrite, (accelerator, devices))
        with progress_bar(f"Depth of fold {part.data.fold}", len(left_out(part)), "pictures") as step:
            predict_left_out(part, root, step)
    results().print(f"{root / MAPS} holds the depth of each picture by the network without it", soft_wrap=True)


def _train(
    recipe: "TrainingRecipe",
    make_task: "Callable[..., Task]",
    out: Path,
    resume: bool,
    overwrite: bool,
    devices: tuple[str, int],
) -> None:
    from howfar.training.starting import Devices, refuse_started, trainer

    refuse_started(out, resume=resume, overwrite=overwrite)
    with progress_bar("Checking the data", None, "pictures") as step:
        task = make_task(recipe, step)
    loop = trainer(task, recipe, out, Devices(*devices), resume=resume, overwrite=overwrite)
    for remark in task.remarks:
        messages().print(remark, markup=False, soft_wrap=True)
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


def _folder_for(recipe: Path) -> Path:
    return Path("runs") / recipe.stem
