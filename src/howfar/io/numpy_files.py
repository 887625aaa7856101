"""What a NumPy file says that it holds, looked at before memory is taken for it."""

import math
from pathlib import Path
from typing import IO

import numpy as np

from howfar.errors import SourceError

MOST_VALUES = 50_000_000
"""More than any depth map has: 8192×6100."""

_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


def refuse_odd_array(file: IO[bytes], path: Path) -> None:
    """Read the header of an array, and refuse one that no depth map has.

    Args:
        file: Open at the beginning of the array; it is left behind its header.
        path: What the array is in, for errors.

    Raises:
        SourceError: If it says that it has more than `MOST_VALUES`.
        ValueError: If it is no array of numbers.
    """
    version = np.lib.format.read_magic(file)
    if version not in _HEADERS:
        raise ValueError(f"an array in the form {version[0]}.{version[1]}, which no plain numbers have")
    shape, _, _ = _HEADERS[version](file)
    if any(type(side) is not int or side < 0 for side in shape):  # NumPy lets True through
        raise ValueError(f"an array of the shape {shape}")
    if math.prod(shape) > MOST_VALUES:
        raise SourceError(
            f"{path} says that it has {'×'.join(f'{side:.15g}' for side in shape)} values, and at most "
            f"{MOST_VALUES // 10**6} million are read: make it smaller first."
        )
