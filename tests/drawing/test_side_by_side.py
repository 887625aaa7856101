"""Pictures beside each other."""

import numpy as np
import pytest

from howfar.drawing.side_by_side import side_by_side
from howfar.errors import SettingError

RED = np.full((100, 200, 3), (200, 0, 0), dtype=np.uint8)
BLUE = np.full((60, 200, 3), (0, 0, 200), dtype=np.uint8)


def test_pictures_stand_in_a_row_under_their_captions() -> None:
    row = side_by_side([RED, BLUE], ["one", "two"])
    assert row.shape[0] > 100
    assert row.shape[1] >= 400
    assert (row == (200, 0, 0)).all(axis=-1).sum() == 100 * 200
    assert (row == (0, 0, 200)).all(axis=-1).sum() == 60 * 200
    assert (row[: row.shape[0] - 100] < 100).any(), "the captions are written"


@pytest.mark.parametrize(
    ("pictures", "captions"),
    [
        pytest.param([], [], id="no picture"),
        pytest.param([RED], ["one", "two"], id="a caption too many"),
    ],
)
def test_each_picture_needs_its_caption(pictures, captions) -> None:
    with pytest.raises(SettingError, match="one caption"):
        side_by_side(pictures, captions)
