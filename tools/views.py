"""Random views of a folder's pictures, made where the networks are."""

import math
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from howfar.errors import SourceError

CANVAS_PX = 640
"""All pictures are kept at the upper left of squares with this side."""

OWN_SIZE = 0.8
"""A picture that would be made smaller than this is kept in overlapping parts of its own size as well."""

SUPERSAMPLED = 2
WHOLE_SHARE, MIRRORED_SHARE = 0.3, 0.5
"""Of the views: those that are not zoomed, and those that are mirrored."""
ZOOM = (0.65, 1.9)
LOG_STRETCH = 0.15
MIXED_SHARE, LEAST_OF_ITS_OWN = 0.3, 0.5
"""Of the views: those through which another one shines, and how much of such a view is its own picture at least.

A student that is held to a teacher learns more of what neither has seen (Beyer et al., CVPR 2022).
"""

GAMMA, SATURATION, CONTRAST, LIGHT, TINT = (0.7, 1.4), (0.4, 1.4), (0.7, 1.3), (0.75, 1.25), (0.9, 1.1)


class Views(NamedTuple):
    """A batch as the networks see it.

    Attributes:
        image: N×3×H×W RGB, 0 to 255.
        inside: N×1×H×W bool: where the picture lies.
    """

    image: Tensor
    inside: Tensor


class Canvases(NamedTuple):
    """Pictures side by side in memory.

    Attributes:
        images: N×3×640×640 uint8 RGB, each at the upper left.
        sizes_px: N×2: their widths and heights.
    """

    images: Tensor
    sizes_px: Tensor

    def to(self, device: torch.device) -> "Canvases":
        """The same on a device."""
        return Canvases(self.images.to(device), self.sizes_px.to(device))


def canvases(folder: Path) -> Canvases:
    """All pictures of a folder; one that is much wider than high is there as a whole, smaller, and in parts.

    Raises:
        SourceError: If there is none, or one cannot be read.
    """
    parts: list[NDArray[np.uint8]] = []
    for path in sorted(each for each in folder.iterdir() if each.suffix in {".jpg", ".png", ".webp"}):
        read = cv2.imread(str(path))
        if read is None:
            raise SourceError(f"{path} is no picture.")
        parts += _parts(np.asarray(cv2.cvtColor(read, cv2.COLOR_BGR2RGB), dtype=np.uint8))
    if not parts:
        raise SourceError(f"{folder} holds no .jpg, .png or .webp.")
    held = torch.zeros(len(parts), 3, CANVAS_PX, CANVAS_PX, dtype=torch.uint8)
    for number, each in enumerate(parts):
        held[number, :, : each.shape[0], : each.shape[1]] = torch.from_numpy(each).permute(2, 0, 1)
    return Canvases(held, torch.tensor([(each.shape[1], each.shape[0]) for each in parts]))


def _parts(rgb: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """A picture, and parts of it if it has to be made much smaller and is not too high."""
    height, width = rgb.shape[:2]
    scale = CANVAS_PX / max(height, width)
    parts: list[NDArray[np.uint8]] = []
    if scale < OWN_SIZE and height <= CANVAS_PX:
        firsts = np.linspace(0, width - CANVAS_PX, math.ceil(width / CANVAS_PX)).round().astype(int).tolist()
        parts += [np.ascontiguousarray(rgb[:, first : first + CANVAS_PX]) for first in firsts]
    if scale < 1:
        size = round(width * scale), round(height * scale)
        rgb = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return [*parts, rgb]


class ViewMaker:
    """Random views of pictures: zoomed, stretched, shifted, mirrored, coloured and mixed."""

    def __init__(self, pictures: Canvases, batch: int, seed: int) -> None:
        self.pictures, self.batch = pictures, batch
        self.random = torch.Generator(pictures.images.device).manual_seed(seed)

    def views(self, size_px: tuple[int, int]) -> Views:
        """A batch of a width and height."""
        images, count = self.pictures.images, self.batch
        device = images.device
        chosen = torch.randint(len(images), (count,), generator=self.random, device=device)
        wanted = torch.tensor(size_px, device=device, dtype=torch.float32)
        whole = self.pictures.sizes_px[chosen].float()
        ratio = whole / wanted
        contained, covering = ratio.amax(1, keepdim=True), ratio.amin(1, keepdim=True)
        fitted = covering * (contained / covering) ** self._between(1, (0, 1))
        zoom = torch.exp(self._between(1, (math.log(ZOOM[0]), math.log(ZOOM[1]))))
        zoom = torch.where(self._between(1, (0, 1)) < WHOLE_SHARE, torch.ones_like(zoom), zoom)
        stretch = torch.exp(self._between(1, (-LOG_STRETCH, LOG_STRETCH)))
        seen = wanted * fitted / zoom * torch.cat((stretch, 1 / stretch), 1)
        free = whole - seen
        first = free.clamp(max=0) + (free.clamp(min=0) - free.clamp(max=0)) * self._between(2, (0, 1))
        mirrored = torch.where(self._between(1, (0, 1)) < MIRRORED_SHARE, -1.0, 1.0)
        half = seen / CANVAS_PX
        theta = torch.zeros(count, 2, 3, device=device)
        theta[:, 0, 0], theta[:, 1, 1] = half[:, 0] * mirrored[:, 0], half[:, 1]
        theta[:, :, 2] = (first + seen / 2) / CANVAS_PX * 2 - 1
        width, height = size_px
        large = [count, 3, height * SUPERSAMPLED, width * SUPERSAMPLED]
        where = functional.affine_grid(theta, large, align_corners=False)
        image = functional.avg_pool2d(
            functional.grid_sample(images[chosen].float(), where, align_corners=False), SUPERSAMPLED
        )
        at_px = (where[:, ::SUPERSAMPLED, ::SUPERSAMPLED] + 1) / 2 * CANVAS_PX
        inside = ((at_px >= 0) & (at_px < whole[:, None, None])).all(-1)[:, None]
        return self._mixed(torch.where(inside, self._coloured(image), 0.0), inside)

    def _mixed(self, image: Tensor, inside: Tensor) -> Views:
        """Let the view before it shine through some of them."""
        own = self._each(1, (LEAST_OF_ITS_OWN, 1))
        own = torch.where(self._each(1, (0, 1)) < MIXED_SHARE, own, 1.0)
        both = inside & ((own == 1) | inside.roll(1, 0))
        mixed = own * image + (1 - own) * image.roll(1, 0)
        return Views(torch.where(both, mixed, 0.0).round(), both)

    def _coloured(self, image: Tensor) -> Tensor:
        x = (image / 255).clamp(0, 1) ** torch.exp(self._each(1, (math.log(GAMMA[0]), math.log(GAMMA[1]))))
        grey = x.mean(1, keepdim=True)
        x = grey + (x - grey) * self._each(1, SATURATION)
        middle = x.mean((1, 2, 3), keepdim=True)
        x = middle + (x - middle) * self._each(1, CONTRAST)
        return (x * self._each(1, LIGHT) * self._each(3, TINT)).clamp(0, 1) * 255

    def _each(self, columns: int, ends: tuple[float, float]) -> Tensor:
        return self._between(columns, ends)[..., None, None]

    def _between(self, columns: int, ends: tuple[float, float]) -> Tensor:
        low, high = ends
        drawn = torch.rand(self.batch, columns, generator=self.random, device=self.pictures.images.device)
        return low + (high - low) * drawn
