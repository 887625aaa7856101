import io
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from howfar.io import exif
from howfar.io.exif import camera_from_exif, exif_tags
from howfar.scene import Camera

APS_C = {  # 22.3 mm wide, 5184 pixels: 22.3/25.4 inches
    exif.FOCAL_LENGTH: 50.0,
    exif.FOCAL_PLANE_X_RESOLUTION: 5184 / (22.3 / 25.4),
    exif.FOCAL_PLANE_RESOLUTION_UNIT: 2,
    exif.PIXEL_X_DIMENSION: 5184,
    exif.PIXEL_Y_DIMENSION: 3456,
}
APS_C_FOCAL_PX = 50.0 / 22.3 * 5184
PHONE_FOCAL_PX = 26 / math.hypot(36, 24) * 5040
PHONE = {  # a sensor of 4032×3024 pixels
    exif.FOCAL_LENGTH_35MM: 26,
    exif.FOCAL_LENGTH: 4.25,
    exif.FOCAL_PLANE_X_RESOLUTION: PHONE_FOCAL_PX / 4.25,
    exif.FOCAL_PLANE_RESOLUTION_UNIT: 4,
}


@pytest.mark.parametrize(
    ("tags", "size", "focal_px"),
    [
        pytest.param(
            {exif.FOCAL_LENGTH_35MM: 26}, (4032, 3024), 26 / math.hypot(36, 24) * 5040, id="35 mm over the diagonal"
        ),
        pytest.param(
            {exif.FOCAL_LENGTH_35MM: 26}, (3024, 4032), 26 / math.hypot(36, 24) * 5040, id="the same, upright"
        ),
        pytest.param(APS_C, (5184, 3456), APS_C_FOCAL_PX, id="density of the sensor in inches"),
        pytest.param(APS_C, (3456, 5184), APS_C_FOCAL_PX, id="that picture turned upright"),
        pytest.param(APS_C, (2592, 1728), APS_C_FOCAL_PX / 2, id="that picture made smaller since"),
        pytest.param(APS_C | {exif.FOCAL_LENGTH_35MM: 0}, (5184, 3456), APS_C_FOCAL_PX, id="a zero means unknown"),
        pytest.param(
            APS_C | {exif.FOCAL_PLANE_RESOLUTION_UNIT: 3, exif.FOCAL_PLANE_X_RESOLUTION: 5184 / 2.23},
            (5184, 3456),
            APS_C_FOCAL_PX,
            id="density in centimetres",
        ),
        *(
            pytest.param(
                {
                    exif.FOCAL_LENGTH: focal_mm,
                    exif.FOCAL_PLANE_X_RESOLUTION: size[0] / sensor_mm,
                    exif.FOCAL_PLANE_RESOLUTION_UNIT: 4,
                },
                size,
                focal_mm / sensor_mm * size[0],
                id=f"density alone, {name}",
            )
            for focal_mm, sensor_mm, size, name in (
                (35.0, 23.5, (6000, 4000), "APS-C"),
                (24.0, 37.06, (5616, 3744), "full frame, 3 % off"),
                (12.0, 17.3, (4608, 3456), "Four Thirds"),
                (8.8, 13.2, (5472, 3648), "an inch"),
                (4.3, 6.17, (4608, 3456), "a small camera"),
                (5.8, 5.27, (1600, 1200), "an old small camera of 3.3 micrometres a pixel"),
                (50.0, 14.87, (3456, 3456), "a square of APS-C"),
                (63.0, 43.9, (8272, 6200), "medium format"),
            )
        ),
        pytest.param(
            {exif.FOCAL_LENGTH: 50.0, exif.FOCAL_PLANE_X_RESOLUTION: 5184 / (22.3 / 25.4)},
            (5184, 3456),
            APS_C_FOCAL_PX,
            id="size as taken and unit left out: this size, in inches",
        ),
        pytest.param(
            APS_C | {exif.DIGITAL_ZOOM_RATIO: 2.0}, (5184, 3456), 2 * APS_C_FOCAL_PX, id="digital zoom applied"
        ),
        pytest.param(APS_C | {exif.DIGITAL_ZOOM_RATIO: 0.0}, (5184, 3456), APS_C_FOCAL_PX, id="digital zoom 0 is none"),
        pytest.param(
            {exif.FOCAL_LENGTH_35MM: 52, exif.FOCAL_LENGTH: 4.25, exif.DIGITAL_ZOOM_RATIO: 2.0},
            (3600, 2400),
            52 / 36 * 3600,
            id="35 mm counts digital zoom already, for the sensor would be too small",
        ),
        pytest.param(
            {exif.FOCAL_LENGTH_35MM: 26, exif.DIGITAL_ZOOM_RATIO: 4.0},
            (3600, 2400),
            4 * 26 / 36 * 3600,
            id="35 mm counts no digital zoom, for the lens would be too wide",
        ),
        pytest.param(
            APS_C | {exif.FOCAL_LENGTH_35MM: 80, exif.DIGITAL_ZOOM_RATIO: 2.0},
            (5184, 3456),
            2 * 80 / 36 * 5184,
            id="35 mm counts no digital zoom, by the density",
        ),
        pytest.param(
            APS_C | {exif.FOCAL_LENGTH_35MM: 161, exif.DIGITAL_ZOOM_RATIO: 2.0},
            (5184, 3456),
            161 / 36 * 5184,
            id="35 mm counts digital zoom, by the density",
        ),
        pytest.param(
            {exif.FOCAL_LENGTH_35MM: 26, exif.PIXEL_X_DIMENSION: 4032, exif.PIXEL_Y_DIMENSION: 3024},
            (3024, 3024),
            PHONE_FOCAL_PX,
            id="a square cut out of what EXIF says",
        ),
        pytest.param(
            {exif.FOCAL_LENGTH_35MM: 26, exif.PIXEL_X_DIMENSION: 4032, exif.PIXEL_Y_DIMENSION: 3024},
            (2000, 4032),
            PHONE_FOCAL_PX,
            id="cut out of it when it was upright",
        ),
        pytest.param(
            PHONE | {exif.PIXEL_X_DIMENSION: 4032, exif.PIXEL_Y_DIMENSION: 2268},
            (4032, 2268),
            PHONE_FOCAL_PX,
            id="16:9 of a sensor of 4:3, by the density",
        ),
        pytest.param(
            PHONE | {exif.PIXEL_X_DIMENSION: 3024, exif.PIXEL_Y_DIMENSION: 3024},
            (3024, 3024),
            PHONE_FOCAL_PX,
            id="a square cut out, its new size in EXIF, by the density",
        ),
    ],
)
def test_focal_length(tags, size, focal_px):
    camera = camera_from_exif(tags, *size)
    assert camera is not None
    assert camera.focal_px == pytest.approx(focal_px, rel=1e-6)
    assert (camera.width_px, camera.height_px, camera.origin) == (*size, "exif")
    assert (camera.cx_px, camera.cy_px) == (size[0] / 2, size[1] / 2)


def mm(focal_35mm, size):
    return focal_35mm / math.hypot(36, 24) * math.hypot(*size)


@pytest.mark.parametrize(
    ("tags", "size", "readings_px", "is_assumed"),
    [
        pytest.param(
            {exif.FOCAL_LENGTH_35MM: 52, exif.DIGITAL_ZOOM_RATIO: 2.0},
            (4032, 3024),
            (mm(52, (4032, 3024)), mm(104, (4032, 3024))),
            True,
            id="with or without the digital zoom",
        ),
        pytest.param(
            {exif.FOCAL_LENGTH_35MM: 26, exif.PIXEL_X_DIMENSION: 3024, exif.PIXEL_Y_DIMENSION: 3024},
            (3024, 3024),
            (mm(26, (3024, 3024)), PHONE_FOCAL_PX),
            True,
            id="a square cut out, its new size in EXIF",
        ),
        pytest.param(
            {exif.FOCAL_LENGTH_35MM: 26},
            (4032, 2268),
            (mm(26, (4032, 2268)), PHONE_FOCAL_PX),
            False,
            id="16:9 of a sensor of 4:3",
        ),
        pytest.param(
            PHONE | {exif.PIXEL_X_DIMENSION: 2016, exif.PIXEL_Y_DIMENSION: 1512},
            (2016, 1512),
            (PHONE_FOCAL_PX / 2, PHONE_FOCAL_PX),
            True,
            id="half of it cut out, or made half as large, its new size in EXIF",
        ),
        pytest.param(
            APS_C | {exif.PIXEL_X_DIMENSION: 1024, exif.PIXEL_Y_DIMENSION: 683},
            (1024, 683),
            (APS_C_FOCAL_PX, APS_C_FOCAL_PX * 1024 / 5184),
            True,
            id="made small, with a density alone",
        ),
        *(
            pytest.param(
                APS_C | {exif.PIXEL_X_DIMENSION: width, exif.PIXEL_Y_DIMENSION: width * 2 // 3},
                (width, width * 2 // 3),
                (APS_C_FOCAL_PX, APS_C_FOCAL_PX * width / 5184),
                True,
                id=f"made smaller or cut, {width} pixels of a sensor of 5184, with a density alone",
            )
            for width in (1800, 2048, 2400, 2700, 3600)
        ),
        pytest.param(
            APS_C | {exif.FOCAL_LENGTH: 5.0, exif.FOCAL_PLANE_X_RESOLUTION: 4000 / (6.17 / 25.4)},
            (2048, 1536),
            (5.0 / 6.17 * 4000, 5.0 / 6.17 * 2048),
            True,
            id="made smaller, of small pixels",
        ),
        pytest.param(
            {exif.FOCAL_LENGTH_35MM: 200, exif.PIXEL_X_DIMENSION: 4032, exif.PIXEL_Y_DIMENSION: 3024},
            (1512, 1512),
            (mm(200, (4032, 3024)), mm(200, (4032, 3024)) / 2),
            True,
            id="cut out, and perhaps made smaller",
        ),
        pytest.param(
            APS_C | {exif.FOCAL_LENGTH_35MM: 50},
            (5184, 3456),
            (mm(50, (5184, 3456)), APS_C_FOCAL_PX),
            True,
            id="35 mm copied from the focal length of a smaller sensor",
        ),
    ],
)
def test_what_exif_leaves_open_holds_all_readings(tags, size, readings_px, is_assumed):
    camera = camera_from_exif(tags, *size)
    assert camera.origin == ("assumed" if is_assumed else "exif")
    assert camera.doubt.is_large is is_assumed
    assert camera.focal_px * camera.doubt.low <= min(readings_px) * 1.001
    assert camera.focal_px * camera.doubt.high >= max(readings_px) * 0.999


@pytest.mark.parametrize(
    "tags",
    [
        pytest.param({}, id="no tags"),
        pytest.param({exif.FOCAL_LENGTH: 4.2}, id="a focal length and no sensor"),
        pytest.param({exif.FOCAL_LENGTH_35MM: 65535}, id="an absurd 35 mm equivalent"),
        pytest.param({exif.FOCAL_LENGTH_35MM: 1}, id="a field of view of nearly 180 degrees"),
        pytest.param({exif.FOCAL_LENGTH_35MM: -26}, id="a negative one"),
        pytest.param({exif.FOCAL_LENGTH_35MM: "wide"}, id="a text"),
        pytest.param({exif.FOCAL_LENGTH_35MM: (26, 1)}, id="a pair"),
        pytest.param({exif.FOCAL_LENGTH_35MM: IFDRational(1, 0)}, id="a ratio over zero"),
        pytest.param(APS_C | {exif.FOCAL_PLANE_X_RESOLUTION: 0}, id="a density of 0"),
        pytest.param(APS_C | {exif.FOCAL_PLANE_X_RESOLUTION: 72}, id="the screen's density: a sensor of two metres"),
        pytest.param(APS_C | {exif.FOCAL_PLANE_RESOLUTION_UNIT: 9}, id="an unknown unit"),
        pytest.param(APS_C | {exif.FOCAL_LENGTH: 0}, id="a focal length of 0"),
        pytest.param(
            {exif.FOCAL_LENGTH_35MM: 26, exif.PIXEL_X_DIMENSION: 4032, exif.PIXEL_Y_DIMENSION: 4032},
            id="larger than it was taken, in another shape",
        ),
        pytest.param(
            {exif.FOCAL_LENGTH_35MM: 4, exif.FOCAL_LENGTH: 4.25}, id="the focal length for its 35 mm equivalent"
        ),
    ],
)
def test_no_camera_from_nonsense(tags):
    assert camera_from_exif(tags, 5184, 3456) is None


TAGS = [0x0112] + [value for name, value in vars(exif).items() if name.isupper() and isinstance(value, int)]
VALUES = st.one_of(
    st.integers(), st.floats(), st.text(max_size=5), st.binary(max_size=5), st.tuples(st.integers(), st.integers())
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(TAGS), VALUES), st.integers(1, 20000), st.integers(1, 20000))
def test_any_tags_give_a_plausible_camera_or_none(tags, width_px, height_px):
    camera = camera_from_exif(tags, width_px, height_px)
    assert camera is None or 1e-3 < camera.focal_px / math.hypot(width_px, height_px) < 100


def test_tags_of_both_directories_are_read():
    tags = Image.Exif()
    tags[0x0112] = 6
    tags.get_ifd(exif.EXIF_IFD)[exif.FOCAL_LENGTH_35MM] = 26
    buffer = io.BytesIO()
    Image.new("RGB", (8, 6)).save(buffer, "JPEG", exif=tags)
    read = exif_tags(Image.open(buffer))
    assert read[0x0112] == 6
    assert camera_from_exif(read, 6, 8) == Camera.from_focal_35mm(6, 8, 26)


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize(
    "block", [b"Exif\0\0nonsense", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0"], ids=["text", "far", "empty"]
)
def test_a_damaged_block_gives_no_tags(block):
    image = Image.new("RGB", (8, 6))
    image.info["exif"] = block
    assert camera_from_exif(exif_tags(image), 8, 6) is None
