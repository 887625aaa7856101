"""What classes tell of depth."""

import numpy as np
import pytest

from howfar.evaluation.crf.class_geometry import CELLS, GeometrySums

HEIGHT, WIDTH = CELLS[1], CELLS[0]
Y = np.broadcast_to((2 * np.arange(HEIGHT)[:, None] + 1) / HEIGHT - 1, (HEIGHT, WIDTH))


def picture(far: float) -> tuple[np.ndarray, np.ndarray]:
    """A wall at one distance above, a floor that comes nearer downwards below."""
    labels = np.where(Y < 0, 0, 1).astype(np.uint8)
    return np.exp(np.where(labels == 0, far, far - 0.8 * Y)).astype(np.float32), labels


def learned(classes: int = 3):
    sums = GeometrySums(classes)
    for far in (0.5, 1.0, 1.5):
        sums.update(*picture(far))
    return sums.compute()


def test_a_class_is_where_it_was_in_the_pictures() -> None:
    geometry = learned()
    depth_m, _ = picture(1.2)
    log_mean = float(np.log(depth_m).mean())
    expected = geometry.expected(np.array([(0.0, -0.5), (0.3, 0.5), (-0.9, 0.9)]), log_mean)
    assert expected[0, 0] == pytest.approx(1.2, abs=0.02)
    assert expected[1:, 1] == pytest.approx([1.2 - 0.4, 1.2 - 0.72], abs=0.02)
    assert (geometry.log_sds[:2] < 0.05).all()


def test_a_class_that_was_never_seen_is_where_all_are_together() -> None:
    geometry = learned()
    assert geometry.log_sds[2] > 2 * geometry.log_sds[:2].max()
    two = learned(classes=2)
    np.testing.assert_allclose(geometry.coefficients[:2], two.coefficients)


@pytest.mark.parametrize(
    ("depth_m", "label"),
    [
        pytest.param(np.nan, 0, id="unknown depth"),
        pytest.param(0.0, 0, id="depth that is none"),
        pytest.param(50.0, 255, id="unknown class"),
        pytest.param(50.0, 3, id="a class that the network does not know"),
    ],
)
def test_cells_that_tell_nothing_are_left_out(depth_m: float, label: int) -> None:
    sums, spoiled = GeometrySums(3), GeometrySums(3)
    depths, labels = picture(1.0)
    labels[0, :] = 255
    sums.update(depths, labels)
    depths, labels = depths.copy(), labels.copy()
    labels[0, :] = label
    # The mean over the picture is that of all known depths: it is kept by giving what is known the mean.
    depths[0, :] = depth_m if not depth_m > 0 else depths[0, 0]
    spoiled.update(depths, labels)
    np.testing.assert_allclose(spoiled.cells, sums.cells)


def test_pictures_without_any_known_depth_teach_nothing() -> None:
    sums = GeometrySums(2)
    sums.update(np.full((HEIGHT, WIDTH), np.nan, np.float32), np.zeros((HEIGHT, WIDTH), np.uint8))
    geometry = sums.compute()
    assert (sums.cells == 0).all()
    np.testing.assert_allclose(geometry.log_sds, 1.0)
