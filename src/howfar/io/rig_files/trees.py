"""Rigs in JSON, YAML or OpenCV's FileStorage: stereodemo, DepthAI, Kalibr, ROS, and matrices by the names of OpenCV."""

from collections.abc import Mapping
from typing import Any

from howfar.errors import SettingError
from howfar.io.foreign_trees import first, number_of, plain_names
from howfar.io.other_camera_files import Intrinsics, calibration_of, cameras_in
from howfar.io.rig_files.depthai import CAMERA_DATA, of_depthai
from howfar.io.rig_files.kalibr import has_pose, of_kalibr
from howfar.io.rig_files.opencv import has_two_cameras, of_opencv
from howfar.io.rig_files.parts import BASELINE_FIELDS, pair_of
from howfar.io.rig_files.ros import has_projection, of_ros
from howfar.scene.stereo_calibration import StereoCalibration

STEREODEMO = ("fx", "fy", "cx0", "cx1", "cy")

ONE_CAMERA = "it holds one camera and a pair has two: give both files, left first, with a comma between them."


def of_tree(tree: Any) -> StereoCalibration:
    """The rig of a file's tree, or of a list of the trees of several files.

    Raises:
        SettingError: If it holds no rig of a known kind, or none that can be.
        ValueError: If something in it is of another form.
    """
    fields = plain_names(_joined(tree))
    if first(fields, BASELINE_FIELDS) is not None and all(name in fields for name in STEREODEMO):
        return _of_stereodemo(fields)
    if CAMERA_DATA in fields:
        return of_depthai(fields)
    if has_two_cameras(fields):
        return of_opencv(fields)
    cameras = cameras_in(tree)
    if len(cameras) > 1 and any(has_pose(each) for _, each in cameras):
        return of_kalibr(cameras)
    if len(cameras) > 1 and all(has_projection(each) for _, each in cameras):
        return of_ros(cameras)
    if len(cameras) == 1:
        raise SettingError(ONE_CAMERA)
    names = ", ".join(list(map(str, _joined(tree)))[:8]) or "nothing"
    raise SettingError(f"there are no two cameras with their distance in it, but {names}.")


def _joined(tree: Any) -> dict[str, Any]:
    """The fields of all documents, as of OpenCV's intrinsics and extrinsics that lie in two files."""
    documents = tree if isinstance(tree, list) else [tree]
    return {name: value for each in documents if isinstance(each, Mapping) for name, value in each.items()}


def _of_stereodemo(fields: Mapping[str, Any]) -> StereoCalibration:
    """Five intrinsics of a rectified pair, its size and its baseline in metres."""
    fx, fy, left_cx, right_cx, cy = (number_of(fields[name]) for name in STEREODEMO)
    size = (number_of(fields["width"]), number_of(fields["height"])) if {"width", "height"} <= fields.keys() else None
    left, right = (calibration_of(Intrinsics(fx, fy, cx, cy), size, None) for cx in (left_cx, right_cx))
    return pair_of(left, right, translation_m=(-number_of(first(fields, BASELINE_FIELDS)), 0.0, 0.0))
