"""Lines."""

import numpy as np

from howfar.scene.line import Line


def test_a_line_gives_scale_times_value_plus_shift_in_single_precision() -> None:
    values = np.array([[0.0, 1.0], [-2.0, np.nan]], dtype=np.float32)
    fitted = Line(2.0, 0.5).of(values)
    assert fitted.dtype == np.float32
    np.testing.assert_array_equal(fitted, [[0.5, 2.5], [-3.5, np.nan]])


def test_without_numbers_it_changes_nothing() -> None:
    assert Line() == Line(1.0, 0.0)
