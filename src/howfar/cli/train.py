"""`howfar train`: train a network by a recipe."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from howfar.cli.console import results
from howfar.cli.extras import need_training
from howfar.cli.options import Overwrite
from howfar.cli.progress import progress_bar
from howfar.cli.train_semi import semi
from howfar.cli.training import Accelerator, Changes, DeviceCount, Out, Recipe, Resume, folder_for, train

if TYPE_CHECKING:
    from howfar.training.loop import Task
    from howfar.training.recipe import TrainingRecipe

    Kind = tuple[type[TrainingRecipe], Callable[..., Task]]
    """The form of a recipe, and what makes its task."""

app = typer.Typer(no_args_is_help=True, help="Train a network by a recipe.")


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
        train(settings, make_task, out or folder_for(recipe), resume, overwrite, (accelerator, devices))


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
    root = out or folder_for(recipe).with_name(f"{recipe.stem}-folds")
    for part in parts:
        refuse_started(fold_folder(root, part), resume=resume, overwrite=overwrite)
    for part in parts:
        train(part, depth_task, fold_folder(root, part), resume, overwrite, (accelerator, devices))
        with progress_bar(f"Depth of fold {part.data.fold}", len(left_out(part)), "pictures") as step:
            predict_left_out(part, root, step)
    results().print(f"{root / MAPS} holds the depth of each picture by the network without it", soft_wrap=True)


app.command()(semi)
