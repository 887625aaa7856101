"""Fitting a prediction to the truth before they are compared, for networks that do not know the scale.

- `median`: the prediction times the ratio of the medians (Zhou et al.: Unsupervised Learning of Depth and Ego-Motion
  from Video, CVPR 2017, section 4.1).
- `least-squares`: scale s and shift b that minimise Σ (s·d + b − t)² (Ranftl et al.: Towards Robust Monocular Depth
  Estimation, TPAMI 2022, equation 4).

Inverse depth is fitted to inverse truth, everything else to the truth itself: a shift means something else in the two.
A figure got with an alignment says nothing of metres: the truth gave the scale.
"""

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.scene import DepthKind
from howfar.scene.line import Line

Alignment = Literal["none", "median", "least-squares"]

ALIGNMENT_TEXTS: dict[Alignment, str] = {
    "none": "none",
    "median": "each image's prediction times the ratio of the medians",
    "least-squares": "scale and shift fitted to each image's truth by least squares",
}
"""How each alignment is stated in print."""


def fit(values: NDArray[np.float32], truth: NDArray[np.float32], alignment: Alignment) -> Line:
    """Fit N values to N true ones.

    Args:
        values: Finite values.
        truth: Finite true values in the same order.
        alignment: How; see the module.

    Raises:
        SettingError: If the alignment is unknown.
    """
    if alignment not in get_args(Alignment):
        raise SettingError(
            f"A prediction is aligned by {', '.join(get_args(Alignment))}, not by {alignment!r}.", setting="alignment"
        )
    if alignment == "none":
        return Line()
    if not values.size:
        return Line(np.nan, np.nan)
    if alignment == "median":
        median = float(np.median(values))
        return Line(float(np.median(truth)) / median if median > 0 else np.nan)
    exact, true = values.astype(np.float64), truth.astype(np.float64)
    middle, spread = exact.mean(), exact.var()
    scale = float(np.mean((exact - middle) * (true - true.mean())) / spread) if spread > 0 else 0.0
    return Line(scale, float(true.mean() - scale * middle))


def align_depth(
    values: NDArray[np.float32],
    kind: DepthKind,
    truth_m: NDArray[np.float32],
    valid: NDArray[np.bool_],
    alignment: Alignment,
    most_m: float = np.inf,
) -> NDArray[np.float32]:
    """A network's output as depth in metres, fitted to the truth where that is asked for.

    Args:
        values: H×W output; NaN where unknown, which stays unknown.
        kind: What its numbers mean.
        truth_m: H×W true depth.
        valid: H×W bool: the pixels to fit to; those without an output are left out.
        alignment: How to fit.
        most_m: An inverse depth that comes out at 1 / most_m or below (zero and negative ones too) is this far; without
            a limit it is unknown where it is not above zero.

    Returns:
        H×W float32 metres, NaN where unknown.

    Raises:
        SettingError: If relative depth is not to be aligned, since it has no metres.
    """
    if alignment == "none" and kind != "metres":
        raise SettingError(
            f"The network's depth is relative ({kind}) and has no metres to compare: align it to the truth, by median "
            "or least-squares.",
            setting="alignment",
        )
    chosen = valid & np.isfinite(values)
    inverse = kind == "relative_inverse"
    truth = np.reciprocal(truth_m[chosen]) if inverse else truth_m[chosen]
    fitted = fit(values[chosen], truth, alignment).of(values)
    return _inverted(fitted, most_m) if inverse else fitted


def _inverted(inverse: NDArray[np.float32], most_m: float) -> NDArray[np.float32]:
    least = np.float32(1 / most_m)
    raised = np.maximum(inverse, least)
    return np.divide(1, raised, out=np.full_like(raised, np.nan), where=raised > 0)
