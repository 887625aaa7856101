"""A table of cameras, for pictures that were not all taken by one: a row for each picture.

image,width_px,height_px,fx_px,fy_px,cx_px,cy_px
rgb/0001.png,640,480,518.86,519.47,325.58,253.74

`image` is the picture's path from the data set's folder, with `/`; the intrinsics are for a picture of the size beside
them, and are resized for one of another resolution.
"""

from collections.abc import Iterable
from pathlib import Path

from howfar.datasets.csv_rows import read_rows
from howfar.errors import SettingError, SourceError
from howfar.scene import Camera

IMAGE = "image"
NUMBERS = ("width_px", "height_px", "fx_px", "fy_px", "cx_px", "cy_px")


class CameraTable:
    """The cameras of a data set's pictures."""

    def __init__(self, path: Path) -> None:
        """Read the table.

        Raises:
            SourceError: If it cannot be read, or has a row that cannot be.
        """
        self._path = path
        rows = read_rows(path, (IMAGE, *NUMBERS))
        self._cameras = {row[IMAGE]: _camera(row, f"{path}, row {number}") for number, row in enumerate(rows, 1)}

    def camera(self, picture: str) -> Camera:
        """The camera of a picture that the table has."""
        return self._cameras[picture]

    def refuse_others(self, pictures: Iterable[str]) -> None:
        """Raise SourceError where the table lacks one of the pictures."""
        lacking = [picture for picture in pictures if picture not in self._cameras]
        if lacking:
            raise SourceError(
                f"{self._path} has no row for {len(lacking)} pictures, the first of them {lacking[0]}: add their "
                "cameras."
            )


def camera_row(picture: str, camera: Camera) -> str:
    """The row of one picture."""
    return ",".join([picture, *(f"{getattr(camera, name):.10g}" for name in NUMBERS)])


def camera_table(rows: Iterable[str]) -> str:
    """The text of a table of rows."""
    return "\n".join([",".join((IMAGE, *NUMBERS)), *rows]) + "\n"


def _camera(row: dict[str, str], where: str) -> Camera:
    try:
        width_px, height_px, fx_px, fy_px, cx_px, cy_px = (float(row[name]) for name in NUMBERS)
        return Camera(round(width_px), round(height_px), fx_px, fy_px, cx_px, cy_px)
    except (ValueError, OverflowError):
        raise SourceError(f"{where} should give {', '.join(NUMBERS)} as numbers.") from None
    except SettingError as error:
        raise SourceError(f"The camera of {where} cannot be: {error}") from None
