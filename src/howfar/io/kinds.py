"""What kind of file something is: by its ending when a folder is listed, by its first bytes when it is read."""

from pathlib import PurePath

PICTURE_SUFFIXES = frozenset(
    {
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".avif", ".tif", ".tiff", ".bmp", ".gif"),
        *(".ppm", ".pgm", ".pbm", ".pnm", ".jp2", ".j2k", ".jpx", ".heic", ".heif"),
    }
)
MJPEG_SUFFIXES = frozenset({".mjpeg", ".mjpg"})
"""JPEG pictures one after the other in a file; at an address it is the stream of a camera."""
VIDEO_SUFFIXES = MJPEG_SUFFIXES | {
    *(".mp4", ".m4v", ".mov", ".qt", ".mkv", ".webm", ".avi", ".divx", ".wmv", ".asf", ".flv", ".f4v", ".3gp", ".3g2"),
    *(".mpg", ".mpeg", ".mpe", ".m1v", ".m2v", ".vob", ".mts", ".m2ts", ".m2t", ".ts", ".ogv", ".mxf", ".nut", ".dv"),
    *(".h264", ".264", ".avc", ".h265", ".265", ".hevc", ".ivf", ".y4m"),
}
SOURCE_SUFFIXES = frozenset({".ts", ".mts"})
"""Endings of videos that are also those of programs, in TypeScript."""
PLAYLIST_SUFFIXES = frozenset({".m3u8", ".m3u"})
"""Playlists (HLS); not taken from a folder, which holds their parts too."""

PICTURE_NAMES = "JPEG, PNG, WebP, AVIF, JPEG 2000, TIFF, BMP, GIF, PPM or HEIC"

HEAD_BYTES = 256
"""How much of a file's beginning is enough to tell its kind."""

_PICTURE_MAGIC = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"II+\0": "TIFF",
    b"MM\0+": "TIFF",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"BM": "BMP",
    b"\0\0\0\x0cjP  \r\n\x87\n": "JPEG 2000",
    b"\xff\x4f\xff\x51": "JPEG 2000",
}
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"})
_ANY_BRANDS = frozenset({b"mif1", b"msf1"})
"""Brands that do not tell what coded the picture."""
_VIDEO_MAGIC = (
    b"\x1a\x45\xdf\xa3",  # Matroska, WebM
    b"\x00\x00\x01\xba",  # MPEG program stream
    b"\x00\x00\x01\xb3",  # MPEG video
    b"FLV\x01",
    b"OggS",
    b"\x30\x26\xb2\x75",  # ASF, WMV
    b"YUV4MPEG2 ",
    b"DKIF",  # IVF
    b"nut/multimedia container",
    b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02",  # MXF
    b"\x1f\x07\x00",  # DV
    *(b"\x00\x00\x00\x01" + unit for unit in (b"\x67", b"\x27", b"\x47", b"\x09", b"\x06")),  # H.264 as it is
    *(b"\x00\x00\x00\x01" + unit for unit in (b"\x40\x01", b"\x46\x01")),  # HEVC as it is
)

TS_PACKET_BYTES = 188
"""An MPEG transport stream has a G at the beginning of each packet; on a Blu-ray Disc, four bytes come before it."""


def picture_format(head: bytes) -> str | None:
    """The picture format that a file's first bytes announce, or None."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    if head[4:8] == b"ftyp":
        brands = _brands(head)
        if brands[0] in _AVIF_BRANDS or (brands[0] in _ANY_BRANDS and _AVIF_BRANDS.intersection(brands)):
            return "AVIF"
        if brands[0] in _HEIC_BRANDS:
            return "HEIC"
    if head[:1] == b"P" and head[1:2] in (b"1", b"2", b"3", b"4", b"5", b"6") and head[2:3].isspace():
        return "PPM"
    return next((name for magic, name in _PICTURE_MAGIC.items() if head.startswith(magic)), None)


def _brands(head: bytes) -> list[bytes]:
    """The major brand of a file of ISO's base media format, and those that it is compatible with, as far as read."""
    return [head[8:12], *(head[at : at + 4] for at in range(16, min(len(head), int.from_bytes(head[:4], "big")), 4))]


def is_video(head: bytes) -> bool:
    """Whether a file's first bytes announce a video."""
    if head[:4] == b"RIFF":
        return head[8:12] == b"AVI "
    if head[4:8] in (b"ftyp", b"moov", b"mdat"):
        return picture_format(head) is None
    return head.startswith(_VIDEO_MAGIC) or any(
        head[first : first + 1] == head[first + packet : first + packet + 1] == b"G"
        for first, packet in ((0, TS_PACKET_BYTES), (4, TS_PACKET_BYTES + 4))
    )


def is_page(head: bytes) -> bool:
    """Whether a file's first bytes are those of an HTML page."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:14].lower().startswith((b"<!doctype html", b"<html", b"<head"))


def is_text(head: bytes) -> bool:
    """Whether a file's first bytes are text: no packet of a video is, for it has a zero in its head."""
    return b"\0" not in head


def describe(head: bytes) -> str:
    """What the first bytes of something that is no picture look like, in a few words."""
    if is_video(head):
        return "holds a video"
    if is_page(head):
        return "holds an HTML page"
    if head.isascii() and is_text(head):
        return "holds text"
    return "is in no format that howfar knows"


def has_suffix(name: str | PurePath, suffixes: frozenset[str]) -> bool:
    """Whether a file's name ends in one of these suffixes, in capitals or not."""
    return PurePath(name).suffix.lower() in suffixes
