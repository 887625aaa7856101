"""Drawing the worst objects of all data sets."""

from pathlib import Path

from howfar.evaluation.everywhere.evaluation import evaluate_data_set
from howfar.evaluation.everywhere.pictures import draw_worst, grid_of, write_worst
from howfar.pipeline.rangefinder import Rangefinder
from howfar.ranging.cues.sizes import parse_sizes
from tests.evaluation.everywhere.everywhere_cases import CLASSES, finder_of, finding, measured_rooms, pictures
from tests.evaluation.objects.object_cases import LEFT, RIGHT, object_sample
from tests.evaluation.predictors import Predictor, red_tenths


def test_the_greatest_factor_comes_first_whichever_way_it_is_off(tmp_path: Path) -> None:
    finder = finder_of(tmp_path, (LEFT, 0.9, "Chair"), (RIGHT, 0.8, "couch"))
    far = evaluate_data_set(pictures(object_sample(depth_m=(30.0, 3.0), name="far")), finder, CLASSES)
    near = evaluate_data_set(pictures(object_sample(depth_m=(1.0, 6.0), name="near")), finder, CLASSES)
    drawn = draw_worst([near, far], finder, shown=3)
    assert [(one.rank, one.measured.picture, one.measured.label) for one in drawn] == [
        ("worst-01", "far", "chair"),  # 3 m in place of 30 m
        ("worst-02", "near", "chair"),  # 3 m in place of 1 m
        ("worst-03", "far", "sofa"),  # 6 m in place of 3 m
    ]
    assert "truth 30.00 m" in drawn[0].caption


def test_the_truth_that_is_compared_is_written_below(tmp_path: Path) -> None:
    result, finder = measured_rooms(tmp_path)
    assert "sofa, truth 3.00 m" in draw_worst([result], finder)[0].caption


def test_they_are_written_one_by_one_and_as_a_grid(tmp_path: Path) -> None:
    result, finder = measured_rooms(tmp_path)
    drawn = draw_worst([result], finder)
    write_worst(drawn, tmp_path / "worst")
    assert sorted(path.name for path in (tmp_path / "worst").iterdir()) == [
        "worst-01-room.png",
        "worst-02-room.png",
        "worst.png",
    ]
    assert grid_of(drawn).shape[1] > 2 * drawn[0].image.shape[1]


def test_where_nothing_has_metres_nothing_is_drawn(tmp_path: Path) -> None:
    result, finder = measured_rooms(tmp_path, kind="relative_depth")
    drawn = draw_worst([result], finder)
    write_worst(drawn, tmp_path / "worst")
    assert (drawn, (tmp_path / "worst").exists()) == ([], False)


def test_where_sizes_alone_gave_the_metres_the_map_is_drawn_without_any(tmp_path: Path) -> None:
    sizes = parse_sizes({"Chair": {"height_m": 1.0, "log_sd": 0.1}}, "the test")
    relative = Predictor(red_tenths, "relative_depth")
    box = (20.0, 12.0, 34.0, 32.0)
    finder = Rangefinder(finding(tmp_path, (box, 0.9, "Chair")), relative, "median", cues="size", sizes=sizes)
    result = evaluate_data_set(pictures(object_sample(("chair",), (2.0,), (box,))), finder, CLASSES)
    assert result.figures().with_metres == 1
    assert len(draw_worst([result], finder)) == 1
