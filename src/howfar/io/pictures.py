"""Reading pictures: every format becomes H×W×3 uint8 RGB.

`read_picture` gives what people see: upright, with the camera that EXIF tells. `read_rgb` gives the pixels as they are
stored, for the boxes and depths of a data set are counted in those. `read_grey` gives the numbers of one channel.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from howfar.errors import HowfarError, MissingExtraError, SourceError
from howfar.io.exif import camera_from_exif, exif_tags
from howfar.io.kinds import HEAD_BYTES, PICTURE_NAMES, describe, picture_format
from howfar.scene.frame import Frame

if TYPE_CHECKING:
    from PIL import Image

MAX_PICTURE_PIXELS = 200_000_000
"""The largest telephone sensors have 200 megapixels; what says that it has more is refused before it is decoded."""

STRIP_PIXELS = 16_000_000
"""As much of a picture is converted at once."""

MAX_STREAM_BYTES = 256 * 2**20
"""How much is read from something whose size is not known beforehand, such as standard input."""

_PLUGINS = {
    "JPEG": ("PIL.JpegImagePlugin", "JpegImageFile"),
    "PNG": ("PIL.PngImagePlugin", "PngImageFile"),
    "WebP": ("PIL.WebPImagePlugin", "WebPImageFile"),
    "TIFF": ("PIL.TiffImagePlugin", "TiffImageFile"),
    "BMP": ("PIL.BmpImagePlugin", "BmpImageFile"),
    "GIF": ("PIL.GifImagePlugin", "GifImageFile"),
    "PPM": ("PIL.PpmImagePlugin", "PpmImageFile"),
    "HEIC": ("pillow_heif", "HeifImageFile"),
}

_ORIENTATION = 0x0112
_UPRIGHT = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}
"""What sets a picture of each EXIF orientation upright."""


def read_picture(path: Path, source: str | None = None) -> Frame:
    """Read a picture file (see `decode_picture`).

    Args:
        path: The file.
        source: What to call it, in the frame and in errors; the path when None.

    Raises:
        SourceError: If the file is missing, is a folder, may not be read, or holds no picture that can be decoded.
        MissingExtraError: If it is HEIC and pillow-heif is not installed.
    """
    with open_file(path) as file:
        read = _decode if file.seekable() else decode_stream
        return read(file, source or str(path))


def decode_stream(stream: BinaryIO, source: str) -> Frame:
    """Read a picture from a pipe or the like to its end (see `decode_picture`).

    Raises:
        SourceError: If there is too much, or no picture that can be decoded.
        MissingExtraError: If it is HEIC and pillow-heif is not installed.
    """
    data = stream.read(MAX_STREAM_BYTES + 1)
    if len(data) > MAX_STREAM_BYTES:
        raise SourceError(
            f"{source} gave more than {MAX_STREAM_BYTES // 2**20} MB: save the picture and name the file."
        )
    return decode_picture(data, source)


def decode_picture(data: bytes, source: str) -> Frame:
    """Decode the bytes of a picture: JPEG, PNG, WebP, TIFF, BMP, GIF, PPM or HEIC, the first frame of an animation.

    The EXIF rotation is applied; 16 bits are scaled to 8, grey and CMYK turned into RGB, transparency laid on white.

    Args:
        data: The file's bytes.
        source: What to call the picture, in the frame and in errors.

    Raises:
        SourceError: If there is no picture, it is damaged, or has more than `MAX_PICTURE_PIXELS`.
        MissingExtraError: If it is HEIC and pillow-heif is not installed.
    """
    return _decode(BytesIO(data), source)


def read_rgb(path: Path) -> NDArray[np.uint8]:
    """Read a picture file as it is stored, without its EXIF rotation.

    Returns:
        H×W×3 uint8 RGB.

    Raises:
        SourceError: If the file is missing, or holds no picture that can be decoded.
        MissingExtraError: If it is HEIC and pillow-heif is not installed.
    """
    with open_file(path) as file:
        image, _ = _opened(file, str(path))
        with _decoding(str(path)):
            image.load()
            return _rgb(image, str(path))


def read_grey(path: Path) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """Read a picture of one channel of 8 or 16 bits, whose values are numbers and no colours, as they are stored.

    Returns:
        H×W uint8 or uint16.

    Raises:
        SourceError: If the file is missing, cannot be decoded, or has another kind of pixel.
    """
    return _numbers(path, ("L", "I;16"), "one channel of 8 or 16 bits")


def read_grey8(path: Path) -> NDArray[np.uint8]:
    """Read a picture of one 8-bit channel as `read_grey` does; another kind of pixel is refused.

    Returns:
        H×W uint8.

    Raises:
        SourceError: If the file is missing, cannot be decoded, or has another kind of pixel.
    """
    return _numbers(path, ("L",), "one 8-bit channel")


def picture_size(path: Path) -> tuple[int, int]:
    """Width and height of a picture in pixels as it is stored, read from its header alone.

    Raises:
        SourceError: If the file is missing or is not a picture.
        MissingExtraError: If it is HEIC and pillow-heif is not installed.
    """
    with open_file(path) as file:
        size: tuple[int, int] = _opened(file, str(path))[0].size
        return size


def open_file(path: Path) -> BinaryIO:
    """Open a file for reading, in binary.

    Raises:
        SourceError: If it is missing, is a folder, or may not be read.
    """
    try:
        if path.is_dir():
            raise SourceError(f"{path} is a folder where a file was expected: name a file in it.")
        return path.open("rb")
    except FileNotFoundError:
        raise SourceError(f"There is no file {path}: check the name.") from None
    except PermissionError:
        raise SourceError(f"{path} may not be read: ask for the permission to (chmod +r), or copy it.") from None
    except OSError as error:
        raise SourceError(f"{path} cannot be opened ({error.strerror}): check the name and the disk.") from None


def _decode(file: BinaryIO, source: str) -> Frame:
    image, format_name = _opened(file, source)
    tags = exif_tags(image)
    with _decoding(source):
        image.load()
        pixels = _rgb(_upright(image, format_name, tags), source)
    return Frame(pixels, source, camera_from_exif(tags, width_px=pixels.shape[1], height_px=pixels.shape[0]))


def _numbers(path: Path, modes: tuple[str, ...], wanted: str) -> NDArray[Any]:
    with open_file(path) as file:
        image, _ = _opened(file, str(path))
        if image.mode not in modes:
            raise SourceError(f"{path} should have {wanted} and has pixels of kind {image.mode}.")
        with _decoding(str(path)):
            return np.asarray(image)


def _opened(file: BinaryIO, source: str) -> "tuple[Image.Image, str]":
    """A picture whose header is read and whose pixels are not yet, and the name of its format."""
    head = file.read(HEAD_BYTES)
    if not head:
        raise SourceError(f"{source} is empty where a picture was expected: copy or fetch it again.")
    format_name = picture_format(head)
    if format_name is None:
        raise SourceError(f"{source} {describe(head)} where a picture was expected: give {PICTURE_NAMES}.")
    file.seek(0)
    plugin = _plugin(format_name)
    with _refusing(f"{source} begins as {format_name} and cannot be opened", "it is damaged or of a rare kind"):
        image = plugin(file)
    _refuse_size(image, source)
    return image, format_name


def _decoding(source: str) -> AbstractContextManager[None]:
    return _refusing(f"{source} cannot be decoded", "it is damaged or cut short, so copy or fetch it again")


def _plugin(format_name: str) -> Any:
    """Pillow's reader for one format: it alone is imported, and it does not warn of big pictures as Image.open does."""
    module, name = _PLUGINS[format_name]
    try:
        return getattr(import_module(module), name)
    except ImportError:
        if format_name != "HEIC":
            raise
        raise MissingExtraError("Reading HEIC pictures", "heic") from None


@contextmanager
def _refusing(what: str, hint: str) -> Iterator[None]:
    """Turn whatever Pillow raises on bad data into one sentence."""
    try:
        yield
    except HowfarError:
        raise
    except MemoryError:
        raise SourceError(f"{what}, as there is not enough memory: close other programs, or make it smaller.") from None
    except Exception as error:  # noqa: BLE001  Pillow's readers let through whatever their parsing meets
        reason = str(error).strip().split("\n")[0].rstrip(".") or type(error).__name__
        raise SourceError(f"{what} ({reason}): {hint}.") from None


def _refuse_size(image: "Image.Image", source: str) -> None:
    width, height = image.size
    if width * height > MAX_PICTURE_PIXELS:
        raise SourceError(
            f"{source} says that it has {width}×{height} pixels, and at most {MAX_PICTURE_PIXELS // 10**6} megapixels "
            "are read: make it smaller first."
        )


def _upright(image: "Image.Image", format_name: str, tags: dict[int, Any]) -> "Image.Image":
    turn = _UPRIGHT.get(tags.get(_ORIENTATION, 1))
    if turn is None or format_name in ("TIFF", "HEIC"):  # those two are turned as they are loaded
        return image
    from PIL import Image

    return image.transpose(getattr(Image.Transpose, turn))


def _rgb(image: "Image.Image", source: str) -> NDArray[np.uint8]:
    if image.mode.startswith("I;16"):
        grey = (np.asarray(image) >> 8).astype(np.uint8)
        return np.repeat(grey[:, :, None], 3, axis=2)
    if image.mode in ("I", "F"):
        raise SourceError(
            f"{source} holds 32-bit numbers, which do not say what is white: save it with 8 or 16 bits, "
            "or give it as a depth map if it is one."
        )
    if image.mode == "RGB" and not image.has_transparency_data:
        return np.asarray(image)
    # By strips, as a conversion and what lies under transparency take as much memory as the picture each.
    pixels = np.empty((image.height, image.width, 3), dtype=np.uint8)
    rows = max(1, STRIP_PIXELS // image.width)
    for top in range(0, image.height, rows):
        strip = image.crop((0, top, image.width, min(top + rows, image.height)))
        pixels[top : top + rows] = np.asarray(_on_white(strip).convert("RGB"))
    return pixels


def _on_white(image: "Image.Image") -> "Image.Image":
    if not image.has_transparency_data:
        return image
    from PIL import Image

    layer = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
