"""`howfar data`: look at a data set before training on it."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from howfar.cli.console import results, tell
from howfar.cli.extras import need_training
from howfar.cli.options import Overwrite
from howfar.cli.progress import progress_bar

if TYPE_CHECKING:
    from howfar.datasets.check import Problem
    from howfar.datasets.opening import DepthDataset, DetectionDataset

    Dataset = DepthDataset | DetectionDataset
    Look = Callable[..., list[Problem]]

app = typer.Typer(no_args_is_help=True, help="Look at a data set before training on it.")


@app.callback()
def data() -> None:
    """Look at a data set before training on it."""


@app.command()
def check(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="A data set's folder, or its dataset.toml, .mat or COCO JSON file.")
    ],
    split: Annotated[str | None, typer.Option("--split", help="Check this split only; all when none is given.")] = None,
) -> None:
    """Read every picture with its depth or boxes and tell what is wrong; exit code 1 if a training would fail."""
    from howfar.datasets.check import check_depth, check_detection
    from howfar.datasets.opening import kind_at, open_depth_dataset, open_detection_dataset
    from howfar.datasets.splits import refuse_unknown_split

    dataset: Dataset
    look: Look
    if kind_at(path) == "depth":
        dataset, look = open_depth_dataset(path), check_depth
    else:
        dataset, look = open_detection_dataset(path), check_detection
    if split is not None:
        refuse_unknown_split(split, dataset.splits, dataset.name)
    fatal = [_check_split(dataset, name, look) for name in (dataset.splits if split is None else (split,))]
    if any(fatal):
        raise typer.Exit(1)


@app.command()
def show(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="A recipe, or a data set, shown with the default augmentation.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The picture to write.", metavar="FILE.png")],
    changes: Annotated[
        list[str] | None, typer.Argument(metavar="[KEY=VALUE]...", help="Changes to a recipe, as augmentation.flip=0.")
    ] = None,
    split: Annotated[
        str | None, typer.Option("--split", help="Show this split; the recipe's or the first if none is given.")
    ] = None,
    count: Annotated[int, typer.Option("--count", min=1, help="How many examples.")] = 4,
    overwrite: Overwrite = False,
) -> None:
    """Draw a batch before and after augmentation: pictures with their depth or boxes, as a network is shown them."""
    need_training("Showing a batch")
    from howfar.files import refuse_existing
    from howfar.io.picture_writer import picture_path, save_picture
    from howfar.training.showing import picture_of_batch

    refuse_existing(picture_path(out), overwrite=overwrite)
    written = save_picture(picture_of_batch(path, split, count, changes or ()), out, overwrite=overwrite)
    tell(f"Written to {written}")


def _check_split(dataset: "Dataset", split: str, look: "Look") -> int:
    """Print what is wrong with a split, and count what is fatal."""
    problems, pictures = _problems(dataset, split, look)
    console = results()
    for problem in problems:
        word, style = ("wrong  ", "red") if problem.fatal else ("notice ", "yellow")
        console.print(word, style=style, end="")
        console.print(f"{problem.sample}: {problem.sentence}", soft_wrap=True)
    fatal = sum(problem.fatal for problem in problems)
    found = f"{fatal} wrong, {len(problems) - fatal} to notice" if problems else "nothing wrong"
    console.print(
        f"{dataset.name}, {split}: {pictures} {'picture' if pictures == 1 else 'pictures'}, {found}",
        soft_wrap=True,
    )
    return fatal


def _problems(dataset: "Dataset", split: str, look: "Look") -> "tuple[list[Problem], int]":
    """What is wrong with a split, and how many pictures it has."""
    from howfar.datasets.check import Problem
    from howfar.errors import HowfarError

    try:
        samples = dataset.split(split)
    except HowfarError as error:
        return [Problem(split, str(error), fatal=True)], 0
    with progress_bar(f"Checking {split}", len(samples), "pictures") as step:
        return look(samples, step), len(samples)
