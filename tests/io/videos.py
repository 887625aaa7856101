"""Small videos made on the spot: each frame tells its number by a white column."""

import struct

import av
import numpy as np

STEP_PX = 4
RATE = 30


def picture(index, width_px=320, height_px=240):
    """Red above, blue below on the left, black below on the right, and a white column that moves."""
    image = np.zeros((height_px, width_px, 3), np.uint8)
    image[: height_px // 2] = (200, 0, 0)
    image[height_px // 2 :, : width_px // 2] = (0, 0, 200)
    column = index * STEP_PX % width_px
    image[:, column : column + STEP_PX] = 255
    return image


def column_of(image):
    """The number of a frame, read off its white column."""
    return int(image.min(axis=2).mean(axis=0).argmax()) // STEP_PX


def write_video(path, count=60, codec="libx264", options=None, sample_aspect_ratio=None, **size):
    """Write a video of `count` frames; `sample_aspect_ratio` is said by the codec, and by containers that can."""
    first = picture(0, **size)
    with av.open(str(path), "w", options=options or {}) as container:
        fast = {"deadline": "realtime", "cpu-used": "8"} if codec == "libvpx" else {}
        stream = container.add_stream(codec, rate=RATE, options=fast)
        stream.height, stream.width = first.shape[:2]
        stream.pix_fmt = "yuv420p"
        if sample_aspect_ratio is not None:
            stream.codec_context.sample_aspect_ratio = sample_aspect_ratio
        for index in range(count):
            frame = av.VideoFrame.from_ndarray(picture(index, **size), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def write_sound(path):
    """Write half a second of silence."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100, layout="mono")
        for start in range(0, 22050, 1024):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 44100, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def turn_mp4(path, clockwise_deg):
    """Write into an MP4's track header how a telephone held upright says that its pictures are to be turned."""
    return put_matrix(path, *{90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}[clockwise_deg])


def put_matrix(path, a, b, c, d):
    """Write a display matrix into an MP4's track header: column p and row q are shown at a·p + c·q and b·p + d·q."""
    one = 0x10000
    data = bytearray(path.read_bytes())
    start = data.index(b"tkhd") + 4 + 40
    data[start : start + 36] = struct.pack(">9i", a * one, b * one, 0, c * one, d * one, 0, 0, 0, 0x40000000)
    path.write_bytes(data)
    return path


def put_pixel_shape(path, horizontal, vertical):
    """Write another pixel aspect ratio into an MP4's `pasp` box, and leave what the codec says."""
    data = bytearray(path.read_bytes())
    start = data.index(b"pasp") + 4
    data[start : start + 8] = struct.pack(">2I", horizontal, vertical)
    path.write_bytes(data)
    return path


def joined(path, *parts):
    """Write one file after the other into one, as recorders of MPEG transport streams do."""
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    return path


def cut(path, share=0.6):
    """Keep only the first part of a file."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


def blank(path, start=0.5, stop=0.55):
    """Overwrite a part of a file with zeros."""
    data = bytearray(path.read_bytes())
    first, last = int(len(data) * start), int(len(data) * stop)
    data[first:last] = bytes(last - first)
    path.write_bytes(data)
    return path
