"""Made-up detections, and what the official code counts of them."""

import copy
import math
from typing import Any

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

CATEGORIES = (2, 3, 7)


def random_case(seed: int, *, steps: int = 0) -> tuple[dict[str, Any], list[dict[str, Any]], list[int]]:
    """Thirty pictures with objects of all sizes, some of them crowds, of which some are found, more or less.

    Args:
        seed: Of the random numbers.
        steps: Confidences are whole multiples of 1 / steps, so that many are equal; any number when 0.
    """
    random = np.random.default_rng(seed)
    truth: dict[str, Any] = {
        "images": [{"id": number, "width": 400, "height": 300} for number in range(1, 31)],
        "annotations": [],
        "categories": [{"id": number, "name": f"class {number}"} for number in CATEGORIES],
    }
    results = []
    for number in range(1, 31):
        for _ in range(random.integers(0, 6)):
            annotation = {
                "id": len(truth["annotations"]) + 1,
                "image_id": number,
                "category_id": int(random.choice(CATEGORIES)),
                "bbox": [random.uniform(0, 200), random.uniform(0, 150), *np.exp(random.uniform(2, 5, 2))],
                "iscrowd": int(random.random() < 0.1),
            }
            width, height = annotation["bbox"][2:]
            annotation["area"] = width * height * random.uniform(0.5, 1)
            truth["annotations"].append(annotation)
            for _ in range(random.integers(0, 3)):
                moved = np.array(annotation["bbox"]) + random.normal(0, 0.06, 4) * [width, height, width, height]
                category = annotation["category_id"] if random.random() < 0.9 else 7
                score = random.random() if not steps else round(random.random() * steps) / steps
                results.append({"image_id": number, "category_id": category, "bbox": moved.tolist(), "score": score})
    return truth, results, list(range(1, 31))


def official_evaluation(truth: dict[str, Any], results: list[dict[str, Any]], image_ids: list[int]) -> COCOeval:
    """The evaluation by pycocotools, done and summarised."""
    coco = COCO()
    coco.dataset = copy.deepcopy(truth) | {"info": {}}
    coco.createIndex()
    evaluation = COCOeval(coco, coco.loadRes(copy.deepcopy(results)), "bbox")
    evaluation.params.imgIds = image_ids
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    return evaluation


def official_numbers(truth: dict[str, Any], results: list[dict[str, Any]], image_ids: list[int]) -> tuple[float, ...]:
    """The twelve numbers by pycocotools; NaN where it says -1."""
    stats = official_evaluation(truth, results, image_ids).stats.tolist()
    return tuple(value if value >= 0 else math.nan for value in stats)
