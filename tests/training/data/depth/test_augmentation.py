"""What happens to pictures and depth before a network sees them, against a slow version that goes pixel by pixel."""

import math
from collections.abc import Callable

import cv2
import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from howfar.datasets import DepthSample
from howfar.datasets.samples import UNKNOWN_CLASS
from howfar.scene import Camera
from howfar.training.data.depth.augmentation import Choice, DepthAugmentation, augment_depth, seen_boxes

NOTHING = Choice(
    scale=1.0,
    angle_deg=0.0,
    offset=(0.5, 0.5),
    flipped=False,
    factors=(1.0, 1.0, 1.0),
    exponent=1.0,
    saturation=1.0,
    contrast=1.0,
)
BASE_PX, SIZE_PX = (48, 36), (40, 32)
PLAIN = DepthAugmentation(base_px=BASE_PX)

shares = st.floats(0, 1)
choices = st.builds(
    Choice,
    scale=st.floats(40 / 48, 1.6),
    angle_deg=st.floats(-30, 30),
    offset=st.tuples(shares, shares),
    flipped=st.booleans(),
    factors=st.just((1.0, 1.0, 1.0)),
    exponent=st.just(1.0),
    saturation=st.just(1.0),
    contrast=st.just(1.0),
    base_px=st.none(),
)


def sample(width: int = 61, height: int = 47, seed: int = 0) -> DepthSample:
    """A picture of noise; a tenth of its depths and classes is unknown."""
    rng = np.random.default_rng(seed)
    depth_m = rng.uniform(1, 9, (height, width)).astype(np.float32)
    classes = rng.integers(0, 40, (height, width)).astype(np.uint8)
    depth_m[rng.random((height, width)) < 0.1] = np.nan
    classes[rng.random((height, width)) < 0.1] = UNKNOWN_CLASS
    image = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    return DepthSample("noise", image, depth_m, Camera.assumed(width, height), classes)


def flat(image: NDArray[np.uint8], depth_m: float = 4.0) -> DepthSample:
    """A picture of which every pixel is as far away."""
    height, width = image.shape[:2]
    depths = np.full((height, width), depth_m, dtype=np.float32)
    return DepthSample("flat", image, depths, Camera.assumed(width, height))


def slow_lookup(choice: Choice, source: tuple[int, int], out: tuple[int, int]) -> tuple[NDArray, NDArray]:
    """For each of `out` cells over the crop, its continuous place in a source of that width and height."""
    resized = [max(s, round(b * choice.scale)) for s, b in zip(SIZE_PX, BASE_PX, strict=True)]
    angle = math.radians(choice.angle_deg)
    across, down = np.empty(out[::-1]), np.empty(out[::-1])
    for row in range(out[1]):
        for column in range(out[0]):
            x = (column + 0.5) * SIZE_PX[0] / out[0] - SIZE_PX[0] / 2
            y = (row + 0.5) * SIZE_PX[1] / out[1] - SIZE_PX[1] / 2
            x = -x if choice.flipped else x
            turned_x = math.cos(angle) * x - math.sin(angle) * y
            turned_y = math.sin(angle) * x + math.cos(angle) * y
            in_resized_x = turned_x + SIZE_PX[0] / 2 + choice.offset[0] * (resized[0] - SIZE_PX[0])
            in_resized_y = turned_y + SIZE_PX[1] / 2 + choice.offset[1] * (resized[1] - SIZE_PX[1])
            across[row, column] = in_resized_x * source[0] / resized[0]
            down[row, column] = in_resized_y * source[1] / resized[1]
    return across, down


def slow_nearest(values: NDArray, across: NDArray, down: NDArray, unknown: float) -> NDArray:
    height, width = values.shape
    columns, rows = np.floor(across).astype(int), np.floor(down).astype(int)
    inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    found = values[np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)]
    return np.where(inside, found, unknown)


def clear(across: NDArray, down: NDArray) -> NDArray[np.bool_]:
    """Where the nearest value is not a matter of rounding: OpenCV places samples to a thousandth of a pixel."""
    return (np.abs(across - np.round(across)) > 0.005) & (np.abs(down - np.round(down)) > 0.005)


@settings(max_examples=40, deadline=None)
@given(choice=choices, out=st.sampled_from([SIZE_PX, (20, 16), (7, 5)]), seed=st.integers(0, 99))
def test_truth_and_classes_are_the_nearest_ones_and_depth_is_divided_by_s(
    choice: Choice, out: tuple[int, int], seed: int
) -> None:
    drawn = sample(seed=seed)
    example = augment_depth(drawn, PLAIN, choice, SIZE_PX, out, out)
    across, down = slow_lookup(choice, (61, 47), out)
    sure = clear(across, down)
    depth_m = slow_nearest(drawn.depth_m, across, down, np.nan) / choice.scale
    np.testing.assert_allclose(example.depth_m[sure], depth_m[sure], rtol=1e-6)
    assert drawn.classes is not None
    assert example.classes is not None
    classes = slow_nearest(drawn.classes, across, down, UNKNOWN_CLASS)
    np.testing.assert_array_equal(example.classes[sure], classes[sure])


@settings(max_examples=25, deadline=None)
@given(choice=choices)
def test_no_depth_is_mixed_from_two_and_none_appears_where_none_is_known(choice: Choice) -> None:
    drawn = sample()
    known = np.isfinite(drawn.depth_m)
    drawn.depth_m[known] = np.where(drawn.depth_m[known] > 5, 8.0, 2.0)
    depth_m = augment_depth(drawn, PLAIN, choice, SIZE_PX, SIZE_PX).depth_m * choice.scale
    assert {round(float(value), 4) for value in depth_m[np.isfinite(depth_m)]} <= {2.0, 8.0}
    assert np.isnan(depth_m).any()


@settings(max_examples=25, deadline=None)
@given(choice=choices, offset=st.tuples(st.floats(0.3, 0.7), st.floats(0.3, 0.7)))
def test_a_dot_in_the_picture_lands_where_its_depth_and_its_class_land(
    choice: Choice, offset: tuple[float, float]
) -> None:
    choice = choice._replace(offset=offset)  # the dot stays inside the crop
    image = np.zeros((144, 192, 3), dtype=np.uint8)
    depth_m = np.full((144, 192), 6.0, dtype=np.float32)
    classes = np.zeros((144, 192), dtype=np.uint8)
    image[64:80, 88:104], depth_m[64:80, 88:104], classes[64:80, 88:104] = 255, 2.0, 7
    dotted = DepthSample("dot", image, depth_m, Camera.assumed(192, 144), classes)
    example = augment_depth(dotted, DepthAugmentation(base_px=(96, 72)), choice, (80, 64), (80, 64), (80, 64))
    bright = np.argwhere(example.image[..., 0] > 127)
    assert len(bright) > 40 * choice.scale**2
    for other in (example.depth_m * choice.scale < 3, example.classes == 7):
        assert np.abs(bright.mean(axis=0) - np.argwhere(other).mean(axis=0)).max() < 0.6


def test_what_lies_beyond_the_picture_is_unknown_and_the_picture_goes_on_as_in_a_mirror() -> None:
    image = np.full((36, 48, 3), 200, dtype=np.uint8)
    turned = NOTHING._replace(scale=40 / 48, angle_deg=5.0, offset=(0.0, 0.0))
    example = augment_depth(flat(image), PLAIN, turned, SIZE_PX, SIZE_PX)
    assert np.isnan(example.depth_m[[0, -1], [0, -1]]).any()
    assert np.isfinite(example.depth_m[10:-10, 10:-10]).all()
    assert (example.image == 200).all()


@settings(max_examples=50, deadline=None)
@given(offset=st.tuples(shares, shares), scale=st.floats(40 / 48, 2.0))
def test_without_rotation_a_crop_lies_inside_the_picture(offset: tuple[float, float], scale: float) -> None:
    image = np.zeros((36, 48, 3), dtype=np.uint8)
    choice = NOTHING._replace(offset=offset, scale=max(scale, 32 / 36))
    assert np.isfinite(augment_depth(flat(image), PLAIN, choice, SIZE_PX, SIZE_PX).depth_m).all()


@pytest.mark.parametrize(
    ("offset", "left", "top"),
    [((0.0, 0.0), 0, 0), ((0.5, 0.5), 4, 2), ((1.0, 1.0), 8, 4), ((0.0, 1.0), 0, 4)],
    ids=["upper left", "in the middle", "lower right", "lower left"],
)
def test_an_offset_says_where_the_crop_lies(offset: tuple[float, float], left: int, top: int) -> None:
    drawn = sample(48, 36)
    example = augment_depth(drawn, PLAIN, NOTHING._replace(offset=offset), SIZE_PX, SIZE_PX)
    np.testing.assert_array_equal(example.depth_m, drawn.depth_m[top : top + 32, left : left + 40])
    np.testing.assert_array_equal(example.image, drawn.image[top : top + 32, left : left + 40])


def test_a_flip_mirrors_everything() -> None:
    drawn = sample(48, 36)
    example = augment_depth(drawn, PLAIN, NOTHING._replace(flipped=True), SIZE_PX, SIZE_PX, SIZE_PX)
    kept = augment_depth(drawn, PLAIN, NOTHING, SIZE_PX, SIZE_PX, SIZE_PX)
    for mine, its in ((example.image, kept.image), (example.depth_m, kept.depth_m), (example.classes, kept.classes)):
        np.testing.assert_array_equal(mine, np.asarray(its)[:, ::-1])


def test_a_picture_twice_as_large_is_half_as_far_away() -> None:
    image = np.zeros((36, 48, 3), dtype=np.uint8)
    image[16:20, 22:26] = 255
    example = augment_depth(flat(image, 4.0), PLAIN, NOTHING._replace(scale=2.0), SIZE_PX, (20, 16))
    assert (example.depth_m == 2.0).all()
    assert example.scale == 2.0
    assert (example.image[..., 0] > 127).sum() == pytest.approx(64, abs=8)


def test_the_truth_near_the_frame_is_not_trusted() -> None:
    image = np.zeros((36, 48, 3), dtype=np.uint8)
    augmentation = DepthAugmentation(base_px=(48, 36), border_px=3)
    example = augment_depth(flat(image), augmentation, NOTHING, (48, 36), (48, 36))
    assert np.isfinite(example.depth_m[3:-3, 3:-3]).all()
    assert np.isfinite(example.depth_m).sum() == 42 * 30


def test_a_sample_is_left_as_it_was() -> None:
    drawn, twin = sample(), sample()
    augment_depth(drawn, DepthAugmentation(base_px=BASE_PX, border_px=4), NOTHING, SIZE_PX, SIZE_PX, SIZE_PX)
    np.testing.assert_array_equal(drawn.depth_m, twin.depth_m)
    np.testing.assert_array_equal(drawn.image, twin.image)


def test_without_labels_there_are_no_classes() -> None:
    assert augment_depth(flat(sample(48, 36).image), PLAIN, NOTHING, SIZE_PX, SIZE_PX, SIZE_PX).classes is None
    assert augment_depth(sample(), PLAIN, NOTHING, SIZE_PX, SIZE_PX).classes is None


@pytest.mark.parametrize(
    ("factors", "exponent", "expected"),
    [
        ((1.0, 1.0, 1.0), 1.0, lambda v: v),
        ((0.8, 1.0, 1.2), 1.0, lambda v: v * (0.8, 1.0, 1.2)),
        ((1.0, 1.0, 1.0), 1.25, lambda v: 255 * (v / 255) ** 1.25),
        ((1.2, 1.1, 0.9), 0.8, lambda v: 255 * (v / 255) ** 0.8 * (1.2, 1.1, 0.9)),
    ],
    ids=["nothing", "each channel by its own factor", "darker in the middle", "both, brightness first"],
)
def test_colours_are_raised_multiplied_and_cut(
    factors: tuple[float, float, float], exponent: float, expected: Callable[[NDArray], NDArray]
) -> None:
    drawn = sample(48, 36)
    choice = NOTHING._replace(factors=factors, exponent=exponent)
    example = augment_depth(drawn, DepthAugmentation(base_px=(48, 36)), choice, (48, 36), (24, 18))
    wanted = np.clip(expected(drawn.image.astype(np.float64)), 0, 255)
    assert np.abs(example.image - wanted).max() <= 0.5001


@pytest.mark.parametrize(
    ("saturation", "contrast"), [(0.0, 1.0), (0.5, 1.0), (1.3, 1.0), (1.0, 0.7), (1.0, 1.2), (0.6, 1.1)]
)
def test_saturation_goes_from_a_pixels_grey_and_contrast_from_the_pictures(saturation: float, contrast: float) -> None:
    drawn = sample(48, 36)
    choice = NOTHING._replace(saturation=saturation, contrast=contrast)
    example = augment_depth(drawn, DepthAugmentation(base_px=(48, 36)), choice, (48, 36), (24, 18))
    colours = drawn.image.astype(np.float64)
    greys = colours @ (0.299, 0.587, 0.114)
    vivid = greys[..., None] + saturation * (colours - greys[..., None])
    wanted = np.clip(greys.mean() + contrast * (vivid - greys.mean()), 0, 255)
    assert np.abs(example.image - wanted).max() <= 0.7  # OpenCV mixes bytes with fixed points


def test_some_pictures_are_shown_whole_and_upright() -> None:
    rng = np.random.default_rng(0)
    augmentation = DepthAugmentation(base_px=(320, 256), whole=0.3)
    drawn = [augmentation.draw((320, 256), rng) for _ in range(1000)]
    whole = [choice for choice in drawn if choice.scale == 1.0 and choice.angle_deg == 0.0]
    assert len(whole) / len(drawn) == pytest.approx(0.3, abs=0.05)
    assert np.std([choice.factors for choice in whole], axis=0).min() > 0.1


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_hybrid_cnns_choices_are_in_the_papers_ranges(seed: int) -> None:
    paper = DepthAugmentation(base_px=(352, 264), scale=(1.0, 1.5), rotation_deg=5.0, colour=(0.8, 1.2))
    choice = paper.draw((320, 256), np.random.default_rng(seed))
    assert 1.0 <= choice.scale <= 1.5
    assert -5 <= choice.angle_deg <= 5
    assert all(0.8 <= factor <= 1.2 for factor in choice.factors)
    assert all(0 <= share <= 1 for share in choice.offset)
    assert choice.exponent == 1.0


def test_choices_are_spread_over_their_ranges() -> None:
    rng = np.random.default_rng(0)
    drawn = [DepthAugmentation(base_px=(352, 264), flip=0.25).draw((320, 256), rng) for _ in range(2000)]
    assert np.mean([choice.scale for choice in drawn]) == pytest.approx(1.25, abs=0.02)
    assert np.mean([choice.angle_deg for choice in drawn]) == pytest.approx(0, abs=0.3)
    assert np.mean([choice.flipped for choice in drawn]) == pytest.approx(0.25, abs=0.04)
    np.testing.assert_allclose(np.std([choice.factors for choice in drawn], axis=0), 0.4 / math.sqrt(12), atol=0.01)


@pytest.mark.parametrize(
    ("size_px", "least"),
    [((320, 256), 1.0), ((320, 128), 1.0), ((160, 128), 1.0), ((352, 224), 1.1), ((256, 320), 1.25)],
    ids=["the whole", "a part as wide", "half", "wider than the base", "a portrait of a landscape"],
)
def test_a_crop_that_the_picture_would_not_fill_is_scaled_up_to_fit(size_px: tuple[int, int], least: float) -> None:
    rng = np.random.default_rng(0)
    scales = [DepthAugmentation(base_px=(320, 256)).draw(size_px, rng).scale for _ in range(500)]
    assert min(scales) == pytest.approx(least, rel=0.01)
    assert min(scales) >= least
    assert max(scales) == pytest.approx(1.5 * least, rel=0.01)


def test_ranges_of_one_value_leave_nothing_to_chance() -> None:
    fixed = DepthAugmentation((256, 192), scale=(1.0, 1.0), rotation_deg=0.0, colour=(1.0, 1.0), flip=0.0)
    drawn = sample(64, 48)
    examples = [
        augment_depth(drawn, fixed, fixed.draw((256, 192), np.random.default_rng(seed)), (256, 192), (256, 192))
        for seed in range(3)
    ]
    whole = cv2.resize(drawn.image, (256, 192), interpolation=cv2.INTER_LINEAR)
    assert all(np.array_equal(example.image, whole) for example in examples)
    assert all(np.array_equal(example.depth_m, examples[0].depth_m, equal_nan=True) for example in examples)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"scale": [1.5, 1.0]}, "scale goes from its least to its greatest, not from 1.5 to 1"),
        ({"colour": [1.2, 0.8]}, "colour goes from"),
        ({"gamma": [2, 1]}, "gamma goes from"),
        ({"contrast": [2, 1]}, "contrast goes from"),
        ({"saturation": [-1, 1]}, ">= 0"),
        ({"whole": 1.5}, "<= 1"),
        ({"scale": [0.0, 1.0]}, "> 0"),
        ({"base_px": [320, 0]}, ">= 1"),
        ({"flip": 1.5}, "<= 1"),
        ({"border_px": -1}, ">= 0"),
        ({"zoom": 2.0}, "unknown field `zoom`"),
    ],
    ids=[
        "a scale that goes down",
        "a colour that goes down",
        "a gamma that goes down",
        "a contrast that goes down",
        "a saturation below grey",
        "a share of wholes above one",
        "a scale of nothing",
        "a base without rows",
        "a probability above one",
        "a border outside the picture",
        "a range that there is not",
    ],
)
def test_ranges_that_cannot_be_are_refused(change: dict, sentence: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=sentence):
        msgspec.convert({"base_px": [320, 256], **change}, DepthAugmentation)


FOCAL_PX = 40.0
CAMERAS = {
    "wide": Camera.from_focal(120, 36, 60.0),
    "narrow": Camera.from_focal(120, 90, 150.0),
    "the learned one": Camera.from_focal(48, 36, FOCAL_PX),
}
VIEWS = DepthAugmentation(base_px=BASE_PX, field_of_view_deg=(35, 90), rotation_deg=0, flip=0, stretch=0.06)


def seen_focal_px(camera: Camera, choice: Choice) -> tuple[float, float]:
    """The focal lengths across and down that a crop shows: those of the whole picture at its enlarged size."""
    assert choice.base_px is not None
    wide, high = (side * choice.scale for side in choice.base_px)
    return camera.fx_px * wide / camera.width_px, camera.fy_px * high / camera.height_px


@pytest.mark.parametrize("camera", CAMERAS.values(), ids=CAMERAS)
@pytest.mark.parametrize("size_px", [(64, 20), (40, 32)], ids=["3.2 to 1", "1.25 to 1"])
def test_depth_is_divided_by_the_focal_length_that_is_seen_over_the_learned_one(
    camera: Camera, size_px: tuple[int, int]
) -> None:
    rng = np.random.default_rng(0)
    image = np.zeros((camera.height_px, camera.width_px, 3), np.uint8)
    drawn = DepthSample("flat", image, np.full(image.shape[:2], 12.0, np.float32), camera)
    for _ in range(20):
        choice = VIEWS.draw(size_px, rng, camera, FOCAL_PX)
        example = augment_depth(drawn, VIEWS, choice, size_px, size_px)
        seen = math.sqrt(math.prod(seen_focal_px(camera, choice)))
        np.testing.assert_allclose(example.depth_m, 12.0 * FOCAL_PX / seen, rtol=1e-5)


@pytest.mark.parametrize("camera", CAMERAS.values(), ids=CAMERAS)
@pytest.mark.parametrize("size_px", [(64, 20), (40, 32)], ids=["3.2 to 1", "1.25 to 1"])
def test_a_crop_has_a_field_of_view_within_the_range_as_far_as_the_picture_fills_it(
    camera: Camera, size_px: tuple[int, int]
) -> None:
    rng = np.random.default_rng(1)
    for _ in range(50):
        choice = VIEWS.draw(size_px, rng, camera, FOCAL_PX)
        assert choice.base_px is not None
        across, down = seen_focal_px(camera, choice)
        angle = 2 * math.degrees(math.atan(size_px[0] / (2 * math.sqrt(across * down))))
        whole = [side * choice.scale for side in choice.base_px]
        assert all(side >= crop - 1e-6 for side, crop in zip(whole, size_px, strict=True))
        filled = min(side - crop for side, crop in zip(whole, size_px, strict=True)) < 1e-6
        assert angle <= 90 + 1e-6
        assert angle >= 35 - 1e-6 or filled
        assert 1 / 1.0601 <= across / down * (camera.fy_px / camera.fx_px) <= 1.0601


def test_without_a_field_of_view_a_picture_of_another_camera_is_brought_to_the_learned_one() -> None:
    camera = CAMERAS["narrow"]
    choice = PLAIN.draw(SIZE_PX, np.random.default_rng(0), camera, FOCAL_PX)
    assert choice.base_px == pytest.approx((120 * 40 / 150, 90 * 40 / 150))
    assert PLAIN.draw(SIZE_PX, np.random.default_rng(0)).base_px is None


@settings(max_examples=25, deadline=None)
@given(choice=choices, seed=st.integers(0, 99))
def test_sparse_truth_lands_in_the_cell_that_dense_truth_lands_in(choice: Choice, seed: int) -> None:
    sparse = sample(seed=seed)
    # As many cells as source pixels or more: each cell that dense truth fills from a pixel is that pixel's or empty.
    drawn = augment_depth(sparse, PLAIN, choice, SIZE_PX, (80, 64), dense=False)
    dense = augment_depth(sparse, PLAIN, choice, SIZE_PX, (80, 64))
    across, down = slow_lookup(choice, (61, 47), (80, 64))
    both = np.isfinite(drawn.depth_m) & np.isfinite(dense.depth_m) & clear(across, down)
    assert not drawn.dense
    assert both.any()
    # A pixel's own cell may be told by a neighbour's middle: nine in ten agree.
    assert np.mean(np.isclose(drawn.depth_m[both], dense.depth_m[both])) > 0.9


@settings(max_examples=40, deadline=None)
@given(choice=choices, offset=st.tuples(st.floats(0.3, 0.7), st.floats(0.3, 0.7)))
def test_a_box_stays_round_what_it_is_drawn_round(choice: Choice, offset: tuple[float, float]) -> None:
    """Round a disc, which a rotation leaves as it is: the middles of the box's sides stay on it."""
    choice = choice._replace(offset=offset)
    rows, columns = np.mgrid[:144, :192]
    disc = np.hypot(columns + 0.5 - 96, rows + 0.5 - 72) < 12
    image = np.repeat(np.where(disc, 255, 0).astype(np.uint8)[..., None], 3, axis=2)
    augmentation = DepthAugmentation(base_px=(96, 72))
    seen = augment_depth(flat(image), augmentation, choice, (80, 64), (80, 64)).image[..., 0] > 127
    boxes = np.array([[84, 60, 108, 84]], dtype=np.float32)
    (box,) = seen_boxes(boxes, (192, 144), augmentation, choice, (80, 64))
    down, across = np.argwhere(seen).T
    drawn = np.array([across.min(), down.min(), across.max() + 1, down.max() + 1])
    turned = abs(math.sin(math.radians(choice.angle_deg))) * 12  # the middles of the sides leave its rim by less
    assert np.abs(box - drawn).max() < 1.0 + turned * choice.scale / 2


@pytest.mark.parametrize("flipped", [False, True], ids=["as it is", "flipped"])
def test_a_box_of_an_unturned_picture_is_exact(flipped: bool) -> None:
    """A picture twice as large as the crop's base: half as large there, and mirrored where it is flipped."""
    boxes = np.array([[10, 20, 30, 50]], dtype=np.float32)
    augmentation = DepthAugmentation(base_px=(48, 36))
    (box,) = seen_boxes(boxes, (96, 72), augmentation, NOTHING._replace(flipped=flipped), (48, 36))
    assert box == pytest.approx([48 - 15, 10, 48 - 5, 25] if flipped else [5, 10, 15, 25])
