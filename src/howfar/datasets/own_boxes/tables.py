"""Boxes in a table of commas: that of `howfar look --format csv`, and what others call its columns."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from howfar.datasets.csv_rows import read_table
from howfar.datasets.own_boxes.box_file import NamedBoxes, OwnBox, PictureBoxes, checked_score, checked_track
from howfar.errors import SourceError
from howfar.scene.own_boxes import named_class

CORNERS = (
    ("x1_px", "x1", "xmin", "left"),
    ("y1_px", "y1", "ymin", "top"),
    ("x2_px", "x2", "xmax", "right"),
    ("y2_px", "y2", "ymax", "bottom"),
)
LABEL = ("label", "class_name", "name", "category", "class")
SCORE = ("score", "confidence", "conf")
SOURCE = ("source", "file_name", "filename", "picture", "image", "file")
FRAME = ("frame",)
TRACK = ("track_id", "tracker_id")


def read_boxes_table(path: Path, class_names: Sequence[str]) -> NamedBoxes:
    """Read boxes from a table with a header and a row for each.

    Args:
        path: The file.
        class_names: What the numbers of classes stand for.

    Raises:
        SourceError: If it cannot be read, lacks a column, or has a row that is no box.
        SettingError: If the number of a class stands for none.
    """
    header, rows = read_table(path, "it should have a row for each box")
    columns = [_column(header, names) for names in (*CORNERS, LABEL)]
    missing = [names[0] for names, column in zip((*CORNERS, LABEL), columns, strict=True) if column is None]
    if missing:
        raise SourceError(
            f"{path} lacks the columns {', '.join(missing)}: a table of boxes has {', '.join(n[0] for n in CORNERS)} "
            f"and {LABEL[0]}, and source, score, frame and track_id where they are known."
        )
    source, frame = _column(header, SOURCE), _column(header, FRAME)
    boxes: dict[tuple[str, int | None], list[OwnBox]] = {} if source is not None else {("", None): []}
    for number, row in enumerate(rows, 2):
        where = f"Line {number} of {path}"
        place = "" if source is None else row[source]
        if source is not None and not place:
            raise SourceError(f"{where} names no picture in its column {source}: name it.")
        key = (place, _frame(row, frame, where))
        boxes.setdefault(key, []).append(_box(row, header, class_names, where))
    return NamedBoxes(path, (PictureBoxes(name, tuple(each), frame=at) for (name, at), each in boxes.items()))


def _column(header: Sequence[str], names: Sequence[str]) -> str | None:
    return next((name for name in names if name in header), None)


def _box(row: Mapping[str, str], header: Sequence[str], class_names: Sequence[str], where: str) -> OwnBox:
    texts = [row[name] for names in CORNERS if (name := _column(header, names)) is not None]
    try:
        x1, y1, x2, y2 = map(float, texts)
    except ValueError:
        raise SourceError(f"{where} has a corner that is no number of pixels ({', '.join(texts)}).") from None
    label, score, track = (_cell(row, header, names) for names in (LABEL, SCORE, TRACK))
    given = named_class(int(label) if label and label.isdecimal() else label or "", class_names, where)
    return OwnBox(given, (x1, y1, x2, y2), checked_score(score, where), checked_track(track, where))


def _cell(row: Mapping[str, str], header: Sequence[str], names: Sequence[str]) -> str | None:
    column = _column(header, names)
    return None if column is None else row[column] or None


def _frame(row: Mapping[str, str], column: str | None, where: str) -> int | None:
    if column is None or not row[column]:
        return None
    if not row[column].isdecimal():
        raise SourceError(f"{where} has the frame {row[column]!r}, which is no whole number from 0 on.")
    return int(row[column])
