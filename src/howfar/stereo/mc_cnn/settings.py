"""The settings of the stages, as the authors published them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

PipelineName = Literal["kitti-fast", "kitti-accurate", "middlebury-fast", "middlebury-accurate"]


@dataclass(frozen=True, slots=True)
class SmoothnessSettings:
    """The penalties of semi-global matching, on costs from −1 to 1.

    Attributes:
        p1: Penalty of a step of one pixel of disparity between neighbours (π1).
        p2: Penalty of any larger step. The paper's text calls π2 a factor, P2 = π1·π2; the published program adds π2
            itself, and this is that number (docs/stereo-networks.md has both measured).
        one_edge: Divides both where one of the pictures has an edge (the paper's Q1).
        both_edges: Divides both where both pictures have one (the paper's Q2, which its program keeps as Q1 times a
            factor).
        vertical: Divides the first penalty in the two vertical directions (α1; the paper's V).
        edge: Neighbours that differ by at least this, in standard deviations of the picture's grey, are an edge (τso).
    """

    p1: float
    p2: float
    one_edge: float
    both_edges: float
    vertical: float
    edge: float


@dataclass(frozen=True, slots=True)
class AggregationSettings:
    """Cross-based aggregation.

    Attributes:
        arm_px: An arm ends before this many pixels (the program's L1).
        difference: And before a pixel that differs by this much from the middle, in standard deviations (τ1).
        before: Rounds before semi-global matching.
        after: Rounds after it.
    """

    arm_px: int
    difference: float
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class PipelineSettings:
    """All stages.

    Attributes:
        smoothness: Of semi-global matching.
        blur_sigma_px: Standard deviation of the Gaussian of the last mean.
        blur_difference_px: Disparities that differ by this much from the middle one do not count in it.
        interpolates: Whether disparities that failed the left-right check are filled in (KITTI), or stay as they were
            (Middlebury, whose authors' settings leave this stage out).
        aggregation: Cross-based aggregation; None for none.
    """

    smoothness: SmoothnessSettings
    blur_sigma_px: float
    blur_difference_px: float
    interpolates: bool
    aggregation: AggregationSettings | None = None


PIPELINES: Mapping[PipelineName, PipelineSettings] = {
    "kitti-fast": PipelineSettings(SmoothnessSettings(2.3, 18.38, 3, 6, 1.25, 0.08), 4.64, 5, True),
    "kitti-accurate": PipelineSettings(
        SmoothnessSettings(2.3, 24.25, 3, 6, 1.75, 0.08), 5.99, 5, True, AggregationSettings(5, 0.03, 2, 4)
    ),
    "middlebury-fast": PipelineSettings(SmoothnessSettings(2.3, 24.3, 4, 8, 1.5, 0.08), 6, 2, False),
    "middlebury-accurate": PipelineSettings(
        SmoothnessSettings(1.3, 13.9, 4.5, 9, 2.75, 0.13), 1.67, 2, False, AggregationSettings(14, 0.02, 2, 16)
    ),
}
"""By data set and network: of KITTI those of 2015."""
