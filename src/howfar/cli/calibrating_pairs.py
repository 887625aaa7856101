"""The work of `howfar calibrate --stereo`: boards found by two cameras, a rig fitted, and how good it is."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from howfar.calibration.boards import Board, BoardView, find_board
from howfar.calibration.pair_fit import BoardPair, PairFit, fit_pair
from howfar.calibration.pair_picture import pair_sheet
from howfar.cli.calibration_output import CalibrationOutput
from howfar.cli.console import results, tell
from howfar.cli.progress import progress_bar
from howfar.errors import HowfarError, SettingError, SourceError
from howfar.io.picture_writer import save_picture
from howfar.io.rig_files import write_rig
from howfar.scene.frame import Frame
from howfar.sources.kinds import Source
from howfar.sources.pairs import SIDES

if TYPE_CHECKING:
    from rich.table import Table


class TwoSides(NamedTuple):
    """What the user named, by camera."""

    left: list[str]
    right: list[str]


def two_sides(specs: Sequence[str]) -> TwoSides:
    """Part a list of names, as the shell makes it of left/*.jpg right/*.jpg, into those of each camera.

    By their folders where these are two, by "left" and "right" in their names, and else the first half is the left
    one's.

    Raises:
        SettingError: If it does not tell.
    """
    if len(set(specs)) < len(specs):
        raise SettingError("A picture or folder is named twice: name those of each camera once, left first.")
    if len(specs) == 2:
        return TwoSides([specs[0]], [specs[1]])
    folders = [list(names) for _, names in groupby(specs, lambda spec: Path(spec).parent)]
    if len(folders) == 2:
        return TwoSides(*folders)
    by_name = {side: [spec for spec in specs if _side(spec) == side] for side in ("l", "r")}
    if len(by_name["l"]) + len(by_name["r"]) == len(specs) and all(by_name.values()):
        return TwoSides(by_name["l"], by_name["r"])
    if len(specs) % 2 == 0 and specs:
        half = len(specs) // 2
        return TwoSides(list(specs[:half]), list(specs[half:]))
    raise SettingError(
        f"Of {len(specs)} pictures it cannot be told which are the left-hand camera's: name two folders, left first, "
        "or as many pictures of each."
    )


def _side(spec: str) -> str:
    """The first letter of the side that a file's name says; empty where it says none."""
    found = SIDES.search(Path(spec).stem.lower())
    return "" if found is None else found[1][0]


def calibrate_from_pairs(pairs: Sequence[Source], board: Board, output: CalibrationOutput) -> None:
    """Find the board in both pictures of every pair, and write the rig that saw it.

    Args:
        pairs: Pairs of pictures, each of one moment.
        board: The board in them.
        output: Where to write.

    Raises:
        HowfarError: If too few boards were found, or no rig explains them.
    """
    found, unused = _find(pairs, board)
    found, others = _of_one_size(found)
    unused += others
    for name, reason in unused:
        tell(f"Not used: {name} ({reason})")
    fit = fit_pair(found, board, date.today())
    save_picture(pair_sheet(fit, board), output.picture, overwrite=output.overwrite)
    write_rig(fit.calibration, output.camera_file, overwrite=output.overwrite)
    console = results()
    console.print(_table(fit))
    console.print(_summary(fit, len(pairs)))
    console.print(f"Drawn in {output.picture}, written to {output.camera_file}", soft_wrap=True)
    for caution in fit.cautions():
        tell(caution)


def _find(pairs: Sequence[Source], board: Board) -> tuple[list[BoardPair], list[tuple[str, str]]]:
    """The pairs in which both cameras saw the board, and the others with the reason."""
    found: list[BoardPair] = []
    unused: list[tuple[str, str]] = []
    with progress_bar("Looking for the board", len(pairs), "pairs") as step:
        for source in pairs:
            try:
                seen = _seen_by_both(next(iter(source.frames())), board)
            except HowfarError as error:
                unused.append((source.name, str(error)))
            else:
                if isinstance(seen, str):
                    unused.append((source.name, seen))
                else:
                    found.append(seen)
            step(source.name)
    return found, unused


def _seen_by_both(frame: Frame, board: Board) -> BoardPair | str:
    """The board in both pictures, or why it is not."""
    if frame.right is None:
        raise SourceError(f"{frame.source} has no right-hand picture: name both folders.")
    views: list[BoardView] = []
    for side, image in (("left", frame.image), ("right", frame.right)):
        view = find_board(Frame(image, frame.source), board)
        if view is None:
            return f"no {board.name} board found in the {side}-hand picture"
        views.append(view)
    return BoardPair(*views)


def _of_one_size(pairs: Sequence[BoardPair]) -> tuple[list[BoardPair], list[tuple[str, str]]]:
    """The pairs of the size of the first whose pictures are alike, and the others with the reason."""
    size = next((left.size_px for left, right in pairs if left.size_px == right.size_px), None)
    fits = [left.size_px == right.size_px == size for left, right in pairs]
    others = [
        (left.source, "another size, " + " and ".join("{}×{}".format(*each.size_px) for each in (left, right)))
        for (left, right), fit in zip(pairs, fits, strict=True)
        if not fit
    ]
    return [pair for pair, fit in zip(pairs, fits, strict=True) if fit], others


def _table(fit: PairFit) -> "Table":
    """One row a pair."""
    from rich.table import Table
    from rich.text import Text

    table = Table()
    table.add_column("pair", overflow="fold")
    for name in ("left (px)", "right (px)", "rows (px)", "board at"):
        table.add_column(name, justify="right")
    columns = (fit.left.views, fit.left.view_rms_px, fit.right.view_rms_px, fit.pair_epipolar_px, fit.left.distances_m)
    for view, left_px, right_px, rows_px, distance_m in zip(*columns, strict=True):
        cells = (view.source, f"{left_px:.2f}", f"{right_px:.2f}", f"{rows_px:.2f}", f"{distance_m:.2f} m")
        table.add_row(*map(Text, cells))  # as Text, for the brackets in a name are no markup
    return table


def _summary(fit: PairFit, pairs: int) -> str:
    rig = fit.calibration
    sides = " and ".join(
        f"{camera.focal_px:.1f} px ({camera.fov_deg:.1f} degrees across)" for camera in (rig.left, rig.right)
    )
    lines = [
        f"{len(fit.row_errors_px)} of {pairs} pairs used, {rig.left.width_px}×{rig.left.height_px} px; focal lengths "
        f"{sides}.",
        f"The right-hand camera is {rig.baseline_m * 1e3:.1f} mm from the left-hand one and turned against it by "
        f"{rig.angle_deg:.2f} degrees.",
    ]
    if rig.chessboard is not None:
        lines.append(
            f"Reprojection error {rig.chessboard.rms_px:.2f} px RMS; once rectified, rows are "
            f"{rig.chessboard.epipolar_px:.2f} px apart (RMS)."
        )
    return "\n".join(lines)
