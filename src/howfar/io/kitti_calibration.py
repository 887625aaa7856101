"""KITTI's calibrations: a name and numbers a line, `P2: …` of objects and odometry, `P_rect_02: …` of raw data."""

import re
from collections.abc import Sequence
from typing import NamedTuple

_LINE = re.compile(r"^(P[0-3]|[PS]_rect_0[0-3]):[ \t]+([-+.\d].*)$", re.MULTILINE)


class KittiProjection(NamedTuple):
    """A camera of KITTI.

    Attributes:
        numbers: The twelve numbers of its 3×4 projection, row by row.
        size: Width and height of its pictures; None where the file does not say it.
    """

    numbers: tuple[float, ...]
    size: tuple[float, float] | None


def is_of_kitti(text: str) -> bool:
    """Whether a text has lines of KITTI's projections."""
    return _LINE.search(text) is not None


def kitti_projection(text: str, camera: int) -> KittiProjection | None:
    """One of the four rectified cameras (0 and 1 grey, 2 and 3 in colour); None if the text does not have it.

    Raises:
        ValueError: If what it has cannot be read.
    """
    lines = {match[1]: match[2] for match in _LINE.finditer(text)}
    name = next((each for each in (f"P{camera}", f"P_rect_0{camera}") if each in lines), None)
    if name is None:
        return None
    size = lines.get(f"S_rect_0{camera}") if name.startswith("P_rect") else None
    width_height = None if size is None else _numbers(f"S_rect_0{camera}", size, 2)
    return KittiProjection(
        tuple(_numbers(name, lines[name], 12)), None if width_height is None else (width_height[0], width_height[1])
    )


def _numbers(name: str, text: str, count: int) -> Sequence[float]:
    numbers = [float(each) for each in text.split()]
    if len(numbers) != count:
        raise ValueError(f"{name} has {len(numbers)} numbers and not {count}")
    return numbers
