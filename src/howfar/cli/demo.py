"""`howfar demo`: estimated and true distances side by side, on a real photo with known depth."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from howfar.cli import options
from howfar.cli.console import results

if TYPE_CHECKING:
    from howfar.pipeline.view import View


def demo(
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder for the pictures.", rich_help_panel=options.OUTPUT)
    ] = Path("howfar-demo"),
    stereo: Annotated[
        bool, typer.Option("--stereo", help="Measure with both pictures of the pair, in place of the left one alone.")
    ] = False,
    overwrite: options.Overwrite = False,
) -> None:
    """Look at a real stereo photo with a known camera: the estimate beside the true distance."""
    from rich.table import Table

    from howfar.drawing.depth_view import draw_depth
    from howfar.drawing.side_by_side import side_by_side
    from howfar.drawing.units import distance_text, interval_text
    from howfar.files import refuse_existing
    from howfar.io.picture_writer import save_picture

    path = out / ("motorcycle-pair.jpg" if stereo else "motorcycle.jpg")
    refuse_existing(path, overwrite=overwrite)
    estimate, truth = look_at_motorcycle(pair=stereo)
    table = Table("object", "score", "estimate", "interval", "truth", title="The motorcycle of Middlebury 2014")
    true_m = {one.box_xyxy_px: one.depth_m for one in truth}
    for one in estimate:
        metres, truth_text = (distance_text(metres, "m") for metres in (one.depth_m, true_m[one.box_xyxy_px]))
        interval = interval_text(one.distance.low_m, one.distance.high_m, "m")
        table.add_row(one.label, f"{one.score:.2f}", metres, interval, truth_text)
    console = results()
    console.print(table)
    size = (estimate.width_px, estimate.height_px)
    pictures = [estimate.draw(), draw_depth(estimate.depth, *size), draw_depth(truth.depth, *size)]
    by = "depth from two pictures" if stereo else "estimated depth"
    save_picture(side_by_side(pictures, ["howfar", by, "true depth"]), path, overwrite=overwrite)
    worth = (
        "The estimate rests on the two pictures and the known rig alone: 0.19 m from camera to camera."
        if stereo
        else "The embedded network has seen rooms and streets, and hardly a workshop: its metres are rough here."
    )
    console.print(f"{worth} The objects, the estimate and the truth are drawn in {path}.")


def look_at_motorcycle(*, pair: bool = False) -> "tuple[View, View]":
    """The views of the photo: by the embedded network or both pictures of the pair, and with its true disparity.

    Args:
        pair: Whether the estimate is that of both pictures.

    Raises:
        MissingExtraError: If scikit-image, which contains the photo, is not installed.
    """
    from howfar.datasets.stereo_pairs import MOTORCYCLE_RIG
    from howfar.errors import MissingExtraError
    from howfar.pipeline.rangefinder import Rangefinder
    from howfar.scene import Camera, DepthMap
    from howfar.scene.frame import Frame

    try:
        from skimage.data import stereo_motorcycle
    except ImportError:
        raise MissingExtraError("The demo's photo", "demo") from None
    image, right, disparity = stereo_motorcycle()  # type: ignore[no-untyped-call]
    height, width = image.shape[:2]
    finder = Rangefinder(camera=Camera.from_focal(width, height, MOTORCYCLE_RIG.focal_px))
    frame = Frame(image, "motorcycle")
    both = Frame(image, "motorcycle", right=right, rig=MOTORCYCLE_RIG)
    truth = DepthMap(disparity, "disparity_px", stereo=MOTORCYCLE_RIG)
    return finder.look(both if pair else frame), finder.look(frame, depth=truth)
