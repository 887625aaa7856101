"""The exact truth of a rendered video as texts: a table of tracks, and MOTChallenge's form of it."""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from howfar.scene import Camera
from howfar.synth.objects import SeenObject
from howfar.synth.videos.motion import Motion

VIDEO_NAME = "video.mp4"
TRACKS_NAME = "tracks.csv"
CAMERA_NAME = "camera.toml"
MOT_NAME, MOT_INFO_NAME = "gt/gt.txt", "seqinfo.ini"
RECORD_NAME = "video.json"
"""Written last: it says that the video is complete."""

COLUMNS = (
    *("frame", "time_s", "track_id", "label", "x1_px", "y1_px", "x2_px", "y2_px"),
    *("visible_share", "truncated", "depth_m", "nearest_m", "x_m", "y_m", "z_m"),
    *("speed_m_s", "ground_speed_m_s", "ttc_s"),
)
"""`depth_m` is the median of what is seen, `nearest_m` the least of it, x, y, z the middle of the object's foot."""


@dataclass(frozen=True, slots=True)
class SeenFrame:
    """What one frame shows.

    Attributes:
        index: Its number in the video, from 0.
        time_s: Its time.
        objects: The objects that are seen.
        motions: The motion of each, by the number of its instance.
    """

    index: int
    time_s: float
    objects: Sequence[SeenObject]
    motions: Mapping[int, Motion]


def tracks_text(frames: Sequence[SeenFrame]) -> str:
    """CSV, one row an object and frame; the time to collision is empty for what does not come nearer."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for frame in frames:
        for seen in frame.objects:
            motion = frame.motions[seen.instance]
            ttc_s = seen.nearest_m / motion.towards_m_s if motion.towards_m_s > 0 else math.inf
            writer.writerow(
                [
                    *(frame.index, f"{frame.time_s:.6f}", seen.instance, seen.name),
                    *(f"{value:.1f}" for value in seen.visible_box_px),
                    *(f"{value:.4f}" for value in (seen.visible_share, seen.truncated, seen.depth_m, seen.nearest_m)),
                    *(f"{value:.4f}" for value in seen.solid.foot_m),
                    *(f"{value:.4f}" for value in (motion.towards_m_s, motion.over_ground_m_s)),
                    f"{ttc_s:.4f}" if math.isfinite(ttc_s) else "",
                ]
            )
    return text.getvalue()


def mot_text(frames: Sequence[SeenFrame]) -> str:
    """MOTChallenge's `gt.txt`: frame from 1, identity, left, top, width, height, 1, class, visible share.

    Its classes are numbers of pedestrians and others; here 1 is a person and 11 anything else.
    """
    lines = []
    for frame in frames:
        for seen in frame.objects:
            x1, y1, x2, y2 = seen.visible_box_px
            kind = 1 if seen.name == "person" else 11
            box = f"{x1:.1f},{y1:.1f},{x2 - x1:.1f},{y2 - y1:.1f}"
            lines.append(f"{frame.index + 1},{seen.instance},{box},1,{kind},{seen.visible_share:.4f}\n")
    return "".join(lines)


def mot_info_text(name: str, camera: Camera, frames: Sequence[SeenFrame]) -> str:
    """MOTChallenge's `seqinfo.ini`, with the mean frame rate."""
    rate_hz = (len(frames) - 1) / (frames[-1].time_s - frames[0].time_s) if len(frames) > 1 else 1.0
    return (
        f"[Sequence]\nname={name}\nimDir=img1\nframeRate={rate_hz:.6g}\nseqLength={len(frames)}\n"
        f"imWidth={camera.width_px}\nimHeight={camera.height_px}\nimExt=.jpg\n"
    )
