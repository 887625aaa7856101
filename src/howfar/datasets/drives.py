"""Drives as videos: pictures of a street in the order of their frames, each with LiDAR depth.

They are told by the `index.csv` of howfar.datasets.streets with one more column: `frame`, the number of the picture in
its drive, or nothing. Numbers may be missing; how many frames a second have is for the user to say.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from howfar.datasets.samples import DepthSample, LazySamples
from howfar.datasets.streets import INDEX, StreetPicture, read_index, samples_of
from howfar.errors import SettingError, SourceError
from howfar.scene import Frame

LEAST_FRAMES = 10
"""Fewer pictures of a drive are no video."""


@dataclass(frozen=True)
class Drive:
    """A drive.

    Attributes:
        name: The name of the place.
        times_s: When each picture was taken.
        samples: The pictures with their depth, read when asked for.
    """

    name: str
    times_s: tuple[float, ...]
    samples: LazySamples[DepthSample]

    def frames(self) -> Iterator[tuple[Frame, DepthSample]]:
        """The pictures as frames of a video, each with its depth."""
        for index, (time_s, sample) in enumerate(zip(self.times_s, self.samples, strict=True)):
            yield Frame(sample.image, sample.name, sample.camera, index=index, time_s=time_s), sample


def open_drives(root: Path, frames_per_s: float) -> list[Drive]:
    """The drives of a folder that are videos, in the order of their names.

    Args:
        root: A folder with an index.csv.
        frames_per_s: How many frames a second have, those counted that are missing.

    Raises:
        SourceError: If the table cannot be read, or no drive has `LEAST_FRAMES` numbered pictures with depth.
        SettingError: If that is no rate.
    """
    if not frames_per_s > 0:
        raise SettingError(f"Frames a second are a number above 0, not {frames_per_s:g}.", setting="fps")
    numbered = [each for each in read_index(root) if each.frame is not None and each.depth is not None]
    numbered.sort(key=_drive_and_frame)
    drives = [(name, list(rows)) for name, rows in groupby(numbered, key=lambda row: row.drive)]
    long_enough = [(name, rows) for name, rows in drives if len(rows) >= LEAST_FRAMES]
    if not long_enough:
        raise SourceError(
            f"{root / INDEX} names no drive of {LEAST_FRAMES} pictures or more with their depth: number the pictures "
            "of a video in its column frame."
        )
    return [_drive(name, rows, frames_per_s) for name, rows in long_enough]


def _drive_and_frame(picture: StreetPicture) -> tuple[str, int]:
    return picture.drive, picture.frame or 0


def _drive(name: str, rows: list[StreetPicture], frames_per_s: float) -> Drive:
    numbers = [row.frame or 0 for row in rows]
    if len(set(numbers)) < len(numbers):
        raise SourceError(f"Two pictures of the drive {name} have one number: number them in its column frame.")
    return Drive(name, tuple(number / frames_per_s for number in numbers), samples_of(rows))
