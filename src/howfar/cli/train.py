"""`howfar train`: train a network by a recipe."""

from typing import Annotated

import typer

from howfar.cli.console import results
from howfar.cli.extras import need_training
from howfar.cli.options import Overwrite
from howfar.cli.progress import progress_bar
from howfar.cli.train_semi import semi
from howfar.cli.training import Accelerator, Changes, DeviceCount, Out, Recipe, Resume, folder_for, train

app = typer.Typer(no_args_is_help=True, help="Train a network by a recipe.")

TRAINED = {
    "depth": "a depth network",
    "detector": "a detector",
    "disparity-detector": "a detector of pairs of boxes, which sees both pictures of a stereo pair",
    "joint": "one network for objects and depth",
    "self-supervised": "a depth network on stereo pairs whose depth nobody knows",
    "ranging": "the network that finds an object in its box",
    "stereo": "a network that matches pairs of pictures",
}
"""What is trained, by the task of its recipes; a teacher with its student has a command of its own."""


def _add_command(name: str, what: str) -> None:
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
        from howfar.training.tasks.registry import TASKS

        settings = read_recipe(recipe, TASKS[name].recipe, changes or ())
        train(settings, out or folder_for(recipe), resume, overwrite, (accelerator, devices))


for _name, _what in TRAINED.items():
    _add_command(_name, _what)


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
    learns from them, and `evaluate objects --depth FOLDER` measures on them.
    """
    need_training("Training")
    from howfar.training.cross_fitting import MAPS, fold_folder, fold_recipes, left_out, predict_left_out
    from howfar.training.recipe import DepthRecipe, read_recipe
    from howfar.training.starting import refuse_started

    recipes = fold_recipes(read_recipe(recipe, DepthRecipe, changes or ()), folds)
    root = out or folder_for(recipe).with_name(f"{recipe.stem}-folds")
    for fold in recipes:
        refuse_started(fold_folder(root, fold), resume=resume, overwrite=overwrite)
    for fold in recipes:
        train(fold, fold_folder(root, fold), resume, overwrite, (accelerator, devices))
        with progress_bar(f"Depth of fold {fold.data.fold}", len(left_out(fold)), "pictures") as step:
            predict_left_out(fold, root, step)
    results().print(f"{root / MAPS} holds the depth of each picture by the network without it", soft_wrap=True)


app.command()(semi)
