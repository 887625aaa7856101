"""The two layers of a picture: superpixels, larger segments above them, and which superpixels touch.

Superpixels: SLIC (Achanta et al., TPAMI 2012). Segments: Felzenszwalb and Huttenlocher (IJCV 2004); a superpixel
belongs to the segment that has most of its pixels.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.errors import MissingExtraError

LONG_SIDE_PX = 320
"""Pictures are divided at this size: a superpixel then has about 14×14 pixels."""

SUPERPIXELS = 400
COMPACTNESS = 10.0
SEGMENT_SCALE, SEGMENT_SIGMA, SEGMENT_LEAST_PX = 100.0, 0.8, 300


@dataclass(frozen=True, eq=False)
class Layers:
    """A picture, divided.

    Attributes:
        labels: H×W, the number of each pixel's superpixel, 0 to N − 1.
        segments: N, the number of each superpixel's segment, 0 to R − 1.
        colours: N×3, mean CIE L*a*b* of each superpixel.
        positions: N×2, where its middle lies: x and y, −1 to 1 over the picture.
        edges: E×2, the pairs of superpixels that touch, the lower number first.
        borders: E, the length of each pair's common border over the mean of all.
    """

    labels: NDArray[np.intp]
    segments: NDArray[np.intp]
    colours: NDArray[np.float64]
    positions: NDArray[np.float64]
    edges: NDArray[np.intp]
    borders: NDArray[np.float64]

    @property
    def count(self) -> int:
        """How many superpixels there are."""
        return len(self.segments)

    def means(self, values: NDArray[np.floating]) -> NDArray[np.float64]:
        """The mean of H×W values in each superpixel, N; of H×W×C values, N×C."""
        return label_means(self.labels, values, self.count)


def divide(image: NDArray[np.uint8]) -> Layers:
    """Divide a picture, H×W×3 uint8 RGB, at a size of `LONG_SIDE_PX`.

    Raises:
        MissingExtraError: If scikit-image is not installed.
    """
    try:
        from skimage.segmentation import felzenszwalb, slic
    except ImportError:
        raise MissingExtraError("Dividing pictures into superpixels", "eval") from None

    small = _shrunk(image)
    found = slic(small, SUPERPIXELS, compactness=COMPACTNESS, start_label=0, channel_axis=-1)
    parts = felzenszwalb(small, scale=SEGMENT_SCALE, sigma=SEGMENT_SIGMA, min_size=SEGMENT_LEAST_PX, channel_axis=-1)
    return layers_of(small, found, parts)


def layers_of(image: NDArray[np.uint8], found: NDArray[np.integer], parts: NDArray[np.integer]) -> Layers:
    """The layers of a picture whose division is known.

    Args:
        image: H×W×3 uint8 RGB.
        found: H×W, any number for each superpixel.
        parts: H×W, any number for each segment.
    """
    labels = _counted(found)
    count = int(labels.max()) + 1
    lab = np.asarray(cv2.cvtColor(image.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2LAB), dtype=np.float32)
    height, width = labels.shape
    across = (2 * np.arange(width) + 1) / width - 1
    down = (2 * np.arange(height) + 1) / height - 1
    place = np.stack(np.meshgrid(across, down), axis=-1)
    edges, borders = _touching(labels)
    return Layers(
        labels,
        _counted(_most_common(labels, _counted(parts), count)),
        label_means(labels, lab, count),
        label_means(labels, place, count),
        edges,
        borders,
    )


def label_means(labels: NDArray[np.intp], values: NDArray[np.floating], count: int) -> NDArray[np.float64]:
    """The mean of H×W or H×W×C values over the pixels of each of `count` labels."""
    flat, pixels = labels.ravel(), np.bincount(labels.ravel(), minlength=count)
    if values.ndim == 2:
        return np.asarray(np.bincount(flat, values.ravel(), minlength=count) / pixels)
    sums = [np.bincount(flat, values[..., channel].ravel(), minlength=count) for channel in range(values.shape[2])]
    return np.asarray(np.stack(sums, axis=-1) / pixels[:, None])


def _shrunk(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = image.shape[:2]
    share = LONG_SIDE_PX / max(height, width)
    if share >= 1:
        return image
    size = (max(1, round(width * share)), max(1, round(height * share)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _counted(numbers: NDArray[np.integer]) -> NDArray[np.intp]:
    """The same numbers, from 0 on without gaps."""
    places = np.unique(numbers, return_inverse=True)[1]
    return np.asarray(places, dtype=np.intp).reshape(numbers.shape)


def _most_common(labels: NDArray[np.intp], parts: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    """The part that most of each label's pixels are of."""
    width = int(parts.max()) + 1
    votes = np.bincount(labels.ravel() * width + parts.ravel(), minlength=count * width)
    return np.asarray(votes.reshape(count, width).argmax(axis=1))


def _touching(labels: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """The pairs of labels side by side or above each other, and the lengths of their borders over the mean."""
    beside = np.stack((labels[:, :-1].ravel(), labels[:, 1:].ravel()), axis=-1)
    below = np.stack((labels[:-1].ravel(), labels[1:].ravel()), axis=-1)
    pairs = np.concatenate((beside, below))
    pairs = np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1)
    edges, lengths = np.unique(pairs, axis=0, return_counts=True)
    return edges, lengths / lengths.mean() if len(lengths) else lengths.astype(np.float64)
