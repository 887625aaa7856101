"""Renderings know where the sky is: there, and only there, their depth is unknown."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from howfar.datasets import DepthSample


class SkyIsFar(Sequence[DepthSample]):
    """Samples whose unknown depth is the sky's: it becomes infinite, so that the sky is told from what nobody knows."""

    def __init__(self, samples: Sequence[DepthSample]) -> None:
        self._samples = samples

    def __len__(self) -> int:
        return len(self._samples)

    def __getitem__(self, index: int) -> DepthSample:  # type: ignore[override]
        sample = self._samples[index]
        return replace(sample, depth_m=np.where(np.isnan(sample.depth_m), np.float32(np.inf), sample.depth_m))
