"""Reading pictures: every format becomes H×W×3 uint8 RGB.

`read_picture` gives what people see: upright, with the camera that EXIF tells. `read_rgb` gives the pixels as they are
stored, for the boxes and depths of a data set are counted in those. `read_grey` gives the numbers of one channel.
"""

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SourceError
from howfar.io.exif import camera_from_exif, exif_tags
from howfar.io.panoramas import pinhole_or_doubt
from howfar.io.picture_formats import decoding, open_picture, refuse_beyond_memory, refuse_size
from howfar.io.pixels import has_16_bit_colours, rgb_of, stretched_16_bit_colours
from howfar.io.square_pixels import pixel_stretch, stretched, stretched_size
from howfar.scene.frame import Frame
from howfar.scene.orientation import LYING

if TYPE_CHECKING:
    from PIL import Image

MAX_STREAM_BYTES = 256 * 2**20
"""How much is read from something whose size is not known beforehand, such as standard input."""

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

_TURNED_AS_LOADED = ("TIFF", "HEIC")


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
    """Decode the bytes of a picture: JPEG, PNG, WebP, AVIF, JPEG 2000, TIFF, BMP, GIF, PPM or HEIC.

    Of an animation it is the first frame. The EXIF rotation is applied, and pixels that are not square are made so; 16
    bits are scaled to 8 (`io.pixels`), grey and CMYK turned into RGB, transparency laid on white.

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
        image, _ = open_picture(file, str(path))
        refuse_beyond_memory(image, str(path))
        with decoding(str(path)):
            image.load()
            return rgb_of(image, str(path)).image


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
        size: tuple[int, int] = open_picture(file, str(path))[0].size
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


def frame_of_image(image: "Image.Image") -> Frame:
    """A picture of Pillow's as a frame, in the way of a file: turned as its EXIF data say, with their camera.

    It is called by the name of the file that it was opened from, else "image".

    Raises:
        SourceError: If it is damaged, is empty, has too many pixels, or 32-bit ones.
    """
    source = str(getattr(image, "filename", "") or "image")
    refuse_size(image.size, source)
    refuse_beyond_memory(image, source)
    if 0 in image.size:
        raise SourceError(f"{source} has {image.width}×{image.height} pixels: give a picture that has some.")
    tags = exif_tags(image)
    with decoding(source):
        image.load()
        turned_now = exif_tags(image).get(_ORIENTATION, 1) != tags.get(
            _ORIENTATION, 1
        )  # some formats are, as they load
        is_upright = turned_now or "original_orientation" in image.info  # HEIC's reader has turned it
        return _frame(image, tags, source, is_upright=is_upright)


def _decode(file: BinaryIO, source: str) -> Frame:
    image, format_name = open_picture(file, source)
    refuse_beyond_memory(image, source)
    deep = has_16_bit_colours(image)  # before the tags, for which a PNG is loaded
    tags = exif_tags(image)
    with decoding(source):
        image.load()
        if deep and (stretched_colours := _stretched(image, file)) is not None:
            colours, notes = stretched_colours
            frame = _frame(colours, tags, source, is_upright=False)
            return replace(frame, notes=notes + frame.notes)
        return _frame(image, tags, source, is_upright=format_name in _TURNED_AS_LOADED)


def _stretched(image: "Image.Image", file: BinaryIO) -> "tuple[Image.Image, tuple[str, ...]] | None":
    """A picture of 16-bit colours that fill a part of their range, as it is stored but stretched, and a note on it."""
    from PIL import Image

    file.seek(0)
    found = stretched_16_bit_colours(image, file.read())
    if found is None:
        return None
    colours = Image.fromarray(np.ascontiguousarray(found.image))
    colours.info = image.info
    return colours, found.notes


def _frame(image: "Image.Image", tags: dict[int, Any], source: str, *, is_upright: bool) -> Frame:
    """The frame of a picture that is loaded.

    Args:
        image: The picture.
        tags: The EXIF tags that it was stored with.
        source: What to call it.
        is_upright: Whether it was turned as it was loaded.
    """
    stretch = pixel_stretch(image, tags)
    turn = image.info.get("original_orientation") or tags.get(_ORIENTATION, 1)  # HEIC's reader keeps it there
    orientation = turn if turn in _UPRIGHT else 1
    pixels, notes = rgb_of(image if is_upright else _upright(image, orientation), source)
    if stretch != (1.0, 1.0):
        shown = stretch[::-1] if orientation in LYING else stretch
        width, height = pixels.shape[1], pixels.shape[0]
        refuse_size(stretched_size((width, height), shown), source)
        pixels = stretched(pixels, shown)
        notes += (
            f"The picture's pixels are not square: its {width}×{height} are shown as "
            f"{pixels.shape[1]}×{pixels.shape[0]}.",
        )
    camera = camera_from_exif(tags, pixels.shape[1], pixels.shape[0], stretch)
    xmp = image.info.get("xmp", b"")
    camera = pinhole_or_doubt(camera, tags, xmp if isinstance(xmp, bytes) else str(xmp).encode(), pixels)
    return Frame(pixels, source, camera, orientation=orientation, notes=notes)


def _numbers(path: Path, modes: tuple[str, ...], wanted: str) -> NDArray[Any]:
    with open_file(path) as file:
        image, _ = open_picture(file, str(path))
        if image.mode not in modes:
            raise SourceError(f"{path} should have {wanted} and has pixels of kind {image.mode}.")
        refuse_beyond_memory(image, str(path))
        with decoding(str(path)):
            return np.asarray(image)


def _upright(image: "Image.Image", orientation: int) -> "Image.Image":
    turn = _UPRIGHT.get(orientation)
    if turn is None:
        return image
    from PIL import Image

    return image.transpose(getattr(Image.Transpose, turn))
