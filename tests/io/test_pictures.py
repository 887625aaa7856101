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
from howfar.io import exif, pictures
from howfar.io.pictures import decode_picture, decode_stream, read_picture
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
    assert (frame.width_px, frame.height_px) == (48, 64)
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


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA", "RGBa", "P", "CMYK", "L", "1", "YCbCr"])
@pytest.mark.parametrize("strip", [1, 50, 10_000], ids=["a row at a time", "two rows at a time", "at once"])
def test_a_picture_that_is_converted_by_strips_is_the_same(monkeypatch, mode, strip):
    monkeypatch.setattr(pictures, "STRIP_PIXELS", strip)
    noise = np.random.default_rng(0).integers(0, 256, (33, 25, 4), dtype=np.uint8)
    image = Image.fromarray(noise).convert("P" if mode == "PA" else mode).convert(mode)
    if mode == "P":
        image.info["transparency"] = 3
    expected = image
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        expected = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    np.testing.assert_array_equal(pictures._rgb(image, "noise"), np.asarray(expected.convert("RGB")))


def test_too_little_memory_is_called_that(monkeypatch):
    def fail(*_):
        raise MemoryError

    monkeypatch.setattr(pictures, "_rgb", fail)
    with pytest.raises(SourceError, match=r"a\.png cannot be decoded, as there is not enough memory: close") as refusal:
        decode_picture(encoded(quadrants(), "PNG"), "a.png")
    assert "damaged" not in str(refusal.value)


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
