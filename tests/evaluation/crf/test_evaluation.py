"""Measuring what the field gains, and choosing its weights."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from howfar.datasets import NYU_CAMERA, DepthSample
from howfar.errors import SettingError
from howfar.evaluation.crf import evaluation
from howfar.evaluation.crf.evaluation import (
    DEPTH_FIELD,
    JOINT_FIELD,
    NETWORK,
    Stage,
    choices,
    choose_weights,
    learn_geometry,
    look_at,
    measure,
)
from howfar.evaluation.crf.reports import crf_report, crf_rows
from howfar.evaluation.crf.weights import OF_CLASSES, CrfWeights
from howfar.models import open_depth_network
from howfar.models.depth import CardDepth
from tests.models.onnx_files import depth_and_classes, mean_depth

QUIET = CrfWeights(smooth_depth=0, smooth_classes=0, geometry=0, plane=0, segment_class=0)


def sample(*, labelled: bool = True, noise: int = 0) -> DepthSample:
    """4 m and class 0 on the left, 8 m and class 1 on the right, in greys that say so but for some noise."""
    rng = np.random.default_rng(3)
    far = np.broadcast_to(np.arange(640) >= 320, (480, 640))
    grey = np.where(far, 80, 40) + (
        rng.integers(-noise, noise + 1, (15, 20)).repeat(32, 0).repeat(32, 1) if noise else 0
    )
    image = np.repeat(grey[..., None], 3, axis=2).astype(np.uint8)
    classes = far.astype(np.uint8) if labelled else None
    return DepthSample("made", image, np.where(far, 8, 4).astype(np.float32), NYU_CAMERA, classes)


@pytest.fixture
def network(tmp_path: Path) -> CardDepth:
    return open_depth_network(depth_and_classes(tmp_path))


def test_each_row_has_its_depth_and_its_classes(network: CardDepth) -> None:
    stages = [NETWORK, Stage(DEPTH_FIELD, QUIET), Stage(JOINT_FIELD, QUIET, learn_geometry([sample()], 2), True)]
    alone, depth, joint = measure([sample()], network, stages)
    assert alone.depth.rel == pytest.approx(0, abs=0.02)
    assert depth.depth.rel == pytest.approx(alone.depth.rel, abs=0.01)
    assert depth.classes is None
    # Both halves are darker than the middle grey, so all is of class 0.
    assert alone.classes.pixel_accuracy == joint.classes.pixel_accuracy == 0.5
    rows = crf_rows([alone, depth, joint], crf_report([alone, depth, joint], data="made", model="m", chosen_on="none"))
    assert [row["stage"] for row in rows] == [NETWORK.name, DEPTH_FIELD, JOINT_FIELD]
    assert rows[0]["weights"] == ""
    assert "smooth_depth 0" in rows[1]["weights"]
    assert np.isnan(rows[1]["miou"])


def test_a_report_stands_beside_the_printed_row(network: CardDepth) -> None:
    report = crf_report(measure([sample()], network, [NETWORK]), data="made", model="m", chosen_on="none")
    (table,) = report.tables
    assert table.rows[0][:4] == ("Wang et al., CVPR 2015: as published", "0.220", "0.745", "0.605")
    assert table.rows[1][0] == "the network"


def test_weights_are_chosen_by_the_errors_they_leave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "CHOICES", {"smooth_depth": (0.0, 4.0), "colour": (30.0,)})
    pictures = look_at([sample(noise=12)], open_depth_network(mean_depth(tmp_path, 'kind = "metres"')))
    tried: list[str] = []
    chosen = choose_weights(pictures, Stage(DEPTH_FIELD, replace(QUIET, colour=5.0)), tried.append)
    assert tried == ["smooth_depth", "smooth_depth", "colour"]
    assert chosen.weights.smooth_depth == 4.0  # the noise is in the depth, and neighbours know better
    before, after = (evaluation._scores(pictures, each)[0] for each in (NETWORK, chosen))
    assert after < 0.9 * before


def test_a_field_without_classes_has_no_weights_of_them() -> None:
    assert not set(choices(Stage(DEPTH_FIELD))) & set(OF_CLASSES)
    assert set(choices(Stage(JOINT_FIELD, with_classes=True))) >= set(OF_CLASSES)


def test_without_labels_no_geometry_is_learned() -> None:
    with pytest.raises(SettingError, match="no semantic labels"):
        learn_geometry([sample(labelled=False)], 2)
