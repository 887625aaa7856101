"""The objects that are farthest off."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from howfar.errors import OutputError
from howfar.evaluation.objects.evaluation import evaluate_objects
from howfar.evaluation.objects.pictures import (
    MEASURED,
    REGION,
    SIDE_PX,
    TRUE,
    draw_object,
    draw_worst,
    worst,
    write_object_pictures,
)
from howfar.scene import DepthMap
from tests.evaluation.objects.object_cases import (
    RIGHT,
    distance,
    measured,
    object_options,
    object_result,
    object_sample,
)
from tests.evaluation.predictors import Predictor, red_tenths


def holds(image: np.ndarray, colour: tuple[int, int, int]) -> bool:
    return bool((image == colour).all(axis=-1).any())


@pytest.mark.parametrize(
    ("estimates", "shown", "expected"),
    [
        pytest.param([2.2, 3.0, 1.2], 3, [1, 2, 0], id="the greatest relative error first"),
        pytest.param([2.2, 3.0, 1.2], 2, [1, 2], id="not more than asked for"),
        pytest.param([math.nan, 2.1, math.nan], 3, [1], id="not those without a distance"),
        pytest.param([2.5, 1.5, 2.5], 3, [0, 1, 2], id="equals in their order"),
        pytest.param([], 3, [], id="none at all"),
    ],
)
def test_which_are_the_worst(estimates: list[float], shown: int, expected: list[int]) -> None:
    objects = [measured(2.0, distance(depth_m), sample_index=index) for index, depth_m in enumerate(estimates)]
    assert [each.sample_index for each, _ in worst(object_result(*objects), "median", shown)] == expected


def test_the_worst_of_the_last_method_are_drawn_from_their_own_pictures() -> None:
    samples = [object_sample(depth_m=(2.0, 5.0)), object_sample(depth_m=(2.0, 4.0), name="next")]
    result = evaluate_objects(samples, object_options("mean", "median"))
    first, *others = draw_worst(samples, result)
    assert first.caption == "worst-01: next, sofa, truth 4.00 m, median 5.00 m (+25 %)"
    assert [picture.rank for picture in others] == ["worst-02", "worst-03", "worst-04"]


def test_the_network_looks_at_the_worst_pictures_once_more() -> None:
    network, samples = Predictor(red_tenths), [object_sample()]
    result = evaluate_objects(samples, object_options(depth="network"), None, network)
    assert len(draw_worst(samples, result, network)) == 2
    assert len(network.seen) == 3


def test_a_relative_depth_network_has_no_worst_object() -> None:
    network, samples = Predictor(red_tenths, "relative_inverse"), [object_sample()]
    result = evaluate_objects(samples, object_options(depth="network"), None, network)
    assert draw_worst(samples, result, network) == []


def test_photo_and_depth_stand_beside_each_other_with_the_box_and_the_region() -> None:
    sample = object_sample()
    (_, sofa) = evaluate_objects([sample], object_options("central-mean")).objects
    assert sample.depth_map_m is not None
    image = draw_object(sample, DepthMap(sample.depth_map_m, "metres"), sofa, sofa.distances[0])
    left, right = image[:, : image.shape[1] // 2], image[:, image.shape[1] // 2 :]
    for half in (left, right):
        assert holds(half, MEASURED)
        assert holds(half[40:-40], REGION)  # not only in the margins
        assert not holds(half, TRUE)
    assert holds(left, (60, 60, 60))
    assert not holds(right, (60, 60, 60))
    assert SIDE_PX < image.shape[0] < 1.4 * SIDE_PX


def test_the_true_box_is_drawn_too_where_it_is_another() -> None:
    sample = object_sample()
    each = replace(measured(2.0, distance(5.0), box=RIGHT), measured_xyxy_px=(30.0, 2.0, 62.0, 30.0))
    image = draw_object(sample, DepthMap(np.ones((4, 4)), "metres"), each, each.distances[0])
    assert holds(image, TRUE)
    assert holds(image, MEASURED)


@pytest.mark.parametrize(
    "box",
    [
        pytest.param((10.0, 10.0, 10.4, 10.4), id="less than a pixel"),
        pytest.param((0.0, 0.0, 64.0, 48.0), id="the whole picture"),
        pytest.param((-8.0, 30.0, 90.0, 70.0), id="more than the picture"),
        pytest.param((0.0, 20.0, 64.0, 21.0), id="a strip"),
    ],
)
def test_a_box_of_any_size_is_drawn(box: tuple[float, float, float, float]) -> None:
    each = measured(2.0, distance(3.0), box=box)
    image = draw_object(object_sample(), DepthMap(np.ones((4, 4)), "metres"), each, each.distances[0])
    assert holds(image, MEASURED)
    assert image.shape[1] <= 2 * SIDE_PX + 20


def test_far_objects_have_a_scale_that_reaches_them() -> None:
    sample, depth = object_sample(), np.full((48, 64), 20.0, dtype=np.float32)
    depth[:, 32:] = 60.0
    each = measured(20.0, distance(60.0), box=(20.0, 4.0, 44.0, 44.0))
    image = draw_object(sample, DepthMap(depth, "metres"), each, each.distances[0])
    near, far = image[image.shape[0] // 2, image.shape[1] // 2 + 8], image[image.shape[0] // 2, -4]
    assert near.tolist() != far.tolist()


def test_pictures_are_written_and_not_over_others(tmp_path: Path) -> None:
    samples = [object_sample(name="deep/room.jpg")]
    pictures = draw_worst(samples, evaluate_objects(samples, object_options()))
    written = write_object_pictures(pictures, tmp_path / "new")
    assert [path.name for path in written] == ["worst-01-room.png", "worst-02-room.png"]
    assert np.asarray(Image.open(written[0])).shape == pictures[0].image.shape
    with pytest.raises(OutputError, match="exists already"):
        write_object_pictures(pictures, tmp_path / "new")
