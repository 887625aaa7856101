"""What a detector finds in pictures, in place of labels; kept in a file, so that it is asked once."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct

from howfar.datasets import DepthSample, LazySamples
from howfar.errors import SettingError
from howfar.files import replacing
from howfar.models.card import Card
from howfar.models.detector import CardDetector
from howfar.models.library import open_detector
from howfar.models.run_options import REPEATABLE
from howfar.scene import Frame, Query
from howfar.training.data.joint.samples import Boxes, JointSample, WithBoxes
from howfar.training.data.joint.semantic_objects import semantic_objects
from howfar.training.recipe_settings import BoxTeacherSettings

Row = tuple[float, float, float, float, int, float]
"""An object: x1, y1, x2, y2 in pixels, the number of its class, its score."""


class Found(Struct, frozen=True, forbid_unknown_fields=True):
    """What a teacher found in the pictures of one source.

    Attributes:
        digest: SHA-256 of the teacher's file.
        least_score: How certain it had to be.
        pictures: The names of the pictures.
        rows: The objects of each.
    """

    digest: str
    least_score: float
    pictures: list[str]
    rows: list[list[Row]]


class BoxTeacher:
    """Puts boxes into the pictures of those sources that a recipe wants to be labelled."""

    def __init__(
        self,
        settings: BoxTeacherSettings,
        class_names: Sequence[str],
        folder: Path | None,
        asked: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Open the detector of a recipe, if it has one.

        Args:
            settings: Which, and what it labels.
            class_names: The classes that are learned, in their order.
            folder: Where what it finds is kept; None to ask it about each picture when that is wanted.
            asked: Called with the name of each picture that it looks at.

        Raises:
            ModelError: If there is no such detector.
            SettingError: If it knows other classes.
        """
        self.settings, self.class_names, self.folder, self.asked = settings, class_names, folder, asked
        self.detector = open_detector(settings.model, REPEATABLE) if settings.model else None
        if self.detector is not None:
            refuse_other_classes(self.detector.card, class_names, "box_teacher.model")

    def labelled(self, samples: Sequence[DepthSample], source: str) -> Sequence[JointSample]:
        """The pictures of a source, with boxes if it is to be labelled.

        Raises:
            OutputError: If what was found cannot be written.
            SettingError: If semantic classes are wanted of a source that has none.
            SourceError: If one of its pictures has none.
        """
        if self.detector is None or source not in self.settings.sources:
            return WithBoxes(samples, None)
        if source in self.settings.semantic and len(samples) and samples[0].classes is None:
            raise SettingError(
                f"box_teacher.semantic names {source}, whose pictures have no semantic classes: take it out."
            )
        if self.folder is None:
            return WithBoxes(samples, LazySamples(range(len(samples)), partial(self._asked_now, samples, source)))
        kept = self.folder / f"{source.replace(' ', '_')}.json"
        taught = taught_boxes(samples, self.detector, self.settings, kept, self.asked)
        if source not in self.settings.semantic:
            return WithBoxes(samples, taught)
        return WithBoxes(samples, [self._joined(*pair) for pair in zip(samples, taught, strict=True)])

    def _asked_now(self, samples: Sequence[DepthSample], source: str, index: int) -> Boxes:
        assert self.detector is not None
        rows = _look(samples[index], self.detector, self.settings.least_score, self.asked)
        taught = _boxes(rows, self.settings.sure_score)
        return self._joined(samples[index], taught) if source in self.settings.semantic else taught

    def _joined(self, sample: DepthSample, taught: Boxes) -> Boxes:
        """What the semantic classes of a picture tell, with what the teacher adds."""
        return semantic_objects(sample, taught, self.class_names)


def taught_boxes(
    samples: Sequence[DepthSample],
    teacher: CardDetector,
    settings: BoxTeacherSettings,
    kept: Path,
    asked: Callable[[str], None] = lambda _: None,
) -> list[Boxes]:
    """What a teacher finds in each of some pictures.

    Args:
        samples: The pictures.
        teacher: It knows the classes of the network that learns.
        settings: How certain it must be.
        kept: The file that holds what it found; read where it is of this teacher and these pictures, else written.
        asked: Called with the name of each picture that it looks at.

    Raises:
        OutputError: If the file cannot be written.
    """
    digest, least = teacher.session.digest(), settings.least_score
    found, names = _read(kept), [sample.name for sample in samples]
    if found is None or (found.digest, found.least_score, found.pictures) != (digest, least, names):
        found = Found(digest, least, names, [_look(sample, teacher, least, asked) for sample in samples])
        kept.parent.mkdir(parents=True, exist_ok=True)
        with replacing(kept, overwrite=True) as temporary:
            temporary.write_bytes(msgspec.json.encode(found))
    return [_boxes(rows, settings.sure_score) for rows in found.rows]


def refuse_other_classes(card: Card, class_names: Sequence[str], setting: str) -> None:
    """Raise SettingError if a detector does not know the classes of the labels, in their order."""
    known = card.detector.classes if card.detector else ()
    if tuple(known) != tuple(class_names):
        raise SettingError(
            f"{card.name} knows {len(known)} classes, and not the {len(class_names)} of the photos in their order: "
            f"correct {setting}."
        )


def _look(sample: DepthSample, teacher: CardDetector, least_score: float, asked: Callable[[str], None]) -> list[Row]:
    asked(sample.name)
    seen = teacher.detect(Frame(sample.image, sample.name, sample.camera), Query(score=least_score))
    return [
        (*box, class_id, score)
        for box, class_id, score in zip(
            seen.boxes_xyxy_px.tolist(), seen.class_ids.tolist(), seen.scores.tolist(), strict=True
        )
    ]


def _boxes(rows: list[Row], sure_score: float) -> Boxes:
    columns = np.array(rows, dtype=np.float64).reshape(-1, 6)
    certainty = np.minimum(columns[:, 5] / sure_score, 1)
    return Boxes(columns[:, :4].astype(np.float32), columns[:, 4].astype(np.int64), certainty.astype(np.float32))


def _read(path: Path) -> Found | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Found)
    except (OSError, msgspec.DecodeError):
        return None
