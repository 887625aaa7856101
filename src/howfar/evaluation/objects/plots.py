"""Scatter plots of estimated against true distance, with one dot for each object."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from howfar.evaluation.objects.metrics import TOLERANCE
from howfar.evaluation.objects.results import ObjectResult
from howfar.evaluation.report.axes import BLUE, DOTS_PER_INCH, GREY, titled_axes
from howfar.files import replacing

if TYPE_CHECKING:
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

HEIGHT_INCHES = 7.6
MARGIN = 1.1
"""The axes extend beyond the nearest and the farthest distance by this factor."""

NOTHING_SHOWN_M = (1.0, 10.0)
"""Limits of the axes in metres where no distance is known."""


def scatter_plot(result: ObjectResult, method: str, protocol: str) -> "Figure":
    """A method's distances against the true ones, on logarithmic scales, with the band of ±10 %.

    Args:
        result: The result of the evaluation.
        method: The method whose distances are drawn.
        protocol: How they were measured, in a sentence or two above the plot.

    Raises:
        MissingExtraError: If matplotlib is not installed.
    """
    truth_m, estimate_m = result.truth_m, result.estimates_m(method)
    known = np.isfinite(estimate_m)
    truth_m, estimate_m = truth_m[known], estimate_m[known]
    limits_m = _limits_m(truth_m, estimate_m)
    figure, axes = titled_axes(f"Estimated against true distance: {method}", protocol, HEIGHT_INCHES)
    ends_m = np.array(limits_m)
    band = f"within {100 * TOLERANCE:.0f} % of the truth"
    axes.fill_between(ends_m, ends_m * (1 - TOLERANCE), ends_m * (1 + TOLERANCE), color="#e6e6e6", label=band)
    axes.plot(ends_m, ends_m, color=GREY, linewidth=0.8, label="the truth")
    # Thousands of dots as vector graphics would make the page large, so they are rasterised.
    label = f"{len(truth_m)} of {len(known)} objects have a distance"
    axes.scatter(truth_m, estimate_m, s=10, color=BLUE, alpha=0.4, linewidths=0, rasterized=True, label=label, zorder=3)
    axes.set(xscale="log", yscale="log", xlim=limits_m, ylim=limits_m, aspect="equal")
    axes.set(xlabel="true distance in metres", ylabel="estimated distance in metres")
    for axis in (axes.xaxis, axes.yaxis):
        _number_plainly(axis)
    axes.legend(loc="upper left")
    return figure


def scatter_caption(result: ObjectResult, method: str) -> str:
    """The caption of the plot of a method, in a sentence."""
    errors = result.errors(method)
    shown = f"{errors.covered} of {errors.objects} objects by {method}"
    return (
        f"Each dot is an object: {shown}; within the band the distance is off by no more than {100 * TOLERANCE:.0f} %."
    )


def write_scatter_plots(result: ObjectResult, protocol: str, folder: Path, *, overwrite: bool = False) -> None:
    """Write the plot of each method as `scatter-METHOD.png`.

    Args:
        result: The result of the evaluation.
        protocol: How it was measured, in a sentence or two above each plot.
        folder: The folder to write to; it is made if it does not exist.
        overwrite: Replace existing files.

    Raises:
        OutputError: If a file exists and overwrite is not set, or cannot be written.
        MissingExtraError: If matplotlib is not installed.
    """
    for method in result.options.names:
        figure = scatter_plot(result, method, protocol)
        # Windows does not allow a colon in a file name.
        with replacing(folder / f"scatter-{method.replace(':', '-')}.png", overwrite=overwrite) as temporary:
            figure.savefig(temporary, dpi=DOTS_PER_INCH)


def _limits_m(truth_m: NDArray[np.float64], estimate_m: NDArray[np.float64]) -> tuple[float, float]:
    """The limits of both axes in metres."""
    if not len(truth_m):
        return NOTHING_SHOWN_M
    shown = np.concatenate([truth_m, estimate_m])
    return float(shown.min() / MARGIN), float(shown.max() * MARGIN)


def _number_plainly(axis: "Axis") -> None:
    """Put ticks at 1, 2, 5 times powers of ten, as plain numbers, without minor ticks."""
    from matplotlib.ticker import FormatStrFormatter, LogLocator, NullLocator

    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axis.set_major_formatter(FormatStrFormatter("%g"))
    axis.set_minor_locator(NullLocator())
