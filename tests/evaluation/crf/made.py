"""Small pictures for the field, and what a network says of them."""

import numpy as np

from howfar.evaluation.crf.field import Evidence
from howfar.evaluation.crf.superpixels import Layers, layers_of


def row_of(count: int, colours: list[int] | None = None, segments: list[int] | None = None) -> Layers:
    """Superpixels of 4×4 pixels side by side, each of one grey; all of one segment where none are named."""
    greys = np.repeat(np.array(colours or [100] * count, dtype=np.uint8), 4)
    numbers = np.repeat(np.arange(count), 4)
    parts = np.repeat(np.array(segments or [0] * count), 4)
    image = np.broadcast_to(greys[None, :, None], (4, 4 * count, 3)).astype(np.uint8)
    return layers_of(image, *(np.broadcast_to(each, (4, 4 * count)) for each in (numbers, parts)))


def random_evidence(classes: int, seed: int = 0) -> Evidence:
    """Twelve superpixels in two segments, with depths and classes by chance."""
    rng = np.random.default_rng(seed)
    layers = row_of(12, rng.integers(90, 110, 12).tolist(), [0] * 7 + [1] * 5)
    probabilities = rng.dirichlet(np.ones(classes), 12) if classes else None
    return Evidence(layers, rng.normal(1.0, 0.3, 12), probabilities)
