"""Photos of a chessboard by two cameras that are turned towards each other."""

import numpy as np

from howfar.calibration.boards import BoardView
from howfar.calibration.pair_fit import BoardPair
from tests.calibration import rendered

SQUARE_M = 0.03
OTHER_BARREL = (-0.2, 0.05, 0.0, 0.0, 0.0)
TURN = np.array(
    [
        [0.99929338, -0.01414184, -0.03482463],
        [0.01377634, 0.99984771, -0.01071298],
        [0.03497082, 0.01022565, 0.99933602],
    ]
)
"""2.3 degrees, mostly to the side."""

SHIFT = np.array([-1.2, 0.05, -0.03])
"""In squares: 36 mm."""


def photos(pose: rendered.Pose) -> tuple[np.ndarray, np.ndarray]:
    """What both cameras see of a board, through equal lenses."""
    return rendered.photo(pose), rendered.photo(pose, seen_from=(TURN, SHIFT))


def exact(pose: rendered.Pose, noise_px: float = 0.0, seed: int = 7) -> BoardPair:
    """Views whose corners are where they are, but for noise."""
    rng = np.random.default_rng(seed)
    corners = rendered.corners_px(pose), rendered.corners_px(pose, OTHER_BARREL, (TURN, SHIFT))
    blank = np.zeros((rendered.HEIGHT, rendered.WIDTH, 3), np.uint8)
    return BoardPair(
        *(
            BoardView(
                "exact", rendered.WIDTH, rendered.HEIGHT, each + noise_px * rng.standard_normal(each.shape), blank
            )
            for each in corners
        )
    )
