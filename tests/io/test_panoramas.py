"""Pictures that no pinhole camera took are never read as if one had."""

import io
import math

import numpy as np
import pytest
from PIL import Image

from howfar.io import exif
from howfar.io.panoramas import CUSTOM_RENDERED, LENS_MODEL, MAKE
from howfar.io.pictures import decode_picture
from howfar.scene import Camera
from howfar.scene.lens import Lens

GPANO = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description GPano:ProjectionType="{kind}" '
    'GPano:FullPanoWidthPixels="{full}"><GPano:CroppedAreaImageWidthPixels>{cut}'
    "</GPano:CroppedAreaImageWidthPixels></rdf:Description></x:xmpmeta>"
)
DIAGONAL_MM = math.hypot(36, 24)


def picture(size, *, wraps=False, xmp=b"", kind="JPEG", make="Apple", **tags):
    """A picture of a phone's 26 mm, of clouds that are the same at both edges or not."""
    columns = np.linspace(0, 2 * math.pi * (1 if wraps else 0.4), size[0])
    rows = np.linspace(0, 3, size[1])[:, None]
    values = 127 + 60 * np.sin(columns) + 40 * np.cos(rows)
    block = Image.Exif()
    block[MAKE] = make
    block.get_ifd(exif.EXIF_IFD).update({exif.FOCAL_LENGTH_35MM: 26, **dict(tags.values())})
    buffer = io.BytesIO()
    image = Image.fromarray(values.astype(np.uint8)).convert("RGB")
    image.save(buffer, kind, exif=block, xmp=xmp)
    return decode_picture(buffer.getvalue(), "a")


@pytest.mark.parametrize(
    ("size", "made", "truth_px", "told"),
    [
        pytest.param(
            (1200, 300), {}, 26 / DIAGONAL_MM * 500, "4 times as long", id="swept, by the short side of the sensor"
        ),
        pytest.param((300, 1200), {}, 26 / DIAGONAL_MM * 500, "4 times as long", id="swept upwards"),
        pytest.param(
            (1200, 300), {}, 26 / DIAGONAL_MM * 375, "4 times as long", id="swept, by the long side of the sensor"
        ),
        pytest.param((1200, 300), {}, 26 / DIAGONAL_MM * 1500, "4 times as long", id="a banner cut out of a photo"),
        pytest.param((800, 400), {"wraps": True}, 800 / math.tau, "its edges meet", id="a whole turn"),
        pytest.param(
            (1000, 500),
            {"xmp": GPANO.format(kind="equirectangular", full=4000, cut=1000).encode()},
            4000 / math.tau,
            "XMP",
            id="a quarter of a turn, by its XMP data",
        ),
        pytest.param(
            (1000, 500),
            {"xmp": GPANO.format(kind="cylindrical", full=4000, cut=2000).encode(), "kind": "WEBP"},
            2000 / math.tau,
            "XMP",
            id="half a turn, made smaller since",
        ),
        pytest.param(
            (800, 600),
            {"xmp": GPANO.format(kind="cylindrical", full="nan", cut="wide").encode()},
            26 / DIAGONAL_MM * 1000,
            "XMP",
            id="XMP that says no number",
        ),
        pytest.param(
            (600, 400),
            {"rendered": (CUSTOM_RENDERED, 6)},
            26 / DIAGONAL_MM * 400 * 5 / 3,
            "EXIF data call",
            id="a short panorama of a telephone",
        ),
        pytest.param(
            (800, 600), {"lens": (LENS_MODEL, "8mm F3.5 Fisheye")}, 26 / DIAGONAL_MM * 1000, "fisheye", id="a fisheye"
        ),
        pytest.param(
            (800, 600),
            {"lens": (LENS_MODEL, "PENTAX-DA FISH-EYE 10-17mm")},
            26 / DIAGONAL_MM * 1000,
            "fisheye",
            id="a fisheye with a hyphen",
        ),
        pytest.param((800, 600), {"make": "GoPro"}, 26 / DIAGONAL_MM * 1000, "fisheye", id="an action camera"),
    ],
)
def test_a_picture_of_no_pinhole_camera(size, made, truth_px, told):
    frame = picture(size, **made)
    camera = Lens().camera_for(*size, frame.camera)
    assert camera.origin == "assumed"
    assert told in camera.doubt.reason
    assert camera.focal_px * camera.doubt.low <= truth_px * 1.001
    assert camera.focal_px * camera.doubt.high >= truth_px * 0.999
    assert camera.focal_px == frame.camera.focal_px


def test_an_ordinary_panorama_of_a_telephone_is_not_2_5_times_too_far():
    camera = picture((1200, 300)).camera
    assert camera.focal_px == pytest.approx(26 / DIAGONAL_MM * 500)


@pytest.mark.parametrize("size", [(720, 300), (640, 480), (300, 640)], ids=["wide cinema", "4:3", "a screen"])
def test_ordinary_shapes_are_no_panoramas(size):
    doubt = picture(size).camera.doubt
    assert doubt is None or "panorama" not in doubt.reason


def test_a_long_picture_that_says_nothing_keeps_the_assumed_lens_and_a_wide_interval():
    camera = Lens().camera_for(1242, 375)
    assert camera.focal_px == pytest.approx(28 / DIAGONAL_MM * math.hypot(1242, 375))
    assert camera.origin == "assumed"
    assert camera.doubt.low < 0.5


def test_a_given_camera_is_believed():
    camera = Lens(focal_px=721.5).camera_for(1242, 375, picture((1242, 375)).camera)
    assert (camera.origin, camera.doubt) == ("given", None)


def test_the_camera_of_a_data_set_is_believed():
    known = Camera.from_focal(1242, 375, 721.5)
    assert Lens().camera_for(1242, 375, known) == known
