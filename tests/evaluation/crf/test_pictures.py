"""From a picture and its network to the field, and back."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from howfar.errors import ModelError
from howfar.evaluation.crf.pictures import refine, see
from howfar.evaluation.crf.weights import CrfWeights
from howfar.models import open_depth_network
from howfar.models.depth import CardDepth
from howfar.scene import Frame
from tests.models.onnx_files import depth_and_classes, mean_depth

IMAGE = np.full((48, 64, 3), 50, np.uint8)
IMAGE[:, 32:] = 200
"""Dark and 5 m on the left, bright and 20 m on the right."""

NOTHING = CrfWeights(smooth_depth=0, smooth_classes=0, geometry=0, plane=0, segment_class=0)


@pytest.fixture
def network(tmp_path: Path) -> CardDepth:
    return open_depth_network(depth_and_classes(tmp_path))


def test_superpixels_have_the_networks_depth_and_classes(network: CardDepth) -> None:
    seen = see(network, Frame(IMAGE, "made"))
    evidence = seen.evidence
    left = evidence.layers.positions[:, 0] < -0.3
    np.testing.assert_allclose(np.exp(evidence.log_depths[left]), 5.0, rtol=1e-4)
    np.testing.assert_allclose(evidence.probabilities[left, 0], 1 - 50 / 255, atol=1e-4)
    assert (seen.classes, seen.labels(64, 48).shape) == (2, (48, 64))
    assert (seen.labels(64, 48)[0, [0, -1]] == [0, 1]).all()


def test_a_field_that_says_nothing_gives_the_networks_own_maps_back(network: CardDepth) -> None:
    seen = see(network, Frame(IMAGE, "made"))
    refined = refine(seen, NOTHING)
    np.testing.assert_allclose(refined.depth.values, seen.depth.values, rtol=1e-4)
    assert (refined.labels(128, 96)[:, [0, -1]] == [0, 1]).all()


def test_without_detail_a_superpixel_has_one_depth(network: CardDepth) -> None:
    rng = np.random.default_rng(0)
    seen = see(network, Frame(rng.integers(90, 110, (48, 64, 3)).astype(np.uint8), "made"))
    refined = refine(seen, replace(NOTHING, detail=0.0))
    layers = seen.evidence.layers
    assert np.unique(refined.depth.values[layers.labels == 0]).size == 1


def test_classes_may_stay_out(network: CardDepth) -> None:
    assert refine(see(network, Frame(IMAGE, "made")), NOTHING, with_classes=False).classes is None


def test_a_network_without_classes_has_none(tmp_path: Path) -> None:
    seen = see(open_depth_network(mean_depth(tmp_path)), Frame(IMAGE, "made"))
    assert (seen.probabilities, seen.classes, seen.evidence.probabilities) == (None, 0, None)
    assert refine(seen, NOTHING).classes is None


@pytest.mark.parametrize(
    ("card", "fit", "says"),
    [
        pytest.param('kind = "relative_inverse"', "keep-aspect", "gives relative depth", id="relative depth"),
        pytest.param('kind = "metres"', "letterbox", "between bars", id="a picture between bars"),
    ],
)
def test_a_network_that_the_field_cannot_be_laid_over_is_refused(
    tmp_path: Path, card: str, fit: str, says: str
) -> None:
    with pytest.raises(ModelError, match=says):
        see(open_depth_network(mean_depth(tmp_path, card, fit)), Frame(IMAGE, "made"))


class _Other:
    """A session whose classes, or whose depth, are not what they should be."""

    def __init__(self, session, **outputs: np.ndarray) -> None:
        self._session, self._outputs = session, outputs
        self.name = session.name

    def run(self, *tensors):
        return {**self._session.run(*tensors), **self._outputs}


@pytest.mark.parametrize(
    ("outputs", "says"),
    [
        pytest.param({"class_probabilities": np.ones((2, 6, 8), np.float32)}, "is read", id="classes without a batch"),
        pytest.param({"out": np.full((1, 1, 48, 64), np.nan, np.float32)}, "no depth at all", id="no depth"),
    ],
)
def test_outputs_that_cannot_be_read_are_refused(network: CardDepth, outputs, says: str) -> None:
    broken = CardDepth(network.card, _Other(network.session, **outputs))
    with pytest.raises(ModelError, match=says):
        see(broken, Frame(IMAGE, "made"))
