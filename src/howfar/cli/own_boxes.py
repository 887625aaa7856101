"""Boxes of the user's own in the place of a detector's, by the name of each picture."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from howfar.cli.console import tell
from howfar.errors import SettingError, SourceError
from howfar.pipeline.given import own_boxes
from howfar.pipeline.own_detections import OwnBoxes as NoDetector
from howfar.pipeline.own_detections import with_own_detections
from howfar.scene import Frame

if TYPE_CHECKING:
    from howfar.datasets.own_boxes import BoxFile


@dataclass(frozen=True, slots=True)
class OwnBoxes:
    """The boxes of `--boxes`.

    Attributes:
        file: The file, or folder of labels; None where a detector looks for objects.
        detector: What stands in its place.
        one_source: Whether there is a single picture or video, which then has to be named in the file.
    """

    file: "BoxFile | None" = None
    detector: NoDetector = field(default_factory=NoDetector)
    one_source: bool = True

    @classmethod
    def read(cls, path: Path | None, detector: str, classes: Sequence[str], *, one_source: bool) -> Self:
        """Read the file, and say what the numbers of classes in it were taken for.

        Args:
            path: The file; None for none.
            detector: The detector whose classes numbers stand for where nothing else says it; it is not opened.
            classes: The classes that the user asks for.
            one_source: Whether there is a single picture or video.

        Raises:
            SourceError: If the file cannot be read.
            SettingError: If no box has a class that is asked for, or the file is of one picture and there are more.
        """
        if path is None:
            return cls()
        from howfar.datasets.own_boxes import open_boxes
        from howfar.datasets.own_boxes.label_texts import LabelTexts

        none = own_boxes(detector)
        file = open_boxes(path, none.class_names)
        if not (file.names_pictures or one_source):
            raise SettingError(f"The boxes in {path} belong to one picture, and there are more: name a single one.")
        if isinstance(file, LabelTexts) and not file.is_kitti and file.names_from is None:
            tell(f"{path}: the numbers of classes are taken for those of {detector}, as no names lie beside it.")
        _refuse_unknown(classes, file, path)
        return cls(file, none, one_source)

    @property
    def has_tracks(self) -> bool:
        """Whether the boxes have the numbers of a tracker."""
        return self.file is not None and self.file.has_tracks

    def added_to(self, frame: Frame) -> Frame:
        """The frame with its boxes; of several pictures one that the file does not name has none, and says so.

        Raises:
            SourceError: If the only picture is not named, or the boxes are for one of another size.
            SettingError: If a box cannot be one of the picture.
        """
        if self.file is None:
            return frame
        from howfar.datasets.own_boxes.box_file import NOTHING, Looked

        found = self.file.boxes_of(Looked(frame.source, frame.width_px, frame.height_px, frame.index))
        if found is None and self.one_source:
            raise SourceError(
                f"{self.file.path} names no boxes of {frame.source}: check how the picture is called there."
            )
        if found is None:
            frame = replace(frame, notes=(*frame.notes, f"{self.file.path} names no boxes of this picture."))
        return with_own_detections(frame, NOTHING if found is None else found)


def _refuse_unknown(classes: Sequence[str], file: "BoxFile", path: Path) -> None:
    labels = file.labels if classes else frozenset()
    known = {label.lower() for label in labels}
    for name in classes:
        if not name.strip().isdecimal() and name.strip().lower() not in known:
            raise SettingError(
                f"No box in {path} is of the class {name.strip()!r}; its classes are {', '.join(sorted(labels)[:20])}.",
                setting="classes",
            )
