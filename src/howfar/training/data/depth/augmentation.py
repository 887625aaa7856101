"""The geometry and colour that a depth network is shown in training.

Harsányi et al. 2018 (Hybrid CNN), after Eigen et al. 2014 and Laina et al. 2016: a pair is resized, scaled by s with
its depth divided by s (a nearer camera sees the same picture), rotated, cropped, multiplied by a colour and flipped.
All of the geometry is one affine map, so that the truth is sampled once, by its nearest neighbour, which keeps valid
and invalid pixels apart.

That division keeps one camera in the network: s is the focal length that the example shows over the one that the
network learns. Where pictures come from several cameras, each has a base of its own, the size at which its focal length
is the one that is learned (the canonical camera of Metric3D, Yin et al., ICCV 2023, label-space variant); scale and
division then mean the same for all.
"""

import math
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple, TypeVar

import cv2
import numpy as np
from msgspec import Meta, Struct
from numpy.typing import NDArray

from howfar.datasets import DepthSample
from howfar.datasets.samples import UNKNOWN_CLASS
from howfar.scene import Camera
from howfar.training.bounds import CountOrNone, NotNegative, Positive, Share, ShareBelowOne, Size, refuse_reversed
from howfar.training.data.depth.scattering import scattered

Number = TypeVar("Number", bound=np.generic)

Angle = Annotated[float, Meta(gt=0, lt=180)]

LUMA = np.array((0.299, 0.587, 0.114))
"""The shares of red, green and blue in grey (ITU-R BT.601)."""


class Choice(NamedTuple):
    """What chance decided for one example.

    Attributes:
        scale: The s that the picture is enlarged by and its depth divided by.
        angle_deg: The rotation, about the middle of the crop.
        offset: Where the crop lies, across and down, as a share of how far it can move: 0 is at the left or above.
        flipped: Whether left and right are exchanged.
        factors: What red, green and blue are multiplied by.
        exponent: What brightness from 0 to 1 is raised to, before that.
        saturation: What the distance of a colour from its grey is multiplied by, after both.
        contrast: What the distance of a pixel from the picture's mean grey is multiplied by, last.
        base_px: Width and height of the whole picture at a scale of 1; those of the augmentation when None.
    """

    scale: float
    angle_deg: float
    offset: tuple[float, float]
    flipped: bool
    factors: tuple[float, float, float]
    exponent: float
    saturation: float
    contrast: float
    base_px: tuple[float, float] | None = None


class DepthAugmentation(Struct, frozen=True, forbid_unknown_fields=True):
    """Ranges that random choices are drawn from.

    Attributes:
        base_px: Width and height that a whole picture is resized to before anything else; the camera at this size is
            the one that the network learns.
        scale: Least and greatest s. Where the least would not fill a crop, the range begins at the s that does and ends
            as many times higher.
        field_of_view_deg: Least and greatest horizontal field of view of a crop, in place of `scale`, as far as the
            picture fills the crop. Every picture then has a base of its own, by its camera.
        stretch: By how much width over height of a picture with a base of its own may be off, either way, as a share:
            a whole picture that is made to fit multiples of 32 is stretched as well.
        rotation_deg: Greatest rotation, either way.
        colour: Least and greatest factor, drawn for each channel.
        gamma: Least and greatest exponent of the brightness.
        saturation: Least and greatest saturation; 0 is grey.
        contrast: Least and greatest contrast.
        whole: Probability that a picture is not turned, nor enlarged beyond what fills the crop: that is how the
            trained network will be shown it, and it is the edge of the other ranges.
        flip: Probability of a horizontal flip.
        border_px: Width of the outer frame of a data set's pictures where the truth is unreliable.
    """

    base_px: Size
    scale: tuple[Positive, Positive] = (1.0, 1.5)
    field_of_view_deg: tuple[Angle, Angle] | None = None
    stretch: ShareBelowOne = 0.0
    rotation_deg: Annotated[float, Meta(ge=0, le=180)] = 5.0
    colour: tuple[Positive, Positive] = (0.8, 1.2)
    gamma: tuple[Positive, Positive] = (1.0, 1.0)
    saturation: tuple[NotNegative, Positive] = (1.0, 1.0)
    contrast: tuple[Positive, Positive] = (1.0, 1.0)
    whole: Share = 0.0
    flip: Share = 0.5
    border_px: CountOrNone = 0

    def __post_init__(self) -> None:
        refuse_reversed(self, ("scale", "colour", "gamma", "saturation", "contrast"))
        if self.field_of_view_deg is not None:
            refuse_reversed(self, ("field_of_view_deg",))

    def draw(
        self,
        size_px: tuple[int, int],
        rng: np.random.Generator,
        camera: Camera | None = None,
        focal_px: float | None = None,
    ) -> Choice:
        """Decide by chance, always in this order, for a crop of this width and height.

        Args:
            size_px: Width and height of the crop.
            rng: Chance.
            camera: The picture's, where it gets a base of its own.
            focal_px: The focal length that the network learns, likewise.
        """
        base_px: tuple[float, float] = self.base_px
        if camera is not None and focal_px is not None:
            base_px = self._own_base(camera, focal_px, rng)
        filling = max(size_px[0] / base_px[0], size_px[1] / base_px[1])
        choice = Choice(
            scale=self._scale(filling, size_px[0], focal_px, rng),
            angle_deg=rng.uniform(-self.rotation_deg, self.rotation_deg),
            offset=(rng.uniform(), rng.uniform()),
            flipped=bool(rng.uniform() < self.flip),
            factors=(rng.uniform(*self.colour), rng.uniform(*self.colour), rng.uniform(*self.colour)),
            exponent=rng.uniform(*self.gamma),
            saturation=rng.uniform(*self.saturation),
            contrast=rng.uniform(*self.contrast),
        )
        if rng.uniform() < self.whole:
            choice = choice._replace(scale=self._range(filling, size_px[0], focal_px)[0], angle_deg=0.0)
        return choice if base_px == self.base_px else choice._replace(base_px=base_px)

    def _own_base(self, camera: Camera, focal_px: float, rng: np.random.Generator) -> tuple[float, float]:
        """Width and height at which a picture has the focal length that is learned, stretched a little."""
        wider = math.sqrt(1 + self.stretch) ** rng.uniform(-1, 1)
        ratio = focal_px / camera.focal_px
        return camera.width_px * ratio * wider, camera.height_px * ratio / wider

    def _scale(self, filling: float, width_px: int, focal_px: float | None, rng: np.random.Generator) -> float:
        least, greatest = self._range(filling, width_px, focal_px)
        if self.field_of_view_deg is None or focal_px is None:
            return rng.uniform(least, greatest)
        widest, narrowest = (math.atan(width_px / (2 * focal_px * scale)) for scale in (least, greatest))
        return width_px / (2 * focal_px * math.tan(rng.uniform(narrowest, widest)))

    def _range(self, filling: float, width_px: int, focal_px: float | None) -> tuple[float, float]:
        """The least and the greatest scale of a crop that is filled from the scale `filling` on."""
        if self.field_of_view_deg is None or focal_px is None:
            least, greatest = self.scale
            first = max(least, filling)
            return first, first * greatest / least
        tangents = [math.tan(math.radians(angle) / 2) for angle in self.field_of_view_deg]
        greatest, least = (width_px / (2 * focal_px * tangent) for tangent in tangents)
        first = max(least, filling)
        return first, max(first, greatest)


@dataclass(frozen=True, eq=False)
class DepthExample:
    """One pair as a network is shown it.

    Attributes:
        image: h×w×3 uint8 RGB.
        depth_m: Truth at the network's output size, float32 metres, NaN where unknown.
        classes: Class of each pixel at the size asked for, uint8, `UNKNOWN_CLASS` where unknown; None without labels.
        scale: The s that depth was divided by.
        dense: Whether the truth is one of whole surfaces; a sparse one was scattered.
        scale_free: Whether the truth is to teach no metres, only depth up to a factor.
    """

    image: NDArray[np.uint8]
    depth_m: NDArray[np.float32]
    classes: NDArray[np.uint8] | None
    scale: float
    dense: bool = True
    scale_free: bool = False


def augment_depth(
    sample: DepthSample,
    augmentation: DepthAugmentation,
    choice: Choice,
    size_px: tuple[int, int],
    depth_px: tuple[int, int],
    classes_px: tuple[int, int] | None = None,
    *,
    dense: bool = True,
) -> DepthExample:
    """Make one example from a sample.

    Args:
        sample: Any picture with its truth.
        augmentation: What may happen to it.
        choice: What does, such as `augmentation.draw` gives.
        size_px: Width and height of the crop.
        depth_px: Width and height of the truth that is wanted for it (the network's output).
        classes_px: Width and height of the semantic labels, if they are wanted and the sample has them.
        dense: Take the nearest value at the middle of each cell of the truth; a sparse truth is scattered.
    """
    image = seen_picture(sample.image, augmentation, choice, size_px)
    truth_m = _without_border(sample.depth_m, augmentation.border_px)
    if dense:
        depth_m = seen_values(truth_m, augmentation, choice, size_px, depth_px, np.nan)
    else:
        height, width = truth_m.shape
        to_source = _cells_to_source((width, height), augmentation, choice, size_px, depth_px)
        depth_m = scattered(truth_m, np.asarray(np.linalg.inv(to_source), dtype=np.float64), depth_px)
    classes = None
    if classes_px is not None and sample.classes is not None:
        classes = seen_values(sample.classes, augmentation, choice, size_px, classes_px, UNKNOWN_CLASS)
    return DepthExample(image, depth_m / np.float32(choice.scale), classes, choice.scale, dense)


def seen_picture(
    image: NDArray[np.uint8], augmentation: DepthAugmentation, choice: Choice, size_px: tuple[int, int]
) -> NDArray[np.uint8]:
    """A picture as a choice shows it, at the width and height of the crop."""
    resized_px = _resized_size(choice.base_px or augmentation.base_px, choice.scale, size_px)
    how = cv2.INTER_AREA if resized_px[0] < image.shape[1] else cv2.INTER_LINEAR
    resized = cv2.resize(image, resized_px, interpolation=how)
    crop_to_resized = _crop_to_resized(size_px, resized_px, choice)
    return _coloured(_warp(resized, crop_to_resized, size_px, cv2.INTER_LINEAR, cv2.BORDER_REFLECT_101), choice)


def seen_values(
    values: NDArray[Number],
    augmentation: DepthAugmentation,
    choice: Choice,
    size_px: tuple[int, int],
    cells_px: tuple[int, int],
    fill: float,
) -> NDArray[Number]:
    """What lies over a picture, at any resolution, as a choice shows it: the nearest value at the middle of each cell.

    Args:
        values: H×W numbers that cover the whole picture.
        augmentation: What may happen.
        choice: What does.
        size_px: Width and height of the crop.
        cells_px: How many cells across and down are laid over it.
        fill: Outside the picture.
    """
    height, width = values.shape
    to_source = _cells_to_source((width, height), augmentation, choice, size_px, cells_px)
    return _warp(values, to_source, cells_px, cv2.INTER_NEAREST, cv2.BORDER_CONSTANT, fill)


def seen_boxes(
    boxes_xyxy_px: NDArray[np.float32],
    source_px: tuple[int, int],
    augmentation: DepthAugmentation,
    choice: Choice,
    size_px: tuple[int, int],
) -> NDArray[np.float32]:
    """Boxes of a picture as a choice shows them, not yet cut to the crop.

    Of a box that is turned, the middles of its sides are followed: they stay on an ellipse in it, where its corners
    would draw a larger box.

    Args:
        boxes_xyxy_px: N×4, x1, y1, x2, y2 in pixels of the picture.
        source_px: Width and height of the picture.
        augmentation: What may happen.
        choice: What does.
        size_px: Width and height of the crop.
    """
    to_crop = np.linalg.inv(_cells_to_source(source_px, augmentation, choice, size_px, size_px))
    x1, y1, x2, y2 = boxes_xyxy_px.astype(np.float64).T
    across, down = (x1 + x2) / 2, (y1 + y2) / 2
    left_top_right_bottom = np.array([(x1, across, x2, across), (down, y1, down, y2)])
    x, y = np.tensordot(to_crop[:2, :2], left_top_right_bottom, 1) + to_crop[:2, 2, None, None]
    return np.stack([x.min(0), y.min(0), x.max(0), y.max(0)], axis=1).astype(np.float32)


def _cells_to_source(
    source_px: tuple[int, int],
    augmentation: DepthAugmentation,
    choice: Choice,
    size_px: tuple[int, int],
    cells_px: tuple[int, int],
) -> NDArray[np.float64]:
    """The affine map, in continuous coordinates, from cells laid over the crop into a whole map of a picture."""
    resized_px = _resized_size(choice.base_px or augmentation.base_px, choice.scale, size_px)
    crop_to_resized = _crop_to_resized(size_px, resized_px, choice)
    crop_to_source = np.diag([source_px[0] / resized_px[0], source_px[1] / resized_px[1], 1.0]) @ crop_to_resized
    cells_to_crop = np.diag([size_px[0] / cells_px[0], size_px[1] / cells_px[1], 1.0])
    return np.asarray(crop_to_source @ cells_to_crop)


def _resized_size(base_px: tuple[float, float], scale: float, size_px: tuple[int, int]) -> tuple[int, int]:
    """The whole picture's size at a scale, in whole pixels that still fill the crop."""
    return max(size_px[0], round(base_px[0] * scale)), max(size_px[1], round(base_px[1] * scale))


def _crop_to_resized(size_px: tuple[int, int], resized_px: tuple[int, int], choice: Choice) -> NDArray[np.float64]:
    """The affine map, in continuous pixel coordinates, from the crop into the resized picture."""
    (width, height), angle = size_px, np.deg2rad(choice.angle_deg)
    left, top = (share * (whole - crop) for share, whole, crop in zip(choice.offset, resized_px, size_px, strict=True))
    mirror = -1.0 if choice.flipped else 1.0
    to_middle = np.array([[mirror, 0, -mirror * width / 2], [0, 1, -height / 2], [0, 0, 1]])
    cosine, sine = np.cos(angle), np.sin(angle)
    turn = np.array([[cosine, -sine, left + width / 2], [sine, cosine, top + height / 2], [0, 0, 1]])
    return np.asarray(turn @ to_middle)


def _warp(
    values: NDArray[Any],
    to_source: NDArray[np.float64],
    size_px: tuple[int, int],
    how: int,
    border: int,
    fill: float = 0,
) -> NDArray[Any]:
    """Sample `values` through a map between continuous coordinates; OpenCV's count from pixel centres."""
    centres, back = np.eye(3), np.eye(3)
    centres[:2, 2], back[:2, 2] = 0.5, -0.5
    matrix = (back @ to_source @ centres)[:2]
    return cv2.warpAffine(
        values, matrix, size_px, flags=how | cv2.WARP_INVERSE_MAP, borderMode=border, borderValue=fill
    )


def _without_border(depth_m: NDArray[np.float32], border_px: int) -> NDArray[np.float32]:
    if not border_px:
        return depth_m
    inner = np.full_like(depth_m, np.nan)
    inside = slice(border_px, -border_px)
    inner[inside, inside] = depth_m[inside, inside]
    return inner


def _coloured(image: NDArray[np.uint8], choice: Choice) -> NDArray[np.uint8]:
    """The picture in other colours: each channel by a table of 256 entries, then all three by one matrix."""
    levels = (np.arange(256) / 255) ** choice.exponent * 255
    table = np.clip(np.rint(levels[:, None] * np.array(choice.factors)), 0, 255).astype(np.uint8)
    looked_up = np.asarray(cv2.LUT(image, np.ascontiguousarray(table[None])), dtype=np.uint8)
    if choice.saturation == 1 and choice.contrast == 1:
        return looked_up
    to_grey = np.tile(LUMA, (3, 1))
    mixing = choice.contrast * (to_grey + choice.saturation * (np.eye(3) - to_grey))
    mean_grey = float(LUMA @ cv2.mean(looked_up)[:3])
    offset = np.full((3, 1), (1 - choice.contrast) * mean_grey)
    return np.asarray(cv2.transform(looked_up, np.hstack((mixing, offset))), dtype=np.uint8)
