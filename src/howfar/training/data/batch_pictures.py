"""What a network is shown and what it predicts, as one picture to look at."""

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from howfar.datasets import DepthSample
from howfar.drawing.colours import FULL_SCALE_M, Colour, colour_places, place_on_scale, text_colour_on
from howfar.drawing.legend import metre_legend
from howfar.drawing.side_by_side import side_by_side, stacked, tile_grid
from howfar.drawing.text import line_height, put_text, text_width
from howfar.errors import SettingError
from howfar.io.resample import resample
from howfar.training.data.depth.augmentation import DepthExample

DepthRow = tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32]]
"""H×W×3 uint8 RGB, and truth and prediction in metres at any resolution, NaN where unknown."""

ROW_PX = 192
"""Height of each picture in a grid of depths."""

LETTERS_PX = 12
OUTLINE_PX = 2
GAP_PX = 4

ERROR_SHARE = 0.2
"""The error that is white, as a share of the depth at which the colours end."""

NO_ERROR_KNOWN: Colour = (40, 60, 110)

HUE_STEP = (math.sqrt(5) - 1) / 2
"""The golden ratio spreads any number of classes over the colours without two neighbours alike."""


def depth_grid(rows: Sequence[DepthRow], max_m: float) -> NDArray[np.uint8]:
    """One row a picture: the picture, its truth, the prediction and the error, above a legend.

    Truth and prediction have the colours of all depth views, on one scale fixed in metres for all rows, grey where
    unknown. The error |prediction − truth| goes from black for none to white for a fifth of that scale and more, and
    its mean over the known pixels, as drawn, is in its caption.

    Args:
        rows: The pictures with their depths.
        max_m: The distance at which the colours end; what is farther has the last one.

    Returns:
        H×W×3 uint8 RGB.

    Raises:
        SettingError: If there is no row, or max_m is not a positive number.
    """
    if not rows:
        raise SettingError("A grid of depths needs at least one picture; there is none.")
    if not (math.isfinite(max_m) and max_m > 0):
        raise SettingError(f"The colours must end at a positive number of metres, not {max_m}.")
    grid = stacked([_depth_row(*row, max_m) for row in rows], GAP_PX)
    return np.vstack([grid, metre_legend(grid.shape[1], LETTERS_PX, max_m, "m")])


def augmentation_grid(pairs: Sequence[tuple[DepthSample, DepthExample]]) -> NDArray[np.uint8]:
    """One row a picture: the picture and its truth as they lie in the data set, and as training shows them.

    All truths have the colours of one scale, which ends at the farthest of them and is in the legend below.

    Returns:
        H×W×3 uint8 RGB.

    Raises:
        SettingError: If there is no pair.
    """
    if not pairs:
        raise SettingError("A grid of pictures needs at least one; there is none.")
    truths = [depth_m for sample, example in pairs for depth_m in (sample.depth_m, example.depth_m)]
    farthest_m = max((float(depth_m[np.isfinite(depth_m)].max(initial=0.0)) for depth_m in truths), default=0.0)
    max_m = math.ceil(farthest_m) or FULL_SCALE_M
    grid = stacked([_augmented_row(sample, example, max_m) for sample, example in pairs], GAP_PX)
    return np.vstack([grid, metre_legend(grid.shape[1], LETTERS_PX, max_m, "m")])


def detection_grid(images: Tensor, targets: Tensor, class_names: Sequence[str]) -> NDArray[np.uint8]:
    """The pictures of a batch in a grid as square as can be, each with its boxes and classes.

    Args:
        images: N×3×H×W float RGB from 0 to 1.
        targets: M×6 float: index of the image in the batch, class, and the box's centre, width and height in pixels.
        class_names: The names of all classes.

    Returns:
        H×W×3 uint8 RGB.

    Raises:
        SettingError: If there is no image.
    """
    if not len(images):
        raise SettingError("A grid of pictures needs at least one; the batch is empty.")
    pixels = (images.detach().float().clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).cpu().numpy()
    rows = targets.detach().float().cpu().numpy()
    tiles = [_with_boxes(image, rows[rows[:, 0] == index, 1:], class_names) for index, image in enumerate(pixels)]
    return tile_grid(tiles, across=math.ceil(math.sqrt(len(tiles))), gap_px=GAP_PX)


def outlined(
    image: NDArray[np.uint8],
    boxes_xyxy_px: NDArray[np.float32],
    class_ids: NDArray[np.int64],
    class_names: Sequence[str],
) -> NDArray[np.uint8]:
    """A picture, H×W×3 uint8 RGB, with its boxes and classes; it is not changed itself."""
    corners, sizes = boxes_xyxy_px[:, :2], boxes_xyxy_px[:, 2:] - boxes_xyxy_px[:, :2]
    rows = np.hstack([class_ids[:, None].astype(np.float32), corners + sizes / 2, sizes])
    return _with_boxes(image.copy(), rows, class_names)


def _depth_row(
    image: NDArray[np.uint8], truth_m: NDArray[np.float32], predicted_m: NDArray[np.float32], max_m: float
) -> NDArray[np.uint8]:
    width_px = max(1, round(ROW_PX * image.shape[1] / image.shape[0]))
    truth_m, predicted_m = (resample(depth_m, width_px, ROW_PX) for depth_m in (truth_m, predicted_m))
    error_m = np.abs(predicted_m - truth_m)
    white_m = ERROR_SHARE * max_m
    known = error_m[np.isfinite(error_m)]
    mean = f"{known.mean():.2f} m" if known.size else "unknown"
    pictures = [
        cv2.resize(image, (width_px, ROW_PX), interpolation=cv2.INTER_AREA),
        colour_places(place_on_scale(truth_m, max_m)),
        colour_places(place_on_scale(predicted_m, max_m)),
        _greys(error_m / white_m),
    ]
    return side_by_side(pictures, ["picture", "truth", "prediction", f"error {mean} (white: {white_m:.3g} m)"])  # type: ignore[arg-type]


def _augmented_row(sample: DepthSample, example: DepthExample, max_m: float) -> NDArray[np.uint8]:
    pictures: list[NDArray[np.uint8]] = []
    for image, depth_m in ((sample.image, sample.depth_m), (example.image, example.depth_m)):
        size = (max(1, round(ROW_PX * image.shape[1] / image.shape[0])), ROW_PX)
        pictures.append(np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8))
        # Nearest neighbour, which invents no depth where two meet.
        nearest = cv2.resize(depth_m, size, interpolation=cv2.INTER_NEAREST)
        pictures.append(colour_places(place_on_scale(np.asarray(nearest, dtype=np.float32), max_m)))
    (height, width), (rows, columns) = example.image.shape[:2], example.depth_m.shape
    captions = [sample.name, "truth", f"shown, {width}×{height}", f"truth, {columns}×{rows}, ÷ {example.scale:.2f}"]
    return side_by_side(pictures, captions)


def _greys(shares: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Black at 0 to white at 1, and blue where unknown: on a grey scale every grey is a value."""
    unknown = np.isnan(shares)
    levels = (np.clip(np.where(unknown, 0, shares), 0, 1) * 255 + 0.5).astype(np.uint8)
    return np.where(unknown[..., None], np.array(NO_ERROR_KNOWN, dtype=np.uint8), levels[..., None])


def _with_boxes(
    image: NDArray[np.uint8], targets: NDArray[np.float32], class_names: Sequence[str]
) -> NDArray[np.uint8]:
    """Outline each box over all names, a class being told by its colour where its name would hide the object."""
    drawn = np.ascontiguousarray(image)
    boxes = [(int(row[0]), *_corners(*row[1:])) for row in targets.tolist()]
    for class_id, left, top, right, bottom in boxes:
        _name(drawn, class_names[class_id], (left, top, right, bottom), _class_colour(class_id))
    for class_id, left, top, right, bottom in boxes:
        end = (max(left, right - 1), max(top, bottom - 1))
        cv2.rectangle(drawn, (left, top), end, _class_colour(class_id), OUTLINE_PX)
    return drawn


def _corners(centre_x: float, centre_y: float, width: float, height: float) -> tuple[int, int, int, int]:
    left, top = round(centre_x - width / 2), round(centre_y - height / 2)
    return left, top, round(centre_x + width / 2), round(centre_y + height / 2)


def _name(image: NDArray[np.uint8], text: str, box: tuple[int, int, int, int], colour: Colour) -> None:
    """Write a class on a plate in its box's upper left corner, where it fits and leaves half of the box free."""
    width, height = text_width(text, LETTERS_PX) + GAP_PX, line_height(LETTERS_PX)
    left, top, right, bottom = box
    if right - left < width or bottom - top < 2 * height:
        return
    left, top = max(0, min(left, image.shape[1] - width)), max(0, min(top, image.shape[0] - height))
    image[top : top + height, left : left + width] = colour
    put_text(image, text, left + GAP_PX // 2, top, LETTERS_PX, text_colour_on(colour))


def _class_colour(class_id: int) -> Colour:
    share = np.full((1, 1), class_id * HUE_STEP % 1.0, dtype=np.float32)
    red, green, blue = colour_places(share)[0, 0].tolist()
    return red, green, blue
