"""What a depth network reaches on pictures held out, while it trains: whole pictures, at their full size."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from howfar.datasets import DepthSample
from howfar.evaluation.depth.alignment import Alignment, align_depth
from howfar.evaluation.depth.metrics import DepthSums, depth_compute, depth_update
from howfar.io.resample import resample
from howfar.models.depth import CardDepth
from howfar.scene import Frame

LEAST_M = 0.1

BANDS_M = ((0, 10), (10, 20), (20, 40), (40, 80))
"""The bands of true distance that the errors of streets are told by."""


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Pictures held out, and how they are judged.

    Attributes:
        samples: The pictures; may be none.
        most_m: The greatest depth that is judged; predictions are cut there.
        border_px: Width of the outer frame where the truth is unreliable.
        name: What the source is called.
        by_distance: Whether errors are told by `BANDS_M` as well.
    """

    samples: Sequence[DepthSample]
    most_m: float
    border_px: int = 0
    name: str = ""
    by_distance: bool = False

    def truth(self, sample: DepthSample) -> NDArray[np.float32]:
        """H×W metres of a picture, NaN where nothing is judged."""
        truth_m = sample.depth_m.copy()
        if border := self.border_px:
            for edge in (np.s_[:border], np.s_[-border:], np.s_[:, :border], np.s_[:, -border:]):
                truth_m[edge] = np.nan
        return truth_m

    def predicted(self, estimator: CardDepth, sample: DepthSample, truth_m: NDArray[np.float32]) -> NDArray[np.float32]:
        """H×W metres that a network gives for a picture; relative depth is fitted to the truth.

        What it takes for sky counts as the greatest depth that is judged.
        """
        depth = estimator.estimate(Frame(sample.image, sample.name, sample.camera))
        height, width = truth_m.shape
        values = resample(depth.values, width, height)
        alignment: Alignment = "none" if depth.kind == "metres" else "least-squares"
        metres = align_depth(values, depth.kind, truth_m, np.isfinite(truth_m), alignment, self.most_m)
        return np.clip(np.where(np.isnan(metres), np.float32(self.most_m), metres), LEAST_M, self.most_m)

    def figures(self, estimator: CardDepth) -> dict[str, float]:
        """REL, RMSE in metres and δ1, mean over the images, and REL by distance, over all pixels of a band."""
        sums = DepthSums.none()
        bands = {band: DepthSums.none() for band in BANDS_M if self.by_distance}
        for sample in self.samples:
            truth_m = self.truth(sample)
            predicted_m = self.predicted(estimator, sample, truth_m)
            sums += depth_update(predicted_m, truth_m, self._judged(truth_m))
            for low, high in bands:
                bands[low, high] += depth_update(predicted_m, truth_m, (truth_m >= low) & (truth_m < high))
        errors = depth_compute(sums, "images")
        told = {"rel": errors.rel, "rmse_m": errors.rmse_m, "delta1": errors.delta1}
        by_band = {f"rel_{low}_{high}_m": depth_compute(each, "pixels").rel for (low, high), each in bands.items()}
        return told | by_band

    def _judged(self, truth_m: NDArray[np.float32]) -> NDArray[np.bool_] | None:
        """Where the truth is within reach; everywhere unless errors are told by distance."""
        return truth_m <= self.most_m if self.by_distance else None


def mixed_figures(each: Sequence[HeldOut], estimator: CardDepth) -> Mapping[str, float]:
    """REL and δ1, mean over the sources, and all figures of each source, with its name before them."""
    by_source = {held_out.name: held_out.figures(estimator) for held_out in each if len(held_out.samples)}
    if not by_source:
        return {}
    means = {key: float(np.mean([figures[key] for figures in by_source.values()])) for key in ("rel", "delta1")}
    return means | {f"{name}_{key}": value for name, figures in by_source.items() for key, value in figures.items()}
