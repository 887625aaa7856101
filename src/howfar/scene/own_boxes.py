"""Boxes of the user's own: whether they can be boxes of a picture, and which of them are asked for."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from howfar.errors import SettingError
from howfar.scene.detections import BOX_LOG_SD, Detections
from howfar.scene.query import Query

LARGEST_SHARE = 1.5
"""Boxes all of whose corners are at most this are shares of the sides, not pixels."""
DRAWN_LOG_SD = 0.02
"""Standard deviation of the natural logarithm of the height of a box that a person drew round what is seen."""
CORNERS = "corners are left, top, right, bottom in pixels of the picture"


def fitted_to_picture(found: Detections, width_px: int, height_px: int) -> Detections:
    """Boxes of the user's own, cut to the picture and sorted, the highest score first.

    Args:
        found: The boxes.
        width_px: Width of the picture.
        height_px: Height of the picture.

    Raises:
        SettingError: If a number is not finite, a box has its corners swapped, is empty or lies outside the picture, or
            the numbers are shares of the picture's sides.
    """
    boxes = found.boxes_xyxy_px
    if not len(found):
        return found
    _refuse(found, ~np.isfinite(boxes).all(axis=1), "has a number that is not finite: leave it out, or correct it")
    if boxes.max() <= LARGEST_SHARE < min(width_px, height_px):
        raise SettingError(
            f"The boxes have no number above {boxes.max():g}, so that they look like shares of the picture's sides: "
            f"multiply x by {width_px} and y by {height_px}, as {CORNERS}.",
            setting="detections",
        )
    swapped = (boxes[:, 2:] < boxes[:, :2]).any(axis=1)
    _refuse(found, swapped, f"ends before it begins: {CORNERS}, and not left, top, width, height")
    limits = np.array([width_px, height_px] * 2, dtype=np.float32)
    cut = np.clip(boxes, 0, limits).astype(np.float32)
    is_empty = (cut[:, 2:] <= cut[:, :2]).any(axis=1)
    outside = is_empty & (boxes[:, 2:] > boxes[:, :2]).all(axis=1)
    _refuse(found, outside, f"lies outside the picture of {width_px}×{height_px} pixels: give boxes of this picture")
    _refuse(found, is_empty, "is empty: leave it out")
    order = np.argsort(-found.scores, kind="stable")
    return replace(found, boxes_xyxy_px=cut).select(order)


def asked_for(found: Detections, query: Query) -> Detections:
    """The boxes that a query asks for; of a class that none of them has, there are none."""
    keep = found.scores >= (query.score or 0.0)
    if query.classes is not None:
        names = {each.strip().lower() for each in query.classes if isinstance(each, str)}
        numbers = {each for each in query.classes if isinstance(each, int)}
        rows = zip(found.labels, found.class_ids.tolist(), strict=True)
        keep &= np.array([label.lower() in names or number in numbers for label, number in rows], dtype=np.bool_)
    return found if keep.all() else found.select(keep)


def round_what_is_seen(found: Detections) -> Detections:
    """The same boxes, drawn round what is seen of each object, as detectors do, and not round all of it.

    Those with a score below 1 are a detector's, and as inexact as those of any whose errors are not known.
    """
    return replace(found, height_log_sds=np.where(found.scores < 1, BOX_LOG_SD, DRAWN_LOG_SD))


def named_class(given: Any, class_names: Sequence[str], where: str) -> str:
    """The name of a class that is given by its name or its number.

    Args:
        given: The name or number.
        class_names: What numbers stand for; empty where nothing says it.
        where: What it is the class of, for messages.

    Raises:
        SettingError: If a number stands for no class, or it is neither.
    """
    if isinstance(given, str):
        if not given.strip():
            raise SettingError(f"{where} names no class: name it.", setting="detections")
        return given.strip()
    if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given) or given % 1:
        raise SettingError(
            f"{where} has the class {given!r}, which is no name and no number: the class comes before the score.",
            setting="detections",
        )
    if not class_names:
        raise SettingError(
            f"{where} has the class {given:.0f}, and nothing says what it stands for: give its name, or name the "
            "detector whose numbers these are.",
            setting="detections",
        )
    if not 0 <= given < len(class_names):
        raise SettingError(
            f"{where} has the class {given:.0f}, and the {len(class_names)} classes are numbered from 0 to "
            f"{len(class_names) - 1}: give a name, or correct the number.",
            setting="detections",
        )
    return class_names[int(given)]


def _refuse(found: Detections, wrong: ArrayLike, why: str) -> None:
    places = np.flatnonzero(wrong)
    if not len(places):
        return
    first = int(places[0])
    corners = " ".join(f"{value:g}" for value in found.boxes_xyxy_px[first].tolist())
    raise SettingError(
        f"Box {first + 1} of {len(found)}, {corners} ({found.labels[first]}), {why}.", setting="detections"
    )
