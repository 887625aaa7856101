"""Arrays of other libraries, PyTorch's tensors above all, as NumPy's."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SourceError


def plain_array(given: Any, name: str) -> NDArray[Any]:
    """An array, a tensor or nested lists as NumPy's array, in this machine's order of bytes.

    A tensor may need gradients, lie on another device or hold numbers of 16 bits that NumPy lacks.

    Args:
        given: What a user gave.
        name: What to call it in errors.

    Raises:
        SourceError: If it is no array.
    """
    try:
        if hasattr(given, "detach") and hasattr(given, "cpu"):
            given = given.detach().cpu()
            given = given.float() if str(given.dtype) == "torch.bfloat16" else given
        array = np.asarray(given)
    except (ValueError, TypeError, RuntimeError) as error:
        reason = str(error).strip().split("\n")[0].rstrip(".")
        raise SourceError(f"{name} cannot be made an array ({reason}): give an array of NumPy's.") from None
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))
