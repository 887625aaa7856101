"""The first pairs of a training as they lie in the data set and as training shows them, as a picture."""

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.drawing.side_by_side import side_by_side, stacked
from howfar.training.data.batch_pictures import GAP_PX, ROW_PX
from howfar.training.data.depth.mixing import MixedPlan
from howfar.training.self_supervised.examples import PairExamples


def shown_pairs(examples: PairExamples, plan: MixedPlan, count: int) -> NDArray[np.uint8]:
    """Draw the first examples of a plan, one row a pair: the left-hand picture, and both as they are shown.

    Returns:
        H×W×3 uint8 RGB.
    """
    rows = []
    for draw in [draw for batch in plan for draw in batch][:count]:
        pair, example = examples.sources[draw.source][draw.draw.sample_index], examples[draw]
        pictures = [_of_row_height(picture) for picture in (pair.left, example.left, example.right)]
        height, width = example.left.shape[:2]
        captions = [pair.name, f"shown left, {width}×{height}", f"right, baseline × {example.baseline:.2f}"]
        rows.append(side_by_side(pictures, captions))
    return stacked(rows, GAP_PX)


def _of_row_height(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    size = (max(1, round(ROW_PX * picture.shape[1] / picture.shape[0])), ROW_PX)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
