"""How the numbers of a depth file, or of an array, become metres."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError

METRES = {"m": 1.0, "cm": 0.01, "mm": 0.001}
"""The metres of one step, by the name of the unit."""

AUTO = "auto"

MOST_LIKELY_M = 200.0
"""A median depth above this many metres is taken for millimetres."""

LEAST_LIKELY_MM = 30.0
"""A median depth below this many millimetres is taken for metres."""

SATURATED = np.iinfo(np.uint16).max
"""What a depth camera of 16 bits writes where it measured nothing, or where the distance does not fit."""

MOST_M_A_STEP = 1.0
"""No camera has coarser steps. Who gives 1000 or 5000 means the steps of a metre."""

MOST_STEPS = 100_000
"""A metre of more steps is written as a decimal number, not as a fraction."""


@dataclass(frozen=True, slots=True)
class DepthUnit:
    """What the numbers of a depth file, or of an array, mean.

    Attributes:
        metres_per_step: The metres of one step: 0.001 for millimetres. When None, integers are taken for millimetres
            and floating-point numbers for metres.
        invalid: Numbers that stand for "not known", besides those that no depth can be.

    Raises:
        SettingError: If metres_per_step is not above 0, or an invalid value is not a number.
    """

    metres_per_step: float | None = None
    invalid: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        step = self.metres_per_step
        if step is not None and not (math.isfinite(step) and step > 0):
            raise SettingError(f"One step of a depth map is a number of metres above 0, not {step}.", setting=_SCALE)
        if step is not None and step > MOST_M_A_STEP:
            raise SettingError(
                f"One step of a depth map is at most a metre, not {step:g} metres: did you mean 1/{step:g}?",
                setting=_SCALE,
            )
        if any(math.isnan(value) for value in self.invalid):
            raise SettingError("The invalid value of a depth map is a number; NaN is unknown in any case.")

    @classmethod
    def parse(cls, unit: "str | float | DepthUnit" = AUTO, invalid: Sequence[float] = ()) -> "DepthUnit":
        """Read a unit.

        Args:
            unit: `auto`, `m`, `cm`, `mm`; the metres of one step, as a number or as a text such as `0.0001` or `1/256`;
                or a unit, which is returned.
            invalid: Numbers that stand for "not known".

        Raises:
            SettingError: If it is none of these.
        """
        if isinstance(unit, DepthUnit):
            return unit
        return cls(_metres_per_step(unit), tuple(float(value) for value in invalid))

    def told_by(self, values: NDArray[Any]) -> Self:
        """The unit with its metres_per_step, told by the type of the values where it is not given."""
        if self.metres_per_step is not None:
            return self
        return type(self)(METRES["mm" if values.dtype.kind in "ui" else "m"], self.invalid)

    def metres(self, values: NDArray[Any]) -> NDArray[np.float32]:
        """H×W stored numbers as float32 metres, NaN where unknown; the largest number of 16 bits is unknown too."""
        step = self.told_by(values).metres_per_step or math.nan
        saturated = (SATURATED,) if values.dtype == np.uint16 else ()
        return metres_of(values, step, (*self.invalid, *saturated))

    def __str__(self) -> str:
        """The metres of one step, in words: `1/1000 m a step`."""
        step = self.metres_per_step
        if step is None or step == 1:
            return "metres" if step else AUTO
        steps = 1 / step
        is_whole = steps > 1 and steps < MOST_STEPS and abs(steps - round(steps)) < 1e-6 * steps
        return f"1/{round(steps)} m a step" if is_whole else f"{step:g} m a step"


Unit = str | float | DepthUnit
"""A unit in any of the forms that `DepthUnit.parse` reads."""

_SCALE = "depth_scale"


def _metres_per_step(unit: str | float) -> float | None:
    if isinstance(unit, str):
        name = unit.strip().lower()
        if name == AUTO:
            return None
        if name in METRES:
            return METRES[name]
    try:
        if isinstance(unit, bool | np.bool_):
            raise TypeError
        return float(Fraction(unit.replace(" ", ""))) if isinstance(unit, str) else float(unit)
    except (ValueError, TypeError, ZeroDivisionError, OverflowError):
        raise SettingError(
            f"The unit of a depth map is auto, m, cm or mm, or the metres of one step such as 0.0001 or 1/256, "
            f"not {unit!r}.",
            setting="depth_unit",
        ) from None


def metres_of(counts: NDArray[Any], metres_per_count: float, invalid: Sequence[float] = ()) -> NDArray[np.float32]:
    """Turn stored numbers into metres.

    Args:
        counts: H×W numbers of a depth file.
        metres_per_count: What one of them is worth; 0.001 for millimetres.
        invalid: Numbers that stand for "not known", besides those that no depth can be: zero, negative, not finite.

    Returns:
        H×W float32 metres, NaN where the depth is not known.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        metres = (counts * np.float64(metres_per_count)).astype(np.float32)
    known = np.isfinite(metres) & (metres > 0)
    if invalid:
        # Of 0.1 in the description, a file of single precision holds the nearest single.
        marks = np.asarray(invalid, dtype=counts.dtype if counts.dtype.kind == "f" else np.float64)
        known &= ~np.isin(counts, marks)
    return np.where(known, metres, np.float32(np.nan))


def check_unit(name: str, values: NDArray[Any], metres: NDArray[np.float32]) -> None:
    """Refuse what the type of the numbers was taken for, where their median is unlikely.

    Args:
        name: What messages call the map.
        values: H×W stored numbers.
        metres: The same in metres, NaN where unknown; at least one is known.

    Raises:
        SettingError: If metres are likelier to be millimetres, or the other way round.
    """
    median = float(np.nanmedian(metres))
    if values.dtype.kind in "ui":
        if median < LEAST_LIKELY_MM * METRES["mm"]:
            raise SettingError(
                f"{name} was taken for millimetres and the median is {median / METRES['mm']:.4g}: are these metres? "
                "Give the unit m, or mm if they are not.",
                setting="depth_unit",
            )
    elif median > MOST_LIKELY_M:
        raise SettingError(
            f"{name} was taken for metres and the median is {median:.4g}: are these millimetres? "
            "Give the unit mm, or m if they are not.",
            setting="depth_unit",
        )
