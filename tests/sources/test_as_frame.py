"""Python users give pictures in many forms; each goes the way of a file, or is refused in one sentence."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from howfar.errors import SourceError
from howfar.io import exif
from howfar.io.pictures import decode_picture
from howfar.scene import Camera
from howfar.sources.as_frame import as_frame

RGB = np.arange(6 * 4 * 3, dtype=np.uint8).reshape(6, 4, 3)
GREY = RGB[..., 0]
WIDE = RGB.repeat(8, 1)


def jpeg(orientation=6, kind="JPEG", **options) -> bytes:
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags.get_ifd(exif.EXIF_IFD)[exif.FOCAL_LENGTH_35MM] = 28
    if kind == "TIFF":
        tags[exif.EXIF_IFD] = 0
    buffer = io.BytesIO()
    Image.fromarray(RGB.repeat(8, 0).repeat(8, 1)).save(buffer, kind, exif=tags, **options)
    return buffer.getvalue()


def loaded(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def saved(folder: Path, image: Image.Image, name: str) -> np.ndarray:
    image.save(folder / name)
    return as_frame(folder / name).image


@pytest.mark.parametrize("orientation", [1, 2, 3, 4, 5, 6, 7, 8])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_picture_of_pillows_goes_the_way_of_its_file(orientation, kind):
    data = jpeg(orientation, kind)
    file, image = decode_picture(data, "file"), as_frame(Image.open(io.BytesIO(data)))
    assert (image.image == file.image).all()
    assert image.camera == file.camera == Camera.from_focal_35mm(file.width_px, file.height_px, 28)
    assert image.source == "image"


def test_a_picture_of_pillows_has_the_name_of_its_file(tmp_path):
    (tmp_path / "a.jpg").write_bytes(jpeg())
    assert as_frame(Image.open(tmp_path / "a.jpg")).source == str(tmp_path / "a.jpg")


@pytest.mark.parametrize(
    ("made", "has_camera"),
    [
        pytest.param(loaded, True, id="loaded already"),
        pytest.param(lambda data: Image.open(io.BytesIO(data)).convert("RGB"), True, id="converted"),
        pytest.param(lambda data: ImageOps.exif_transpose(Image.open(io.BytesIO(data))), True, id="turned already"),
        pytest.param(lambda data: Image.fromarray(decode_picture(data, "a").image), False, id="of an array"),
    ],
)
def test_a_picture_of_pillows_is_turned_once(made, has_camera):
    data = jpeg(6)
    file, image = decode_picture(data, "file"), as_frame(made(data))
    assert (image.image == file.image).all()
    assert (image.camera == file.camera) is has_camera


@pytest.mark.parametrize(
    ("array", "mode"),
    [
        pytest.param(GREY, "L", id="H×W"),
        pytest.param(GREY[:, :, None], "L", id="H×W×1"),
        pytest.param(RGB, "RGB", id="H×W×3"),
        pytest.param(RGB[:, ::-1], "RGB", id="mirrored, of negative strides"),
        pytest.param(np.dstack([RGB, GREY * 3]), "RGBA", id="H×W×4 lies on white"),
        pytest.param(GREY > 30, "1", id="true and false"),
        pytest.param(GREY.astype(np.uint16) * 700, "I;16", id="16 bits"),
        pytest.param((GREY.astype(np.uint16) * 700).astype(">u2"), "I;16B", id="in the other order of bytes"),
        pytest.param(GREY.astype(np.uint16) + 700, "I;16", id="16 bits that fill a part of their range"),
    ],
)
def test_an_array_goes_the_way_of_a_file_of_its_kind(tmp_path, array, mode):
    image = Image.fromarray(np.ascontiguousarray(array[:, :, 0] if array.shape[2:] == (1,) else array))
    assert image.mode == mode
    wanted = saved(tmp_path, image, "a.png")
    assert (as_frame(array).image == wanted).all()


def test_16_bits_in_colour_with_transparency():
    array = np.dstack([RGB, np.full((6, 4), 255, np.uint8)]).astype(np.uint16) * 257
    assert (as_frame(array).image == RGB).all()


@pytest.mark.parametrize("given", [bytes, bytearray, memoryview, io.BytesIO], ids=lambda each: each.__name__)
def test_what_holds_a_file(given):
    assert (as_frame(given(jpeg())).image == decode_picture(jpeg(), "a").image).all()


def test_a_file_is_read_from_its_beginning_as_pillow_does():
    written = io.BytesIO()
    written.write(jpeg())
    assert (as_frame(written).image == decode_picture(jpeg(), "a").image).all()


@pytest.mark.parametrize("orientation", [1, 2, 3, 4, 5, 6, 7, 8])
@pytest.mark.parametrize("kind", ["HEIF", "AVIF"])
def test_a_picture_that_its_reader_turns_is_turned_once(orientation, kind):
    heif = pytest.importorskip("pillow_heif", reason="needs the extra heic")
    tags = Image.Exif()
    tags[0x0112] = orientation
    picture, buffer = Image.fromarray(RGB.repeat(16, 0).repeat(16, 1)), io.BytesIO()
    if kind == "AVIF":
        picture.save(buffer, kind, exif=tags)
    else:
        heif.from_pillow(picture).save(buffer, exif=tags.tobytes())
    open_image = heif.HeifImageFile if kind == "HEIF" else Image.open
    file = decode_picture(buffer.getvalue(), "a")
    assert file.image.shape == ((64, 96, 3) if orientation in (5, 6, 7, 8) else (96, 64, 3))
    for made in (lambda image: image, lambda image: image.copy(), ImageOps.exif_transpose):
        assert (as_frame(made(open_image(io.BytesIO(buffer.getvalue())))).image == file.image).all()


def test_an_open_file(tmp_path):
    (tmp_path / "a.jpg").write_bytes(jpeg())
    with (tmp_path / "a.jpg").open("rb") as file:
        frame = as_frame(file)
    assert frame.source == str(tmp_path / "a.jpg")
    assert frame.camera is not None


def closed() -> io.BytesIO:
    file = io.BytesIO(jpeg())
    file.close()
    return file


class Tensor:
    """What a tensor on a GPU, with gradients, does."""

    def __init__(self, values):
        self.values = values

    def detach(self):
        return self

    def cpu(self):
        return self.values

    def __array__(self, *args, **kwargs):
        raise RuntimeError("it needs to be detached")


def test_a_tensor_of_the_shape_of_a_picture():
    assert (as_frame(Tensor(RGB)).image == RGB).all()


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(lambda torch: torch.rand(4, 6, 3).bfloat16(), id="of a type that NumPy lacks"),
        pytest.param(lambda torch: torch.zeros(4, 6, 3, dtype=torch.uint8).to_sparse(), id="sparse"),
        pytest.param(lambda torch: torch.zeros(4, 6, 3, dtype=torch.uint8, device="meta"), id="without numbers"),
    ],
)
def test_an_odd_tensor_gives_one_sentence(made):
    torch = pytest.importorskip("torch", reason="needs PyTorch")
    with pytest.raises(SourceError, match=r"A picture is|cannot be made an array"):
        as_frame(made(torch))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        pytest.param(None, r"None.*cv2\.imread", id="what OpenCV could not read"),
        pytest.param([RGB, RGB], "A list .*each of its pictures", id="a list"),
        pytest.param(("a.jpg", "b.jpg"), "A tuple .*each of its pictures", id="a tuple"),
        pytest.param(5, "A int is no picture: give a path", id="a number"),
        pytest.param(io.StringIO("text"), "open as text", id="a file open as text"),
        pytest.param(closed(), "cannot be read", id="a closed file"),
        pytest.param(b"", "bytes is empty", id="no bytes"),
        pytest.param(b"Dear diary", "bytes holds text", id="bytes of something else"),
        pytest.param(RGB / 255, r"float64: numbers from 0 to 1 become", id="numbers from 0 to 1"),
        pytest.param(RGB.astype(np.int64), "type int64", id="whole numbers of 64 bits"),
        pytest.param(WIDE.transpose(2, 0, 1), "channels come first", id="channels first"),
        pytest.param(RGB[None], "several pictures", id="a batch"),
        pytest.param(np.zeros((0, 4, 3), np.uint8), "empty", id="an empty array"),
        pytest.param(np.zeros(5, np.uint8), r"shape \(5,\)", id="a row"),
        pytest.param(np.array("a"), "shape", id="a text in an array"),
        pytest.param(Tensor(WIDE.transpose(2, 0, 1)), r"permute\(1, 2, 0\)", id="a tensor, channels first"),
        pytest.param(Image.new("RGB", (0, 5)), "0×5 pixels", id="an empty picture of Pillow's"),
        pytest.param(Image.new("F", (4, 5)), "32-bit numbers", id="numbers of Pillow's"),
    ],
)
def test_what_is_no_picture_gives_one_sentence(given, told):
    with pytest.raises(SourceError, match=told) as caught:
        as_frame(given)
    assert "\n" not in str(caught.value)
