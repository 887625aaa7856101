"""A depth map, together with the meaning and the unit of its values."""

from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError

MOST_WHOLE_M = 200
"""Whole numbers with a median above this are no metres."""

LARGE_ERROR = 0.3
"""A relative error of depth from which on a stereo pair counts as blind, for an error of disparity of one pixel."""

DepthKind = Literal["metres", "relative_inverse", "relative_depth", "disparity_px"]


@dataclass(frozen=True, slots=True)
class StereoRig:
    """The two cameras of a rectified pair: they turn disparity into depth by Z = f·B / (d + offset).

    Attributes:
        focal_px: Focal length in pixels, at the resolution of the disparities.
        baseline_m: Distance between the two cameras in metres.
        offset_px: Difference of the principal points, x_right − x_left (Middlebury's `doffs`).

    Raises:
        SettingError: If the focal length or the baseline is not above 0.
    """

    focal_px: float
    baseline_m: float
    offset_px: float = 0.0

    def __post_init__(self) -> None:
        if not (self.focal_px > 0 and self.baseline_m > 0):
            raise SettingError(
                "Depth from disparity needs a positive focal length and baseline, "
                f"not {self.focal_px} px and {self.baseline_m} m."
            )

    @property
    def reach_m(self) -> float:
        """The depth in metres beyond which an error of one pixel of disparity is more than `LARGE_ERROR` of it."""
        return LARGE_ERROR * self.focal_px * self.baseline_m

    def depth_m(self, disparity_px: NDArray[np.float32]) -> NDArray[np.float32]:
        """Depth in metres of disparities of any shape."""
        with np.errstate(divide="ignore", invalid="ignore"):
            depth: NDArray[np.float32] = self.focal_px * self.baseline_m / (disparity_px + np.float32(self.offset_px))
        return depth

    def disparity_px(self, depth_m: NDArray[np.float32]) -> NDArray[np.float32]:
        """Disparity in pixels of depths of any shape in metres."""
        with np.errstate(divide="ignore", invalid="ignore"):
            disparity: NDArray[np.float32] = self.focal_px * self.baseline_m / depth_m - np.float32(self.offset_px)
        return disparity


@dataclass(frozen=True, eq=False)
class DepthMap:
    """Depth, inverse depth or disparity for each cell of a grid over the whole picture, at the grid's own resolution.

    Attributes:
        values: H×W float32. What a masked array masks is not finite.
        kind: `metres` (depth along the optical axis), `relative_inverse` (inverse depth up to scale and shift: MiDaS,
            Depth Anything), `relative_depth` (depth up to scale and shift: Marigold) or `disparity_px`.
        valid: H×W bool: which values may be used. Values that are not finite are always excluded; so are depths and
            disparities that are not above zero.
        stereo: For `disparity_px`, the cameras that turn it into depth; None for every other kind.
        log_sds: H×W float32: standard deviation of the natural logarithm of each depth, where whatever gave the map
            states one for each cell; NaN in cells that are as certain as its `DepthFacts` say. None for all of them.
        all_valid: Whether every value may be used. Computed once, so that no check is needed for each object.

    Raises:
        SettingError: If the kind is unknown, the map is not two-dimensional or is empty, the mask or the stereo rig
            does not fit the map, or metres are integers as depth cameras store them.
    """

    values: NDArray[np.float32]
    kind: DepthKind
    valid: NDArray[np.bool_] = field(default_factory=lambda: np.array(True))
    stereo: StereoRig | None = None
    log_sds: NDArray[np.float32] | None = None
    all_valid: bool = field(init=False)

    def __post_init__(self) -> None:
        if self.kind not in get_args(DepthKind):
            raise SettingError(f"A depth map is one of {', '.join(get_args(DepthKind))}, not {self.kind!r}.")
        given = np.ma.getdata(self.values)
        if given.dtype.kind not in "uif":
            raise SettingError(f"A depth map is an array of H×W numbers, not of {given.dtype}.")
        _refuse_steps(given, self.kind)
        values = np.array(given, dtype=np.float32, order="C")
        values[np.ma.getmask(self.values)] = np.nan
        if values.ndim != 2 or values.size == 0:
            raise SettingError(f"A depth map is an array of H×W numbers, at least 1×1, not of shape {values.shape}.")
        if (self.kind == "disparity_px") != (self.stereo is not None):
            raise SettingError("A disparity map, and only that, comes with the stereo rig that turns it into depth.")
        usable = np.isfinite(values)
        if self.kind == "metres":
            usable &= values > 0
        elif self.stereo is not None:
            usable &= values + self.stereo.offset_px > 0
        if self.valid.shape not in ((), values.shape):
            raise SettingError(f"The validity mask is of shape {self.valid.shape} and the depth map {values.shape}.")
        if self.log_sds is not None and self.log_sds.shape != values.shape:
            raise SettingError(f"The uncertainties are of shape {self.log_sds.shape} and the depth map {values.shape}.")
        usable &= self.valid
        values.flags.writeable = False
        usable.flags.writeable = False
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "valid", usable)
        object.__setattr__(self, "all_valid", bool(usable.all()))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the grid."""
        height, width = self.values.shape
        return height, width

    @property
    def is_metric(self) -> bool:
        """Whether the map can be read in metres."""
        return self.kind in ("metres", "disparity_px")

    @property
    def near_is_large(self) -> bool:
        """Whether a larger value means nearer to the camera."""
        return self.kind in ("relative_inverse", "disparity_px")

    def metres(self) -> NDArray[np.float32]:
        """The depth in metres, H×W float32; NaN where it is not known.

        Raises:
            SettingError: If the map is relative: it has no metres.
        """
        return np.where(self.valid, self.to_metres(self.values), np.float32(np.nan))

    def to_metres(self, readings: NDArray[np.float32]) -> NDArray[np.float32]:
        """Convert values in this map's own unit, of any shape, to metres.

        Raises:
            SettingError: If the map is relative.
        """
        if self.stereo is not None:
            return self.stereo.depth_m(readings)
        if self.kind != "metres":
            raise SettingError(
                f"This depth map is relative ({self.kind}) and has no metres: "
                "use a metric depth network or a depth file."
            )
        return readings


def _refuse_steps(values: NDArray[Any], kind: DepthKind) -> None:
    """Raise SettingError for integers that are steps of a depth camera, such as millimetres, and no metres."""
    if kind != "metres" or values.dtype.kind not in "ui" or values.size == 0:
        return
    if values.dtype == np.uint16 or np.median(values) > MOST_WHOLE_M:
        raise SettingError(
            f"A depth map in metres holds floating-point numbers, not {values.dtype}, in which depth cameras store "
            "millimetres: multiply by the metres of one step (0.001), or hand the array over with its unit.",
            setting="depth_unit",
        )
