"""Pictures as they are stored, for data sets: colours, numbers and sizes."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from howfar.errors import SourceError
from howfar.io.pictures import picture_size, read_grey, read_grey8, read_rgb

GREY = np.arange(12, dtype=np.uint8).reshape(3, 4)


@pytest.mark.parametrize(
    ("mode", "pixel"),
    [
        pytest.param("RGB", (7, 7, 7), id="colour stays"),
        pytest.param("L", (7, 7, 7), id="grey becomes colour"),
        pytest.param("RGBA", (7, 7, 7), id="an opaque picture stays"),
    ],
)
def test_every_kind_of_picture_becomes_rgb(tmp_path: Path, mode: str, pixel: tuple[int, int, int]) -> None:
    Image.fromarray(GREY).convert(mode).save(tmp_path / "a.png")
    image = read_rgb(tmp_path / "a.png")
    assert image.shape == (3, 4, 3)
    assert image.dtype == np.uint8
    assert tuple(image[1, 3]) == pixel


def test_a_rotation_in_the_exif_is_left_alone_as_boxes_are_counted_in_stored_pixels(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(GREY).save(tmp_path / "a.jpg", exif=exif)
    assert read_rgb(tmp_path / "a.jpg").shape == (3, 4, 3)


def test_numbers_in_a_grey_png_come_back_as_they_are(tmp_path: Path) -> None:
    Image.fromarray(GREY).save(tmp_path / "a.png")
    assert np.array_equal(read_grey8(tmp_path / "a.png"), GREY)


@pytest.mark.parametrize(
    ("write", "message"),
    [
        pytest.param(lambda path: None, "There is no file", id="missing"),
        pytest.param(lambda path: path.write_bytes(b""), "is empty", id="empty"),
        pytest.param(
            lambda path: path.write_text("a text"), "holds text where a picture was expected", id="no picture"
        ),
        pytest.param(lambda path: path.mkdir(), "is a folder", id="a folder"),
        pytest.param(lambda path: _truncated(path), "cannot be decoded", id="cut off"),
        pytest.param(lambda path: _broken_header(path), "begins as PNG and cannot be opened", id="a broken header"),
    ],
)
def test_what_is_no_picture_is_refused_in_one_sentence(tmp_path: Path, write, message: str) -> None:
    write(tmp_path / "a.png")
    with pytest.raises(SourceError, match=message) as refusal:
        read_rgb(tmp_path / "a.png")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("mode", ["RGB", "I;16", "1"])
def test_a_depth_file_with_another_kind_of_pixel_is_refused(tmp_path: Path, mode: str) -> None:
    Image.new(mode, (4, 3)).save(tmp_path / "a.png")
    with pytest.raises(SourceError, match="one 8-bit channel"):
        read_grey8(tmp_path / "a.png")


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_numbers_of_8_or_16_bits_come_back_as_they_are(tmp_path: Path, dtype: type) -> None:
    numbers = GREY.astype(dtype) * np.iinfo(dtype).max // 11
    Image.fromarray(numbers).save(tmp_path / "a.png")
    read = read_grey(tmp_path / "a.png")
    assert read.dtype == dtype
    assert np.array_equal(read, numbers)


@pytest.mark.parametrize("mode", ["RGB", "P", "1"])
def test_numbers_are_not_taken_from_colours(tmp_path: Path, mode: str) -> None:
    Image.new(mode, (4, 3)).save(tmp_path / "a.png")
    with pytest.raises(SourceError, match="one channel of 8 or 16 bits"):
        read_grey(tmp_path / "a.png")


def test_the_size_is_width_and_height(tmp_path: Path) -> None:
    Image.fromarray(GREY).save(tmp_path / "a.png")
    assert picture_size(tmp_path / "a.png") == (4, 3)


def _truncated(path: Path) -> None:
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[:2000])


def _broken_header(path: Path) -> None:
    Image.fromarray(GREY).save(path)
    data = bytearray(path.read_bytes())
    data[16:24] = bytes(8)
    path.write_bytes(bytes(data))
