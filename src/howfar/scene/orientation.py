"""The eight EXIF orientations: how a stored picture is turned and mirrored to be upright."""

Turn = tuple[tuple[int, int], tuple[int, int]]

TURNS: dict[int, Turn] = {
    1: ((1, 0), (0, 1)),
    2: ((-1, 0), (0, 1)),
    3: ((-1, 0), (0, -1)),
    4: ((1, 0), (0, -1)),
    5: ((0, 1), (1, 0)),
    6: ((0, -1), (1, 0)),
    7: ((0, -1), (-1, 0)),
    8: ((0, 1), (-1, 0)),
}
"""What takes (x, y) from the middle of the stored picture, x right and y down, to the upright one: a 2×2 matrix."""

LYING = frozenset({5, 6, 7, 8})
"""The orientations whose columns become rows."""


def turned(x: float, y: float, orientation: int) -> tuple[float, float]:
    """A vector in the stored picture, as it is in the upright one."""
    (a, b), (c, d) = TURNS[orientation]
    return a * x + b * y, c * x + d * y
