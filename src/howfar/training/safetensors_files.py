"""Weights out of a safetensors file, a format that holds tensors and no code."""

from importlib.util import find_spec
from pathlib import Path

from torch import Tensor

from howfar.errors import MissingExtraError, ModelError
from howfar.training.restricted_pickle import shown

ENDING = ".safetensors"


def read_safetensors(path: Path) -> dict[str, Tensor]:
    """Read every tensor of a file, by its name and in the file's own precision.

    Raises:
        ModelError: If the file cannot be read, is damaged, or of another format.
        MissingExtraError: If the library safetensors is not installed.
    """
    if find_spec("safetensors") is None:
        raise MissingExtraError(f"Reading {path.name}", "foundation")
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except OSError as error:
        reason = error.strerror or shown(str(error))
        raise ModelError(f"The weights {path} cannot be read ({reason}): name a {ENDING} file.") from None
    except (SafetensorError, ValueError, KeyError) as error:
        raise ModelError(
            f"{path} is cut off, damaged or no {ENDING} file ({shown(str(error))}): download it again."
        ) from None
