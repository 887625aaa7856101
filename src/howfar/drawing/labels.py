"""What stands at each object in the annotated picture, and where there is room for it."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from howfar.drawing.colours import Colour, colour_of, text_colour_on
from howfar.drawing.outlines import Box, whole_pixels
from howfar.drawing.style import DrawStyle
from howfar.drawing.text import line_height, put_text, size_that_fits, text_width
from howfar.drawing.units import Units, distance_text, interval_text, number_text
from howfar.scene import Distance, SceneObject

MIXED_MARK = "*"
CONFLICT_MARK = "!"
ABOUT_MARK = "~"
FAR_S = 10.0
"""A later contact is no news."""
ALERT_RED: Colour = (230, 0, 0)


@dataclass(frozen=True, slots=True)
class Label:
    """A text on its coloured plate.

    Attributes:
        text: What it says.
        size_px: Size of its letters.
        plate: Where it stands.
        colour: Colour of the plate.
    """

    text: str
    size_px: int
    plate: Box
    colour: Colour


def label_text(one: SceneObject, style: DrawStyle, *, assumed: bool) -> str:
    """What an object's label says: "chair 2.3 m", with the signs that `draw_scene` explains; "chair 1st" by its rank.

    Of a tracked object also its number, its speed and its time to collision: "#3 car 12 m, 8.1 m/s, 1.5 s".

    Args:
        one: The object.
        style: Its units; with `show_interval` the interval is added, where one is known: "chair 2.3 m (1.8–2.9)".
        assumed: Whether the scale of its distance is.
    """
    distance = one.distance
    name = " ".join(one.label.split())
    if one.track is not None:
        name = f"#{one.track.track_id} {name}"
    if one.nearness_rank is not None and not distance.is_known:
        return f"{name} {ordinal(one.nearness_rank)}".lstrip()
    about = ABOUT_MARK if (assumed or distance.is_doubtful) and distance.is_known else ""
    mark = marks(distance)
    ends = interval_text(distance.low_m, distance.high_m, style.units) if style.show_interval else ""
    depth = f"{about}{distance_text(distance.depth_m, style.units)}{mark}{ends and f' ({ends})'}"
    return ", ".join((f"{name} {depth}".lstrip(), *motion_texts(one, style.units)))


def motion_texts(one: SceneObject, units: Units) -> list[str]:
    """The speed and the time to collision of a tracked object, as far as they are known and worth a word.

    The speed is that over the ground where it is known, else that towards the camera, which is not told where it may as
    well be none. Contact in more than `FAR_S` is not told.
    """
    track = one.track
    if track is None:
        return []
    texts = []
    speeds = (track.ground_speed_m_s, track.ground_speed_low_m_s, track.ground_speed_high_m_s)
    if not math.isfinite(track.ground_speed_m_s):
        speeds = (track.speed_m_s, track.speed_low_m_s, track.speed_high_m_s)
    if speeds[1] > 0 or speeds[2] < 0:
        texts.append(f"{'-' if speeds[0] < 0 else ''}{distance_text(abs(speeds[0]), units)}/s")
    if track.ttc_s <= FAR_S:
        texts.append(f"{number_text(track.ttc_s)} s")
    return texts


def marks(distance: Distance) -> str:
    """The signs after a distance that is doubtful: two depths in the box, cues that contradict each other."""
    return (MIXED_MARK if distance.mixed else "") + (CONFLICT_MARK if distance.conflict else "")


def ordinal(rank: int) -> str:
    """A rank in print: 1st, 2nd, 3rd, 4th."""
    teens = rank % 100 in (11, 12, 13)
    return f"{rank}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(rank % 10, 'th')}"


def object_colour(one: SceneObject, last_rank: int) -> Colour:
    """The colour of an object: that of its distance; of its rank, from near to far, where there are ranks alone.

    One that breaks a rule of the user's is red.
    """
    if one.alerts:
        return ALERT_RED
    if one.nearness_rank is None or one.distance.is_known:
        return colour_of(one.depth_m)
    return colour_of((one.nearness_rank - 1) / max(last_rank - 1, 1), max_m=1.0)


def place_labels(
    nearest_first: Iterable[tuple[SceneObject, str]], image: NDArray[np.uint8], size_px: int, last_rank: int = 0
) -> list[Label]:
    """Give each label a place in the picture that no nearer object's label has, where there is one.

    Args:
        nearest_first: The objects, each with its text.
        image: H×W×3: the picture.
        size_px: Size of the letters, where there is room for it.
        last_rank: Rank of the farthest object, where there are ranks.
    """
    placed: list[Label] = []
    for one, text in nearest_first:
        box = whole_pixels(one.box_xyxy_px, image)
        size = size_that_fits(text, size_px, image.shape[1] - 2 * _margin(size_px))
        if box is None or size is None or line_height(size) > image.shape[0]:
            continue
        width, height = text_width(text, size) + 2 * _margin(size), line_height(size)
        plates = [_inside(plate, image) for plate in _candidates(box, width, height)]
        covered = _covered_px(plates, [other.plate for other in placed])
        placed.append(Label(text, size, plates[int(covered.argmin())], object_colour(one, last_rank)))
    return placed


def write_label(image: NDArray[np.uint8], label: Label) -> None:
    """Write a label into an H×W×3 uint8 RGB picture, which is changed."""
    x1, y1, x2, y2 = label.plate
    image[y1:y2, x1:x2] = label.colour
    put_text(image, label.text, x1 + _margin(label.size_px), y1, label.size_px, text_colour_on(label.colour))


def _margin(size_px: int) -> int:
    """Room in pixels on either side of a label's text."""
    return max(2, round(size_px * 0.3))


def _candidates(box: Box, width: int, height: int) -> Iterator[Box]:
    """Places for a label of this size, best first: on top of the box, inside it, under it, at its right end."""
    x1, y1, x2, y2 = box
    tops = (y1 - height, y1, y2, y2 - height) if y1 >= height else (y1, y2, y2 - height)
    for left in (x1, x2 - width):
        for top in tops:
            yield left, top, left + width, top + height


def _inside(plate: Box, image: NDArray[np.uint8]) -> Box:
    """The plate moved into the picture."""
    x1, y1, x2, y2 = plate
    height, width = image.shape[:2]
    left = max(0, min(x1, width - (x2 - x1)))
    top = max(0, min(y1, height - (y2 - y1)))
    return left, top, left + x2 - x1, top + y2 - y1


def _covered_px(plates: Sequence[Box], others: Sequence[Box]) -> NDArray[np.int64]:
    """How many pixels each plate shares with others, all of them counted."""
    one, other = (np.array(each, dtype=np.int64).reshape(-1, 1, 4) for each in (plates, others))
    other = other.reshape(1, -1, 4)
    sides = np.minimum(one[..., 2:], other[..., 2:]) - np.maximum(one[..., :2], other[..., :2])
    shared: NDArray[np.int64] = sides.clip(min=0).prod(axis=-1).sum(axis=1)
    return shared
