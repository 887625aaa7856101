"""The annotated picture."""

import math

import numpy as np
import pytest

from howfar.drawing.annotation import FAR_GREY, draw_scene
from howfar.drawing.colours import UNKNOWN, colour_of, text_colour_on
from howfar.drawing.style import DrawStyle
from howfar.scene import Camera, Weights
from tests.drawing.scenes import GREY, ranked, scene, thing

FULL = Weights(np.ones((4, 4), dtype=np.float32), (0.0, 0.0, 320.0, 240.0))


def count(image: np.ndarray, colour: tuple[int, int, int]) -> int:
    return int((image == colour).all(axis=-1).sum())


def test_a_box_has_the_colour_of_its_distance_and_the_picture_stays() -> None:
    before = GREY.copy()
    drawn = draw_scene(GREY, scene(thing(depth_m=1.0), thing(depth_m=8.0, box=(10.0, 100.0, 60.0, 200.0))))
    assert count(drawn, colour_of(1.0)) > 300
    assert count(drawn, colour_of(8.0)) > 200
    assert (before == GREY).all()


def test_near_is_warm_and_far_is_cool() -> None:
    near, far = colour_of(0.5), colour_of(9.5)
    assert near[0] > near[2]
    assert far[2] > far[0]
    assert len({colour_of(metres) for metres in (10.0, 20.0, 40.0)}) == 3, "streets have colours too"
    assert colour_of(80.0) == colour_of(200.0), "the scale ends"
    assert colour_of(math.nan) == UNKNOWN


def test_ranks_are_coloured_from_the_nearest_to_the_farthest() -> None:
    boxes = [(10.0 + 100 * place, 60.0, 90.0 + 100 * place, 200.0) for place in range(3)]
    things = [ranked("chair", rank, box) for rank, box in zip((1, 2, 3), boxes, strict=True)]
    drawn = draw_scene(GREY, scene(*things, no_metres="nobody knows"))
    for share, box in zip((0.0, 0.5, 1.0), boxes, strict=True):
        assert (drawn[150, int(box[0])] == colour_of(share, max_m=1.0)).all()


def test_nothing_found_leaves_the_picture_as_it_is() -> None:
    assert (draw_scene(GREY, scene()) == GREY).all()


def test_far_objects_are_drawn_in_grey_only_on_request() -> None:
    far = scene(beyond=(thing(depth_m=9.0),), max_depth_m=2.0)
    assert (draw_scene(GREY, far) == GREY).all()
    assert count(draw_scene(GREY, far, DrawStyle(show_far=True)), FAR_GREY) > 300


def test_the_nearest_is_tinted_last_and_boxes_lie_over_all_tints() -> None:
    both = scene(thing(depth_m=1.0, weights=FULL), thing(depth_m=8.0, box=(150.0, 60.0, 260.0, 220.0), weights=FULL))
    drawn = draw_scene(GREY, both, DrawStyle(show_region=True))
    towards = [np.abs(drawn[10, 10].astype(int) - colour_of(depth_m)).sum() for depth_m in (1.0, 8.0)]
    assert towards[0] < towards[1]
    assert count(drawn, colour_of(8.0)) > 200, "the far one's outline is not tinted"
    assert (drawn != draw_scene(GREY, both)).any(axis=-1).sum() > 0.7 * GREY[..., 0].size


def test_a_box_of_two_depths_is_dashed() -> None:
    whole, dashed = (draw_scene(GREY, scene(thing(mixed=mixed))) for mixed in (False, True))
    colour = colour_of(2.34)
    left = [(each[85:175, 101] == colour).all(axis=-1).mean() for each in (whole, dashed)]
    assert left[0] == 1.0
    assert 0.3 < left[1] < 0.8


@pytest.mark.parametrize("size", [(1, 1), (20, 12), (320, 240), (4000, 3000)], ids=str)
@pytest.mark.parametrize(
    "box",
    [
        pytest.param((0.0, 0.0, 1.0, 1.0), id="the whole picture"),
        pytest.param((-0.5, -0.5, 0.2, 0.2), id="over the corner"),
        pytest.param((0.9, 0.9, 1.5, 1.5), id="over the other corner"),
        pytest.param((2.0, 2.0, 3.0, 3.0), id="outside"),
    ],
)
def test_any_box_can_be_drawn_on_a_picture_of_any_size(size: tuple[int, int], box) -> None:
    image = np.full((size[1], size[0], 3), 90, dtype=np.uint8)
    scaled = tuple(side * length for side, length in zip(box, (*size, *size), strict=True))
    drawn = draw_scene(image, scene(thing(box=scaled), camera=Camera.assumed(*size)))
    assert drawn.shape == image.shape
    assert drawn.dtype == np.uint8


def test_a_known_scale_takes_the_sign_of_an_assumed_camera_off_the_label() -> None:
    assumed, known = (
        draw_scene(GREY, scene(thing(), camera=camera, depth_scale=scale))
        for camera, scale in ((Camera.assumed(320, 240), 1.2), (Camera.from_focal(320, 240, 300.0), None))
    )
    assert (assumed == known).all()
    assert (assumed != draw_scene(GREY, scene(thing(), camera=Camera.assumed(320, 240)))).any()


def test_labels_of_two_objects_in_one_place_do_not_cover_each_other() -> None:
    both = draw_scene(GREY, scene(thing(depth_m=1.0), thing("dog", depth_m=8.0)))
    assert count(both, colour_of(8.0)) > 400, "the far one's plate is still seen"


def test_labels_that_are_not_ascii_are_drawn() -> None:
    assert (draw_scene(GREY, scene(thing("Stühle 椅子"))) != GREY).any()


def test_text_is_dark_on_bright_and_bright_on_dark() -> None:
    assert sum(text_colour_on((255, 255, 0))) < sum(text_colour_on((0, 0, 90)))
