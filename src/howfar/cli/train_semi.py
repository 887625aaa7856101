"""`howfar train semi`: a teacher, its pseudo labels, and a student that learns from them."""

import typer

from howfar.cli.console import messages, results
from howfar.cli.extras import need_training
from howfar.cli.options import Overwrite
from howfar.cli.progress import progress_bar
from howfar.cli.training import INTERRUPTED, Accelerator, Changes, DeviceCount, Out, Recipe, Resume, folder_for, train


def semi(
    recipe: Recipe,
    changes: Changes = None,
    out: Out = None,
    resume: Resume = False,
    overwrite: Overwrite = False,
    accelerator: Accelerator = "auto",
    devices: DeviceCount = 1,
) -> None:
    """Train a depth network on pictures without depth too: a teacher says what it sees in them, a student learns it.

    The folder gets a `teacher`, its labels in `pseudo`, and the `student`, which `howfar export` takes.
    """
    need_training("Training")
    from howfar.training.recipe import read_recipe
    from howfar.training.semi.pseudo_labels import LABELS, PseudoLabels
    from howfar.training.semi.recipe import SemiRecipe
    from howfar.training.semi.stages import STUDENT, TEACHER, label, teacher_recipe
    from howfar.training.semi.unlabelled import unlabelled_pictures
    from howfar.training.starting import refuse_started

    settings = read_recipe(recipe, SemiRecipe, changes or ())
    teacher = teacher_recipe(settings)
    root = out or folder_for(recipe)
    refuse_started(root / TEACHER, resume=resume, overwrite=overwrite)
    refuse_started(root / STUDENT, resume=resume, overwrite=overwrite)
    pictures = len(unlabelled_pictures(settings.unlabelled, settings.data))
    if teacher is not None:
        train(teacher, root / TEACHER, resume, overwrite, (accelerator, devices))
    try:
        with progress_bar("Pseudo labels", pictures, "pictures") as step:
            label(settings, root, overwrite=overwrite and not resume, done=step)
    except KeyboardInterrupt:
        done = len(PseudoLabels(root / LABELS).pictures)
        messages().print(f"{done} of {pictures} pictures have their labels; go on with --resume.")
        raise typer.Exit(INTERRUPTED) from None
    results().print(f"{pictures} pseudo labels in {root / LABELS}", soft_wrap=True)
    train(settings, root / STUDENT, resume, overwrite, (accelerator, devices))
