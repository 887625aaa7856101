"""What makes a pseudo-labelled picture hard for the student: colour, blur, and a rectangle of another picture.

Yang et al.: Depth Anything, CVPR 2024, section 3.2: strong colour distortion and Gaussian blur, and CutMix (Yun et al.:
CutMix, ICCV 2019) with a probability of a half. The teacher sees none of it.
"""

from typing import Any, NamedTuple

import cv2
import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from howfar.training.bounds import NotNegative, Positive, Share, refuse_reversed
from howfar.training.data.depth.augmentation import DepthAugmentation


class Rectangle(NamedTuple):
    """A rectangle of a picture, in shares of its width and height."""

    left: float
    top: float
    right: float
    bottom: float

    def slices(self, whole: NDArray[Any]) -> tuple[slice, slice]:
        """Its rows and columns in a picture or map, in whole pixels."""
        height, width = whole.shape[0], whole.shape[1]
        rows = slice(round(self.top * height), round(self.bottom * height))
        return rows, slice(round(self.left * width), round(self.right * width))


class Perturbation(Struct, frozen=True, forbid_unknown_fields=True):
    """Ranges that random choices are drawn from.

    Attributes:
        colour: Least and greatest factor, drawn for each channel.
        gamma: Least and greatest exponent of the brightness.
        saturation: Least and greatest saturation; 0 is grey.
        contrast: Least and greatest contrast.
        blur: Probability of a Gaussian blur.
        blur_sigma_px: Its least and greatest standard deviation, in pixels of the crop.
        cutmix: Probability that a rectangle is replaced by that of another picture.
    """

    colour: tuple[Positive, Positive] = (0.6, 1.4)
    gamma: tuple[Positive, Positive] = (0.6, 1.6)
    saturation: tuple[NotNegative, Positive] = (0.0, 1.8)
    contrast: tuple[Positive, Positive] = (0.5, 1.5)
    blur: Share = 0.5
    blur_sigma_px: tuple[Positive, Positive] = (0.1, 2.0)
    cutmix: Share = 0.5

    def __post_init__(self) -> None:
        refuse_reversed(self, ("colour", "gamma", "saturation", "contrast", "blur_sigma_px"))

    def of(self, augmentation: DepthAugmentation) -> DepthAugmentation:
        """The same geometry with these colours."""
        return msgspec.structs.replace(
            augmentation,
            colour=self.colour,
            gamma=self.gamma,
            saturation=self.saturation,
            contrast=self.contrast,
        )

    def blurred(self, image: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
        """A picture, blurred or as it was, as chance decides."""
        happens, sigma_px = rng.uniform() < self.blur, rng.uniform(*self.blur_sigma_px)
        return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma_px), dtype=np.uint8) if happens else image

    def rectangle(self, rng: np.random.Generator) -> Rectangle | None:
        """The rectangle that another picture is pasted into, if there is to be one.

        As in CutMix: its share of the area is uniform, its centre anywhere, and what reaches over the edge is cut off.
        """
        happens, side = rng.uniform() < self.cutmix, np.sqrt(rng.uniform()) / 2
        x, y = rng.uniform(size=2)
        ends = np.clip((x - side, y - side, x + side, y + side), 0, 1).tolist()
        return Rectangle(*ends) if happens else None
