"""Videos with the true tracks of their objects, as `howfar synth --video` writes them."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from howfar.datasets.csv_rows import read_rows
from howfar.errors import SourceError
from howfar.io.camera_files import read_calibration
from howfar.io.video import VideoFile
from howfar.scene import Camera, Frame
from howfar.scene.box import Box

VIDEO_NAME, TRACKS_NAME, CAMERA_NAME = "video.mp4", "tracks.csv", "camera.toml"
BOX = ("x1_px", "y1_px", "x2_px", "y2_px")
NUMBERS = ("visible_share", "depth_m", "nearest_m", "speed_m_s", "ground_speed_m_s")
COLUMNS = ("frame", "track_id", "label", *BOX, *NUMBERS, "ttc_s")


@dataclass(frozen=True, slots=True)
class TrueObject:
    """One object in one frame.

    Attributes:
        track_id: Its number in all frames.
        label: Its class.
        box_xyxy_px: Round what is seen of it.
        visible_share: How much of it is seen.
        depth_m: Median depth of what is seen.
        nearest_m: Least depth of it.
        speed_m_s: Its speed towards the camera.
        ground_speed_m_s: Its speed over the ground.
        ttc_s: Its time to collision; infinite where it does not come nearer.
    """

    track_id: int
    label: str
    box_xyxy_px: Box
    visible_share: float
    depth_m: float
    nearest_m: float
    speed_m_s: float
    ground_speed_m_s: float
    ttc_s: float


@dataclass(frozen=True)
class TrackedVideo:
    """A video with its truth.

    Attributes:
        name: The name of its folder.
        path: The video file.
        camera: Its camera.
        objects: The objects of each frame, by the number of the frame.
    """

    name: str
    path: Path
    camera: Camera
    objects: Mapping[int, tuple[TrueObject, ...]]

    def frames(self) -> Iterator[Frame]:
        """The frames, in order."""
        return VideoFile(self.path, str(self.path)).frames()


def open_tracked_videos(root: Path) -> list[TrackedVideo]:
    """The videos in the folders of a folder, or the one in the folder itself, in the order of their names.

    Raises:
        SourceError: If there is none, or the truth of one cannot be read.
    """
    folders = (
        [root] if (root / TRACKS_NAME).is_file() else sorted(path.parent for path in root.glob(f"*/{TRACKS_NAME}"))
    )
    if not folders:
        raise SourceError(
            f"{root} holds no videos with tracks: name a folder that `howfar synth --video` has written, with "
            f"{VIDEO_NAME} and {TRACKS_NAME} in a folder for each video."
        )
    return [_open(folder) for folder in folders]


def _open(folder: Path) -> TrackedVideo:
    objects: dict[int, list[TrueObject]] = {}
    for number, row in enumerate(read_rows(folder / TRACKS_NAME, COLUMNS), 2):
        try:
            objects.setdefault(int(row["frame"]), []).append(_object(row))
        except ValueError as error:
            raise SourceError(
                f"Line {number} of {folder / TRACKS_NAME} is no object of a track ({error}): write the file anew."
            ) from None
    camera = read_calibration(folder / CAMERA_NAME).camera
    return TrackedVideo(
        folder.name, folder / VIDEO_NAME, camera, {frame: tuple(each) for frame, each in objects.items()}
    )


def _object(row: Mapping[str, str]) -> TrueObject:
    x1, y1, x2, y2 = (float(row[name]) for name in BOX)
    share, depth_m, nearest_m, speed, ground_speed = (float(row[name]) for name in NUMBERS)
    ttc_s = float(row["ttc_s"]) if row["ttc_s"] else math.inf
    return TrueObject(
        int(row["track_id"]), row["label"], (x1, y1, x2, y2), share, depth_m, nearest_m, speed, ground_speed, ttc_s
    )
