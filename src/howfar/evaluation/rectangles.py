"""Rectangles of whole pixels: the part of a picture that is cut out, and the part that is compared."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError

Number = TypeVar("Number", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Rectangle:
    """Columns x1 to x2 and rows y1 to y2 of a picture, ends excluded.

    Raises:
        SettingError: If it holds no pixel or starts outside the picture.
    """

    x1: int
    y1: int
    x2: int
    y2: int

    def __post_init__(self) -> None:
        if not (0 <= self.x1 < self.x2 and 0 <= self.y1 < self.y2):
            raise SettingError(
                f"A rectangle needs at least one pixel, from 0 on: columns {self.x1} to {self.x2} and rows {self.y1} "
                f"to {self.y2} hold none."
            )

    @property
    def width_px(self) -> int:
        """Number of columns."""
        return self.x2 - self.x1

    @property
    def height_px(self) -> int:
        """Number of rows."""
        return self.y2 - self.y1

    def of(self, picture: NDArray[Number]) -> NDArray[Number]:
        """The rectangle's part of an H×W or H×W×C array, as a view."""
        return picture[self.y1 : self.y2, self.x1 : self.x2]

    def within(self, outer: "Rectangle") -> "Rectangle":
        """What lies in both, counted from the outer rectangle's corner.

        Raises:
            SettingError: If they do not overlap.
        """
        return Rectangle(
            max(self.x1, outer.x1) - outer.x1,
            max(self.y1, outer.y1) - outer.y1,
            min(self.x2, outer.x2) - outer.x1,
            min(self.y2, outer.y2) - outer.y1,
        )

    def __str__(self) -> str:
        return f"rows {self.y1}:{self.y2} and columns {self.x1}:{self.x2}"


@dataclass(frozen=True, slots=True)
class RectangleShares:
    """A rectangle given by shares of the picture's width and height, for pictures of several sizes."""

    left: float
    top: float
    right: float
    bottom: float

    def of_size(self, width_px: int, height_px: int) -> Rectangle:
        """The rectangle in a picture of this size, rounded down to whole pixels."""
        return Rectangle(
            int(self.left * width_px),
            int(self.top * height_px),
            int(self.right * width_px),
            int(self.bottom * height_px),
        )

    def __str__(self) -> str:
        if (self.left, self.top, self.right, self.bottom) == (0, 0, 1, 1):
            return "all rows and columns"
        return (
            f"rows {self.top:.4f}:{self.bottom:.4f} of the height and columns {self.left:.4f}:{self.right:.4f} of the "
            "width"
        )


def centred(width_px: int, height_px: int, aspect: float) -> Rectangle:
    """The largest rectangle in the middle of a picture with width / height = aspect."""
    wide = min(width_px, max(1, round(height_px * aspect)))
    high = min(height_px, max(1, round(width_px / aspect)))
    left, top = (width_px - wide) // 2, (height_px - high) // 2
    return Rectangle(left, top, left + wide, top + high)
