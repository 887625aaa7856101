"""A detector: from a picture to boxes with a class."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from howfar.errors import ModelError
from howfar.models.box_units import decoded, refuse_other_units, without_nan
from howfar.models.card import Card
from howfar.models.layouts import LAYOUTS, Arrays
from howfar.models.look_alikes import look_alikes
from howfar.models.masks import masks_in_boxes
from howfar.models.outputs import read_outputs
from howfar.models.preprocess import Fed, feed
from howfar.models.session import Session
from howfar.models.suppression import suppress
from howfar.scene import Detections, Frame, Query
from howfar.scene.query import class_ids

MAX_DETECTIONS = 100
"""Objects that a detector tells of in one picture at most: the best."""

CUT_SHORT = f"objects were found, and the best {MAX_DETECTIONS} are told."
"""How a note ends where there are more."""

MIN_SIDE_PX = 1.0
"""A box thinner than this after being cut to the picture is no object."""


class CardDetector:
    """A detector that is fed and read as its card says, whatever runs it; a `howfar.scene.Detector`.

    May be used from several threads at once.

    Attributes:
        card: How it is fed and read.
        spec: The part of the card that is about detection.
        session: What runs it.
    """

    def __init__(self, card: Card, session: Session) -> None:
        """Take an open network.

        Raises:
            ModelError: If the card is not a detector's.
        """
        if card.detector is None:
            raise ModelError(f"{session.name} is a model for {card.task}, not a detector.")
        self.card, self.spec, self.session = card, card.detector, session
        self._groups = look_alikes(self.spec.classes)

    @property
    def name(self) -> str:
        """The detector's short name."""
        return self.card.name

    @property
    def class_names(self) -> tuple[str, ...]:
        """The names of all classes that it knows, in the order of their numbers."""
        return self.spec.classes

    @property
    def finds_pairs(self) -> bool:
        """Whether it finds each object in both pictures of a stereo pair, and so tells its disparity."""
        return self.spec.layout == "ssd-pair"

    def detect(self, frame: Frame, query: Query) -> Detections:
        """Find the objects in a picture.

        Args:
            frame: The picture.
            query: Which objects to find; the card's own limits where it states none.

        Returns:
            At most `MAX_DETECTIONS` objects, best first, with boxes cut to the picture.

        Raises:
            SettingError: If the query names a class that the detector does not know.
            ModelError: If the network does not do what its card says.
        """
        fed = feed(frame, self.card)
        return self.read(self.session.run(*fed.tensors), fed, query)

    def read(self, outputs: Mapping[str, NDArray[Any]], fed: Fed, query: Query) -> Detections:
        """The objects in a network's outputs.

        Args:
            outputs: What the session gave.
            fed: What it was fed with.
            query: Which objects to find.

        Returns:
            As `detect`.

        Raises:
            SettingError: If the query names a class that the detector does not know.
            ModelError: If the outputs do not fit the card.
        """
        layout = LAYOUTS[self.spec.layout]
        threshold = self.spec.score if query.score is None else query.score
        arrays = decoded(self.arrays(outputs), fed.size_px, self.spec)
        with np.errstate(invalid="ignore"):  # of infinite boxes, which are left out below
            found = layout.read(arrays, fed.size_px, threshold, len(self.spec.classes))
        scores = layout.parts(arrays, len(self.spec.classes))[1]
        refuse_other_units(found, scores, fed.size_px, self.spec, self.session.name)
        found, notes = without_nan(found, scores, self.session.name)
        if layout.needs_nms:
            groups = found.class_ids if query.class_wise else self._groups[found.class_ids]
            iou = self.spec.nms if query.nms is None else query.nms
            chosen = suppress(found.boxes_xyxy, found.scores, groups, iou)
        else:
            chosen = np.argsort(-found.scores, kind="stable")
        found = found.select(chosen)
        if query.classes is not None:
            only = class_ids(query.classes, self.class_names, self.name)
            found = found.select(np.flatnonzero(np.isin(found.class_ids, list(only))))
        limits = np.array(fed.picture_px * 2, dtype=np.float32)
        boxes = np.clip(fed.placement.to_picture(found.boxes_xyxy), 0.0, limits).astype(np.float32)
        solid = np.flatnonzero(((boxes[:, 2:] - boxes[:, :2]) >= MIN_SIDE_PX).all(axis=1))
        if len(solid) > MAX_DETECTIONS:
            notes += (cut_short(len(solid)),)
        solid = solid[:MAX_DETECTIONS]
        found, boxes = found.select(solid), boxes[solid]
        masks = found.masks and masks_in_boxes(found.masks, fed.placement.to_input(boxes), fed.size_px)
        log_sds = self.spec.height_log_sds((boxes[:, 3] - boxes[:, 1]) * fed.placement.scale_y)
        disparities = None if found.disparities is None else found.disparities / np.float32(fed.placement.scale_x)
        return Detections(boxes, found.scores, found.class_ids, self.spec.classes, masks, log_sds, notes, disparities)

    def arrays(self, outputs: Mapping[str, NDArray[Any]]) -> Arrays:
        """The outputs that are read, in single precision.

        Raises:
            ModelError: If the card does not say which they are.
        """
        return read_outputs(outputs, self.spec.tensors, LAYOUTS[self.spec.layout].counts, self.session.name)


def cut_short(count: int) -> str:
    """What to say where more objects were found than are told."""
    return f"{count} {CUT_SHORT}"
