"""Disparities of objects by several systems, as in Table II of the founding report: end-point errors by occlusion.

    python benchmarks/two_eyes.py DATA --detector nanodet-g --matcher sgbm mc-cnn psmnet.onnx --pairs pairs.onnx

Each DATA is a folder of rendered pairs (howfar synth --baseline-m 0.54). Every detector is joined with every matcher of
`howfar look --stereo-method`, whose map is read in its boxes by Eq. 9 (median) and Eq. 8 (central-mean); so is the map
of a network that sees the left-hand picture alone (--one-eye monodepth.onnx). Beside them are ours: its boxes matched
in the right-hand picture, and what `howfar look` says with two eyes and with one. Errors are over the objects that all
systems found, and once more in true boxes.
"""

import argparse
from itertools import product
from pathlib import Path

from howfar import Rangefinder
from howfar.datasets.coco_pairs import CocoPairs
from howfar.datasets.samples import LazySamples
from howfar.evaluation.objects.two_eyes import (
    BoxesInBoth,
    BoxesMatched,
    BoxesOnMap,
    Ranged,
    Row,
    System,
    matched_by,
    measure_found,
    measure_true,
    seen_by_one_eye,
)
from howfar.models import open_depth_network, open_detector
from howfar.pipeline.open_matcher import open_matcher
from howfar.scene import Detector


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--split", default="test")
    parser.add_argument("--classes", nargs="*", default=["car", "person", "truck", "bus"])
    parser.add_argument("--count", type=int, help="of each split's pairs, from the first on (default: all)")
    parser.add_argument("--detector", nargs="*", default=["nanodet-g"], metavar="NAME_OR_FILE")
    parser.add_argument("--matcher", nargs="*", default=["sgbm", "mc-cnn"], metavar="NAME_OR_FILE")
    parser.add_argument(
        "--one-eye", nargs="*", default=[], metavar="NAME_OR_FILE", help="networks of depth, as Monodepth"
    )
    parser.add_argument("--pairs", nargs="*", default=[], metavar="FILE.onnx")
    named = parser.parse_args()
    splits = [CocoPairs(folder).split(named.split, tuple(named.classes))[: named.count] for folder in named.data]
    keys = [(split, number) for split in splits for number in range(len(split))]
    pairs = LazySamples(keys, lambda key: key[0][key[1]])
    detectors = [open_detector(each) for each in named.detector]
    maps = [(matcher.name, matched_by(matcher)) for matcher in map(open_matcher, named.matcher)]
    maps += [(eye.facts.name, seen_by_one_eye(eye)) for eye in map(open_depth_network, named.one_eye)]
    taking_boxes: list[System] = [
        BoxesOnMap(f"{detector.name} + {name}", detector, disparities)
        for detector, (name, disparities) in product(detectors, maps)
    ]
    taking_boxes += [system for detector in detectors for system in _ours(detector)]
    in_both: list[System] = [BoxesInBoth(detector.name, detector) for detector in map(open_detector, named.pairs)]
    folders = ", ".join(map(str, named.data))
    print(f"{len(pairs)} pairs of {folders}, split {named.split}\n\nOver the objects that all found:\n")
    _print(measure_found(pairs, [*taking_boxes, *in_both]))
    print("\nIn true boxes:\n")
    _print(measure_true(pairs, taking_boxes))


def _ours(detector: Detector) -> list[System]:
    """A detector's boxes by themselves, and with all that `howfar look` knows."""
    finder = Rangefinder(detector)
    return [
        BoxesMatched(detector.name, detector),
        Ranged(detector.name, detector, finder, "howfar look, two eyes"),
        Ranged(detector.name, detector, finder, "howfar look, one eye", eyes=1),
    ]


def _print(rows: list[Row]) -> None:
    print("| system | setting | occlusion | recall | objects | EPE (px) | > 3 px | > 5 px | s a pair |")
    print("|---|---|---|---|---|---|---|---|---|")
    for row in rows:
        errors = row.errors
        print(
            f"| {row.system} | {row.setting} | {row.occlusion} | {row.recall:.3f} | {errors.objects} | "
            f"{errors.end_point_px:.2f} | {100 * errors.over3px:.1f} | {100 * errors.over5px:.1f} | {row.seconds:.2f} |"
        )


if __name__ == "__main__":
    main()
