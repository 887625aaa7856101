"""Pictures with pixels that are not square are shown as they should look, and their camera follows."""

import io

import numpy as np
import pytest
from PIL import Image

from howfar.io import exif
from howfar.io.pictures import decode_picture, frame_of_image
from howfar.io.square_pixels import X_RESOLUTION, Y_RESOLUTION
from howfar.scene import Camera

IMAGE = Image.fromarray(np.full((36, 48, 3), 90, np.uint8))


def saved(kind, orientation=1, resolution=None, **options):
    tags = Image.Exif()
    tags[0x0112] = orientation
    if resolution:
        tags[X_RESOLUTION], tags[Y_RESOLUTION] = resolution
    tags.get_ifd(exif.EXIF_IFD)[exif.FOCAL_LENGTH_35MM] = 28
    tags.get_ifd(exif.EXIF_IFD)[exif.PIXEL_X_DIMENSION] = 48
    tags.get_ifd(exif.EXIF_IFD)[exif.PIXEL_Y_DIMENSION] = 36
    if kind == "TIFF":
        tags[exif.EXIF_IFD] = 0
    buffer = io.BytesIO()
    IMAGE.save(buffer, kind, exif=tags, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "size"),
    [
        pytest.param(saved("JPEG", dpi=(72, 96)), (64, 36), id="JPEG, wider pixels"),
        pytest.param(saved("JPEG", dpi=(96, 72)), (48, 48), id="JPEG, higher pixels: no column is lost"),
        pytest.param(saved("PNG", dpi=(72, 96)), (64, 36), id="PNG"),
        pytest.param(saved("TIFF", dpi=(72, 96)), (64, 36), id="TIFF"),
        pytest.param(saved("BMP", dpi=(72, 96)), (64, 36), id="BMP"),
        pytest.param(saved("WEBP", resolution=(72, 96)), (64, 36), id="EXIF alone"),
        pytest.param(
            saved("JPEG", orientation=6, dpi=(72, 96)), (36, 64), id="the resolutions are those as it is stored"
        ),
        pytest.param(saved("TIFF", orientation=6, dpi=(72, 96)), (36, 64), id="a TIFF too"),
        pytest.param(saved("JPEG", dpi=(300, 300)), (48, 36), id="square"),
        pytest.param(saved("JPEG", dpi=(300, 1)), (48, 36), id="nonsense is passed over"),
        pytest.param(saved("WEBP", resolution=(0, 96)), (48, 36), id="zero is passed over"),
    ],
)
def test_a_picture_is_shown_with_square_pixels(data, size):
    frame = decode_picture(data, "a")
    assert (frame.width_px, frame.height_px) == size
    if frame.camera is not None:
        assert (frame.camera.width_px, frame.camera.height_px) == size
        assert frame.camera.fx_px == pytest.approx(frame.camera.fy_px)
    assert bool(frame.notes) is (size[0] * size[1] != 48 * 36)
    again = frame_of_image(Image.open(io.BytesIO(data)))
    assert (again.width_px, again.height_px, again.camera) == (*size, frame.camera)


def test_the_focal_length_counts_over_the_picture_that_is_shown():
    assert decode_picture(saved("JPEG", dpi=(96, 72)), "a").camera.focal_px == pytest.approx(
        Camera.from_focal_35mm(48, 48, 28).focal_px
    )


def test_two_sizes_are_told():
    (note,) = decode_picture(saved("PNG", dpi=(72, 96)), "a").notes
    assert "48×36 are shown as 64×36" in note
