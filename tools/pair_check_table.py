"""What the check of stereo pairs finds in spoiled copies of good pairs, and which good ones it refuses.

    howfar synth --scenes 50 --out pairs --baseline-m 0.12
    PYTHONPATH=. python tools/pair_check_table.py pairs
    PYTHONPATH=. python tools/pair_check_table.py --shared ../shared pairs

A pair with fewer than 30 points in common is not judged: it is counted apart, and only faults that need no points
are found in it.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from tests.stereo import spoiled
from tests.stereo.test_pair_check import BAD, GOOD

from howfar.stereo.pair_check import PairVerdict, check_pair
from howfar.stereo.row_fit import LEAST_POINTS

OF_LAYERS_ALONE = ("moved forward in between",)
"""What makes a picture of its own, instead of spoiling one."""


Good = tuple[str, np.ndarray, np.ndarray, float]
"""The name, the two pictures and the offset of a good pair."""

SCENE_DIGITS = 6
"""Of the names of rendered scenes; those of a drive have more."""


def rendered(folder: Path) -> Iterator[Good]:
    """The pairs of a data set of howfar synth."""
    for right in sorted((folder / "image_3").glob("*.png")):
        yield right.stem, spoiled.read(folder / "image_2" / right.name), spoiled.read(right), 0.0


def strangers(pairs: list[Good]) -> list[Good]:
    """Each left-hand picture with the right-hand one of the next pair of its size, which is of another place.

    Pairs of one drive are left out: its pictures have things in common.
    """
    places = [pair for pair in pairs if not pair[0].isdigit() or len(pair[0]) == SCENE_DIGITS]
    by_shape: dict[tuple[int, ...], list[Good]] = {}
    for pair in places:
        by_shape.setdefault(pair[1].shape, []).append(pair)
    return [
        (name, left, others[(index + 1) % len(others)][2], offset)
        for others in by_shape.values()
        if len(others) > 1
        for index, (name, left, _, offset) in enumerate(others)
    ]


def line(name: str, verdicts: list[PairVerdict], kinds: list[str]) -> str:
    """One row of the table."""
    judged = [each for each in verdicts if each.points >= LEAST_POINTS or each.faults]
    found = [each for each in judged if each.faults]
    as_it_is = [each for each in found if each.faults[0].kind in kinds]
    others = Counter("+".join(fault.kind for fault in each.faults) for each in found if each not in as_it_is)
    cells = [name, len(verdicts), len(verdicts) - len(judged), len(found), len(as_it_is)]
    return "| " + " | ".join(map(str, cells)) + f" | {', '.join(f'{kind} {n}' for kind, n in others.items())} |\n"


def main() -> None:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="*", help="Data sets of howfar synth, with right-hand pictures.")
    parser.add_argument("--shared", type=Path, help="Folder with the research data.")
    parser.add_argument("--every", type=int, default=1, help="Take one pair in so many,")
    parser.add_argument("--first", type=int, default=0, help="from this one on.")
    arguments = parser.parse_args()
    pairs = [pair for folder in arguments.folders for pair in rendered(folder)]
    if arguments.shared is not None:
        pairs += spoiled.real_pairs(arguments.shared)
    pairs = pairs[arguments.first :: arguments.every]
    write = sys.stdout.write
    write("| what was done | pairs | not judged | faults found | as what they are | as something else |\n")
    write("|---|---|---|---|---|---|\n")
    for each in GOOD:
        verdicts = [check_pair(*each.values[0](left, right), offset) for _, left, right, offset in pairs]
        write(line(f"good, {each.id}", verdicts, []))
    for each in (one for one in BAD if one.id not in OF_LAYERS_ALONE):
        verdicts = [check_pair(*each.values[0](left, right), offset) for _, left, right, offset in pairs]
        write(line(each.id, verdicts, each.values[1]))
    verdicts = [check_pair(left, right, offset) for _, left, right, offset in strangers(pairs)]
    write(line("the right-hand picture of another scene", verdicts, ["unrelated"]))


if __name__ == "__main__":
    main()
