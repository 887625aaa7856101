"""The pictures that an int8 file is made with: some to calibrate on, others to see what became of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from howfar.errors import SettingError, SourceError
from howfar.scene import Frame
from howfar.scene.lens import Lens
from howfar.sources.kinds import Source
from howfar.sources.opening import open_sources

HELD_OUT = 4
"""Every fourth picture is not calibrated on."""
LEAST = 8
MOST = 200
"""So many pictures, evenly spread over the folder, are taken at most: after the first fifty ranges change little."""


@dataclass(frozen=True, slots=True)
class CalibrationPictures:
    """Pictures by what they are for.

    Attributes:
        named: What the user calls them.
        calibrating: To measure ranges and the scale on.
        held_out: To compare on.
    """

    named: str
    calibrating: Sequence[Source]
    held_out: Sequence[Source]


def calibration_pictures(named: str) -> CalibrationPictures:
    """Open the pictures of a folder; nothing is read yet.

    Args:
        named: A folder, or a glob.

    Raises:
        SourceError: If there is none, or one is a video.
        SettingError: If there are too few.
    """
    sources = open_pictures([named])
    if len(sources) < LEAST:
        raise SettingError(
            f"{named} has {len(sources)} pictures, and at least {LEAST} are needed to calibrate on and to compare "
            "with: name a folder with more, such as a hundred of what the network is for.",
            setting="calibrate",
        )
    count = min(len(sources), MOST)
    taken = [sources[index * len(sources) // count] for index in range(count)]
    calibrating = [each for index, each in enumerate(taken) if index % HELD_OUT != HELD_OUT - 1]
    return CalibrationPictures(named, calibrating, taken[HELD_OUT - 1 :: HELD_OUT])


def open_pictures(named: Sequence[str]) -> list[Source]:
    """Open pictures by what the user names; nothing is read yet.

    Raises:
        SourceError: If there is none, or one is a video.
    """
    sources = open_sources(named)
    for source in sources:
        if source.is_stream:
            raise SourceError(f"{source.name} is a video, and networks are compared on pictures: save some frames.")
    return sources


def frames_of(sources: Sequence[Source], failed: Callable[[SourceError], object]) -> Iterator[Frame]:
    """The pictures one by one, each with a camera; what cannot be read is told, and left out.

    Args:
        sources: The pictures.
        failed: Called with what is wrong with a picture.

    Raises:
        SourceError: If none of them can be read: what is wrong with the last one.
    """
    read, error = 0, SourceError("There is no picture.")
    for source in sources:
        try:
            frame = next(source.frames())
        except SourceError as reason:
            failed(reason)
            error = reason
            continue
        read += 1
        yield replace(frame, camera=Lens().camera_for(frame.width_px, frame.height_px, frame.camera))
    if not read:
        raise error
