"""The tool that measures how long the boxes of classes are."""

import math
from pathlib import Path

import numpy as np
import pytest

from box_sizes import FEW_BOXES, LEAST_BELIEVED, MOST_LOG_SD, BoxLogs, measured, summary
from howfar.datasets import DepthSample
from howfar.datasets.nyu import NyuDepthV2
from howfar.pipeline.rangefinder import Rangefinder
from howfar.ranging.cues.sizes import default_sizes


def logs(rows: list[tuple[int, float, float]]) -> list[BoxLogs]:
    return [BoxLogs(picture, math.log(width), math.log(height)) for picture, width, height in rows]


def test_the_side_that_is_most_alike_is_taken() -> None:
    lying = summary(logs([(0, 0.3, 0.05), (1, 0.1, 0.3), (2, 0.3, 0.2)]))
    assert (lying.side, lying.boxes) == ("longer", 3)
    assert (lying.length_m, lying.log_sd) == (pytest.approx(0.3), pytest.approx(0, abs=1e-9))
    hidden = summary(logs([(0, 0.5, 0.2), (1, 0.5, 0.9), (2, 0.5, 0.6)]))
    assert hidden.side == "width"


def test_boxes_that_are_alike_within_pictures_correlate() -> None:
    shelves = [(picture, 0.1 * (1 + picture), 0.1**each) for picture in range(4) for each in range(3)]
    assert summary(logs(shelves)).correlation == pytest.approx(1)
    mixed = [(picture, 0.1 * (1 + each), 0.1**each) for picture in range(4) for each in range(3)]
    assert summary(logs(mixed)).correlation == 0


def test_of_few_boxes_a_small_spread_is_not_believed() -> None:
    few = summary(logs([(picture, 0.3, 0.1 + 0.01 * picture) for picture in range(FEW_BOXES - 1)]))
    many = summary(logs([(picture, 0.3, 0.1 + 0.001 * picture) for picture in range(FEW_BOXES)]))
    assert (few.log_sd, few.believed_log_sd) == (pytest.approx(0, abs=1e-9), LEAST_BELIEVED)
    assert many.believed_log_sd == many.log_sd


def test_the_table_keeps_the_rules_of_the_tool() -> None:
    boxed = [size for size in default_sizes() if size.box_log_sd is not None]
    measured_sds = {size.name: size.box_log_sd or 0.0 for size in boxed if not size.source}
    assert max(measured_sds.values()) <= MOST_LOG_SD
    assert {name for name, log_sd in measured_sds.items() if log_sd < LEAST_BELIEVED} == {"book"}, "there are 533"
    published = [size for size in boxed if size.source]
    assert all((size.box_log_sd or 0.0) >= LEAST_BELIEVED for size in published), "a detector mistakes other things"


def test_the_table_has_what_it_measures(shared: Path) -> None:
    samples = NyuDepthV2(shared / "data/nyu_depth_v2").split("train")
    few: list[DepthSample] = [samples[index] for index in range(0, len(samples), 10)]
    found = measured(few, Rangefinder(cues="depth"))
    for label in ("chair", "book"):
        size, row = default_sizes().find(label), summary(found[label])
        assert size is not None
        assert row.boxes > 30
        assert size.box_m is not None
        assert abs(math.log(size.box_m / row.length_m)) < 0.15
        assert np.isclose(row.log_sd, size.box_log_sd, atol=0.1)
