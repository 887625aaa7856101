"""Opening a file of boxes by its path alone: its form is told by its ending and its first line."""

from collections.abc import Sequence
from pathlib import Path

from howfar.datasets.own_boxes.box_file import BoxFile
from howfar.datasets.own_boxes.documents import read_document
from howfar.datasets.own_boxes.label_texts import LabelTexts
from howfar.datasets.own_boxes.tables import read_boxes_table
from howfar.errors import SourceError
from howfar.files import expanded


def open_boxes(path: str | Path, class_names: Sequence[str] = ()) -> BoxFile:
    """Open boxes of pictures.

    Args:
        path: COCO JSON or the JSON of `howfar look` (`.json`, `.jsonl`); a table of commas (`.csv`); labels of KITTI or
            of YOLO, of one picture (`.txt`) or a folder of them.
        class_names: What the numbers of classes stand for where nothing else says it.

    Raises:
        SourceError: If it is not there, cannot be read, or is none of these.
        SettingError: If the number of a class in a table stands for none.
    """
    path = expanded(path)
    if not path.exists():
        raise SourceError(f"There are no boxes {path}: name the file, or the folder of labels.")
    ending = path.suffix.lower()
    if path.is_dir() or ending == ".txt":
        return LabelTexts(path, class_names)
    if ending in (".json", ".jsonl"):
        return read_document(path)
    if ending == ".csv":
        return read_boxes_table(path, class_names)
    raise SourceError(
        f"{path} has an ending that says nothing of its form: boxes are .json (of COCO, or of howfar), .csv, or .txt "
        "(labels of KITTI or YOLO), or a folder of such texts."
    )
