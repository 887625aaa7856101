"""The work of `howfar calibrate --known`: the objects under their numbers, and the scale from those that are known."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from howfar.calibration.known import (
    Numbered,
    fit_scale,
    matched,
    numbered,
    require_metric,
    shared_camera,
)
from howfar.calibration.known_picture import numbered_picture
from howfar.cli.calibration_output import CalibrationOutput
from howfar.cli.caveats import Caveats
from howfar.cli.console import results
from howfar.cli.progress import progress_bar
from howfar.errors import SettingError
from howfar.io.camera_files import write_calibration
from howfar.io.picture_writer import save_picture
from howfar.pipeline.rangefinder import Rangefinder
from howfar.pipeline.view import View
from howfar.scene import DepthFacts
from howfar.scene.calibration import Calibration, DepthScale
from howfar.scene.known_distance import KnownDistance
from howfar.sources.kinds import Source

if TYPE_CHECKING:
    from rich.table import Table


def calibrate_from_known(
    photos: Sequence[Source],
    stated: Sequence[KnownDistance],
    finder: Rangefinder,
    facts: DepthFacts,
    output: CalibrationOutput,
) -> None:
    """Look at the photos, list and draw what is there, and write the scale that the known distances ask for.

    Args:
        photos: Pictures of one camera.
        stated: The known distances; without any, the objects are listed and that is all.
        finder: What to look with; it applies no scale and rests on the depth map alone.
        facts: What is known of its depth network.
        output: Where to write.

    Raises:
        HowfarError: If a photo cannot be read, or the known distances give no scale.
    """
    require_metric(facts)
    views = _look(photos, finder)
    calibration = finder.lens.camera
    if not isinstance(calibration, Calibration):
        calibration = Calibration(shared_camera(views))
    if not calibration.size_known:
        calibration = replace(calibration, camera=shared_camera(views), size_known=True)
    objects = numbered(views)
    console = results()
    console.print(_table(objects, one_picture=len(views) == 1))
    _tell_caveats(views)
    save_picture(numbered_picture(views), output.picture, overwrite=output.overwrite)
    console.print(f"Drawn in {output.picture}", soft_wrap=True)
    if not stated:
        raise SettingError("Say how far one of these is, straight from the camera, by its number: --known 1=2.30.")
    scale = fit_scale(matched(stated, objects), facts.name, facts.sha256, date.today())
    written = Calibration(calibration.camera, calibration.distortion, scale, calibration.chessboard)
    write_calibration(written, output.camera_file, overwrite=output.overwrite)
    console.print(_summary(written, scale))
    console.print(f"Written to {output.camera_file}", soft_wrap=True)


def _look(photos: Sequence[Source], finder: Rangefinder) -> list[View]:
    views = []
    with progress_bar("Looking", len(photos), "photos") as step:
        for photo in photos:
            views.append(finder.look(next(iter(photo.frames()))))
            step(photo.name)
    return views


def _tell_caveats(views: Sequence[View]) -> None:
    """Tell what the measured lengths rest on, as for all metres."""
    caveats = Caveats(many=len(views) > 1)
    for view in views:
        caveats.add(view.source, view.caveats)
    caveats.tell()


def _table(objects: Sequence[Numbered], *, one_picture: bool) -> "Table":
    """The objects as they were measured, without a scale."""
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for name in ("no.", *(() if one_picture else ("photo",)), "object", "box: left, top, right, bottom", "range"):
        table.add_column(name, justify="left" if name in ("photo", "object") else "right", overflow="fold")
    for one in objects:
        box = " ".join(f"{side:.0f}" for side in one.scene_object.box_xyxy_px)
        # Three digits, for a scale is taken of them.
        measured = f"{one.scene_object.range_m:.3g} m" if one.scene_object.distance.is_known else "? m"
        cells = (str(one.number), *(() if one_picture else (one.source,)), one.scene_object.label, box, measured)
        table.add_row(*map(Text, cells))  # as Text, for the brackets in a name are no markup
    return table


def _summary(calibration: Calibration, scale: DepthScale) -> str:
    """What was found, and what it rests on."""
    lines = [
        f"{known.label}: {known.range_m:g} m known, {known.measured_m:.3g} m measured, ratio {known.ratio:.3f}"
        for known in scale.known
    ]
    lines.append(f"The depth of {scale.depth_name} is to be multiplied by {scale.factor:.3f}.")
    if calibration.camera.origin == "assumed":
        lines.append("The focal length is assumed still: depths are to scale now, positions to the side are not.")
    return "\n".join(lines)
