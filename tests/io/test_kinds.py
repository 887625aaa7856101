import pytest

from howfar.io.kinds import describe, is_page, is_video, picture_format


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "WebP"),
        (b"II*\0", "TIFF"),
        (b"MM\0*", "TIFF"),
        (b"GIF89a", "GIF"),
        (b"BM\0\0", "BMP"),
        (b"P6 4 3 255\n", "PPM"),
        (b"\0\0\0\x18ftypheic", "HEIC"),
        (b"\0\0\0\x18ftypisom", None),
        (b"hello", None),
        (b"", None),
    ],
)
def test_picture_format(head, kind):
    assert picture_format(head) == kind


@pytest.mark.parametrize(
    ("head", "told"),
    [
        (b"\0\0\0\x18ftypisom", "holds a video"),
        (b"RIFF\0\0\0\0AVI LIST", "holds a video"),
        (b"\x1a\x45\xdf\xa3", "holds a video"),
        (b"\n<!DOCTYPE html><p>", "holds an HTML page"),
        (b"\xef\xbb\xbf<html>", "holds an HTML page"),
        (b"hello there", "holds text"),
        (b"\0\0\0\x18ftypavif", "is in no format that howfar knows"),
        (b"\0\x01\x02\x80", "is in no format that howfar knows"),
    ],
)
def test_describe(head, told):
    assert describe(head) == told


def test_a_picture_is_neither_video_nor_page():
    assert not is_video(b"RIFF\0\0\0\0WEBP")
    assert not is_video(b"\0\0\0\x18ftypheic")
    assert not is_page(b"\xff\xd8\xff\xe0")
