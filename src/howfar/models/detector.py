"""A detector: from a picture to boxes with a class."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.errors import ModelError, SettingError
from howfar.models.card import Card
from howfar.models.layouts import LAYOUTS, Candidates
from howfar.models.masks import masks_in_boxes
from howfar.models.preprocess import to_tensor
from howfar.models.session import RunOptions, Session
from howfar.scene import Detections

MAX_DETECTIONS = 100
MOST_CANDIDATES = 10_000
"""So many of the best boxes take part in the suppression: its time grows with their square, and an untrained or foreign
network can give hundreds of thousands."""

MIN_SIDE_PX = 1.0
"""A box thinner than this after being cut to the picture is no object."""


class CardDetector(ABC):
    """A detector that is fed and read as its card says, whatever runs the network."""

    def __init__(self, card: Card) -> None:
        """Take the card.

        Raises:
            ModelError: If it is not a detector's.
        """
        if card.detector is None:
            raise ModelError(f"{card.name} is a model for {card.task}, not a detector.")
        self.card = card
        self.spec = card.detector

    @abstractmethod
    def run(self, tensor: NDArray[np.float32]) -> list[NDArray[Any]]:
        """Run the network on a 1×3×H×W tensor; outputs in the order that the card's layout expects."""

    @property
    def name(self) -> str:
        """The model's short name."""
        return self.card.name

    def class_ids(self, names: list[str]) -> frozenset[int]:
        """The class numbers of some class names.

        Raises:
            SettingError: If the detector does not know a name.
        """
        known = {name.lower(): number for number, name in enumerate(self.spec.classes)}
        for name in names:
            if name.strip().lower() not in known:
                raise SettingError(
                    f"The detector {self.name} knows no class {name!r}; "
                    f"`howfar models info {self.name}` lists its classes."
                )
        return frozenset(known[name.strip().lower()] for name in names)

    def detect(
        self,
        image: NDArray[np.uint8],
        *,
        score: float | None = None,
        nms: float | None = None,
        only: frozenset[int] | None = None,
        limit: int = MAX_DETECTIONS,
    ) -> Detections:
        """Find the objects in a picture.

        Args:
            image: H×W×3 uint8 RGB.
            score: Least confidence; the card's own when None.
            nms: IoU above which the weaker of two boxes of one class is dropped; the card's own when None.
            only: Class numbers to keep; all when None.
            limit: How many objects at most.

        Returns:
            The objects, best first, with boxes cut to the picture.
        """
        tensor, placement = to_tensor(image, self.card.input)
        outputs = self.run(tensor)
        layout = LAYOUTS[self.spec.layout]
        threshold = self.spec.score if score is None else score
        size = (tensor.shape[3], tensor.shape[2])
        found = layout.read(outputs, size, threshold, len(self.spec.classes))
        if only is not None:
            found = found.select(np.flatnonzero(np.isin(found.class_ids, list(only))))
        if layout.needs_nms:
            chosen = _suppress(found, self.spec.nms if nms is None else nms)
        else:
            chosen = np.argsort(-found.scores, kind="stable")
        height, width = image.shape[:2]
        limits = np.array([width, height, width, height], dtype=np.float32)
        found = found.select(chosen)
        boxes = np.clip(placement.to_picture(found.boxes_xyxy), 0.0, limits).astype(np.float32)
        solid = np.flatnonzero(((boxes[:, 2:] - boxes[:, :2]) >= MIN_SIDE_PX).all(axis=1))[:limit]
        found, boxes = found.select(solid), boxes[solid]
        masks = found.masks and masks_in_boxes(found.masks, placement.to_input(boxes), size)
        return Detections(boxes, found.scores, found.class_ids, self.spec.classes, masks)


class Detector(CardDetector):
    """An ONNX detector with its card. May be used from several threads at once."""

    def __init__(self, onnx_path: Path, card: Card, options: RunOptions | None = None) -> None:
        """Open the file.

        Raises:
            ModelError: If the card is not a detector's, or the file does not fit it.
        """
        super().__init__(card)
        self.session = Session(onnx_path, card, options)

    def run(self, tensor: NDArray[np.float32]) -> list[NDArray[Any]]:
        """Run the network; see `CardDetector.run`."""
        return self.session.run(tensor)


def _suppress(found: Candidates, iou: float) -> NDArray[np.int64]:
    """Class-wise greedy non-maximum suppression: indices of the boxes that stay, best first."""
    if not len(found.scores):
        return np.empty(0, dtype=np.int64)
    if len(found.scores) > MOST_CANDIDATES:
        best = np.argsort(-found.scores, kind="stable")[:MOST_CANDIDATES]
        return best[_suppress(found.select(best), iou)]
    corner_size: Any = found.boxes_xyxy.astype(np.float64)
    corner_size[:, 2:] -= corner_size[:, :2]
    scores: Any = found.scores
    class_ids: Any = found.class_ids.astype(np.int32)
    kept = np.asarray(cv2.dnn.NMSBoxesBatched(corner_size, scores, class_ids, 0.0, iou), dtype=np.int64).ravel()
    order: NDArray[np.int64] = kept[np.argsort(-found.scores[kept], kind="stable")]
    return order
