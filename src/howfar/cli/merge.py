"""`howfar merge`: several trained networks as one that shares its weights."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from howfar.cli.console import messages, results
from howfar.cli.extras import EXPORT_LIBRARIES, need_training
from howfar.cli.options import Overwrite
from howfar.cli.progress import progress_bar
from howfar.cli.training import INTERRUPTED, Resume

if TYPE_CHECKING:
    from howfar.training.merging.run import Figures


def merge(
    networks: Annotated[
        list[Path], typer.Argument(metavar="A.onnx B.onnx [C.onnx]...", help="Trained networks, each for its own task.")
    ],
    data: Annotated[
        Path,
        typer.Option(
            "--data", metavar="FILE.npz", help="Arrays a_inputs, a_labels, b_inputs, …; a_test_inputs, … to judge on."
        ),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FOLDER", help="Folder for the merged model.")],
    recipe: Annotated[
        Path | None, typer.Option("--recipe", metavar="FILE.toml", help="Settings (see recipes/merging/).")
    ] = None,
    align: Annotated[
        list[str] | None,
        typer.Option("--align", metavar="LAYER=LAYER", help="A layer of A and one of B that share a codebook."),
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change a setting, as convolution.codewords=128."),
    ] = None,
    resume: Resume = False,
    overwrite: Overwrite = False,
) -> None:
    """Merge trained networks into one whose layers share codebooks of weights (NeuralMerger), and calibrate it."""
    need_training("Merging", EXPORT_LIBRARIES)
    from msgspec.structs import replace

    from howfar.training.merging.recipe import MergeRecipe
    from howfar.training.merging.run import Merging, Place
    from howfar.training.recipe import read_recipe

    settings = read_recipe(recipe, MergeRecipe, changes or ())
    if align:
        settings = replace(settings, align=dict(map(_pair, align)))
    merging = Merging(Place(tuple(networks), data, out), settings, resume=resume, overwrite=overwrite)
    try:
        with progress_bar("Encoding", len(merging.groups), "layers") as encoded:
            merged = merging.encode(encoded)
        with progress_bar("Calibrating", settings.calibration.steps, "steps") as stepped:
            figures = merging.calibrate(merged, stepped)
    except KeyboardInterrupt:
        messages().print("Stopped; go on with --resume.")
        raise typer.Exit(INTERRUPTED) from None
    _tell(figures, out)


def _pair(text: str) -> tuple[str, str]:
    from howfar.errors import SettingError

    first, equals, second = text.partition("=")
    if not (first and equals and second):
        raise SettingError(f"{text!r} is no pair of layers: write it as LAYER-OF-A=LAYER-OF-B.", setting="align")
    return first, second


def _tell(figures: "Figures", out: Path) -> None:
    tasks = zip(figures.names, figures.classify, figures.originals, figures.merged, figures.calibrated, strict=True)
    for name, classifies, original, merged, calibrated in tasks:
        what = "accuracy" if classifies else "mean absolute difference"
        results().print(
            f"{name}: {what} {original:.4f}, merged {merged:.4f}, calibrated {calibrated:.4f}", soft_wrap=True
        )
    ratio = figures.original_bytes / figures.merged_bytes
    results().print(
        f"{figures.original_bytes / 1e6:.3f} MB of weights as {figures.merged_bytes / 1e6:.3f} MB: {ratio:.1f} times "
        f"smaller; {figures.shared} of {figures.codebooks} codebooks are shared",
        soft_wrap=True,
    )
    results().print(f"{out}: merged.npz, merged.onnx, figures.json", soft_wrap=True)
