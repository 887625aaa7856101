"""A picture in any of the forms that Python users may give it in, as a frame."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SourceError
from howfar.scene.frame import Frame
from howfar.sources.opening import open_sources

Picture = str | Path | NDArray[np.uint8] | Frame


def as_frame(picture: Picture) -> Frame:
    """The frame of a picture: a path, an address, an array or a frame already.

    Raises:
        SourceError: If it cannot be read, is a video, or the array is not H×W×3 uint8.
    """
    if isinstance(picture, Frame):
        return picture
    if isinstance(picture, str | Path):
        sources = open_sources([str(picture)])
        if len(sources) != 1 or sources[0].is_stream:
            raise SourceError(
                f"{picture} is not one picture: use `watch` for a video, and `look` once for each picture."
            )
        return next(iter(sources[0].frames()))
    array = np.asarray(picture)
    if array.ndim != 3 or array.shape[2] != 3 or array.dtype != np.uint8 or 0 in array.shape:
        raise SourceError(
            f"A picture is an array of H×W×3 uint8 in RGB order, not of shape {array.shape} and type {array.dtype}."
        )
    return Frame(np.ascontiguousarray(array), "array")
