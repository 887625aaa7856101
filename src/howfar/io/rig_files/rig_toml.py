"""Rig files: two cameras and where the one is seen from the other, in TOML."""

from pathlib import Path

from howfar.scene.stereo_calibration import StereoCalibration


def rig_toml(calibration: StereoCalibration) -> str:
    """A calibration as TOML, which is read back as the same."""
    raise NotImplementedError


def write_rig(calibration: StereoCalibration, path: Path, *, overwrite: bool = False) -> None:
    """Write a rig file.

    Raises:
        OutputError: If the file exists and overwrite is not set, or it cannot be written.
    """
    raise NotImplementedError
