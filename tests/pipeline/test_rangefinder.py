"""The pipeline, on networks small enough to be worked out by hand and on the embedded ones."""

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import howfar
from howfar import Camera, DepthMap, Rangefinder
from howfar.datasets.nyu import NyuDepthV2
from howfar.errors import ModelError, SettingError, SourceError
from howfar.models import DEFAULT_DEPTH, CardJoint, open_depth_network, open_detector
from howfar.models.model_file import file_digest
from howfar.pipeline.spec import RangefinderSpec
from howfar.ranging import Bounds, parse_method
from howfar.ranging.cues.sizes import ClassSize, SizeTable
from howfar.scene.calibration import Calibration, DepthScale, Distortion
from howfar.scene.frame import Frame
from tests.models.onnx_files import constant_detector, joint_network, mean_depth

CAMERA = Camera.from_focal(64, 48, 50.0)
CARD = 'layout = "yolov8"\nclasses = ["cup", "dog"]\nscore = 0.5\nnms = 0.5'
BOXES = np.array([[(16, 24, 20, 20, 0.9, 0.0), (48, 24, 20, 20, 0.0, 0.8)]], dtype=np.float32).transpose(0, 2, 1)
"""A cup in the left half and a dog in the right half of a 64×48 picture."""


@pytest.fixture
def models(tmp_path: Path) -> dict[str, Path]:
    """A detector that always finds the cup and the dog, and a depth network that gives grey / 10."""
    return {"detector": constant_detector(tmp_path, {"out": BOXES}, CARD), "depth": mean_depth(tmp_path)}


def halves(left: int, right: int) -> np.ndarray:
    """A picture that is `left` metres away on its left half and `right` metres on its right half."""
    image = np.empty((48, 64, 3), dtype=np.uint8)
    image[:, :32] = left * 10
    image[:, 32:] = right * 10
    return image


def seen(view) -> list[tuple[str, float]]:
    return [(each.label, round(each.depth_m, 3)) for each in view]


def test_objects_come_with_their_depth_nearest_first(models) -> None:
    finder = Rangefinder(**models, camera=CAMERA)
    assert seen(finder.look(halves(2, 5))) == [("cup", 2.0), ("dog", 5.0)]
    assert seen(finder.look(halves(5, 2))) == [("dog", 2.0), ("cup", 5.0)]


@pytest.mark.parametrize(
    ("max_depth_m", "labelled", "beyond"),
    [
        pytest.param(None, ["cup", "dog"], [], id="no maximum"),
        pytest.param(5.0, ["cup", "dog"], [], id="a maximum that holds all"),
        pytest.param(4.9, ["cup"], ["dog"], id="a maximum between the two"),
        pytest.param(1.0, [], ["cup", "dog"], id="a maximum before all"),
    ],
)
def test_only_objects_within_the_maximum_are_labelled(models, max_depth_m, labelled, beyond) -> None:
    finder = Rangefinder(**models, camera=CAMERA)
    for view in (
        finder.look(halves(2, 5), max_depth_m=max_depth_m),
        Rangefinder(**models, camera=CAMERA, max_depth_m=max_depth_m).look(halves(2, 5)),
    ):
        assert [each.label for each in view] == labelled
        assert [each.label for each in view.beyond] == beyond
        assert view.max_depth_m == max_depth_m


def test_each_method_gives_a_view_from_one_pass(models) -> None:
    image = halves(2, 5)
    image[14:34, 6:16] = 30
    finder = Rangefinder(**models, method=["mean", "min"], camera=CAMERA, classes=["cup"])
    by_mean, by_min = finder.look_each(image)
    assert (by_mean.objects[0].distance.method, by_min.objects[0].distance.method) == ("mean", "min")
    assert by_min.objects[0].depth_m < by_mean.objects[0].depth_m
    assert by_mean.depth is by_min.depth


def test_the_scene_says_where_its_numbers_come_from(models) -> None:
    view = Rangefinder(**models).look(halves(2, 5))
    assert view.models == {"detector": "detector", "depth": "depth"}
    assert view.camera.origin == "assumed"
    assert set(view.timing_ms) == {"detect", "depth", "range"}
    assert view.source == "array"
    assert (view.width_px, view.height_px) == (64, 48)


def test_a_depth_map_of_ones_own_takes_the_networks_place(models) -> None:
    own = DepthMap(np.full((24, 32), 3.5), "metres")
    view = Rangefinder(**models, camera=CAMERA, cues="depth").look(halves(2, 5), depth=own)
    assert [each.depth_m for each in view] == [3.5, 3.5]
    assert view.models["depth"] == "given"


@pytest.mark.parametrize(
    ("shape", "settings", "says"),
    [
        pytest.param((24, 24), {}, "another aspect ratio", id="a map of another shape"),
        pytest.param((24, 32), {"depth_on": "crops"}, "does not go with depth on crops", id="crops of a given map"),
    ],
)
def test_a_depth_map_that_cannot_take_its_place_is_refused(models, shape, settings: dict, says: str) -> None:
    own = DepthMap(np.full(shape, 3.5), "metres")
    with pytest.raises(SettingError, match=says):
        Rangefinder(**models, **settings).look(halves(2, 5), depth=own)


@pytest.fixture(params=["relative_inverse", "relative_depth"])
def relative(request, models, tmp_path: Path) -> dict[str, Path]:
    """The models with a relative depth network, which gives grey / 10."""
    (tmp_path / "relative").mkdir()
    return {
        **models,
        "depth": mean_depth(tmp_path / "relative", f'kind = "{request.param}"'),
        "metric": models["depth"],
    }


def finder_of(relative: dict[str, Path], **settings) -> Rangefinder:
    return Rangefinder(relative["detector"], relative["depth"], camera=CAMERA, **settings)


def near_and_far(relative: dict[str, Path], near: int, far: int) -> np.ndarray:
    """A picture whose left half is nearer than its right half, as a network of this kind sees it."""
    inverse = "relative_inverse" in relative["depth"].with_suffix(".toml").read_text()
    return halves(far, near) if inverse else halves(near, far)


def test_a_relative_network_gives_no_metres_but_an_order(relative) -> None:
    view = finder_of(relative).look(near_and_far(relative, 2, 5))
    assert [(each.label, each.nearness_rank) for each in view] == [("cup", 1), ("dog", 2)]
    assert all(math.isnan(each.depth_m) for each in view)
    assert view.alignment is None
    assert "as its anchor" in view.no_metres
    assert "--" not in view.no_metres, "the command line names its flags itself"
    assert not Rangefinder(relative["detector"], relative["metric"]).look(halves(2, 5)).no_metres


def test_a_maximum_depth_needs_metres(relative) -> None:
    finder = finder_of(relative)
    with pytest.raises(SettingError, match=r"maximum depth needs metres, and .* as its anchor") as refused:
        finder.look(halves(2, 5), max_depth_m=3.0)
    assert refused.value.setting == "max_depth_m"


def test_the_map_of_a_metric_network_anchors_a_relative_one(models, tmp_path: Path) -> None:
    (tmp_path / "relative").mkdir()
    relative = mean_depth(tmp_path / "relative", 'kind = "relative_depth"')
    view = Rangefinder(models["detector"], relative, camera=CAMERA, anchor=models["depth"]).look(halves(2, 5))
    assert seen(view) == [("cup", 2.0), ("dog", 5.0)]
    assert view.models == {"detector": "detector", "depth": "depth", "anchor": "depth"}
    assert view.alignment is not None
    assert (view.alignment.evidence, view.alignment.line.scale) == (("anchor",), pytest.approx(1.0, rel=1e-3))
    assert [each.nearness_rank for each in view] == [None, None]


def test_an_anchor_that_has_near_and_far_exchanged_is_not_used(models, tmp_path: Path) -> None:
    (tmp_path / "relative").mkdir()
    relative = mean_depth(tmp_path / "relative", 'kind = "relative_inverse"')
    view = Rangefinder(models["detector"], relative, camera=CAMERA, anchor=models["depth"]).look(halves(2, 5))
    assert [(each.label, each.nearness_rank) for each in view] == [("dog", 1), ("cup", 2)]
    assert "contradicts the depth map" in view.no_metres


def test_known_distances_give_a_relative_network_metres(relative) -> None:
    view = finder_of(relative, known=["cup=2.0", "2=5.0"]).look(near_and_far(relative, 2, 5))
    assert [round(each.range_m, 2) for each in view] == [2.0, 5.0]
    assert view.alignment is not None
    assert view.alignment.evidence == ("known",)
    assert all(each.distance.low_m < each.depth_m < each.distance.high_m for each in view)


def test_one_known_distance_gives_a_scale_alone(relative) -> None:
    view = finder_of(relative, known="cup=2.0").look(near_and_far(relative, 2, 5))
    assert view.objects[0].range_m == pytest.approx(2.0, abs=0.01)
    assert view.alignment is not None
    assert (view.alignment.points, view.alignment.line.shift) == (1, 0.0)


def test_a_known_distance_frees_the_scale_from_an_assumed_camera(relative) -> None:
    finder = Rangefinder(relative["detector"], relative["depth"], known=["cup=2.0", "dog=5.0"])
    view = finder.look(near_and_far(relative, 2, 5))
    assert view.camera.origin == "assumed"
    assert not view.assumes_scale


def test_points_of_known_depth_give_a_relative_network_metres(relative) -> None:
    points = np.zeros((48, 64))
    points[::9, 4:32:9], points[::9, 36:64:9] = 2.0, 5.0
    view = finder_of(relative).look(near_and_far(relative, 2, 5), depth_points=DepthMap(points, "metres"))
    assert seen(view) == [("cup", 2.0), ("dog", 5.0)]
    assert view.alignment is not None
    assert view.alignment.evidence == ("points",)
    with pytest.raises(SettingError, match="another aspect ratio"):
        finder_of(relative).look(halves(2, 5), depth_points=DepthMap(np.ones((48, 48)), "metres"))


def test_sizes_that_a_map_is_aligned_by_do_not_speak_a_second_time(relative, tmp_path: Path) -> None:
    (tmp_path / "three").mkdir()
    relative["detector"] = constant_detector(tmp_path / "three", {"out": THREE}, CARD)
    sizes = SizeTable({name: ClassSize(name, height_m=height_m, log_sd=0.1) for name, height_m in SIZES_M.items()})
    view = finder_of(relative, cues="all", sizes=sizes).look(near_and_far(relative, 2, 5))
    assert view.alignment is not None
    assert view.alignment.evidence == ("size",)
    assert [cue.name for cue in view.objects[0].distance.cues] == ["depth", "ground"]
    assert [round(each.depth_m, 1) for each in view] == [2.0, 2.0, 5.0]


THREE = np.array(
    [[(16, 13, 20, 20, 0.9, 0.0), (16, 35, 20, 20, 0.7, 0.0), (48, 24, 20, 20, 0.0, 0.8)]], dtype=np.float32
).transpose(0, 2, 1)
"""Two cups and a dog."""
SIZES_M = {"cup": 2.0 * 20 / 50, "dog": 5.0 * 20 / 50}
"""As high as 20 pixels are 2 and 5 metres away."""


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        pytest.param(
            {"depth": "metric", "anchor": "metric"}, "is metric, and an anchor", id="an anchor of a metric one"
        ),
        pytest.param({"depth": "metric", "known": "cup=2"}, "is metric, and an anchor", id="what is known of one"),
        pytest.param({"anchor": "depth"}, "is a relative depth network", id="a relative anchor"),
        pytest.param({"depth_on": "crops"}, "a scale of its own", id="crops of a relative one"),
        pytest.param({"known": "cat=2"}, "knows no class 'cat'", id="a known distance of an unknown class"),
        pytest.param({"known": "cup"}, "written as chair=2.30", id="a known object without its distance"),
    ],
)
def test_evidence_that_cannot_be_is_refused(relative, settings: dict, says: str) -> None:
    paths = {name: relative.get(value, value) for name, value in settings.items()}
    with pytest.raises(SettingError, match=says):
        Rangefinder(**{"detector": relative["detector"], "depth": relative["depth"], **paths})


def test_points_for_a_metric_map_and_limits_for_a_relative_one_are_refused(relative) -> None:
    points = DepthMap(np.ones((48, 64)), "metres")
    with pytest.raises(SettingError, match="this one has them"):
        Rangefinder(relative["detector"], relative["metric"]).look(halves(2, 5), depth_points=points)
    bounded = parse_method("median", bounds=Bounds(upper_m=3.0))
    with pytest.raises(SettingError, match="has no metres"):
        finder_of(relative, method=bounded).look(halves(2, 5))


def test_a_scale_of_the_anchor_multiplies_what_it_gives(models, tmp_path: Path) -> None:
    (tmp_path / "relative").mkdir()
    relative = mean_depth(tmp_path / "relative", 'kind = "relative_depth"')
    calibration = Calibration(CAMERA, scale=scale_of(models["depth"], 1.5))
    view = Rangefinder(models["detector"], relative, camera=calibration, anchor=models["depth"]).look(halves(2, 5))
    assert seen(view) == [("cup", 3.0), ("dog", 7.5)]
    assert view.depth_scale == 1.5


def test_a_noisy_relative_map_anchored_to_the_embedded_network_is_about_as_far_off(
    shared: Path, tmp_path: Path
) -> None:
    sample = NyuDepthV2(shared / "data/nyu_depth_v2").split("test")[0]
    noise = np.exp(0.05 * np.random.default_rng(0).normal(size=sample.depth_m.shape))
    own = DepthMap(3.0 / (sample.depth_m * noise) + 1.0, "relative_inverse")
    network = mean_depth(tmp_path, 'kind = "relative_inverse"')
    view = Rangefinder(depth=network, anchor=DEFAULT_DEPTH, camera=sample.camera).look(sample.image, depth=own)
    assert view.alignment is not None
    ratio = np.nanmedian(view.depth.metres() / sample.depth_m)
    assert 0.6 < ratio < 1.6


def test_on_crops_each_object_is_seen_alone_and_keeps_its_place(models) -> None:
    finder = Rangefinder(**models, camera=CAMERA, depth_on="crops", method="mean")
    cup, dog = finder.look(halves(2, 5))
    assert (cup.label, dog.label) == ("cup", "dog")
    assert cup.distance.region_xyxy_px == pytest.approx((6, 14, 26, 34))
    assert cup.position_m[0] < 0 < dog.position_m[0]
    enlarged = math.sqrt(56 * 56 / (20 * 20))
    assert cup.depth_m == pytest.approx(2.0 * enlarged), "a crop is enlarged to the input, and so is its focal length"


def test_on_crops_the_weights_keep_their_place_too(models) -> None:
    whole, crops = (Rangefinder(**models, camera=CAMERA, depth_on=on).look(halves(2, 5)) for on in ("image", "crops"))
    for one, other in zip(whole, crops, strict=True):
        assert one.distance.weights is not None
        assert other.distance.weights is not None
        assert other.distance.weights.xyxy_px == pytest.approx(one.distance.weights.xyxy_px)


def test_without_the_camera_scale_a_picture_is_taken_for_the_training_cameras(models) -> None:
    tele = Camera.from_focal(64, 48, 500.0)
    assert seen(Rangefinder(**models, camera=tele, camera_scale=False).look(halves(2, 5)))[0] == ("cup", 2.0)
    assert seen(Rangefinder(**models, camera=tele).look(halves(2, 5)))[0] == ("cup", 20.0)
    crops = Rangefinder(**models, camera=CAMERA, camera_scale=False, depth_on="crops").look(halves(2, 5))
    assert seen(crops)[0] == ("cup", 2.0)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        pytest.param({"score": 1.5}, "score must lie between 0 and 1", id="a score above 1"),
        pytest.param({"nms": -0.1}, "nms must lie between 0 and 1", id="an IoU below 0"),
        pytest.param({"threads": 0}, "at least 1", id="no threads"),
        pytest.param({"depth_on": "boxes"}, "on the image or on crops", id="depth on something else"),
        pytest.param({"max_depth_m": 0.0}, "above 0 metres", id="a maximum of nothing"),
        pytest.param({"max_depth_m": math.nan}, "a finite number", id="a maximum that is NaN"),
        pytest.param({"method": []}, "At least one", id="no method"),
        pytest.param({"method": "average"}, "No ranging method", id="an unknown method"),
        pytest.param({"classes": ["unicorn"]}, "knows no class", id="an unknown class"),
        pytest.param({"fov_deg": 60.0, "focal_px": 50.0}, "once", id="two cameras"),
    ],
)
def test_settings_that_cannot_be_are_refused(models, settings: dict, says: str) -> None:
    with pytest.raises(SettingError, match=says):
        Rangefinder(**models, **settings)


def test_pictures_come_as_path_array_or_frame(models, tmp_path: Path) -> None:
    path = tmp_path / "two.png"
    Image.fromarray(halves(2, 5)).save(path)
    finder = Rangefinder(**models, camera=CAMERA)
    expected = seen(finder.look(halves(2, 5)))
    for picture in (path, str(path), Frame(halves(2, 5), "mine")):
        assert seen(finder.look(picture)) == expected
    assert finder.look(path).source == str(path)


@pytest.mark.parametrize(
    "array",
    [
        pytest.param(np.zeros((48, 64, 2), np.uint8), id="two channels"),
        pytest.param(np.zeros((48, 64, 3), np.float32), id="floating point"),
        pytest.param(np.zeros((0, 64, 3), np.uint8), id="empty"),
    ],
)
def test_an_array_that_is_no_picture_is_refused(models, array) -> None:
    with pytest.raises(SourceError, match="H×W×3 uint8"):
        Rangefinder(**models).look(array)


def test_a_folder_is_not_one_picture(models, tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        Image.fromarray(halves(2, 5)).save(tmp_path / name)
    with pytest.raises(SourceError, match="not one picture"):
        Rangefinder(**models).look(tmp_path)


def test_frames_are_watched_in_order_and_an_error_comes_after_them(models) -> None:
    def frames() -> Iterator[Frame]:
        for index in range(1, 8):
            yield Frame(halves(index, 9), "film", index=index, time_s=index / 25)
        raise SourceError("film breaks")

    finder = Rangefinder(**models, camera=CAMERA)
    got = []
    with pytest.raises(SourceError, match="film breaks"):
        for views in finder.watch_each(frames()):
            got.append((views[0].frame, views[0].objects[0].depth_m, views[0].time_s))
    assert got == [(index, pytest.approx(index), index / 25) for index in range(1, 8)]


def test_a_folder_can_be_watched(models, tmp_path: Path) -> None:
    for index in (1, 2, 10):
        Image.fromarray(halves(index, 12)).save(tmp_path / f"{index}.png")
    finder = Rangefinder(**models, camera=CAMERA)
    assert [view.objects[0].depth_m for view in finder.watch(tmp_path)] == pytest.approx([1.0, 2.0, 10.0])


def test_one_finder_serves_several_threads(models) -> None:
    finder = Rangefinder(**models, camera=CAMERA, threads=1)
    with ThreadPoolExecutor(4) as pool:
        views = list(pool.map(lambda depth: finder.look(halves(depth, 20)), range(1, 17)))
    assert [view.objects[0].depth_m for view in views] == pytest.approx(list(range(1, 17)))


def test_look_keeps_its_finder(models) -> None:
    settings = {name: str(path) for name, path in models.items()}
    image = halves(2, 5)
    assert seen(howfar.look(image, camera=CAMERA, **settings)) == [("cup", 2.0), ("dog", 5.0)]
    assert seen(howfar.look(image, max_depth_m=3.0, camera=CAMERA, **settings)) == [("cup", 2.0)]
    assert seen(howfar.look(image, camera=CAMERA, classes=["dog"], **settings)) == [("dog", 5.0)]


def test_a_view_draws_itself(models, tmp_path: Path) -> None:
    image = np.ascontiguousarray(np.kron(halves(2, 5), np.ones((5, 5, 1), dtype=np.uint8)))
    view = Rangefinder(**models, fov_deg=60.0).look(image)
    drawn = view.draw()
    assert drawn.shape == image.shape
    assert (view.draw(show_region=True) != drawn).any()
    assert (view.draw(show_interval=True) != drawn).any()
    assert (drawn != image).any()
    assert (view.image == image).all(), "the picture itself stays as it was"
    assert view._repr_png_().startswith(b"\x89PNG")
    view.save(tmp_path / "out.png")
    assert np.asarray(Image.open(tmp_path / "out.png")).shape == image.shape


def scale_of(path: Path, factor: float) -> DepthScale:
    return DepthScale(factor, "depth", file_digest(path))


def test_a_calibrations_scale_multiplies_the_networks_depth_and_no_other(models) -> None:
    calibration = Calibration(CAMERA, scale=scale_of(models["depth"], 1.5))
    finder = Rangefinder(**models, camera=calibration, cues="depth")
    view = finder.look(halves(2, 5))
    assert seen(view) == [("cup", 3.0), ("dog", 7.5)]
    assert view.depth_scale == 1.5
    given = finder.look(halves(2, 5), depth=DepthMap(np.full((24, 32), 3.5), "metres"))
    assert [each.depth_m for each in given] == [3.5, 3.5]
    assert given.depth_scale is None


def test_a_calibrations_distortion_is_taken_out_of_each_picture_first(models) -> None:
    finder = Rangefinder(**models, camera=Calibration(CAMERA, Distortion(-0.3, 0.1)))
    view = finder.look(halves(2, 5))
    assert view.undistorted
    assert view.image.shape == (48, 64, 3)
    assert (view.image != halves(2, 5)).any(), "the edge between the halves is interpolated"
    assert seen(view) == [("cup", 2.0), ("dog", 5.0)]
    assert not Rangefinder(**models, camera=CAMERA).look(halves(2, 5)).undistorted
    with pytest.raises(SettingError, match="belongs to the picture as it was taken"):
        finder.look(halves(2, 5), depth=DepthMap(np.full((24, 32), 3.5), "metres"))


def test_a_scale_of_another_network_is_refused_before_any_picture_is_looked_at(models) -> None:
    with pytest.raises(SettingError, match="calibrate again with this network"):
        Rangefinder(**models, camera=Calibration(CAMERA, scale=scale_of(models["detector"], 1.5)))


def test_chairs_in_a_real_room(shared: Path) -> None:
    kinect = Camera(640, 480, 518.86, 519.47, 325.58, 253.74)
    view = howfar.look(str(shared / "data/nyu_depth_v2/rgb/0005.jpg"), camera=kinect, classes=("chair",))
    assert len(view) >= 4
    assert all(1.5 < chair.depth_m < 4.5 for chair in view)
    assert all(chair.range_m >= chair.depth_m for chair in view)


def test_where_a_detector_gives_masks_they_are_measured(tmp_path: Path) -> None:
    rows = [(34, 24, 60, 40, 0.9, 0, 1.0)]  # from 4 to 64 of 64: 24 of its 60 columns lie on the left third, the object
    third = np.where(np.arange(16) < 7, 20.0, -20.0).astype(np.float32)
    outputs = {
        "out": np.array([rows], dtype=np.float32).transpose(0, 2, 1),
        "parts": np.broadcast_to(third, (1, 1, 12, 16)).copy(),
    }
    card = 'layout = "yolov8-seg"\nclasses = ["cup", "dog"]\nscore = 0.5\nnms = 0.5'
    finder = howfar.Rangefinder(constant_detector(tmp_path, outputs, card), method=["auto", "median"], fov_deg=60)
    depth_m = np.full((96, 128), 5.0, dtype=np.float32)
    depth_m[:, :56] = 2.0
    views = finder.look_each(np.full((96, 128, 3), 128, np.uint8), depth=DepthMap(depth_m, "metres"))
    told = [(each.distance.method, each.depth_m) for view in views for each in view]
    assert told == [("mask", pytest.approx(2.0)), ("median", pytest.approx(5.0))]


NOISE = np.random.default_rng(1).integers(0, 255, (96, 128, 3), dtype=np.uint8)


def told(view) -> list[tuple[str, float, float]]:
    return [(each.label, each.score, each.depth_m) for each in view]


@pytest.mark.parametrize("twice", [False, True], ids=["as the detector", "twice"])
def test_a_joint_network_that_is_named_runs_once(tmp_path: Path, *, twice: bool) -> None:
    path = joint_network(tmp_path)
    depth = {"depth": str(path)} if twice else {}
    two = Rangefinder(open_detector(path), open_depth_network(path), fov_deg=60)
    for finder in (Rangefinder(path, **depth, fov_deg=60), RangefinderSpec(detector=path, **depth, fov_deg=60).open()):
        assert isinstance(finder.perceiver, CardJoint)
        assert told(finder.look(NOISE)) == told(two.look(NOISE)) != []
    assert told(howfar.look(NOISE, detector=path, **depth, fov_deg=60)) == told(two.look(NOISE))


@pytest.mark.parametrize("depth", ["own", "depth-rooms-streets"])
def test_a_depth_network_is_no_detector(models, depth: str) -> None:
    with pytest.raises(ModelError, match="is a model for depth, not a detector"):
        Rangefinder(models["depth"] if depth == "own" else depth)


def test_a_joint_network_leaves_depth_to_another_that_is_named(tmp_path: Path, models) -> None:
    finder = Rangefinder(joint_network(tmp_path), models["depth"])
    assert not isinstance(finder.perceiver, CardJoint)
    assert finder.look(NOISE).models == {"detector": "joint", "depth": "depth"}


@pytest.mark.parametrize("settings", [{"camera_scale": False}, {"depth_on": "crops"}], ids=["unscaled", "on crops"])
def test_it_does_what_two_networks_do(tmp_path: Path, settings: dict) -> None:
    path = joint_network(tmp_path)
    two = Rangefinder(open_detector(path), open_depth_network(path), fov_deg=60, **settings)
    assert told(Rangefinder(path, path, fov_deg=60, **settings).look(NOISE)) == told(two.look(NOISE)) != []


def test_a_network_of_one_task_is_not_both(models) -> None:
    with pytest.raises(ModelError, match="not for detection and depth in one pass"):
        Rangefinder(models["depth"], models["depth"])
