"""Data sets and pipelines of known answers, made for tests."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from howfar.datasets import ObjectSample
from howfar.evaluation.everywhere.evaluation import evaluate_data_set
from howfar.evaluation.everywhere.results import DataSetResult, LabelledPictures
from howfar.models import CardDetector, open_detector
from howfar.pipeline.rangefinder import Rangefinder
from howfar.scene import Distance, SceneObject
from tests.evaluation.objects.object_cases import LEFT, RIGHT, object_sample
from tests.evaluation.predictors import Predictor, red_tenths
from tests.models.onnx_files import constant_detector

NAMES = {"chair": "chair", "sofa": "couch", "settee": "couch"}
CLASSES = ("couch", "Chair", "dog")

Row = tuple[tuple[float, ...], float, str]


def finding(folder: Path, *rows: Row) -> CardDetector:
    """A detector that finds these boxes with their scores and classes in every picture."""
    found = np.array([[[*box, score, CLASSES.index(name)] for box, score, name in rows]], dtype=np.float32)
    card = f'layout = "end2end"\nclasses = {list(CLASSES)}\nscore = 0.3'
    return open_detector(constant_detector(folder, {"found": found}, card, fit="stretch"))


def finder_of(folder: Path, *rows: Row, kind: str = "metres") -> Rangefinder:
    """The product's pipeline with such a detector; `object_sample` is 3 m deep in its left half, 6 m in its right."""
    network = Predictor(red_tenths, kind)  # type: ignore[arg-type]
    return Rangefinder(finding(folder, *rows), network, "median", cues="depth")


def pictures(*samples: ObjectSample, name: str = "rooms:test", exhaustive: bool = True) -> LabelledPictures:
    """A data set of these pictures."""
    return LabelledPictures(name, "made for tests", NAMES, exhaustive, samples)


def measured_rooms(
    folder: Path, *, name: str = "rooms:test", exhaustive: bool = True, kind: str = "metres"
) -> tuple[DataSetResult, Rangefinder]:
    """A chair at 2 m (told 3 m), a sofa at 4 m (told 6 m), a lamp that nobody knows, and a couch that is none."""
    sample = object_sample(
        ("chair", "sofa", "lamp"), (2.0, 4.0, 9.0), (LEFT, RIGHT, (0, 40, 6, 48)), nearest_m=(2.0, 3.0, 8.0)
    )
    rows: Sequence[Row] = ((LEFT, 0.9, "Chair"), (RIGHT, 0.8, "couch"), ((26, 30, 34, 47), 0.7, "couch"))
    finder = finder_of(folder, *rows, kind=kind)
    return evaluate_data_set(pictures(sample, name=name, exhaustive=exhaustive), finder, CLASSES), finder


def seen(label: str, box: tuple[float, ...], score: float = 0.9, depth_m: float = 3.0) -> SceneObject:
    """An object seen so far away."""
    x1, y1, x2, y2 = box
    distance = Distance(depth_m, depth_m, (0, 0, depth_m), "median", 1.0, False, (x1, y1, x2, y2))
    return SceneObject(label, 0, score, (x1, y1, x2, y2), distance)
