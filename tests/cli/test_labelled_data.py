"""Labelled data of the commands that measure."""

from pathlib import Path

import numpy as np
from PIL import Image

from howfar.cli.labelled_data import opened_for_margins
from tests.datasets.folders import write_nyu


def test_of_a_training_part_margins_take_what_was_held_out_and_else_what_was_learned_from(tmp_path: Path) -> None:
    root = write_nyu(tmp_path / "rooms", train=tuple(f"{number:04d}" for number in range(2, 22)))
    (root / "labels40").mkdir()
    for path in (root / "depth8").iterdir():
        Image.fromarray(np.full((480, 640), 39, dtype=np.uint8)).save(root / "labels40" / path.name)
    away, learned = (opened_for_margins(f"{root}:train", 1, 2, learned=each) for each in (False, True))
    names = [[sample.name for sample in pictures.samples] for pictures in (away, learned)]
    assert [len(each) for each in names] == [10, 10]
    assert set(names[0]).isdisjoint(names[1])
    assert (away.name, learned.name) == (
        "rooms:train, held out one block in 2",
        "rooms:train, but for one block in 2",
    )
    assert (away.learned, learned.learned) == (False, True)
    assert len(opened_for_margins(f"{root}:train", 1, 0, learned=True).samples) == 20
