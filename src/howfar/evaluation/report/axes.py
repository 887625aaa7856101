"""What all plots of measurements share: their colours, and axes with the protocol above them.

The colours are Okabe and Ito's (Color Universal Design, 2008), which colour-blind readers can tell apart.
"""

import textwrap
from typing import TYPE_CHECKING

from howfar.errors import MissingExtraError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#595959"
WIDTH_INCHES, HEIGHT_INCHES = 7.2, 4.6
DOTS_PER_INCH = 150
LINE_LETTERS = 105
"""Letters of the protocol that fit into one line above a plot."""


def require_matplotlib() -> None:
    """Raise MissingExtraError when matplotlib is not installed, before the long part of a run."""
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise MissingExtraError("Drawing plots", "eval") from None


def titled_axes(title: str, protocol: str, height_inches: float = HEIGHT_INCHES) -> "tuple[Figure, Axes]":
    """Empty axes with a grid, below a title and the protocol in small.

    Args:
        title: What will be drawn.
        protocol: How it was measured, in a sentence or two.
        height_inches: Height of the figure; its width is `WIDTH_INCHES`.

    Raises:
        MissingExtraError: If matplotlib is not installed.
    """
    require_matplotlib()
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH_INCHES, height_inches), layout="constrained")
    axes = figure.subplots()
    figure.suptitle(title, x=0.01, horizontalalignment="left", fontweight="bold")
    # A file name may hold a dollar sign, which is no formula.
    stated = textwrap.fill(protocol, LINE_LETTERS)
    axes.set_title(stated, loc="left", fontsize="small", color=GREY, parse_math=False)
    axes.grid(color="#dddddd", linewidth=0.7)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes
