import io
import os
import struct
import subprocess
import sys
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from howfar.errors import MissingExtraError, SourceError
from howfar.evaluation.ssim.files import read_map
from howfar.io import exif, pictures
from howfar.io.depth_values import read_values
from howfar.io.kinds import picture_format
from howfar.io.pictures import decode_picture, decode_stream, picture_size, read_grey, read_picture, read_rgb
from howfar.io.pixels import STRIP_ROWS
from howfar.scene import Camera

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # it warns of damage as well as raising

QUADRANTS = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [255, 255, 0]]], np.uint8)
"""Red, green, blue, yellow: the corners tell every turn and flip apart."""


def quadrants(width_px=48, height_px=32):
    return Image.fromarray(QUADRANTS).resize((width_px, height_px), Image.Resampling.NEAREST)


def encoded(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def png_claiming(width_px, height_px):
    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width_px, height_px, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


def corners(image):
    """The colours near the four corners, row by row."""
    height, width = image.shape[:2]
    return image[np.ix_([height // 4, 3 * height // 4], [width // 4, 3 * width // 4])]


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("JPEG", {"quality": 95, "subsampling": 0}),
        ("PNG", {}),
        ("WEBP", {"lossless": True}),
        ("TIFF", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("BMP", {}),
        ("GIF", {}),
        ("PPM", {}),
        ("AVIF", {"quality": 95}),
        ("JPEG2000", {}),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(map(str, value.values())) or "plain",
)
def test_every_format_gives_rgb(tmp_path, kind, options):
    path = tmp_path / f"picture.{kind.lower()}"
    quadrants().save(path, kind, **options)
    frame = read_picture(path)
    assert frame.image.dtype == np.uint8
    assert (frame.width_px, frame.height_px, frame.source, frame.camera) == (48, 32, str(path), None)
    assert np.abs(corners(frame.image).astype(int) - QUADRANTS).max() <= 6


@pytest.mark.parametrize(
    ("image", "colour"),
    [
        pytest.param(b"P1\n2 1\n0 1\n", (255, 0), id="PBM in letters"),
        pytest.param(b"P2\n2 1\n255\n9 200\n", (9, 200), id="PGM in letters"),
        pytest.param(b"P5\n2 1\n255\n\x09\xc8", (9, 200), id="PGM"),
        pytest.param(b"P5\n2 1\n65535\n\x00\xff\xff\x00", (0, 255), id="PGM of 16 bits"),
        pytest.param(b"P3\n2 1\n255\n9 9 9 200 200 200\n", (9, 200), id="PPM in letters"),
    ],
)
def test_every_kind_of_portable_map(image, colour):
    assert decode_picture(image, "a").image[0, :, 0].tolist() == list(colour)


def test_an_avif_of_a_common_brand_is_one():
    data = encoded(quadrants(), "AVIF")
    size = int.from_bytes(data[:4], "big")
    brands = b"mif1" + data[12:16] + b"mif1avif"
    head = (8 + len(brands)).to_bytes(4, "big") + b"ftyp" + brands
    padded = head + b"\0\0\0\x08free" * ((size - len(head)) // 8) if size >= len(head) else head
    assert picture_format(padded) == "AVIF"


def test_a_turned_avif_is_turned_once():
    tags = Image.Exif()
    tags[0x0112] = 6
    frame = decode_picture(encoded(quadrants(64, 48), "AVIF", quality=95, exif=tags), "a.avif")
    assert (frame.width_px, frame.height_px) == (48, 64)
    assert np.abs(corners(frame.image).astype(int) - np.rot90(QUADRANTS, -1)).max() <= 30


def test_heic(tmp_path):
    heif = pytest.importorskip("pillow_heif", reason="needs the extra heic")
    heif.from_pillow(quadrants(64, 48)).save(tmp_path / "a.heic", quality=95)
    frame = read_picture(tmp_path / "a.heic")
    assert (frame.width_px, frame.height_px) == (64, 48)
    assert np.abs(corners(frame.image).astype(int) - QUADRANTS).max() <= 30


def test_a_turned_heic_is_turned_once():
    heif = pytest.importorskip("pillow_heif", reason="needs the extra heic")
    tags = Image.Exif()
    tags[0x0112] = 6
    buffer = io.BytesIO()
    heif.from_pillow(quadrants(64, 48)).save(buffer, quality=95, exif=tags.tobytes())
    frame = decode_picture(buffer.getvalue(), "a.heic")
    assert (frame.width_px, frame.height_px, frame.orientation) == (48, 64, 6)
    assert np.abs(corners(frame.image).astype(int) - np.rot90(QUADRANTS, -1)).max() <= 30


def test_heic_without_its_extra_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(MissingExtraError, match=r"HEIC.*howfar\[heic\]"):
        decode_picture(b"\0\0\0\x18ftypheic" + bytes(40), "a.heic")


UPRIGHT = {
    1: QUADRANTS,
    2: QUADRANTS[:, ::-1],
    3: QUADRANTS[::-1, ::-1],
    4: QUADRANTS[::-1],
    5: QUADRANTS.swapaxes(0, 1),
    6: np.rot90(QUADRANTS, -1),
    7: QUADRANTS[::-1, ::-1].swapaxes(0, 1),
    8: np.rot90(QUADRANTS),
}


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", UPRIGHT)
def test_exif_rotation_is_applied_and_the_camera_follows(kind, orientation):
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags.get_ifd(exif.EXIF_IFD)[exif.FOCAL_LENGTH_35MM] = 28
    if kind == "TIFF":  # whose writer takes the directory only if it is named among the tags
        tags[exif.EXIF_IFD] = 0
    frame = decode_picture(encoded(quadrants(), kind, exif=tags, quality=95), "a")
    size = (48, 32) if orientation < 5 else (32, 48)
    assert (frame.width_px, frame.height_px) == size
    assert np.abs(corners(frame.image).astype(int) - UPRIGHT[orientation]).max() <= 40
    assert frame.camera == Camera.from_focal_35mm(*size, 28)


RAMP = np.linspace(0, 65535, 64 * 48).reshape(48, 64).astype(np.uint16)


@pytest.mark.parametrize("suffix", [".png", ".tiff"])
@pytest.mark.parametrize("channels", [1, 3], ids=["grey", "colour"])
def test_16_bits_are_scaled_not_clipped(tmp_path, suffix, channels):
    values = RAMP if channels == 1 else np.dstack([RAMP, RAMP[::-1], RAMP[:, ::-1]])
    assert cv2.imwrite(str(tmp_path / f"a{suffix}"), values)
    image = read_picture(tmp_path / f"a{suffix}").image
    wanted = values[..., ::-1] if channels == 3 else np.dstack([values] * 3)
    assert image.shape == (48, 64, 3)
    assert image.dtype == np.uint8
    assert np.abs(image - wanted / 257).max() <= 1.0


@pytest.mark.parametrize("suffix", [".png", ".tiff", ".pgm"])
def test_16_bits_that_fill_a_part_of_their_range_are_stretched(tmp_path, suffix):
    thermal = (7000 + RAMP // 40).astype(np.uint16)
    thermal[0, 0], thermal[0, 1] = 65535, 0  # a hot pixel and a dead one
    assert cv2.imwrite(str(tmp_path / f"a{suffix}"), thermal)
    frame = read_picture(tmp_path / f"a{suffix}")
    assert frame.image.min() == 0
    assert frame.image.max() == 255
    assert np.abs(frame.image[1:, :, 0] - (thermal[1:] - 7000) / 1638 * 255).max() < 2
    assert "from 7002 to 8637 alone" in frame.notes[0]


@pytest.mark.parametrize("lowest", [0, 20000], ids=["from black on", "far from black"])
@pytest.mark.parametrize("suffix", [".png", ".tiff", ".ppm"])
def test_colours_of_16_bits_that_fill_a_part_of_their_range_are_stretched(tmp_path, suffix, lowest):
    values = np.dstack([RAMP, RAMP[::-1], RAMP[:, ::-1]]) // 64  # of a sensor of 10 bits
    assert cv2.imwrite(str(tmp_path / f"a{suffix}"), values[..., ::-1] + np.uint16(lowest))
    frame = read_picture(tmp_path / f"a{suffix}")
    assert np.abs(frame.image - values / 4.0).max() < 3
    assert "16 bits hold values from" in frame.notes[0]


@pytest.mark.parametrize("value", [0, 12345, 65535])
def test_16_bits_of_one_value_are_not_stretched(tmp_path, value):
    assert cv2.imwrite(str(tmp_path / "a.png"), np.full((4, 5), value, np.uint16))
    frame = read_picture(tmp_path / "a.png")
    assert (frame.image == value >> 8).all()
    assert frame.notes == ()


@pytest.mark.parametrize(
    ("image", "kind", "colour"),
    [
        pytest.param(Image.new("L", (5, 4), 90), "PNG", (90, 90, 90), id="grey"),
        pytest.param(Image.new("1", (5, 4), 1), "PNG", (255, 255, 255), id="black and white"),
        pytest.param(Image.new("CMYK", (16, 16), (255, 0, 255, 0)), "JPEG", (0, 255, 0), id="CMYK JPEG"),
        pytest.param(Image.new("CMYK", (5, 4), (0, 255, 255, 0)), "TIFF", (255, 0, 0), id="CMYK TIFF"),
        pytest.param(Image.new("RGB", (5, 4), (10, 20, 30)).quantize(4), "PNG", (10, 20, 30), id="palette"),
        pytest.param(Image.new("RGBA", (5, 4), (0, 0, 0, 0)), "PNG", (255, 255, 255), id="transparent lies on white"),
        pytest.param(Image.new("RGBA", (5, 4), (255, 0, 0, 128)), "PNG", (255, 127, 127), id="half transparent"),
        pytest.param(Image.new("LA", (5, 4), (0, 0)), "PNG", (255, 255, 255), id="transparent grey"),
        pytest.param(Image.new("RGB", (1, 1), (1, 2, 3)), "PNG", (1, 2, 3), id="1×1"),
    ],
)
def test_every_mode_gives_rgb(image, kind, colour):
    decoded = decode_picture(encoded(image, kind), "a").image
    assert decoded.shape == (image.height, image.width, 3)
    assert decoded.dtype == np.uint8
    assert np.abs(decoded.astype(int) - colour).max() <= 2


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_the_first_frame_of_an_animation(kind):
    frames = [Image.new("RGB", (8, 6), colour) for colour in ("red", "blue", "lime")]
    options = {"lossless": True} if kind == "WEBP" else {}
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=50, **options)
    assert (decode_picture(data, "a").image == (255, 0, 0)).all()


def test_a_transparent_palette_colour_lies_on_white():
    image = Image.new("P", (4, 4), 0)
    image.putpalette([0, 0, 0, 200, 0, 0])
    image.putpixel((0, 0), 1)
    decoded = decode_picture(encoded(image, "GIF", transparency=0), "a.gif").image
    assert tuple(decoded[0, 0]) == (200, 0, 0)
    assert tuple(decoded[3, 3]) == (255, 255, 255)


JPEG = encoded(quadrants(400, 300), "JPEG")
FLOATS = encoded(Image.fromarray(np.ones((4, 5), np.float32)), "TIFF")


BAD_FILES = [
    ("empty.jpg", b"", "is empty"),
    ("notes.jpg", b"Dear diary,\n" * 20, r"holds text where a picture was expected: give JPEG, PNG"),
    ("page.jpg", b"<!doctype html><html>", "holds an HTML page"),
    ("clip.jpg", b"\0\0\0\x18ftypisom" + bytes(50), "holds a video"),
    ("noise.png", bytes(range(200, 256)) * 3, "no format that howfar knows"),
    ("cut.jpg", JPEG[: len(JPEG) // 2], "cannot be decoded .*truncated.*copy or fetch it again"),
    ("cut.png", encoded(quadrants(), "PNG")[:60], "(damaged|cut short)"),
    ("cut.gif", encoded(quadrants(), "GIF")[:40], "(damaged|cut short)"),
    ("cut.bmp", encoded(quadrants(), "BMP")[:500], "(damaged|cut short)"),
    ("cut.webp", encoded(quadrants(), "WEBP")[:100], "(damaged|cut short)"),
    ("cut.tiff", encoded(quadrants(), "TIFF")[:100], "(damaged|cut short)"),
    ("head.jpg", JPEG[:3], "begins as JPEG and cannot be opened"),
    ("bomb.png", png_claiming(60000, 60000), "60000×60000 pixels, and at most 200 megapixels"),
    ("depth.tiff", FLOATS, "32-bit numbers.*depth map"),
]


@pytest.mark.parametrize(("name", "data", "told"), BAD_FILES, ids=[name for name, _, _ in BAD_FILES])
def test_bad_files_give_one_sentence(tmp_path, name, data, told):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(SourceError, match=told) as caught:
        read_picture(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_largest_telephone_picture_is_not_taken_for_a_bomb(recwarn):
    # 16320×12240 is what a 200-megapixel sensor gives; this file only says so, and is cut short.
    with pytest.raises(SourceError, match="cut short"):
        decode_picture(png_claiming(16320, 12240), "big.png")
    assert not recwarn.list


def test_want_of_memory_is_called_that(monkeypatch):
    def refuse(self):
        raise MemoryError

    monkeypatch.setattr("PIL.PngImagePlugin.PngImageFile.load", refuse)
    with pytest.raises(SourceError, match=r"a\.png cannot be decoded: there is not enough memory") as caught:
        decode_picture(encoded(quadrants(), "PNG"), "a.png")
    assert "damaged" not in str(caught.value)


@pytest.mark.parametrize("reader", [read_picture, read_rgb, read_grey], ids=lambda each: each.__name__)
def test_what_takes_more_memory_than_is_free_is_refused_before_it_is_decoded(tmp_path, monkeypatch, reader):
    monkeypatch.setattr("howfar.io.picture_formats.free_bytes", lambda: 10**8)
    Image.new("L", (5000, 5000)).save(tmp_path / "big.png")
    Image.new("L", (50, 50)).save(tmp_path / "small.png")
    with pytest.raises(
        SourceError, match=r"5000×5000 pixels, which take about 0\.2 GB of memory, and 0\.1 GB are free"
    ):
        reader(tmp_path / "big.png")
    reader(tmp_path / "small.png")
    assert picture_size(tmp_path / "big.png") == (5000, 5000), "its size is known without"


def test_transparency_is_laid_on_white_in_strips():
    rows = 2 * STRIP_ROWS + 5
    alpha = np.linspace(0, 255, rows).astype(np.uint8)
    values = np.zeros((rows, 3, 4), np.uint8)
    values[:, :, 3] = alpha[:, None]
    decoded = decode_picture(encoded(Image.fromarray(values), "PNG"), "a").image
    assert np.abs(decoded[:, 0, 0].astype(int) - (255 - alpha)).max() <= 1


POSTSCRIPT = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n"


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tiff"])
@pytest.mark.parametrize(
    "reader", [read_picture, read_rgb, read_grey, picture_size, read_values, read_map], ids=lambda each: each.__name__
)
def test_postscript_starts_no_program(tmp_path, monkeypatch, suffix, reader):
    from PIL import EpsImagePlugin

    def started(*args, **kwargs):
        raise AssertionError("Ghostscript was started")

    monkeypatch.setattr(EpsImagePlugin, "Ghostscript", started)
    monkeypatch.setattr(EpsImagePlugin, "EpsImageFile", started)
    Image.init()
    path = tmp_path / f"a{suffix}"
    path.write_bytes(POSTSCRIPT)
    with pytest.raises(SourceError):
        reader(path)


def test_missing_file(tmp_path):
    with pytest.raises(SourceError, match=r"There is no file .*gone\.jpg: check the name"):
        read_picture(tmp_path / "gone.jpg")


def test_a_folder_is_no_picture(tmp_path):
    with pytest.raises(SourceError, match="is a folder where a file was expected"):
        read_picture(tmp_path)


def test_a_name_that_is_too_long(tmp_path):
    with pytest.raises(SourceError, match="cannot be opened"):
        read_picture(tmp_path / ("a" * 5000))


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    path = tmp_path / "locked.jpg"
    path.write_bytes(JPEG)
    path.chmod(0)
    if os.access(path, os.R_OK):  # root may read everything

        def refuse(self, *args):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(type(path), "open", refuse)
    with pytest.raises(SourceError, match="may not be read"):
        read_picture(path)


def test_damaged_exif_does_not_cost_the_picture():
    data = encoded(quadrants(), "PNG", exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff\xff")
    assert decode_picture(data, "a.png").camera is None


@pytest.mark.skipif(sys.platform == "win32", reason="needs named pipes")
def test_a_named_pipe(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (tmp_path / "a.png").write_bytes(encoded(quadrants(), "PNG"))
    with subprocess.Popen(["cp", tmp_path / "a.png", pipe]):
        assert read_picture(pipe).image.shape == (32, 48, 3)


def test_an_endless_stream_is_refused(monkeypatch):
    monkeypatch.setattr(pictures, "MAX_STREAM_BYTES", 2**20)
    with pytest.raises(SourceError, match="gave more than 1 MB"):
        decode_stream(io.BytesIO(bytes(2**20 + 1)), "-")


SMALL = {kind: encoded(quadrants(12, 8), kind) for kind in ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF")}


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(SMALL)), st.data())
def test_whatever_is_damaged_there_is_a_picture_or_one_sentence(kind, draw):
    data = bytearray(SMALL[kind])
    for _ in range(draw.draw(st.integers(1, 6))):
        data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    data = data[: draw.draw(st.integers(len(data) // 2, len(data)))]
    try:
        image = decode_picture(bytes(data), "a").image
    except SourceError:
        return
    assert image.dtype == np.uint8
    assert image.ndim == 3
    assert image.shape[2] == 3
