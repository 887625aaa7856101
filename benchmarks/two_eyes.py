"""Disparities of objects by several systems, as in Table II of the founding report: end-point errors by occlusion.

    python benchmarks/two_eyes.py DATA --detector ssd.onnx --matcher SGBM=howfar.stereo.sgbm:SGBM --pairs pairs.onnx

DATA is a folder of rendered pairs (howfar synth --baseline-m 0.54). Every detector is joined with every matcher, whose
map is read in its boxes by Eq. 9 (median) and Eq. 8 (central-mean). A matcher is NAME=MODULE:CLASS, any class whose
objects are a howfar.stereo.Matcher. Errors are over the objects that all systems found, and once more in true boxes.
"""

import argparse
from importlib import import_module
from itertools import product
from pathlib import Path

from howfar.datasets.coco_pairs import CocoPairs
from howfar.evaluation.objects.two_eyes import BoxesInBoth, BoxesOnMap, Row, System, measure_found, measure_true
from howfar.models import open_detector
from howfar.stereo import Matcher


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--split", default="test")
    parser.add_argument("--classes", nargs="*", default=["car", "person", "truck", "bus"])
    parser.add_argument("--detector", action="append", default=[], metavar="NAME_OR_FILE")
    parser.add_argument("--matcher", action="append", default=[], metavar="NAME=MODULE:CLASS")
    parser.add_argument("--pairs", action="append", default=[], metavar="FILE.onnx")
    named = parser.parse_args()
    pairs = CocoPairs(named.data).split(named.split, tuple(named.classes))
    detectors = [open_detector(each) for each in named.detector]
    on_maps: list[System] = [
        BoxesOnMap(f"{detector.name} + {name}", detector, matcher)
        for detector, (name, matcher) in product(detectors, map(_matcher, named.matcher))
    ]
    in_both: list[System] = [BoxesInBoth(detector.name, detector) for detector in map(open_detector, named.pairs)]
    print(f"{len(pairs)} pairs of {named.data}, split {named.split}\n\nOver the objects that all found:\n")
    _print(measure_found(pairs, [*on_maps, *in_both]))
    print("\nIn true boxes:\n")
    _print(measure_true(pairs, on_maps))


def _matcher(text: str) -> tuple[str, Matcher]:
    name, _, where = text.partition("=")
    module, _, kind = where.partition(":")
    matcher: Matcher = getattr(import_module(module), kind)()
    return name, matcher


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
