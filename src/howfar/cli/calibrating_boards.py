"""The work of `howfar calibrate --chessboard`: boards found, a camera fitted, and how good it is."""

import math
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from howfar.calibration.board_fit import BoardFit, fit_boards
from howfar.calibration.board_picture import board_sheet
from howfar.calibration.boards import Board, BoardView, find_board, of_one_size
from howfar.cli.calibration_output import CalibrationOutput
from howfar.cli.console import results, tell
from howfar.cli.progress import progress_bar
from howfar.errors import HowfarError
from howfar.io.camera_files import write_calibration
from howfar.io.picture_writer import save_picture
from howfar.pipeline.undistortion import coefficients
from howfar.sources.kinds import Source

if TYPE_CHECKING:
    from rich.table import Table

Unused = list[tuple[str, str]]
"""Pictures that were not used, each with the reason."""


def calibrate_from_boards(photos: Sequence[Source], board: Board, output: CalibrationOutput) -> None:
    """Find the board in every photo, and write the camera that saw it.

    Args:
        photos: Pictures of one camera.
        board: The board in them.
        output: Where to write.

    Raises:
        HowfarError: If too few boards were found, or no camera explains them.
    """
    found, unused = _find(photos, board)
    views, others = of_one_size(found)
    unused += [(view.source, f"another size, {view.width_px}×{view.height_px}") for view in others]
    for name, reason in unused:
        tell(f"Not used: {name} ({reason})")
    fit = fit_boards(views, board, date.today())
    save_picture(board_sheet(fit, board), output.picture, overwrite=output.overwrite)
    write_calibration(fit.calibration, output.camera_file, overwrite=output.overwrite)
    console = results()
    console.print(_table(fit))
    console.print(_summary(fit, len(photos)))
    console.print(f"Drawn in {output.picture}, written to {output.camera_file}", soft_wrap=True)
    for caution in fit.cautions():
        tell(caution)


def _find(photos: Sequence[Source], board: Board) -> tuple[list[BoardView], Unused]:
    found: list[BoardView] = []
    unused: Unused = []
    with progress_bar("Looking for the board", len(photos), "photos") as step:
        for photo in photos:
            try:
                view = find_board(next(iter(photo.frames())), board)
            except HowfarError as error:
                unused.append((photo.name, str(error)))
            else:
                if view is None:
                    unused.append((photo.name, f"no {board.name} board found"))
                else:
                    found.append(view)
            step(photo.name)
    return found, unused


def _table(fit: BoardFit) -> "Table":
    """One row a picture."""
    from rich.table import Table
    from rich.text import Text

    table = Table()
    table.add_column("photo", overflow="fold")
    table.add_column("error (px)", justify="right")
    shows_distance = not math.isnan(fit.distances_m[0])
    if shows_distance:
        table.add_column("board at", justify="right")
    for view, rms_px, distance_m in zip(fit.views, fit.view_rms_px, fit.distances_m, strict=True):
        cells = (view.source, f"{rms_px:.2f}", *((f"{distance_m:.2f} m",) if shows_distance else ()))
        table.add_row(*map(Text, cells))  # as Text, for the brackets in a name are no markup
    return table


def _summary(fit: BoardFit, photos: int) -> str:
    camera, bent = fit.calibration.camera, fit.calibration.distortion
    lines = [
        f"{len(fit.views)} of {photos} photos used, {camera.width_px}×{camera.height_px} px; the boards cover "
        f"{fit.coverage:.0%} of the frame.",
        f"Focal lengths {camera.fx_px:.1f} ± {fit.fx_error_px:.1f} and {camera.fy_px:.1f} ± {fit.fy_error_px:.1f} px "
        f"({camera.fov_deg:.1f} degrees across), principal point {camera.cx_px:.1f}, {camera.cy_px:.1f} px.",
    ]
    if bent is not None:
        lines.append(f"Distortion k1, k2, p1, p2, k3: {', '.join(f'{value:.4f}' for value in coefficients(bent))}.")
    if fit.calibration.chessboard is not None:
        lines.append(f"Reprojection error {fit.calibration.chessboard.rms_px:.2f} px RMS.")
    return "\n".join(lines)
