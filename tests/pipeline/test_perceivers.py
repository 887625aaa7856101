"""Two networks side by side, and a depth network alone."""

from pathlib import Path

import numpy as np
import pytest

from howfar.errors import SettingError
from howfar.models import CardJoint, open_joint
from howfar.pipeline.perceivers import DepthAlone, TwoNetworks, Unscaled, perceiver_of
from howfar.scene import DepthFacts, DepthMap, Frame, Query
from howfar.scene.perception import GIVEN
from tests.models.onnx_files import joint_network
from tests.pipeline.stand_ins import CAMERA, CUP, DOG, Finds, GivesDepth, halves

OWN = DepthMap(np.full((24, 32), 3.5), "metres")


def frame(**more) -> Frame:
    return Frame(halves(2, 5), "made", CAMERA, **more)


def test_both_networks_see_the_same_frame_once() -> None:
    depth = GivesDepth()
    seen = TwoNetworks(Finds(), depth).perceive(frame(), Query())
    assert seen.detections.labels == ("cup", "dog")
    assert seen.detections.boxes_xyxy_px.tolist() == [list(CUP), list(DOG)]
    assert seen.depth.values[24, [10, 50]] == pytest.approx([2.0, 5.0])
    assert (seen.facts, seen.crops) == (depth.facts, None)
    assert seen.models == {"detector": "finder", "depth": "mapper"}
    assert set(seen.timing_ms) == {"detect", "depth"}
    (shown,) = depth.shown
    assert shown is seen.frame


def test_on_crops_each_object_has_a_depth_and_a_camera_of_its_own() -> None:
    depth = GivesDepth()
    seen = TwoNetworks(Finds(), depth, "crops").perceive(frame(), Query())
    assert seen.crops is not None
    assert [crop.corner_px for crop in seen.crops] == [(6, 14), (38, 14)]
    assert [crop.depth.shape for crop in seen.crops] == [(20, 20), (20, 20)]
    assert seen.crops[0].camera == CAMERA.cropped(6, 14, 26, 34)
    assert [shown.image.shape for shown in depth.shown] == [(48, 64, 3), (20, 20, 3), (20, 20, 3)]
    assert [shown.camera for shown in depth.shown] == [CAMERA, *(crop.camera for crop in seen.crops)]
    assert set(seen.timing_ms) == {"detect", "depth", "crops"}


@pytest.mark.parametrize("name", ["depth", "depth_points"], ids=["a map", "points"])
def test_depths_of_ones_own_do_not_go_with_crops(name: str) -> None:
    with pytest.raises(SettingError, match="does not go with depth on crops") as refused:
        TwoNetworks(Finds(), GivesDepth(), "crops").perceive(frame(**{name: OWN}), Query())
    assert refused.value.setting == "depth_on"


@pytest.mark.parametrize(
    "perceiver",
    [
        pytest.param(TwoNetworks(Finds(), GivesDepth()), id="two networks"),
        pytest.param(TwoNetworks(Finds(), None), id="a detector alone"),
        pytest.param(DepthAlone(GivesDepth()), id="a depth network alone"),
        pytest.param(DepthAlone(), id="nobody"),
    ],
)
def test_a_map_of_ones_own_goes_before_the_networks(perceiver) -> None:
    seen = perceiver.perceive(frame(depth=OWN), Query())
    assert seen.depth is OWN
    assert (seen.facts.name, seen.facts.measured, seen.models["depth"]) == (GIVEN, True, GIVEN)
    estimator = perceiver.depth
    assert estimator is None or not estimator.shown, "and no network has to look"


@pytest.mark.parametrize(
    "perceiver",
    [pytest.param(TwoNetworks(Finds(), None), id="with a detector"), pytest.param(DepthAlone(), id="without one")],
)
def test_without_a_network_a_frame_has_to_bring_its_depth(perceiver) -> None:
    with pytest.raises(SettingError, match="made has no depth map of its own, and there is no depth network"):
        perceiver.perceive(frame(), Query())


def test_depth_alone_finds_nothing_and_gives_the_depth() -> None:
    seen = DepthAlone(GivesDepth()).perceive(frame(), Query(classes=("unicorn",)))
    assert len(seen.detections) == 0
    assert seen.depth.values[24, [10, 50]] == pytest.approx([2.0, 5.0])
    assert (seen.models, set(seen.timing_ms)) == ({"depth": "mapper"}, {"depth"})


def test_unscaled_a_network_is_shown_every_picture_without_its_camera() -> None:
    depth = GivesDepth(DepthFacts("mapper", reach_m=9.0))
    unscaled = Unscaled(depth)
    assert unscaled.facts is depth.facts
    seen = TwoNetworks(Finds(), unscaled, "crops").perceive(frame(), Query())
    assert [shown.camera for shown in depth.shown] == [None, None, None]
    assert seen.frame.camera == CAMERA, "distances rest on it all the same"


def test_the_heads_of_one_network_run_once(tmp_path: Path) -> None:
    joint, again = open_joint(joint_network(tmp_path)), open_joint(tmp_path / "joint.onnx")
    assert isinstance(perceiver_of(joint.detector, joint.depth), CardJoint)
    for other in (
        perceiver_of(joint.detector, again.depth),
        perceiver_of(joint.detector, Unscaled(joint.depth)),
        perceiver_of(joint.detector, joint.depth, "crops"),
        perceiver_of(Finds(), joint.depth),
    ):
        assert isinstance(other, TwoNetworks)
