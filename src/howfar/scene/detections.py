"""The detected objects of a picture: boxes, scores and classes, as parallel arrays."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from howfar.errors import SettingError

BOX_LOG_SD = 0.12
"""Standard deviation of the natural logarithm of a box's height, of a detector whose errors are not known: NanoDet-g's.
Of its heights on 734 whole objects of COCO photos that it was trained on, 80 % lie within 1.28 times 0.103 in log (0.13
below 16 pixels of the input, 0.05 above 128); on 87 of NYU's test rooms 0.101, on 37 of streets 0.077 about a median
that is 9 % too small. What it has not seen is wider than COCO's, and boxes that overlap by less than half were not
counted."""
MOST_SCORE = 1.001
"""A score that half precision rounds upwards is still one."""


@dataclass(frozen=True, eq=False)
class Detections:
    """N detected objects, the highest score first.

    Attributes:
        boxes_xyxy_px: N×4 float32, x1, y1, x2, y2 in pixels of the picture.
        scores: N float32 in 0 to 1.
        class_ids: N int64, indices into `class_names`.
        class_names: The names of all classes of the detector.
        masks: N×S×S float32, 0 to 1: how much each cell of a grid over each box belongs to its object; None from a
            detector that gives no masks.
        height_log_sds: N float64: standard deviation of the natural logarithm of each box's height, by the detector's
            measured errors; None for boxes that are exact or drawn by hand. Those count as drawn round the whole
            object, as data sets have them, and those of a detector as drawn round what is seen.
        notes: Sentences about objects that are missing here: more than are told, or rows that hold no numbers.
        disparities_px: N float32: column of each object's middle in the left-hand picture less that in the right-hand
            one, in pixels of the picture; None from a detector that looks at one picture.
        track_ids: N int64: the number of each object in a tracker of the user's own, -1 for none; None where there is
            no tracker.

    Raises:
        SettingError: If the arrays do not fit together, a class has no name, or a score does not lie in 0 to 1.
    """

    boxes_xyxy_px: NDArray[np.float32]
    scores: NDArray[np.float32]
    class_ids: NDArray[np.int64]
    class_names: tuple[str, ...]
    masks: NDArray[np.float32] | None = None
    height_log_sds: NDArray[np.float64] | None = None
    notes: tuple[str, ...] = ()
    disparities_px: NDArray[np.float32] | None = None
    track_ids: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        count = len(self.boxes_xyxy_px)
        if self.boxes_xyxy_px.shape != (count, 4) or self.scores.shape != (count,) or self.class_ids.shape != (count,):
            raise SettingError(
                "Detections need N×4 boxes, N scores and N class ids, not arrays of shape "
                f"{self.boxes_xyxy_px.shape}, {self.scores.shape} and {self.class_ids.shape}."
            )
        if count and not ((self.scores >= 0) & (self.scores <= MOST_SCORE)).all():
            raise SettingError(
                f"The scores of detections lie between 0 and 1, and these between {self.scores.min():g} and "
                f"{self.scores.max():g}: a detector's raw outputs need a sigmoid first."
            )
        if self.masks is not None and (self.masks.ndim != 3 or len(self.masks) != count):
            raise SettingError(f"{count} detections need {count}×S×S masks, not an array of shape {self.masks.shape}.")
        if self.height_log_sds is not None and self.height_log_sds.shape != (count,):
            raise SettingError(f"{count} detections need {count} errors, not {self.height_log_sds.shape}.")
        if self.disparities_px is not None and self.disparities_px.shape != (count,):
            raise SettingError(f"{count} detections need {count} disparities, not {self.disparities_px.shape}.")
        if self.track_ids is not None and self.track_ids.shape != (count,):
            raise SettingError(f"{count} detections need {count} track ids, not {self.track_ids.shape}.")
        if count and not 0 <= self.class_ids.min() <= self.class_ids.max() < len(self.class_names):
            raise SettingError(f"A class id lies outside the {len(self.class_names)} classes that have a name.")

    @classmethod
    def from_boxes(
        cls,
        boxes_xyxy_px: ArrayLike,
        labels: Sequence[str],
        scores: ArrayLike | None = None,
        track_ids: ArrayLike | None = None,
    ) -> Self:
        """Detections from boxes of your own, with one label each; the scores are 1 if not given.

        Args:
            boxes_xyxy_px: N×4, x1, y1, x2, y2 in pixels of the picture.
            labels: N names of classes.
            scores: N scores, 0 to 1.
            track_ids: N numbers of a tracker of your own, -1 for none.

        Raises:
            SettingError: As for the class.
        """
        boxes = np.asarray(boxes_xyxy_px, dtype=np.float32).reshape(-1, 4)
        names = tuple(dict.fromkeys(labels))
        ids = np.array([names.index(label) for label in labels], dtype=np.int64)
        given = np.ones(len(boxes)) if scores is None else scores
        tracks = None if track_ids is None else np.asarray(track_ids, dtype=np.int64)
        return cls(boxes, np.asarray(given, dtype=np.float32), ids, names, track_ids=tracks)

    @property
    def labels(self) -> tuple[str, ...]:
        """The class name of each object."""
        return tuple(self.class_names[i] for i in self.class_ids.tolist())

    def __len__(self) -> int:
        return len(self.boxes_xyxy_px)

    def select(self, keep: NDArray[np.bool_] | NDArray[np.int64]) -> Self:
        """The objects that a mask or an array of indices selects."""
        return replace(
            self,
            boxes_xyxy_px=self.boxes_xyxy_px[keep],
            scores=self.scores[keep],
            class_ids=self.class_ids[keep],
            masks=None if self.masks is None else self.masks[keep],
            height_log_sds=None if self.height_log_sds is None else self.height_log_sds[keep],
            disparities_px=None if self.disparities_px is None else self.disparities_px[keep],
            track_ids=None if self.track_ids is None else self.track_ids[keep],
        )
