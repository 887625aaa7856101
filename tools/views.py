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


class Spans(NamedTuple):
    """Which part of its canvas each of N views shows.

    Attributes:
        first_px: N×2: left and upper edge.
        seen_px: N×2: width and height.
        mirrored: N×1 bool.
    """

    first_px: Tensor
    seen_px: Tensor
    mirrored: Tensor

    def at_px(self, size_px: tuple[int, int]) -> tuple[Tensor, Tensor]:
        """Where on the canvas the middles of a view's columns lie, N×W, and those of its rows, N×H."""
        across, down = ((torch.arange(count, device=self.seen_px.device) + 0.5) / count for count in size_px)
        across = torch.where(self.mirrored, 1 - across, across)
        return self.first_px[:, :1] + self.seen_px[:, :1] * across, self.first_px[:, 1:] + self.seen_px[:, 1:] * down

    def show(self, images: Tensor, size_px: tuple[int, int]) -> Tensor:
        """The views of N×3×C×C uint8 canvases: N×3×H×W, 0 to 255, by linear interpolation; 0 beyond the canvas."""
        return (self.warped if images.device.type == "cpu" else self.sampled)(images, size_px)

    def sampled(self, images: Tensor, size_px: tuple[int, int]) -> Tensor:
        """The views as PyTorch makes them on any device."""
        across, down = self.at_px(size_px)
        shape = len(images), size_px[1], size_px[0]
        where = torch.stack((across[:, None, :].expand(shape), down[:, :, None].expand(shape)), -1)
        return functional.grid_sample(images.float(), where / CANVAS_PX * 2 - 1, align_corners=False)

    def warped(self, images: Tensor, size_px: tuple[int, int]) -> Tensor:
        """The views as OpenCV makes them, to a grey level the same and much faster on a processor."""
        views = np.empty((len(images), size_px[1], size_px[0], 3), dtype=np.uint8)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        for image, view, across, down in zip(images, views, *self.at_px(size_px), strict=True):
            to_canvas = np.array([[float(across[1] - across[0]), 0, across[0]], [0, float(down[1] - down[0]), down[0]]])
            to_canvas[:, 2] -= 0.5  # OpenCV counts from the middle of the first pixel
            cv2.warpAffine(image.permute(1, 2, 0).numpy(), to_canvas, size_px, view, flags)
        return torch.from_numpy(views).permute(0, 3, 1, 2).float()


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
        spans = Spans(first, seen, self._between(1, (0, 1)) < MIRRORED_SHARE)
        large_px = size_px[0] * SUPERSAMPLED, size_px[1] * SUPERSAMPLED
        image = functional.avg_pool2d(spans.show(images[chosen], large_px), SUPERSAMPLED)
        across, down = (
            (at_px >= 0) & (at_px < end) for at_px, end in zip(spans.at_px(size_px), whole.T[..., None], strict=True)
        )
        inside = (down[:, :, None] & across[:, None, :])[:, None]
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
