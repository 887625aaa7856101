"""From a picture to a network's input tensor, and the way back for boxes."""

import cv2
import numpy as np
import pytest

from howfar.models.card import InputSpec
from howfar.models.preprocess import input_size, to_tensor

LETTERBOX = InputSpec(416, 416, "letterbox", pad=0)
KEEP = InputSpec(320, 256, "keep-aspect")
FEW_BARS = InputSpec(416, 416, "letterbox-area", pad=0)
STRETCH = InputSpec(320, 256, "stretch")
COVER = InputSpec(518, 518, "keep-aspect", multiple_px=14, scale_to="cover")


def picture(width: int, height: int) -> np.ndarray:
    """Red grows to the right, green downwards, blue is 50 everywhere."""
    image = np.empty((height, width, 3), dtype=np.uint8)
    image[..., 0] = ((np.arange(width) + 0.5) / width * 255).round()
    image[..., 1] = ((np.arange(height) + 0.5) / height * 255).round()[:, None]
    image[..., 2] = 50
    return image


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        pytest.param(640, 480, (320, 256), id="4:3 is the size that the network was trained on"),
        pytest.param(480, 640, (256, 320), id="portrait 3:4 is the same on its side"),
        pytest.param(480, 480, (288, 288), id="square"),
        pytest.param(1920, 1080, (384, 224), id="16:9"),
        pytest.param(10000, 100, (800, 96), id="a panorama is squashed to 8:1"),
        pytest.param(1, 1, (288, 288), id="a single pixel"),
    ],
)
def test_keeping_the_aspect_ratio(width: int, height: int, expected: tuple[int, int]) -> None:
    assert input_size(width, height, KEEP) == expected


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        pytest.param(640, 480, (686, 518), id="4:3 has the shorter side of the size"),
        pytest.param(480, 640, (518, 686), id="portrait 3:4"),
        pytest.param(300, 300, (518, 518), id="a small square grows"),
        pytest.param(4000, 2250, (924, 518), id="16:9"),
        pytest.param(1242, 375, (1722, 518), id="a wide street"),
        pytest.param(10000, 100, (4144, 518), id="a panorama is squashed to 8:1"),
    ],
)
def test_covering_a_size(width: int, height: int, expected: tuple[int, int]) -> None:
    assert input_size(width, height, COVER) == expected


def test_covering_a_size_that_is_no_square() -> None:
    spec = InputSpec(640, 320, "keep-aspect", multiple_px=16, scale_to="cover")
    assert input_size(100, 100, spec) == (640, 640)
    assert input_size(400, 100, spec) == (1280, 320)


@pytest.mark.parametrize("size", [(200, 150), (500, 375)], ids=["grows", "shrinks by less than two"])
def test_bicubic_is_opencvs(size: tuple[int, int]) -> None:
    image = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    tensor, _ = to_tensor(image, InputSpec(320, 240, "stretch", resample="bicubic"))
    expected = cv2.resize(image, (320, 240), interpolation=cv2.INTER_CUBIC)
    assert tensor[0].transpose(1, 2, 0) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("size", "inner"),
    [
        pytest.param((640, 480), (slice(52, 364), slice(0, 416)), id="bars above and below a wide picture"),
        pytest.param((480, 640), (slice(0, 416), slice(52, 364)), id="bars left and right of a tall one"),
        pytest.param((416, 416), (slice(0, 416), slice(0, 416)), id="no bars round a square"),
        pytest.param((5000, 3), (slice(207, 208), slice(0, 416)), id="a strip keeps one row"),
    ],
)
def test_letterboxing(size: tuple[int, int], inner) -> None:
    tensor, _ = to_tensor(picture(*size), LETTERBOX)
    assert tensor.shape == (1, 3, 416, 416)
    assert tensor.dtype == np.float32
    blue = tensor[0, 2]
    assert blue[inner] == pytest.approx(50, abs=1e-4)
    assert np.count_nonzero(blue) == blue[inner].size, "all else is padding"


@pytest.mark.parametrize(
    ("size", "whole", "inner"),
    [
        pytest.param((640, 480), (480, 352), (slice(0, 352), slice(5, 474)), id="a photo has few bars"),
        pytest.param((480, 640), (352, 480), (slice(5, 474), slice(0, 352)), id="so has one on its side"),
        pytest.param((1242, 375), (768, 224), (slice(0, 224), slice(13, 755)), id="a street is far wider"),
        pytest.param((416, 416), (416, 416), (slice(0, 416), slice(0, 416)), id="no bars round a square"),
        pytest.param((5000, 50), (1184, 160), (slice(74, 86), slice(0, 1184)), id="a strip is 8:1, with bars"),
    ],
)
def test_letterboxing_at_an_area(size: tuple[int, int], whole: tuple[int, int], inner) -> None:
    tensor, _ = to_tensor(picture(*size), FEW_BARS)
    assert tensor.shape == (1, 3, whole[1], whole[0])
    blue = tensor[0, 2]
    assert blue[inner] == pytest.approx(50, abs=1e-4)
    assert np.count_nonzero(blue) == blue[inner].size, "all else is padding"


@pytest.mark.parametrize("spec", [LETTERBOX, FEW_BARS, KEEP, STRETCH], ids=lambda spec: spec.fit)
@pytest.mark.parametrize("size", [(640, 480), (333, 777), (100, 60)], ids=str)
def test_a_box_finds_its_way_back_to_the_picture(spec: InputSpec, size: tuple[int, int]) -> None:
    image = np.zeros((size[1], size[0], 3), dtype=np.uint8)
    x1, y1, x2, y2 = size[0] // 4, size[1] // 3, size[0] // 2, size[1] // 2
    image[y1:y2, x1:x2] = 255
    tensor, placement = to_tensor(image, spec)
    rows, columns = np.nonzero(tensor[0, 0] > 127)
    seen = np.array([[columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]], dtype=np.float32)
    pixel = max(1 / placement.scale_x, 1 / placement.scale_y, 1.0)
    assert placement.to_picture(seen)[0] == pytest.approx([x1, y1, x2, y2], abs=pixel)


def test_colours_and_normalisation() -> None:
    spec = InputSpec(32, 32, "stretch", colour="bgr", mean=(10.0, 20.0, 30.0), std=(2.0, 4.0, 5.0))
    image = np.full((32, 32, 3), (60, 100, 210), dtype=np.uint8)
    tensor, _ = to_tensor(image, spec)
    assert tensor[0, :, 0, 0] == pytest.approx([(210 - 10) / 2, (100 - 20) / 4, (60 - 30) / 5])


@pytest.mark.parametrize("resample", ["area", "bilinear", "bicubic"])
@pytest.mark.parametrize(
    "size",
    [
        pytest.param((640, 480), id="a picture that shrinks by less than two"),
        pytest.param((1280, 960), id="one that is first shrunk by a whole factor"),
        pytest.param((1283, 967), id="one whose sides have no common factor"),
        pytest.param((4000, 3000), id="a photo of 12 megapixels"),
        pytest.param((100, 75), id="one that grows"),
    ],
)
def test_however_a_picture_is_resized_it_stays_where_it_is(size: tuple[int, int], resample: str) -> None:
    spec = InputSpec(320, 240, "stretch", resample=resample)
    red, green, _ = to_tensor(picture(*size), spec)[0][0]
    expected = (np.arange(320) + 0.5) / 320 * 255
    assert red.mean(axis=0)[4:-4] == pytest.approx(expected[4:-4], abs=1.5)
    assert green.mean(axis=1)[4:-4] == pytest.approx(((np.arange(240) + 0.5) / 240 * 255)[4:-4], abs=1.5)


def test_fine_stripes_become_grey_when_a_picture_shrinks() -> None:
    stripes = np.zeros((960, 1280, 3), dtype=np.uint8)
    stripes[:, ::2] = 200
    for resample in ("area", "bilinear", "bicubic"):
        tensor, _ = to_tensor(stripes, InputSpec(320, 240, "stretch", resample=resample))
        assert tensor == pytest.approx(100, abs=2), "no false pattern from skipped pixels"
