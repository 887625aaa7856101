"""One door to the calibrations of stereo pairs, of whatever kind the file is."""

from pathlib import Path

from howfar.scene.stereo_calibration import StereoCalibration


def read_rig(source: Path | str) -> StereoCalibration:
    """Read the calibration of a pair.

    Args:
        source: A file, a folder with one, two files joined by a comma (left,right), or the text of a file.

    Raises:
        SettingError: If there is none, it is of no known kind, or something in it is missing or cannot be.
    """
    raise NotImplementedError
