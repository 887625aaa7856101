"""YOLO's labels: a text for each picture, with one object a line.

A line is `class centre-x centre-y width height`: the class's number from 0, and shares of the picture's sides.
A picture without such a file, or with an empty one, has no object.
"""

import reprlib
from pathlib import Path

import numpy as np

from howfar.datasets.files import text_of
from howfar.datasets.samples import DetectionSample
from howfar.errors import SourceError
from howfar.io.pictures import read_rgb

FARTHEST_SHARE = 10.0
"""No box reaches so many pictures beyond its own; pixels do."""

Line = tuple[int, float, float, float, float]
Detection = tuple[int, float, float, float, float, float]
"""A line, and the confidence of its object."""


def read_yolo_sample(
    name: str, image_id: int, picture: Path, labels: Path, class_names: tuple[str, ...]
) -> DetectionSample:
    """Read a picture with its labels.

    Args:
        name: What to call the sample.
        image_id: Its number.
        picture: The picture.
        labels: Its labels; there need be no such file.
        class_names: The names of the data set's classes.

    Raises:
        SourceError: If the picture cannot be read, or a line of the labels is not what it should be.
    """
    image = read_rgb(picture)
    lines = read_labels(labels, class_names)
    shares = np.array([line[1:] for line in lines], dtype=np.float64).reshape(-1, 4)
    half = shares[:, 2:] / 2
    corners = np.hstack([shares[:, :2] - half, shares[:, :2] + half])
    height, width = image.shape[:2]
    return DetectionSample(
        name=name,
        image_id=image_id,
        image=image,
        boxes_xyxy_px=(corners * (width, height, width, height)).astype(np.float32),
        class_ids=np.array([line[0] for line in lines], dtype=np.int64),
        crowd=np.zeros(len(lines), dtype=np.bool_),
        class_names=class_names,
    )


def read_labels(path: Path, class_names: tuple[str, ...]) -> list[Line]:
    """Read one file of labels.

    Raises:
        SourceError: If it is there and cannot be read, or a line has another form or a class that has no name.
    """
    if not path.exists():
        return []
    return [_parse(line, where, class_names) for line, where in _lines(path)]


def read_detections(path: Path, class_names: tuple[str, ...]) -> list[Detection]:
    """Read one file of a detector, whose lines may have a sixth number, the confidence: 1 where there is none.

    Raises:
        SourceError: If it cannot be read, or a line has another form or a class that has no name.
    """
    return [_parse_detection(line, where, class_names) for line, where in _lines(path)]


def _lines(path: Path) -> list[tuple[str, str]]:
    """The lines of a file that are not empty, each with where it is."""
    lines = text_of(path, f"The labels {path}", "there should be one object a line").splitlines()
    return [(line, f"{path}, line {number}") for number, line in enumerate(lines, 1) if line.strip()]


def _parse_detection(line: str, where: str, class_names: tuple[str, ...]) -> Detection:
    words = line.split()
    if len(words) != 6:
        return *_parse(line, where, class_names), 1.0
    try:
        score = float(words[5])
    except ValueError:
        score = -1.0
    if not 0 <= score <= 1:
        raise SourceError(f"{where} has the confidence {words[5]}, which is none of 0 to 1.")
    return *_parse(" ".join(words[:5]), where, class_names), score


def _parse(line: str, where: str, class_names: tuple[str, ...]) -> Line:
    words = line.split()
    if len(words) != 5:
        hint = ": it looks like an outline, where a box is needed" if len(words) > 6 else ""
        raise SourceError(
            f"{where} has {len(words)} numbers and should have five, class, centre x, centre y, width, height{hint}."
        )
    try:
        number = float(words[0])
        x, y, width, height = map(float, words[1:])
    except ValueError:
        raise SourceError(f"{where} should hold five numbers, not {reprlib.repr(line.strip())}.") from None
    if not number.is_integer() or not 0 <= number < len(class_names):
        raise SourceError(
            f"{where} has the class {words[0]}, and the {len(class_names)} classes are numbered from 0 to "
            f"{len(class_names) - 1}: correct the line, or the list of classes."
        )
    if not (max(map(abs, (x, y))) <= FARTHEST_SHARE and 0 <= width <= FARTHEST_SHARE and 0 <= height <= FARTHEST_SHARE):
        raise SourceError(
            f"{where} should hold finite shares of the picture's sides, not {reprlib.repr(line.strip())}."
        )
    return int(number), x, y, width, height
