"""What tiles find in large pictures: mosaics of COCO photos, looked at whole and in tiles.

    python benchmarks/tiles.py FOLDER_OF_COCO [PHOTOS_A_SIDE]

Each photo is scaled into 640×480; nine of them, three a side, make a picture of 1920×1440. A box is right if its class
is and its IoU with a true box, each used once, is 0.5 or more.
"""

import sys
import time
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.datasets.coco_folder import CocoFolder
from howfar.datasets.samples import DetectionSample
from howfar.evaluation.detection.matching import overlaps
from howfar.models import open_detector
from howfar.models.tiles import TiledDetector, times_input
from howfar.scene import Detector, Frame, Query

WIDTH, HEIGHT = 640, 480
PHOTOS = 90
Mosaic = tuple[NDArray[np.uint8], list[str], NDArray[np.float64]]
"""A picture with the classes and boxes of its true objects."""


def mosaic(samples: list[DetectionSample], side: int) -> Mosaic:
    """Photos side by side."""
    picture = np.zeros((side * HEIGHT, side * WIDTH, 3), dtype=np.uint8)
    labels: list[str] = []
    boxes = [np.empty((0, 4))]
    for index, sample in enumerate(samples):
        height, width = sample.image.shape[:2]
        scale = min(WIDTH / width, HEIGHT / height)
        photo = cv2.resize(sample.image, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
        left, top = index % side * WIDTH, index // side * HEIGHT
        picture[top : top + photo.shape[0], left : left + photo.shape[1]] = photo
        labels += [sample.class_names[each] for each in sample.class_ids]
        boxes.append(sample.boxes_xyxy_px * scale + np.array([left, top] * 2))
    return picture, labels, np.concatenate(boxes)


def matched(detector: Detector, picture: Mosaic) -> tuple[int, int]:
    """How many boxes are right, and how many there are."""
    image, labels, boxes = picture
    found = detector.detect(Frame(image, "mosaic"), Query())
    ious = overlaps(_sides(found.boxes_xyxy_px), _sides(boxes), np.zeros(len(boxes), dtype=np.bool_))
    for index, label in enumerate(found.labels):
        ious[index, [each != label for each in labels]] = 0
    right = 0
    for row in ious:
        best = int(row.argmax())
        if row[best] >= 0.5:
            right += 1
            ious[:, best] = 0
    return right, len(found)


def _sides(boxes_xyxy: NDArray[np.floating]) -> NDArray[np.float64]:
    """N×4 boxes with their width and height in the place of right and bottom."""
    boxes = boxes_xyxy.astype(np.float64)
    boxes[:, 2:] -= boxes[:, :2]
    return boxes


def main() -> None:
    """Run as a script."""
    side = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    folder = CocoFolder(Path(sys.argv[1]))
    samples = folder.split(folder.splits[0])
    order = np.random.default_rng(0).permutation(len(samples))[: PHOTOS - PHOTOS % side**2].reshape(-1, side**2)
    mosaics = [mosaic([samples[int(each)] for each in row], side) for row in order]
    true = sum(len(labels) for _, labels, _ in mosaics)
    whole = open_detector()
    times = times_input(side * WIDTH, side * HEIGHT, whole)
    print(f"{len(mosaics)} pictures, {times:.1f} times the input, {true} objects")
    for name, detector in (("whole", whole), ("tiles", TiledDetector(whole))):
        start = time.perf_counter()
        right, told = np.sum([matched(detector, each) for each in mosaics], axis=0)
        took_s = (time.perf_counter() - start) / len(mosaics)
        print(f"{name}: recall {right / true:.2f}, precision {right / told:.2f}, {took_s:.2f} s a picture")


if __name__ == "__main__":
    main()
