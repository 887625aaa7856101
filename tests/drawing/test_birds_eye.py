"""The plot from above: what is where, and what stays inside."""

from dataclasses import replace

import numpy as np

from howfar.drawing.birds_eye import PAPER, BirdsEye
from howfar.drawing.labels import ALERT_RED
from howfar.scene.track import Track
from tests.tracking.scenes import NO_METRES, distance, frame, seen


def at(x_m: float, depth_m: float, number: int = 1, **more):
    where = replace(distance(depth_m), position_m=(x_m, 0.0, depth_m))
    return replace(seen("car", (0, 0, 10, 10), where), track=Track(number), **more)


def rows_of(plot: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    return np.argwhere((plot == colour).all(axis=2))


def test_what_is_farther_is_higher_up_and_what_is_left_is_left() -> None:
    middles = []
    for x_m, depth_m in ((-2.0, 3.0), (2.0, 8.0)):
        plot = BirdsEye().draw(frame(0.0, [at(x_m, depth_m, alerts=("car<9",)), at(0.0, 9.5, 2)]), 300)
        middles.append(rows_of(plot, ALERT_RED).mean(axis=0))
    assert middles[0][0] > middles[1][0]
    assert middles[0][1] < 150 < middles[1][1]


def test_it_is_as_high_as_the_picture_that_it_stands_beside() -> None:
    picture = np.zeros((120, 200, 3), dtype=np.uint8)
    both = BirdsEye().beside(picture, frame(0.0, [at(0.0, 5.0)]))
    assert both.shape == (120, 320, 3)
    assert (both[:, :200] == 0).all()


def test_the_reach_only_grows_and_odd_places_do_no_harm() -> None:
    plot = BirdsEye()
    plot.draw(frame(0.0, [at(0.0, 50.0)]), 100)
    scene = frame(0.1, [at(0.0, 2.0), at(4000.0, 1.0, 2), at(0.0, 5000.0, 3), seen("cup", (0, 0, 9, 9), NO_METRES)])
    drawn = plot.draw(scene, 100)
    assert (drawn == PAPER).all(axis=2).any()


def test_a_way_is_drawn_and_forgotten() -> None:
    plot = BirdsEye()
    for index in range(10):
        plot.draw(frame(index / 10, [at(index / 2 - 2.5, 8.0)]), 200)
    assert len(plot._trails[1]) == 10
    plot.draw(frame(60.0, []), 200)
    assert not plot._trails
