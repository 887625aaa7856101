"""Pictures of anywhere as samples."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from howfar.errors import SettingError, SourceError
from howfar.evaluation.comparison.samples import picture_samples
from howfar.scene.lens import Lens
from howfar.sources.opening import open_sources


@pytest.fixture
def pictures(tmp_path: Path) -> list[str]:
    """Two pictures of 20×10 pixels, grey 5 and 6, with depth maps of 1 and 2 m."""
    for place, name in enumerate("ab"):
        Image.new("RGB", (20, 10), (5 + place,) * 3).save(tmp_path / f"{name}.png")
        np.save(tmp_path / f"{name}.npy", np.full((10, 20), 1.0 + place, dtype=np.float32))
    return [str(tmp_path / f"{name}.png") for name in "ab"]


def depths(pictures: list[str]) -> list[Path]:
    return [Path(picture).with_suffix(".npy") for picture in pictures]


def test_each_picture_has_its_own_truth(pictures: list[str]) -> None:
    samples = picture_samples(open_sources(pictures), depths(pictures), Lens(focal_px=30.0))
    assert [sample.name for sample in samples] == pictures
    assert [int(sample.image[0, 0, 0]) for sample in samples] == [5, 6]
    assert [float(sample.depth_m.mean()) for sample in samples] == [1.0, 2.0]
    assert samples[0].camera.fx_px == 30.0


def test_without_truths_the_depth_is_unknown_and_the_camera_assumed(pictures: list[str]) -> None:
    sample = picture_samples(open_sources(pictures), [], Lens())[1]
    assert sample.depth_m.shape == (10, 20)
    assert np.isnan(sample.depth_m).all()
    assert sample.camera.origin == "assumed"


def test_the_unit_reaches_the_depth_maps(pictures: list[str]) -> None:
    assert picture_samples(open_sources(pictures), depths(pictures), Lens(), "mm")[0].depth_m[0, 0] == pytest.approx(
        0.001
    )


def test_a_truth_of_another_size_is_refused(pictures: list[str]) -> None:
    np.save(depths(pictures)[1], np.ones((20, 40)))
    samples = picture_samples(open_sources(pictures), depths(pictures), Lens())
    with pytest.raises(SettingError, match=r"b\.npy has 40×20 values and its picture .*b\.png 20×10 pixels"):
        samples[1]


def test_too_few_truths_are_refused(pictures: list[str]) -> None:
    with pytest.raises(SettingError, match="pictures: 2, depth maps: 1"):
        picture_samples(open_sources(pictures), depths(pictures)[:1], Lens())


def test_a_video_is_refused(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").touch()
    with pytest.raises(SourceError, match="is a video"):
        picture_samples(open_sources([str(tmp_path / "film.mp4")]), [], Lens())
