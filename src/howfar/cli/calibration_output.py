"""Where `howfar calibrate` puts its results."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class CalibrationOutput:
    """Where the results of a calibration go.

    Attributes:
        camera_file: The camera file.
        picture: The picture that shows what they rest on.
        overwrite: Replace them if they are there.
    """

    camera_file: Path
    picture: Path
    overwrite: bool
