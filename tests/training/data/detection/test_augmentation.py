"""What happens to pictures and boxes before a detector sees them, by what must hold for any of them."""

import colorsys

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from howfar.models.card import InputSpec
from howfar.models.preprocess import to_tensor
from howfar.training.data.detection.augmentation import (
    LEAST_SIDE_PX,
    PAD_GREY,
    DetectionAugmentation,
    LabelledPicture,
    flipped,
    letterbox,
    recoloured,
)

SIZE_PX = 64
SEEDS = st.integers(0, 2**32 - 1)
STRENGTHS = st.builds(
    DetectionAugmentation,
    size_px=st.just(SIZE_PX),
    scale=st.floats(0, 0.5),
    translation=st.floats(0, 0.3),
    flip=st.sampled_from([0.0, 0.5, 1.0]),
    mosaic=st.sampled_from([0.0, 0.5, 1.0]),
)


@st.composite
def pictures(draw: st.DrawFn) -> LabelledPicture:
    """A picture of random colours with boxes in whole pixels."""
    width, height, count = draw(st.integers(8, 150)), draw(st.integers(8, 150)), draw(st.integers(0, 5))
    rng = np.random.default_rng(draw(SEEDS))
    corners = np.stack([rng.integers(0, width + 1, (count, 2)), rng.integers(0, height + 1, (count, 2))], axis=-1)
    boxes = np.sort(corners, axis=1).reshape(count, 4).astype(np.float32)
    image = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    return LabelledPicture(image, boxes, rng.integers(0, 80, count))


def dark_with_a_bright_box(width: int, height: int, box: tuple[int, int, int, int]) -> LabelledPicture:
    image = np.zeros((height, width, 3), dtype=np.uint8)
    x1, y1, x2, y2 = box
    image[y1:y2, x1:x2] = 255
    return LabelledPicture(image, np.array([box], dtype=np.float32), np.array([7]))


def dark(width: int = 50, height: int = 40) -> LabelledPicture:
    image = np.zeros((height, width, 3), dtype=np.uint8)
    return LabelledPicture(image, np.zeros((0, 4), np.float32), np.zeros(0, np.int64))


def assert_same(one: LabelledPicture, other: LabelledPicture) -> None:
    for mine, its in zip(one, other, strict=True):
        assert mine.dtype == its.dtype
        np.testing.assert_array_equal(mine, its)


@given(st.lists(pictures(), min_size=1, max_size=4), STRENGTHS, SEEDS)
@settings(max_examples=60, deadline=None)
def test_boxes_stay_inside_a_square_of_the_size_asked_for(
    data: list[LabelledPicture], augmentation: DetectionAugmentation, seed: int
) -> None:
    image, boxes, class_ids = augmentation(data.__getitem__, 0, len(data), np.random.default_rng(seed))
    assert image.shape == (SIZE_PX, SIZE_PX, 3)
    assert image.dtype == np.uint8
    assert boxes.dtype == np.float32
    assert len(boxes) == len(class_ids)
    assert (boxes >= 0).all()
    assert (boxes <= SIZE_PX).all()
    assert (boxes[:, 2:] - boxes[:, :2] >= LEAST_SIDE_PX).all()


@given(STRENGTHS, SEEDS, st.integers(30, 200), st.integers(30, 200), st.data())
@settings(max_examples=100, deadline=None)
def test_a_bright_rectangle_stays_in_its_box(
    augmentation: DetectionAugmentation, seed: int, width: int, height: int, data: st.DataObject
) -> None:
    x1, y1 = data.draw(st.integers(0, width // 2)), data.draw(st.integers(0, height // 2))
    x2, y2 = data.draw(st.integers(x1 + 10, width)), data.draw(st.integers(y1 + 10, height))
    bright = dark_with_a_bright_box(width, height, (x1, y1, x2, y2))
    plain = msgspec.structs.replace(augmentation, hue=0, saturation=0, value=0)
    # Place 5 lies beyond the five that the others of a mosaic are drawn from, so it is shown once.
    shown = plain(lambda index: bright if index == 5 else dark(), 5, 5, np.random.default_rng(seed))
    # However an edge is smeared, it lies where half of the brightness is; the grey beside the picture is darker.
    rows, columns = np.nonzero(shown.image.min(axis=2) > 127)
    for box in shown.boxes_xyxy_px:
        bright_box = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
        np.testing.assert_allclose(bright_box, box, atol=1)


@given(pictures())
@settings(deadline=None)
def test_flipping_twice_is_the_identity(labelled: LabelledPicture) -> None:
    assert_same(flipped(flipped(labelled)), labelled)


@given(pictures(), SEEDS)
@settings(deadline=None)
def test_without_strength_there_is_only_the_letterbox(labelled: LabelledPicture, seed: int) -> None:
    still = DetectionAugmentation(size_px=SIZE_PX).still()
    shown = still(lambda _: labelled, 0, 1, np.random.default_rng(seed))
    image, boxes, class_ids = letterbox(labelled, (SIZE_PX, SIZE_PX))
    kept = (boxes[:, 2:] - boxes[:, :2] >= LEAST_SIDE_PX).all(axis=1)
    np.testing.assert_array_equal(shown.image, image)
    np.testing.assert_allclose(shown.boxes_xyxy_px, boxes[kept], atol=1e-4)
    np.testing.assert_array_equal(shown.class_ids, class_ids[kept])


@pytest.mark.parametrize(
    ("width", "height", "size_px"),
    [(90, 41, (64, 64)), (33, 75, (64, 64)), (20, 15, (64, 64)), (101, 50, (96, 32)), (64, 64, (64, 64))],
    ids=["wide", "tall", "smaller than the square", "into a rectangle", "of the same size"],
)
def test_the_letterbox_is_the_one_that_a_detector_looks_through(
    width: int, height: int, size_px: tuple[int, int]
) -> None:
    image = np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)
    boxes = np.array([[0, 0, width, height], [3, 5, 12, 9]], dtype=np.float32)
    shown = letterbox(LabelledPicture(image, boxes, np.array([0, 1])), size_px)
    tensor, placement = to_tensor(image, InputSpec(*size_px, fit="letterbox", pad=PAD_GREY))
    assert np.abs(shown.image.transpose(2, 0, 1) - tensor[0]).max() <= 1
    np.testing.assert_allclose(placement.to_picture(shown.boxes_xyxy_px), boxes, atol=1e-4)


def test_a_mosaic_shows_four_pictures_that_meet_in_a_corner() -> None:
    colours = [(200, 0, 0), (0, 200, 0), (0, 0, 200), (200, 200, 0), (200, 0, 200), (0, 200, 200)]
    asked: list[int] = []

    def load(index: int) -> LabelledPicture:
        asked.append(index)
        image = np.full((30, 30, 3), colours[index], dtype=np.uint8)
        return LabelledPicture(image, np.array([[0, 0, 30, 30]], dtype=np.float32), np.array([index]))

    mosaic = DetectionAugmentation(
        size_px=SIZE_PX, hue=0, saturation=0, value=0, scale=0, translation=0, flip=0, mosaic=1
    )
    for seed in range(8):
        asked.clear()
        image, boxes, class_ids = mosaic(load, 2, len(colours), np.random.default_rng(seed))
        assert len(asked) == 4
        assert 2 in asked
        for (x1, y1, x2, y2), class_id in zip(boxes.astype(int), class_ids, strict=True):
            assert (image[y1:y2, x1:x2] == colours[class_id]).all()


def test_only_what_is_large_enough_and_mostly_seen_stays() -> None:
    # At twice its size and shifted by nothing, the outer quarter of the picture lies beyond each side of the square.
    boxes = [(0, 0, 10, 10), (24, 24, 40, 40), (0, 30, 17, 34), (0, 30, 32, 40), (30, 30, 30.5, 40)]
    picture = dark(64, 64)._replace(boxes_xyxy_px=np.array(boxes, np.float32), class_ids=np.arange(5))
    twice = msgspec.structs.replace(DetectionAugmentation(size_px=64).still(), scale=0.999)
    rng = np.random.default_rng(seed=_seed_of_greatest_scale())
    _, kept_boxes, kept = twice(lambda _: picture, 0, 1, rng)
    assert kept.tolist() == [1, 3]
    assert kept_boxes[1, 0] == 0


def _seed_of_greatest_scale() -> int:
    """A seed whose first number is as near to 1 as a scale of twice the size needs."""
    return next(seed for seed in range(1000) if np.random.default_rng(seed).uniform(-1, 1) > 0.99)


@given(SEEDS)
@settings(max_examples=10, deadline=None)
def test_the_same_chance_gives_the_same_example(seed: int) -> None:
    rng = np.random.default_rng(3)
    data = [
        LabelledPicture(rng.integers(0, 256, (40, 50, 3), dtype=np.uint8), np.array([[5, 5, 30, 30]], np.float32), ids)
        for ids in np.arange(6).reshape(6, 1)
    ]
    augmentation = DetectionAugmentation(size_px=SIZE_PX)
    one, other = (augmentation(data.__getitem__, 1, 6, np.random.default_rng(seed)) for _ in range(2))
    assert_same(one, other)


@pytest.mark.parametrize("changes", [(0.1, 1.0, 1.0), (0.0, 0.5, 1.0), (-0.05, 1.3, 0.7)], ids=str)
def test_colours_change_as_hue_saturation_and_value_say(changes: tuple[float, float, float]) -> None:
    turn, saturation, value = changes
    colours = [(200, 30, 60), (20, 180, 90), (90, 100, 220), (250, 240, 10), (128, 128, 128), (0, 0, 0)]
    changed = recoloured(np.array([colours], dtype=np.uint8), turn, saturation, value)[0]
    for before, after in zip(colours, changed, strict=True):
        hue, old_saturation, old_value = colorsys.rgb_to_hsv(*(channel / 255 for channel in before))
        expected = colorsys.hsv_to_rgb((hue + turn) % 1, min(1, old_saturation * saturation), min(1, old_value * value))
        np.testing.assert_allclose(after, np.array(expected) * 255, atol=5)


def test_colours_stay_as_they_are_without_a_change() -> None:
    image = np.random.default_rng(5).integers(0, 256, (20, 20, 3), dtype=np.uint8)
    np.testing.assert_array_equal(recoloured(image, 0.0, 1.0, 1.0), image)


@pytest.mark.parametrize(
    ("key", "value"),
    [("scale", 1.0), ("flip", 1.5), ("mosaic", -0.1), ("size_px", 0), ("shear", 0.5)],
    ids=["a scale to nothing", "a probability above 1", "a probability below 0", "no size", "an unknown setting"],
)
def test_a_recipe_cannot_ask_for(key: str, value: float) -> None:
    with pytest.raises(msgspec.ValidationError, match=key if key == "shear" else rf"\$\.{key}"):
        msgspec.convert({key: value}, DetectionAugmentation)
