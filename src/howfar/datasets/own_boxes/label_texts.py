"""Boxes in texts of one object a line, a text for each picture: KITTI's labels, and YOLO's."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path, PurePosixPath

from howfar.datasets.files import text_of
from howfar.datasets.kitti_labels import read_boxes
from howfar.datasets.own_boxes.box_file import Looked, OwnBox, detections_of
from howfar.datasets.yolo_labels import read_detections
from howfar.datasets.yolo_names import TEXTS, find_names, read_names
from howfar.errors import SourceError
from howfar.files import is_file
from howfar.numbers import is_written_number
from howfar.scene import Detections

NO_LABELS = frozenset(PurePosixPath(name).name for name in TEXTS)
"""Texts beside the labels that are none."""
PARENTS = 2
"""So many folders above the labels the names of the classes are looked for."""


class LabelTexts:
    """The text of one picture, or a folder of them: `photo.txt` for `photo.jpg`.

    Attributes:
        path: The text, or the folder.
        is_kitti: Whether they are KITTI's; else YOLO's.
        class_names: What the numbers of YOLO's classes stand for.
        names_from: The file that says so; None where the classes are those of a detector.
    """

    has_tracks = False

    def __init__(self, path: Path, class_names: Sequence[str]) -> None:
        """Look which form the texts have, and what their classes are called.

        Args:
            path: The text, or the folder.
            class_names: What the numbers of YOLO's classes stand for where no file says it.

        Raises:
            SourceError: If there is no text, or it has neither form.
        """
        self.path = path
        if not self._texts():
            raise SourceError(f"{path} holds no labels: there should be a text for each picture, as photo.txt.")
        first = next((line for text in self._texts() if (line := _first_line(text))), "")
        self.is_kitti = bool(first) and not is_written_number(first.split()[0])
        self.names_from = None if self.is_kitti else _names_near(path)
        self.class_names = tuple(class_names) if self.names_from is None else read_names(self.names_from)

    @property
    def names_pictures(self) -> bool:
        """Whether it is a folder, whose texts are called as the pictures are."""
        return self.path.is_dir()

    @cached_property
    def labels(self) -> frozenset[str]:
        """The classes: those of YOLO's list, or those in all of KITTI's texts."""
        if not self.is_kitti:
            return frozenset(self.class_names)
        return frozenset(label for text in self._texts() for label, *_ in read_boxes(text))

    def boxes_of(self, looked: Looked) -> Detections | None:
        """The boxes of a picture; None where there is no text for it.

        Raises:
            SourceError: If a line is not what it should be.
        """
        text = self._text_of(looked.source)
        if text is None:
            return None
        if self.is_kitti:
            rows = read_boxes(text)
            boxes = [OwnBox(label, box, 1.0 if score is None else score) for label, box, score in rows]
            # Those of people are round the whole object in space; those of a detector, which have scores, are not.
            return detections_of(boxes, cuboids=all(score is None for *_, score in rows))
        return detections_of(list(self._of_yolo(text, looked.width_px, looked.height_px)))

    def _texts(self) -> list[Path]:
        if not self.path.is_dir():
            return [self.path]
        return sorted(each for each in self.path.glob("*.txt") if each.name not in NO_LABELS)

    def _text_of(self, source: str) -> Path | None:
        if not self.path.is_dir():
            return self.path
        text = self.path / f"{PurePosixPath(source.replace(chr(92), '/')).stem}.txt"
        return text if is_file(text) else None

    def _of_yolo(self, text: Path, width_px: int, height_px: int) -> Iterable[OwnBox]:
        for number, x, y, width, height, score in read_detections(text, self.class_names):
            left, top = (x - width / 2) * width_px, (y - height / 2) * height_px
            corners = (left, top, left + width * width_px, top + height * height_px)
            yield OwnBox(self.class_names[number], corners, score)


def _names_near(path: Path) -> Path | None:
    folder = path if path.is_dir() else path.parent
    near = [folder.resolve(), *folder.resolve().parents[:PARENTS]]
    return next((names for each in near if (names := find_names(each)) is not None), None)


def _first_line(text: Path) -> str:
    lines = text_of(text, f"The labels {text}", "there should be one object a line").splitlines()
    return next((line for line in lines if line.strip()), "")
