"""How well the intervals of `howfar look` hold in the true boxes of rendered pairs, with two eyes and with one.

    python benchmarks/intervals_of_pairs.py DATA --split train val test

DATA is a folder of rendered pairs (howfar synth --baseline-m METRES). An object's truth is the median distance of what
is seen of it. Rows are of all objects and of each level of occlusion, columns of both eyes and of the left one.
"""

import argparse
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from howfar import Rangefinder
from howfar.datasets.coco_pairs import CocoPairs, PairSample
from howfar.evaluation.objects.metrics import interval_coverage
from howfar.scene import Camera, Detections, Frame

OCCLUSIONS = {"seen whole": 0, "partly hidden": 1, "largely hidden": 2}


@dataclass(frozen=True)
class Told:
    """What was told of the objects of some pairs.

    Attributes:
        depth_m: N×3: distance, and the ends of its interval; NaN where unknown.
        truth_m: N true distances.
        focal_by_baseline: N, the disparity in pixels of what is 1 m away.
        occlusions: N levels.
        pairs: N numbers of their pairs.
    """

    depth_m: NDArray[np.float64]
    truth_m: NDArray[np.float64]
    focal_by_baseline: NDArray[np.float64]
    occlusions: NDArray[np.int8]
    pairs: NDArray[np.int64]


def told(pairs: Iterable[PairSample], finder: Rangefinder, *, eyes: int) -> Told:
    """Look at pairs, in their true boxes."""
    rows, truths, units, levels, numbers = [], [], [], [], []
    for number, pair in enumerate(pairs):
        unit = pair.rig.focal_px * pair.rig.baseline_m
        rows.append(_distances(pair, finder, eyes))
        truths.append(unit / pair.disparities_px)
        levels.append(pair.occlusions)
        units.append(np.full(len(pair.occlusions), unit))
        numbers.append(np.full(len(pair.occlusions), number))
    return Told(*(np.concatenate(each) for each in (rows, truths, units, levels, numbers)))


def _distances(pair: PairSample, finder: Rangefinder, eyes: int) -> NDArray[np.float64]:
    height, width = pair.image.shape[:2]
    given = np.full((len(pair.class_ids), 3), np.nan)
    boxes = np.clip(pair.visible_boxes_xyxy_px, 0, np.array([width, height] * 2, dtype=np.float32))
    if not len(boxes):
        return given
    numbers = np.arange(len(boxes))
    scores = np.ones(len(boxes), dtype=np.float32)
    detections = Detections(boxes, scores, pair.class_ids, pair.class_names, track_ids=numbers)
    frame = Frame(pair.image, pair.name, camera=Camera.from_focal(width, height, pair.rig.focal_px))
    if eyes == 2:
        frame = Frame(pair.image, pair.name, right=pair.right, rig=pair.rig)
    for one in finder.look(frame, detections=detections).objects:
        if one.track is not None:
            given[one.track.track_id] = one.depth_m, one.distance.low_m, one.distance.high_m
    return given


def row(name: str, told: Told, chosen: NDArray[np.bool_]) -> str:
    """One row of the table."""
    depth_m, low_m, high_m = told.depth_m[chosen].T
    truth_m, units = told.truth_m[chosen], told.focal_by_baseline[chosen]
    held = interval_coverage(truth_m, low_m, high_m, told.pairs[chosen])
    error = np.nanmedian(abs(depth_m / truth_m - 1))
    off_px = np.nanmedian(abs(units / depth_m - units / truth_m))
    width = np.nanmedian(np.sqrt(high_m / low_m))
    return (
        f"| {name} | {held.objects} of {len(truth_m)} | {held.share:.0%} ({held.low:.0%} to {held.high:.0%}) | "
        f"{error:.1%} | {off_px:.2f} px | {width:.2f} |"
    )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--split", nargs="*", default=["test"])
    parser.add_argument("--classes", nargs="*", default=[], help="of its objects (default: all)")
    parser.add_argument("--count", type=int, help="of each split's pairs, from the first on (default: all)")
    named = parser.parse_args()
    data = CocoPairs(named.data)
    pairs = [pair for split in named.split for pair in data.split(split, tuple(named.classes))[: named.count]]
    finder = Rangefinder()
    for eyes in (2, 1):
        given = told(pairs, finder, eyes=eyes)
        print(f"\n{len(pairs)} pairs, {'two eyes' if eyes == 2 else 'the left eye alone'}:\n")
        print("| | objects with metres | interval holds (95 %) | error, median | disparity off, median | width × |")
        print("|---|---|---|---|---|---|")
        known = np.isfinite(given.truth_m)
        print(row("all", given, known))
        for name, level in OCCLUSIONS.items():
            print(row(name, given, known & (given.occlusions == level)))


if __name__ == "__main__":
    main()
