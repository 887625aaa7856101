"""Crops of depth maps with the outline of the object in them, for training the learned ranging method.

The depth is the truth, or what a depth network would make of it: softer edges, and errors that change slowly over the
picture. Boxes are moved as a detector's are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, NamedTuple

import cv2
import numpy as np
import torch
from msgspec import Meta, Struct
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from howfar.datasets import DepthSample, ObjectSample
from howfar.datasets.nyu_objects import OBJECT_CLASSES, with_objects
from howfar.ranging.methods.crops import crop_boxes, network_input, places_in
from howfar.scene import DepthMap

SURFACES = (0, 1, 21)
"""Wall, floor and ceiling: no box is drawn round them."""

OTHER = "other"
"""The label of things that are not among the classes that are measured."""

CLASSES = {number: OBJECT_CLASSES.get(number, OTHER) for number in range(39) if number not in SURFACES}
"""Whatever else has an outline teaches what an object is."""

EVERY = 2
"""One pixel in so many is kept each way: enough for crops of 32 places."""

NETWORK_PX = (160, 128)
"""Width and height of what a depth network gives."""

NOISE_GRID = (6, 5)
"""Width and height of the coarse grid that a network's slow errors are drawn on."""

Share = Annotated[float, Meta(ge=0, le=1)]
NotNegative = Annotated[float, Meta(ge=0)]


class RangingAugmentation(Struct, frozen=True, forbid_unknown_fields=True):
    """Ranges that random choices are drawn from.

    Attributes:
        moved: Probability that a box is moved.
        most_move: How far a moved box's sides go at most, as a share of its width or height.
        flip: Probability of a horizontal flip.
        predicted: Probability that the depth is what a network gave, where there are such maps.
        softened: Probability that it is else as a network would give it.
        blur_cells: Least and greatest standard deviation of its softening, in its cells.
        noise: Standard deviation of its slow errors, in log depth.
    """

    moved: Share = 0.6
    most_move: NotNegative = 0.12
    flip: Share = 0.5
    predicted: Share = 0.5
    softened: Share = 0.5
    blur_cells: tuple[NotNegative, NotNegative] = (0.6, 2.2)
    noise: NotNegative = 0.06


@dataclass(frozen=True, eq=False)
class Room:
    """What is kept of one picture.

    Attributes:
        name: What the data set calls it.
        depth: Its true depth.
        predicted: The depth that a network gave that has not seen it; None where there is none.
        regions: The number of the object, from 1, that each cell of the map belongs to; 0 for none.
        boxes: N×4 float64 boxes in the map's cells.
        truths_m: N true distances.
        labels: The class of each object.
    """

    name: str
    depth: DepthMap
    regions: NDArray[np.int32]
    boxes: NDArray[np.float64]
    truths_m: NDArray[np.float64]
    labels: tuple[str, ...]
    predicted: DepthMap | None = None


class Region(NamedTuple):
    """One object of one room."""

    room: Room
    place: int


class RegionDraw(NamedTuple):
    """One example to be drawn: which region, and in which epoch."""

    place: int
    epoch: int


class RegionBatch(NamedTuple):
    """Examples.

    Attributes:
        crops: N×3×S×S float32, as `howfar.ranging.methods.crops.network_input` gives them.
        mask: N×S×S float32: 1 where the object is.
        known: N×S×S float32: 1 where the depth is known.
        names: What the data set calls their pictures.
    """

    crops: Tensor
    mask: Tensor
    known: Tensor
    names: tuple[str, ...]


Example = tuple[str, NDArray[np.float32], NDArray[np.bool_], NDArray[np.bool_]]


def room_of(pair: DepthSample, least_pixels: int, predicted: DepthMap | None = None) -> Room:
    """Find the things in a pair and keep what their crops are made of."""
    sample: ObjectSample = with_objects(pair, CLASSES, least_pixels)
    assert sample.depth_map_m is not None  # with_objects fills both
    assert sample.regions is not None
    return Room(
        sample.name,
        DepthMap(sample.depth_map_m[::EVERY, ::EVERY], "metres"),
        np.ascontiguousarray(sample.regions[::EVERY, ::EVERY]),
        sample.boxes_xyxy_px.astype(np.float64) / EVERY,
        sample.depth_m,
        sample.labels,
        predicted,
    )


def regions_of(rooms: Iterable[Room], repeat: int) -> list[Region]:
    """The objects of rooms; those of the classes that are measured, `repeat` times each."""
    return [
        Region(room, place)
        for room in rooms
        for place, label in enumerate(room.labels)
        for _ in range(1 if label == OTHER else repeat)
    ]


class RegionExamples(Dataset[Example]):
    """Examples by `RegionDraw`, the same for the same seed, epoch and place."""

    def __init__(
        self, regions: Sequence[Region], augmentation: RangingAugmentation, side: int, margin: float, seed: int
    ) -> None:
        """Take the objects, what may happen to them, and how they are cropped (see `crop_boxes`)."""
        self.regions, self.augmentation, self.side, self.margin, self.seed = regions, augmentation, side, margin, seed

    def __len__(self) -> int:
        return len(self.regions)

    def __getitem__(self, draw: RegionDraw) -> Example:
        (room, place), may = self.regions[draw.place], self.augmentation
        rng = np.random.default_rng((self.seed, draw.epoch, draw.place))
        depth = depth_shown(room, may, rng)
        box = moved(room.boxes[place], may, rng)
        scale = np.array([depth.shape[1] / room.depth.shape[1], depth.shape[0] / room.depth.shape[0]])
        crops = crop_boxes(depth, box[None] * np.tile(scale, 2), self.side, self.margin)
        shown = network_input(crops, crops.values)[0]
        (rows, columns), _ = places_in(room.regions.shape, crops.across / scale[0], crops.down / scale[1])
        known = crops.known[0]
        mask = (room.regions[rows, columns][0] == place + 1) & known
        if rng.uniform() < may.flip:
            shown, mask, known = shown[..., ::-1], mask[:, ::-1], known[:, ::-1]
        return room.name, shown, mask, known


def depth_shown(room: Room, augmentation: RangingAugmentation, rng: np.random.Generator) -> DepthMap:
    """What a network gave, or the truth softened as a network's, or the truth itself, by chance."""
    if room.predicted is not None and rng.uniform() < augmentation.predicted:
        return room.predicted
    return softened(room.depth, augmentation, rng) if rng.uniform() < augmentation.softened else room.depth


def moved(box: NDArray[np.float64], augmentation: RangingAugmentation, rng: np.random.Generator) -> NDArray[np.float64]:
    """A box with each side moved by chance, or as it is."""
    sides = np.tile(box[2:] - box[:2], 2)
    shift: NDArray[np.float64] = rng.uniform(-augmentation.most_move, augmentation.most_move, 4) * sides
    return box + shift if rng.uniform() < augmentation.moved else box


def softened(depth: DepthMap, augmentation: RangingAugmentation, rng: np.random.Generator) -> DepthMap:
    """True depth as a network would give it: in its resolution, with softer edges and slow errors.

    Unknown depths count as the picture's median, as a network's map has no holes.
    """
    logs = np.log(depth.values, out=np.full(depth.shape, np.nan, dtype=np.float32), where=depth.valid)
    logs = np.where(depth.valid, logs, np.nanmedian(logs) if depth.valid.any() else 0.0)
    small = cv2.resize(logs.astype(np.float32), NETWORK_PX, interpolation=cv2.INTER_AREA)
    blur = rng.uniform(*augmentation.blur_cells)
    soft = cv2.GaussianBlur(small, (0, 0), blur) if blur else small
    coarse = rng.normal(0.0, augmentation.noise, NOISE_GRID[::-1]).astype(np.float32)
    slow = cv2.resize(coarse, NETWORK_PX, interpolation=cv2.INTER_CUBIC)
    return DepthMap(np.exp(soft + slow, dtype=np.float32), "metres")


def collate(examples: Sequence[Example]) -> RegionBatch:
    """Stack examples."""
    names, crops, masks, known = zip(*examples, strict=True)
    return RegionBatch(
        torch.from_numpy(np.stack(crops)),
        torch.from_numpy(np.stack(masks).astype(np.float32)),
        torch.from_numpy(np.stack(known).astype(np.float32)),
        names,
    )
