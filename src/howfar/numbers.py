"""Numbers that a user hands in, from Python or a file: of NumPy or of Python, checked and made plain."""

import math
import numbers
import sys
from typing import Any

from howfar.errors import SettingError


def plain_number(value: Any, setting: str, *, infinite: bool = False) -> float:
    """A number as Python's own float, whichever type of number it came as.

    Args:
        value: What was handed in: an int, a float, a fraction, a NumPy scalar or an array of one number.
        setting: The setting that it is for, as it is called in Python.
        infinite: Whether it may be infinite.

    Raises:
        SettingError: If it is no number (a text, a bool, None), is NaN, or is infinite and may not be.
    """
    if isinstance(value, str | bytes):
        raise SettingError(f"{setting} must be a number, not the text {value!r}.", setting=setting)
    if _is_flag(value) or (isinstance(value, numbers.Complex) and not isinstance(value, numbers.Real)):
        raise SettingError(f"{setting} must be a number, not {value!r}.", setting=setting)
    if getattr(value, "shape", ()):
        raise SettingError(f"{setting} must be one number, not an array of shape {value.shape}.", setting=setting)
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    except (TypeError, ValueError):
        raise SettingError(f"{setting} must be one number, not {value!r}.", setting=setting) from None
    if math.isnan(number) or (math.isinf(number) and not infinite):
        raise SettingError(f"{setting} must be a finite number, not {number}.", setting=setting)
    return number


def is_finite_number(value: Any) -> bool:
    """Whether a value of TOML or JSON is a number, no bool, and one that a float can be made of."""
    # The comparison is false for NaN, and holds for whole numbers that no float can be made of.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def is_written_number(word: str) -> bool:
    """Whether a word of a file is a number as Python writes them, NaN and infinity among them."""
    try:
        float(word)
    except ValueError:
        return False
    return True


def plain_count(value: Any, setting: str, *, least: int = 1) -> int:
    """A whole number as Python's own int.

    Args:
        value: What was handed in.
        setting: The setting that it is for, as it is called in Python.
        least: The smallest that it may be.

    Raises:
        SettingError: If it is no whole number, or below the least.
    """
    number = plain_number(value, setting)
    if number != math.floor(number):
        raise SettingError(f"{setting} must be a whole number, not {number}.", setting=setting)
    if number < least:
        raise SettingError(f"{setting} must be at least {least}, not {number:.0f}.", setting=setting)
    return int(number)


def plain_flag(value: Any, setting: str) -> bool:
    """A bool as Python's own, of NumPy's too.

    Raises:
        SettingError: If it is something else, such as a text: "no" would else count as true.
    """
    if not _is_flag(value):
        raise SettingError(f"{setting} must be True or False, not {value!r}.", setting=setting)
    return bool(value)


def _is_flag(value: Any) -> bool:
    """Whether a value is a bool; NumPy and PyTorch, which are not imported here, name their types so."""
    return isinstance(value, bool) or str(getattr(value, "dtype", "")).endswith("bool")
