"""What a file of boxes says, picture by picture, and which picture is meant."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

import numpy as np

from howfar.errors import SourceError
from howfar.io.output_names import source_name
from howfar.scene import Detections
from howfar.scene.box import Box
from howfar.scene.own_boxes import round_what_is_seen

NO_TRACK = -1


@dataclass(frozen=True, slots=True)
class OwnBox:
    """One box.

    Attributes:
        label: Its class.
        box_xyxy_px: Its corners in pixels, as the file has them.
        score: Its score; 1 where the file has none.
        track_id: Its number in a tracker; -1 where it has none.
    """

    label: str
    box_xyxy_px: Box
    score: float = 1.0
    track_id: int = NO_TRACK


@dataclass(frozen=True, slots=True)
class PictureBoxes:
    """The boxes of one picture, or of one frame of a video.

    Attributes:
        name: The name of the picture in the file; empty where it names none, and belongs to the one that is looked at.
        boxes: Its boxes.
        size_px: Width and height of the picture that they were drawn in; None where the file does not say.
        frame: The number of the frame; None for a picture.
        undistorted: Whether they belong to the picture without the distortion of its lens.
    """

    name: str
    boxes: tuple[OwnBox, ...]
    size_px: tuple[int, int] | None = None
    frame: int | None = None
    undistorted: bool = False


@dataclass(frozen=True, slots=True)
class Looked:
    """The picture, or frame, that is looked at.

    Attributes:
        source: Its path, or the name of its video.
        width_px: Its width.
        height_px: Its height.
        frame: The number of the frame; None for a picture.
    """

    source: str
    width_px: int
    height_px: int
    frame: int | None = None


class BoxFile(Protocol):
    """A file, or folder, of boxes."""

    @property
    def path(self) -> Path:
        """Where it is."""

    @property
    def names_pictures(self) -> bool:
        """Whether it says which picture its boxes belong to; else they belong to a single one."""

    @property
    def has_tracks(self) -> bool:
        """Whether its boxes have the numbers of a tracker."""

    @property
    def labels(self) -> frozenset[str]:
        """The classes that its boxes may have."""

    def boxes_of(self, looked: Looked) -> Detections | None:
        """The boxes of a picture; None where it does not speak of it.

        Raises:
            SourceError: If a name in it stands for several pictures, or its boxes are for one of another size.
        """


class NamedBoxes:
    """Boxes of many pictures in one file that says which belong to which.

    Attributes:
        path: The file.
        pictures: What it says.
    """

    def __init__(self, path: Path, pictures: Iterable[PictureBoxes]) -> None:
        """Take what the file says."""
        self.path, self.pictures = path, tuple(pictures)
        self._names: dict[str, dict[str, dict[int | None, PictureBoxes]]] = {}
        for each in self.pictures:
            frames = self._names.setdefault(_parts(each.name)[-1], {}).setdefault(each.name, {})
            if each.frame in frames:
                raise SourceError(f"{path} lists {each.name or 'a picture'} twice: leave one of them out.")
            frames[each.frame] = each

    @property
    def names_pictures(self) -> bool:
        """Whether it says which picture its boxes belong to."""
        return "" not in self._names

    @property
    def has_tracks(self) -> bool:
        """Whether a box has the number of a tracker."""
        return any(box.track_id != NO_TRACK for each in self.pictures for box in each.boxes)

    @property
    def labels(self) -> frozenset[str]:
        """The classes of its boxes."""
        return frozenset(box.label for each in self.pictures for box in each.boxes)

    def boxes_of(self, looked: Looked) -> Detections | None:
        """The boxes of a picture, by its name: of the path here and that in the file, one has to end as the other."""
        frames = self._frames_of(looked.source)
        if frames is None:
            return None
        said = frames.get(looked.frame, frames.get(None))
        return NOTHING if said is None else fitting(said, looked, self.path)

    def _frames_of(self, source: str) -> dict[int | None, PictureBoxes] | None:
        """What is said of a picture, or of each frame of a video; None where it is not named."""
        if not self.names_pictures:
            return self._names[""][""]
        named = self._names.get(_parts(source)[-1], {})
        if source in named:
            return named[source]
        alike = [name for name in named if _end_alike(_parts(name), _parts(source))]
        if len(alike) > 1:
            raise SourceError(
                f"{self.path} names both {alike[0]} and {alike[1]}, and either can be {source}: name the folder of the "
                "pictures so that they can be told apart."
            )
        return named[alike[0]] if alike else None


NOTHING = Detections.from_boxes([], [])


def fitting(said: PictureBoxes, looked: Looked, path: Path) -> Detections:
    """The boxes of a picture as detections.

    Raises:
        SourceError: If they were drawn in a picture of another size, or in one without the distortion of its lens.
    """
    if said.size_px not in (None, (looked.width_px, looked.height_px)):
        width, height = said.size_px
        raise SourceError(
            f"The boxes in {path} are of a picture of {width}×{height} pixels, and {looked.source} has "
            f"{looked.width_px}×{looked.height_px}: give the boxes of this one."
        )
    if said.undistorted:
        raise SourceError(
            f"The boxes of {looked.source} in {path} belong to the picture without the distortion of its lens: give "
            "those of the picture as it was taken."
        )
    return detections_of(said.boxes)


def detections_of(boxes: Sequence[OwnBox], *, cuboids: bool = False) -> Detections:
    """Boxes as detections.

    Args:
        boxes: The boxes.
        cuboids: Whether they are drawn round the whole object, as data sets of boxes in space have them; else they are
            round what is seen of it.
    """
    tracks = [each.track_id for each in boxes]
    found = Detections.from_boxes(
        [each.box_xyxy_px for each in boxes],
        [each.label for each in boxes],
        np.array([each.score for each in boxes], dtype=np.float32),
        tracks if set(tracks) - {NO_TRACK} else None,
    )
    return found if cuboids else round_what_is_seen(found)


def checked_score(value: object, where: str) -> float:
    """A score that a file states; 1 for None.

    Raises:
        SourceError: If it is no number of 0 to 1.
    """
    try:
        score = 1.0 if value is None else float(value)  # type: ignore[arg-type]
        if not 0 <= score <= 1:
            raise ValueError
    except (TypeError, ValueError):
        raise SourceError(f"{where} has the score {value!r}, which is none of 0 to 1: correct it.") from None
    return score


def checked_track(value: object, where: str) -> int:
    """The number of a track that a file states; -1 for None.

    Raises:
        SourceError: If it is no whole number from 0 on, or -1.
    """
    if value is None:
        return NO_TRACK
    try:
        number = float(value)  # type: ignore[arg-type]
        if number % 1 or not NO_TRACK <= number < 2**53:
            raise ValueError
    except (TypeError, ValueError):
        raise SourceError(f"{where} has the track_id {value!r}, which is no whole number from 0 on.") from None
    return int(number)


def _parts(name: str) -> tuple[str, ...]:
    """The parts of a path; of an address, and of standard input, what their results are called."""
    local = source_name(name) if "://" in name or name == "-" else name
    return PurePosixPath(local.replace("\\", "/")).parts or ("",)


def _end_alike(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether one of two paths ends as the other is."""
    count = min(len(one), len(other))
    return tuple(one[-count:]) == tuple(other[-count:])
