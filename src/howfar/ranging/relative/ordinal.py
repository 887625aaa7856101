"""The order of the objects on a relative depth map, which has no metres, and their numbers in this order."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.ranging.methods.cells import boxes_in_cells
from howfar.ranging.methods.method import Method
from howfar.scene import Camera, DepthMap, Perception
from howfar.scene.known_distance import KnownDistance


def ranks_of(perception: Perception, method: Method) -> tuple[int | None, ...]:
    """The ranks of the objects of a picture on a relative map, 1 for the nearest; None on a metric map."""
    boxes = perception.detections.boxes_xyxy_px
    if perception.depth.is_metric:
        return (None,) * len(boxes)
    values = relative_values(perception.depth, boxes, perception.camera, method.on_relative())
    return ranks_from_nearest(values, near_is_large=perception.depth.near_is_large)


def relative_values(
    depth: DepthMap, boxes_xyxy_px: NDArray[np.float32], camera: Camera, method: Method
) -> NDArray[np.float64]:
    """Measure N boxes on a relative map.

    Args:
        depth: The map.
        boxes_xyxy_px: N×4 boxes in pixels of the picture.
        camera: The picture's camera; its size is the picture's.
        method: A method that works on relative maps (`Method.on_relative`).

    Returns:
        N values in the map's own unit; NaN for a box without usable depth.

    Raises:
        SettingError: If the method has limits in metres.
    """
    boxes = boxes_in_cells(boxes_xyxy_px, (camera.width_px, camera.height_px), depth.shape)
    return method.read(depth, boxes).values


def ranks_from_nearest(values: NDArray[np.float64], *, near_is_large: bool) -> tuple[int | None, ...]:
    """The ranks of N values, 1 for the nearest; equal values have the same rank, NaN has none."""
    nearer = values > values[:, None] if near_is_large else values < values[:, None]
    return tuple(
        None if unknown else 1 + count
        for unknown, count in zip(np.isnan(values).tolist(), nearer.sum(axis=1).tolist(), strict=True)
    )


def nearest_first(ranks: Sequence[int | None]) -> list[int]:
    """The indices of N objects, nearest first, those without a rank last; equal ranks keep their order."""
    return sorted(range(len(ranks)), key=lambda index: ranks[index] or len(ranks) + 1)


def indices_of(known: Sequence[KnownDistance], labels: Sequence[str]) -> list[int]:
    """The index of the object that each known distance belongs to.

    Args:
        known: The known distances.
        labels: The classes of the objects in the order of their numbers, which start at 1.

    Raises:
        SettingError: If there is no such object, several objects have the class, or an object has two known distances.
    """
    indices = [_index_of(each.what, labels) for each in known]
    for index in indices:
        if indices.count(index) > 1:
            raise SettingError(f"Object {name_of(index, labels)} has two known distances: give one.", setting="known")
    return indices


def name_of(index: int, labels: Sequence[str]) -> str:
    """The number and the class of an object, such as `3 (chair)`."""
    return f"{index + 1} ({labels[index]})"


def _index_of(what: str | int, labels: Sequence[str]) -> int:
    if isinstance(what, int):
        if not 1 <= what <= len(labels):
            raise SettingError(f"There is no object {what}: {_listed(labels)}.", setting="known")
        return what - 1
    fitting = [index for index, label in enumerate(labels) if label.lower() == what.lower()]
    if not fitting:
        raise SettingError(f"There is no {what} among what was found: {_listed(labels)}.", setting="known")
    if len(fitting) > 1:
        numbers = ", ".join(str(index + 1) for index in fitting)
        raise SettingError(
            f"There are {len(fitting)} objects of the class {what}: name one by its number ({numbers}), such as "
            f"{fitting[0] + 1}=2.30.",
            setting="known",
        )
    return fitting[0]


def _listed(labels: Sequence[str]) -> str:
    named = ", ".join(name_of(index, labels) for index in range(len(labels)))
    return f"there are {named}" if labels else "nothing was found"
