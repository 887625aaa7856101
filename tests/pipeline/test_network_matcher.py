"""A stereo network with its card as a matcher."""

from pathlib import Path

import numpy as np
import pytest

from howfar import Frame
from howfar.errors import ModelError, SettingError
from howfar.models import open_depth_network
from howfar.models.check import check_model
from howfar.models.library import find_model
from howfar.pipeline.open_matcher import open_matcher
from howfar.stereo.sgbm import SgbmMatcher
from tests.models.onnx_files import mean_depth, pair_depth


def stereo_network(folder: Path) -> Path:
    """The network of a pair, whose disparity in an input of 64×48 is the left picture minus the right one."""
    path = pair_depth(folder)
    card = path.with_suffix(".toml")
    card.write_text(card.read_text().replace('kind = "metres"', 'kind = "disparity_px"'))
    return path


def grey(level: int, width: int = 128, height: int = 96) -> np.ndarray:
    return np.full((height, width, 3), level, dtype=np.uint8)


def test_disparities_are_those_of_the_pictures_pixels(tmp_path: Path) -> None:
    matcher = open_matcher(stereo_network(tmp_path))
    found = matcher.match(grey(55), grey(50))
    assert matcher.name == "pair"
    assert found.values_px.shape == (96, 128)
    np.testing.assert_allclose(found.values_px, 10.0)
    np.testing.assert_allclose(found.sd_px[:, 12:], 2.0)
    assert found.matched[:, 10:].all()
    assert not found.matched[:, :9].any(), "these lie outside the right-hand picture"


def test_what_is_above_the_largest_disparity_is_unknown(tmp_path: Path) -> None:
    found = open_matcher(stereo_network(tmp_path)).match(grey(55), grey(50), 8)
    assert np.isnan(found.values_px).all()
    assert np.isnan(found.sd_px).all()
    assert not found.matched.any()


def test_pictures_of_two_sizes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="of one size"):
        open_matcher(stereo_network(tmp_path)).match(grey(55), grey(50, 120))


def test_a_network_of_one_picture_matches_nothing(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no stereo network"):
        open_matcher(mean_depth(tmp_path))


def test_a_network_of_one_picture_gives_no_disparities(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="kind"):
        open_depth_network(mean_depth(tmp_path, 'kind = "disparity_px"'))


def test_a_stereo_network_is_no_depth_network(tmp_path: Path) -> None:
    network = open_depth_network(stereo_network(tmp_path))
    with pytest.raises(ModelError, match="disparities of a pair"):
        network.estimate(Frame(grey(55, 64, 48), "left", right=grey(50, 64, 48)))


def test_the_default_matcher_needs_no_file() -> None:
    assert isinstance(open_matcher("sgbm"), SgbmMatcher)


def test_the_file_of_a_stereo_network_is_checked_like_any_other(tmp_path: Path) -> None:
    path = stereo_network(tmp_path)
    assert check_model(*find_model(path)) > 0
