"""Tiny networks and pictures for batches."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from howfar.batch.looking import BatchRangefinder
from howfar.batch.plan import Plan
from howfar.batch.processes import Event
from howfar.batch.shards import write_shard
from howfar.pipeline.spec import RangefinderSpec
from tests.models.onnx_files import constant_detector, mean_depth
from tests.pipeline.stand_ins import CAMERA, CUP, DOG, halves


@pytest.fixture(scope="session")
def spec(tmp_path_factory: pytest.TempPathFactory) -> RangefinderSpec:
    """A finder of a cup and a dog, on networks of known answers."""
    folder = tmp_path_factory.mktemp("networks")
    found = np.array([[[*CUP, 0.9, 0], [*DOG, 0.8, 1]]], dtype=np.float32)
    card = 'layout = "end2end"\nclasses = ["cup", "dog"]\nscore = 0.3'
    detector = constant_detector(folder, {"found": found}, card, fit="stretch")
    return RangefinderSpec(
        detector=str(detector), depth=str(mean_depth(folder)), method="median", camera=CAMERA, cues="depth"
    )


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Twenty pictures in a folder and one in it, the third of which is none."""
    folder = tmp_path / "photos"
    (folder / "more").mkdir(parents=True)
    for index in range(20):
        path = (folder / "more" if index >= 15 else folder) / f"{index:02d}.png"
        Image.fromarray(halves(2 + index / 10, 5)).save(path)
    (folder / "02.png").write_text("no picture")
    return folder


def here(
    most: int | None = None, watch: Callable[[int], None] = lambda shard: None
) -> Callable[[Plan, list[int], BatchRangefinder], "list[Event]"]:
    """What works on shards in this process, on `most` of them."""

    def run(plan: Plan, shards: list[int], looker: BatchRangefinder):
        for shard in shards[:most]:
            watch(shard)
            yield write_shard(plan, shard, looker)
        if most is not None and most < len(shards):
            raise KeyboardInterrupt

    return run
