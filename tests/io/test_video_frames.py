from fractions import Fraction
from itertools import pairwise

import av
import cv2
import numpy as np
import pytest
from av.bitstream import BitStreamFilterContext

from howfar.errors import SourceError
from howfar.io.video import VideoFile
from howfar.pipeline.perceivers import DepthAlone
from howfar.pipeline.rangefinder import Rangefinder
from howfar.scene import Camera
from howfar.scene.lens import Lens
from howfar.sources.live import network_images
from tests.io.videos import joined, picture, put_matrix, put_pixel_shape, turn_mp4, write_video

WIDE = Fraction(4, 3)


def shapes(path):
    """Width and height of every frame."""
    return [(frame.width_px, frame.height_px) for frame in VideoFile(path).frames()]


@pytest.mark.parametrize(
    ("name", "codec", "ratio", "shown"),
    [
        pytest.param("a.mp4", "libx264", WIDE, (427, 240), id="MP4 and H.264 both say 4:3"),
        pytest.param("a.mkv", "libx264", WIDE, (427, 240), id="Matroska"),
        pytest.param("a.ts", "libx264", WIDE, (427, 240), id="a transport stream, whose codec alone says it"),
        pytest.param("a.mpg", "mpeg2video", Fraction(16, 9) / WIDE, (427, 240), id="MPEG-2, which says the display's"),
        pytest.param("a.avi", "mpeg4", Fraction(16, 11), (465, 240), id="MPEG-4 Part 2 in AVI: PAL, wide"),
        pytest.param("a.mp4", "libx264", Fraction(12, 11), (349, 240), id="PAL"),
        pytest.param("a.mp4", "libx264", Fraction(10, 11), (320, 264), id="NTSC: pixels higher than wide"),
        pytest.param("a.mp4", "libx264", Fraction(1, 2), (320, 480), id="half the rows"),
        pytest.param("a.ts", "libx264", Fraction(1, 2), (320, 480), id="half the rows, in a transport stream"),
        pytest.param("a.mp4", "libx264", Fraction(1), (320, 240), id="square"),
        pytest.param("a.mp4", "libx264", None, (320, 240), id="not said"),
    ],
)
def test_pixels_that_are_no_squares_are_made_squares(tmp_path, name, codec, ratio, shown):
    video = VideoFile(write_video(tmp_path / name, 3, codec, sample_aspect_ratio=ratio))
    frames = list(video.frames())
    assert [(frame.width_px, frame.height_px) for frame in frames] == [shown] * 3
    assert video.size == shown
    assert np.abs(frames[0].image.astype(int) - cv2.resize(picture(0), shown)).mean() < 10


def test_a_stream_is_shown_as_a_file_is(tmp_path):
    path = write_video(tmp_path / "a.ts", 3, sample_aspect_ratio=WIDE)
    assert [image.shape for image in network_images(str(path))] == [(240, 427, 3)] * 3


def test_the_word_of_the_container_goes_before_that_of_the_codec(tmp_path):
    path = put_pixel_shape(write_video(tmp_path / "a.mp4", 3, sample_aspect_ratio=WIDE), 2, 1)
    assert shapes(path) == [(640, 240)] * 3


@pytest.mark.parametrize(
    "ratios",
    [
        pytest.param((None, WIDE), id="none, then 4:3"),
        pytest.param((WIDE, None), id="4:3, then none"),
        pytest.param((WIDE, Fraction(3, 4), WIDE), id="there and back"),
    ],
)
def test_the_shape_of_pixels_changes_with_the_very_frame(tmp_path, ratios):
    parts = [write_video(tmp_path / f"{i}.ts", 5, sample_aspect_ratio=ratio) for i, ratio in enumerate(ratios)]
    expected = [{None: (320, 240), WIDE: (427, 240), Fraction(3, 4): (320, 320)}[ratio] for ratio in ratios]
    assert shapes(joined(tmp_path / "a.ts", *parts)) == [shown for shown in expected for _ in range(5)]


def test_a_change_is_seen_where_its_frame_is_passed_over(tmp_path):
    parts = [write_video(tmp_path / f"{i}.ts", 5, sample_aspect_ratio=ratio) for i, ratio in enumerate((None, WIDE))]
    frames = VideoFile(joined(tmp_path / "a.ts", *parts)).frames(every=3)
    assert [(frame.width_px, frame.height_px) for frame in frames] == [(320, 240)] * 2 + [(427, 240)] * 2


def test_oblong_pixels_of_a_telephone_held_upright(tmp_path):
    path = turn_mp4(write_video(tmp_path / "a.mp4", 1, sample_aspect_ratio=WIDE), 90)
    image = next(VideoFile(path).frames()).image
    assert np.abs(image.astype(int) - np.rot90(cv2.resize(picture(0), (427, 240)), 3)).mean() < 10


@pytest.mark.parametrize(("horizontal", "vertical"), [(300, 1), (1, 300)])
def test_pixels_that_no_camera_has_are_refused(tmp_path, horizontal, vertical):
    path = put_pixel_shape(write_video(tmp_path / "a.mp4", 2, sample_aspect_ratio=WIDE), horizontal, vertical)
    with pytest.raises(SourceError, match="times as wide as high"):
        shapes(path)


def test_squares_that_would_make_a_picture_too_large_are_refused(tmp_path, monkeypatch):
    path = write_video(tmp_path / "a.mp4", 2, sample_aspect_ratio=WIDE)
    monkeypatch.setattr("howfar.io.picture_formats.MAX_PICTURE_PIXELS", 427 * 240)
    assert shapes(path) == [(427, 240)] * 2
    monkeypatch.setattr("howfar.io.picture_formats.MAX_PICTURE_PIXELS", 427 * 240 - 1)
    with pytest.raises(SourceError, match="has 427×240 pixels, and at most"):
        shapes(path)


@pytest.mark.parametrize("size", [(1, 1), (8, 8), (64, 48)], ids=["one pixel", "64 pixels", "more"])
@pytest.mark.parametrize("pixel_format", ["yuv410p", "yuv411p", "yuv420p", "gray", "gray16le", "bgr0", "gbrp10le"])
def test_pixels_of_every_layout(tmp_path, pixel_format, size):
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=10)
        stream.width, stream.height = size
        stream.pix_fmt = pixel_format
        grey = np.full((size[1], size[0], 3), 120, np.uint8)
        container.mux([*stream.encode(av.VideoFrame.from_ndarray(grey, format="rgb24")), *stream.encode(None)])
    (frame,) = VideoFile(path).frames()
    assert frame.image.shape == (size[1], size[0], 3)
    assert frame.image.mean() == pytest.approx(120, abs=3)


@pytest.mark.parametrize(
    ("matrix", "shown"),
    [
        pytest.param((1, 0, 0, 1), lambda image: image, id="as it is"),
        pytest.param((-1, 0, 0, 1), np.fliplr, id="left and right exchanged"),
        pytest.param((-1, 0, 0, -1), lambda image: np.rot90(image, 2), id="upside down"),
        pytest.param((1, 0, 0, -1), np.flipud, id="top and bottom exchanged"),
        pytest.param((0, 1, 1, 0), lambda image: image.transpose(1, 0, 2), id="rows are columns"),
        pytest.param((0, 1, -1, 0), lambda image: np.rot90(image, 3), id="clockwise"),
        pytest.param((0, -1, -1, 0), lambda image: np.rot90(image.transpose(1, 0, 2), 2), id="over the other diagonal"),
        pytest.param((0, -1, 1, 0), np.rot90, id="counter-clockwise"),
        pytest.param((0, 0, 0, 0), lambda image: image, id="a matrix of zeros says nothing"),
    ],
)
def test_each_of_the_eight_orientations(tmp_path, matrix, shown):
    path = put_matrix(write_video(tmp_path / "a.mp4", 1), *matrix)
    image = next(VideoFile(path).frames()).image
    expected = shown(picture(0))
    assert image.shape == expected.shape
    assert np.abs(image.astype(int) - expected).mean() < 10


MATRICES = [
    *((1, 0, 0, 1), (-1, 0, 0, 1), (-1, 0, 0, -1), (1, 0, 0, -1)),
    *((0, 1, 1, 0), (0, 1, -1, 0), (0, -1, -1, 0), (0, -1, 1, 0)),
]
"""What EXIF calls 1 to 8."""


@pytest.mark.parametrize(("orientation", "matrix"), list(enumerate(MATRICES, 1)))
def test_a_camera_of_the_stored_frames_is_turned_with_them(tmp_path, orientation, matrix):
    path = put_matrix(write_video(tmp_path / "a.mp4", 1), *matrix)
    frame = next(VideoFile(path).frames())
    assert frame.orientation == orientation
    height, width = picture(0).shape[:2]
    stored = Camera(width, height, 100.0, 101.0, width / 2 + 3, height / 2 + 2)
    camera = Rangefinder.of(DepthAlone(), Lens(stored)).camera_for(frame)
    assert (camera.width_px, camera.height_px) == (frame.width_px, frame.height_px)
    if orientation > 4:  # of others nothing tells whether the camera is that of stored pictures
        assert camera == stored.turned(orientation)


def pq(light_cd_m2):
    """SMPTE ST 2084."""
    y = (light_cd_m2 / 10_000) ** 0.1593017578125
    return ((0.8359375 + 18.8515625 * y) / (1 + 18.6875 * y)) ** 78.84375


def hlg(light_cd_m2):
    """ITU-R BT.2100, of a grey on a display with a peak of 1000 cd/m²."""
    scene = (light_cd_m2 / 1000) ** (1 / 1.2)
    return np.sqrt(3 * scene) if scene <= 1 / 12 else 0.17883277 * np.log(12 * scene - 0.28466892) + 0.55991073


def write_hdr(path, transfer, codes):
    """Write patches of grey, side by side, in ten bits with the primaries of BT.2020."""
    values = np.repeat([round(code * 65535) for code in codes], 32).astype(np.uint16)
    patches = np.broadcast_to(values[None, :, None], (64, len(values), 3)).copy()
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10, options={"qp": "0"})
        stream.height, stream.width = patches.shape[:2]
        stream.pix_fmt = "yuv420p10le"
        context = stream.codec_context
        context.color_primaries, context.color_trc, context.colorspace, context.color_range = 9, transfer, 9, 1
        frame = av.VideoFrame.from_ndarray(patches, format="rgb48le")
        frame = frame.reformat(format="yuv420p10le", dst_colorspace=9, dst_color_range=1)
        frame.color_trc, frame.color_primaries = transfer, 9
        container.mux([*stream.encode(frame), *stream.encode(None)])
    return path


@pytest.mark.parametrize(("transfer", "curve"), [(16, pq), (18, hlg)], ids=["PQ", "HLG"])
def test_high_dynamic_range_looks_like_an_ordinary_picture(tmp_path, transfer, curve):
    light_cd_m2 = [1.0, 20.0, 50.0, 100.0, 203.0, 400.0, 900.0]
    path = write_hdr(tmp_path / "a.mp4", transfer, [curve(each) for each in light_cd_m2])
    row = next(VideoFile(path).frames()).image[32, 16::32]
    share = np.array(light_cd_m2) / 203
    srgb = np.where(share <= 0.0031308, 12.92 * share, 1.055 * share ** (1 / 2.4) - 0.055) * 255
    assert row[:4, 0] == pytest.approx(srgb[:4], abs=4), "up to the middle greys as an ordinary camera shows them"
    assert all(darker < brighter for darker, brighter in pairwise(row[:, 1].astype(int))), "nothing bright is cut"
    assert np.ptp(row.astype(int), axis=1).max() <= 4, "grey stays grey"


def test_an_ordinary_video_of_ten_bits_is_left_alone(tmp_path):
    path = write_hdr(tmp_path / "a.mp4", 1, [0.25, 0.5, 0.75])
    assert next(VideoFile(path).frames()).image[32, 16::32, 1] == pytest.approx([64, 128, 191], abs=2)


@pytest.mark.parametrize(
    ("stated", "shown"),
    [
        pytest.param("rotate=90", lambda image: np.rot90(image), id="a quarter"),
        pytest.param("rotate=180", lambda image: np.rot90(image, 2), id="half"),
        pytest.param("rotate=270", lambda image: np.rot90(image, 3), id="three quarters"),
        pytest.param("flip=horizontal", lambda image: image[:, ::-1], id="mirrored"),
        pytest.param("flip=vertical", lambda image: image[::-1], id="upside down, mirrored"),
        pytest.param("rotate=90:flip=horizontal", lambda image: np.rot90(image[:, ::-1]), id="mirrored and turned"),
    ],
)
@pytest.mark.parametrize("every", [1, 3])
def test_a_codec_that_states_the_orientation_at_key_frames_alone(tmp_path, stated, shown, every):
    path = tmp_path / "turned.h264"
    with av.open(str(write_video(tmp_path / "a.h264", 6))) as container:
        stream = container.streams.video[0]
        told = BitStreamFilterContext(f"h264_metadata=display_orientation=insert:{stated}", stream)
        path.write_bytes(b"".join(bytes(each) for packet in container.demux(stream) for each in told.filter(packet)))
    frames = list(VideoFile(path).frames(every))
    assert [frame.index for frame in frames] == list(range(0, 6, every))
    for frame in frames:
        assert np.abs(frame.image.astype(int) - shown(picture(frame.index))).mean() < 10
