"""Matchers by their names."""

from pathlib import Path

import numpy as np
import pytest

from howfar.errors import ModelError
from howfar.models.library import DEFAULT_DEPTH
from howfar.pipeline.open_matcher import open_matcher
from tests.training.data.stereo.rendered import DISPARITY_PX, noise_pair


@pytest.mark.parametrize("name", ["sgbm", "mc-cnn"])
def test_it_finds_the_disparity_of_a_wall(name: str) -> None:
    sample = noise_pair(0)
    matcher = open_matcher(name)
    found = matcher.match(sample.left, sample.right, 24)
    assert matcher.name == name
    inside = found.matched[4:-4, 30:-4]
    assert inside.mean() > 0.9
    assert np.abs(found.values_px[4:-4, 30:-4][inside] - DISPARITY_PX).max() < 0.5


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        pytest.param("elas", "No model is called 'elas'", id="a name that nobody knows"),
        pytest.param("nowhere.onnx", "There is no model file", id="a file that is not there"),
        pytest.param(DEFAULT_DEPTH, "is no stereo network", id="a network of one picture"),
    ],
)
def test_what_matches_no_pairs(name: str, sentence: str) -> None:
    with pytest.raises(ModelError, match=sentence):
        open_matcher(Path(name) if name.endswith(".onnx") else name)
