"""The best and the worst pictures."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from howfar.datasets import NYU_CAMERA, DepthSample
from howfar.drawing.colours import UNKNOWN
from howfar.errors import OutputError
from howfar.evaluation.depth.evaluation import DepthOptions, ImageScore, compare_depth, evaluate_depth
from howfar.evaluation.depth.metrics import DepthErrors
from howfar.evaluation.depth.pictures import draw_comparison, draw_ranked, ranked, write_pictures
from howfar.evaluation.depth.protocols import FULL, KITTI_GARG
from howfar.scene import Camera
from tests.evaluation.predictors import Predictor, nyu_sample


def scores(rels: list[float]) -> list[ImageScore]:
    errors = DepthErrors(*[0.0] * 9)
    return [ImageScore(place, f"p{place}", replace(errors, rel=rel)) for place, rel in enumerate(rels)]


@pytest.mark.parametrize(
    ("rels", "worst", "best"),
    [
        pytest.param([0.3, 0.1, 0.9, 0.2, 0.5, 0.4], [2, 4], [1, 3], id="two of each, in order"),
        pytest.param([0.3, np.nan, 0.1, 0.2], [0, 3], [2], id="none is both, and one without a score is neither"),
        pytest.param([0.3], [0], [], id="a single picture is the worst"),
        pytest.param([], [], [], id="none at all"),
    ],
)
def test_worst_and_best(rels: list[float], worst: list[int], best: list[int]) -> None:
    expected = [(f"worst-{rank}", f"p{place}") for rank, place in enumerate(worst, start=1)]
    expected += [(f"best-{rank}", f"p{place}") for rank, place in enumerate(best, start=1)]
    assert [(rank, score.name) for rank, score in ranked(scores(rels), 2)] == expected


def drawn_parts(compared_with: np.ndarray) -> list[np.ndarray]:
    """The last rows of image, truth, prediction and error for a prediction of 2 m on the left and 3 m on the right."""
    output = np.full((480, 640), 2.0)
    output[:, 320:] = 3.0
    sample = nyu_sample(compared_with, np.full((480, 640, 3), 77, dtype=np.uint8))
    drawn = draw_comparison(compare_depth(sample, Predictor(lambda _: output), DepthOptions()), DepthOptions())
    top = drawn.shape[0] - 480 - (drawn.shape[0] - 480) // 2
    starts = [round(place * (drawn.shape[1] - 640) / 3) for place in range(4)]
    return [drawn[top + 200, start + 5 : start + 635] for start in starts]


def test_image_truth_prediction_and_error_stand_beside_each_other() -> None:
    image, truth, prediction, error = drawn_parts(np.full((480, 640), 2.0))
    assert (image == 77).all()
    assert (truth == truth[0]).all()
    assert (prediction[0] == truth[0]).all()
    assert (prediction[-1] != truth[0]).any()
    assert error[0].tolist() == list(UNKNOWN)  # outside the window
    assert error[200].sum() < 20  # none: nearly black
    assert error[500].sum() > 500  # half of the truth: bright


def test_what_is_not_compared_is_grey_in_the_error() -> None:
    truth_m = np.full((480, 640), 2.0)
    truth_m[:, 400:] = np.nan
    error = drawn_parts(truth_m)[3]
    assert error[500].tolist() == list(UNKNOWN)


def test_the_points_of_a_sparse_truth_are_enlarged_and_a_wide_picture_takes_two_rows() -> None:
    truth_m = np.full((375, 1242), np.nan, dtype=np.float32)
    truth_m[200, 600] = 10.0
    sample = DepthSample("street", np.full((375, 1242, 3), 7, np.uint8), truth_m, Camera.from_focal(1242, 375, 721.5))
    options = DepthOptions(KITTI_GARG)
    drawn = draw_comparison(compare_depth(sample, Predictor(lambda _: truth_m * 0 + 10), options), options)
    assert drawn.shape[0] > 2 * 375
    assert drawn.shape[1] < 3 * 1242
    right = drawn[:, 1242:]
    grey = (right == UNKNOWN).all(axis=-1)
    top = int(np.argmax(grey.any(axis=1)))
    assert (~grey[top : top + 375, 10:1240]).sum() == 25


def test_the_ranked_pictures_are_drawn_from_the_right_samples_and_written(tmp_path: Path) -> None:
    samples = [nyu_sample(truth_m, name=f"deep/n{truth_m}.png") for truth_m in (2, 4, 3)]
    network = Predictor(lambda _: np.full((48, 64), 2.0))
    pictures = draw_ranked(samples, network, evaluate_depth(samples, network))
    assert [picture.caption for picture in pictures] == [
        "worst-1: deep/n4.png, REL 0.500, RMSE 2.000 m, δ < 1.25 0.000",
        "worst-2: deep/n3.png, REL 0.333, RMSE 1.000 m, δ < 1.25 0.000",
        "worst-3: deep/n2.png, REL 0.000, RMSE 0.000 m, δ < 1.25 1.000",
    ]
    written = write_pictures(pictures, tmp_path / "new")
    assert [path.name for path in written] == ["worst-1-n4.png", "worst-2-n3.png", "worst-3-n2.png"]
    assert np.asarray(Image.open(written[0])).shape == pictures[0].image.shape
    with pytest.raises(OutputError, match="exists already"):
        write_pictures(pictures, tmp_path / "new")


def test_the_colours_end_at_the_protocols_cap() -> None:
    depth_m = np.full((480, 640), 20.0, dtype=np.float32)
    sample = DepthSample("street", np.zeros((480, 640, 3), np.uint8), depth_m, NYU_CAMERA)
    options = DepthOptions(KITTI_GARG)
    drawn = draw_comparison(compare_depth(sample, Predictor(lambda _: depth_m), options), options)
    near = draw_comparison(
        compare_depth(replace(sample, depth_m=depth_m * 3), Predictor(lambda _: depth_m * 3), options), options
    )
    assert (drawn != near).any()  # 20 m and 60 m have two colours


def test_by_full_the_colours_end_at_the_farthest_truth_of_the_picture() -> None:
    depth_m = np.full((480, 640), 2.0, dtype=np.float32)
    depth_m[:, 320:] = 4.0
    options = DepthOptions(FULL)
    drawn = [
        draw_comparison(
            compare_depth(nyu_sample(scale * depth_m), Predictor(lambda _, s=scale: s * depth_m), options), options
        )
        for scale in (1, 8)
    ]
    map_rows = drawn[0].shape[0] // 2
    assert (drawn[0][map_rows] == drawn[1][map_rows]).all()
