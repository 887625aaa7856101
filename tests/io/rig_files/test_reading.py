"""Rigs of every kind, as their tools write them."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from howfar.errors import HowfarError, SettingError
from howfar.io.rig_files import read_rig
from howfar.scene import Camera, StereoRig
from howfar.scene.calibration import Distortion, FisheyeDistortion, RationalDistortion
from tests.io.rig_files import files

LEFT = Camera(640, 480, 500.0, 500.0, 322.5, 239.5)
RIGHT = Camera(640, 480, 500.0, 500.0, 330.5, 239.5)


@pytest.mark.parametrize(
    ("text", "size", "rig"),
    [
        pytest.param(files.MIDDLEBURY, (741, 497), StereoRig(994.978, 0.193001, 31.086), id="Middlebury"),
        pytest.param(
            "\n".join(line for line in files.MIDDLEBURY.splitlines() if not line.startswith("cam1")),
            (741, 497),
            StereoRig(994.978, 0.193001, 31.086),
            id="Middlebury, by doffs alone",
        ),
        pytest.param(files.KITTI_OBJECT, (1242, 375), StereoRig(721.5377, 0.532712), id="KITTI, objects and odometry"),
        pytest.param(files.KITTI_RAW, (1242, 375), StereoRig(721.5377, 0.532712), id="KITTI, raw"),
        pytest.param(
            files.KITTI_OBJECT.replace("P3", "P9"),
            (1242, 375),
            StereoRig(721.5377, 0.537151),
            id="KITTI, the grey cameras where the right-hand one in colour is missing",
        ),
        pytest.param(files.KITTI_GREY, (1242, 375), StereoRig(721.5377, 0.537151), id="KITTI, the grey cameras alone"),
        pytest.param(files.K_TXT, (960, 540), StereoRig(754.6, 0.063), id="a matrix with the baseline below"),
        pytest.param(files.STEREODEMO, (1280, 720), StereoRig(805.6, 0.075, 4.0), id="stereodemo"),
        pytest.param(
            files.ros("left", 0.0) + "---\n" + files.ros("right", -60.0), (640, 480), StereoRig(500.0, 0.12), id="ROS"
        ),
        pytest.param(files.projections(-60.0), (640, 480), StereoRig(500.0, 0.12, 8.0), id="OpenCV's P1 and P2"),
        pytest.param(
            files.projections(-60000.0), (640, 480), StereoRig(500.0, 0.12, 8.0), id="OpenCV's P1 and P2 in millimetres"
        ),
        pytest.param(files.Q, (640, 480), StereoRig(500.0, 0.12, 8.0), id="OpenCV's Q"),
        pytest.param(
            "width_px = 640\nheight_px = 480\nfocal_px = 500\nbaseline_m = 0.12\noffset_px = 8\n",
            (640, 480),
            StereoRig(500.0, 0.12, 8.0),
            id="howfar's short form",
        ),
    ],
)
def test_a_rectified_rig(text: str, size: tuple[int, int], rig: StereoRig) -> None:
    found = read_rig(text).scaled(*size).rig()
    assert (found.focal_px, found.baseline_m, found.offset_px) == pytest.approx(
        (rig.focal_px, rig.baseline_m, rig.offset_px), abs=1e-5
    )


def test_half_a_pixel_lies_between_their_principal_points_and_ours() -> None:
    assert read_rig(files.MIDDLEBURY).left.cx_px == 311.693


def test_kalibr() -> None:
    found = read_rig(files.KALIBR)
    assert found.left == Camera(640, 480, 464.5, 465.4, 345.6, 230.0)
    assert found.left_distortion == FisheyeDistortion(0.27, 0.69, -1.76, 1.91)
    assert found.right_distortion == FisheyeDistortion(0.26, 0.75, -2.07, 2.39)
    assert found.translation_m == (-0.1125, -0.0017, -0.0005)
    assert found.rotation[1] == (0.0, 0.9998, -0.019999)


def test_kalibr_by_the_poses_from_the_inertial_sensor() -> None:
    poses = [f"  T_cam_imu: [[1, 0, 0, {x}], [0, 1, 0, 0.3], [0, 0, 1, 0], [0, 0, 0, 1]]\n" for x in (0.02, -0.08)]
    start = files.KALIBR.index("  T_cn_cnm1")
    text = files.KALIBR[:start] + poses[1] + files.KALIBR[files.KALIBR.index("  cam_overlaps: [0]") :]
    found = read_rig(text.replace("cam0:\n", f"cam0:\n{poses[0]}"))
    assert found.translation_m == pytest.approx((-0.1, 0.0, 0.0))


def test_of_two_nameless_cameras_the_one_to_the_left_is_the_left_one() -> None:
    found = read_rig(files.KALIBR.replace("-0.1125", "0.1125"))
    assert found.left.fx_px == 461.8
    assert found.translation_m[0] < 0
    assert found.baseline_m == pytest.approx(np.linalg.norm([0.1125, 0.0017, 0.0005]))
    assert "right-hand one" in found.notes[0]


@pytest.mark.parametrize(
    ("text", "baseline_m", "notes"),
    [
        pytest.param(files.opencv("-0.12, 0., 0."), 0.12, 0, id="metres"),
        pytest.param(files.opencv("-120., 0., 0."), 0.12, 1, id="millimetres, as their size tells"),
        pytest.param(files.opencv("-12., 0., 0.", "image_width: 640\nimage_height: 480\nunit: cm\n"), 0.12, 0, id="cm"),
        pytest.param(
            files.opencv("-3.3, 0., 0.", "image_width: 640\nimage_height: 480\nbaseline_m: 0.0825\n"),
            0.0825,
            0,
            id="squares, with the baseline in metres",
        ),
    ],
)
def test_opencv_in_whatever_unit(text: str, baseline_m: float, notes: int) -> None:
    found = read_rig(text)
    assert (found.left, found.right) == (LEFT, RIGHT)
    assert found.left_distortion == found.right_distortion == Distortion(-0.2, 0.05)
    assert found.baseline_m == pytest.approx(baseline_m)
    assert found.rotation[1] == (0.0, 0.99995, -0.0099998)
    assert len(found.notes) == notes


def test_opencv_by_other_names_in_json() -> None:
    found = read_rig(
        """{"left_camera_matrix": [[500, 0, 322], [0, 500, 239], [0, 0, 1]], "right_camera_matrix": [[500, 0, 330],
        [0, 500, 239], [0, 0, 1]], "left_distortion_coefficients": [[0, 0, 0, 0, 0]], "image_size": [640, 480],
        "right_distortion_coefficients": [[0, 0, 0, 0, 0]], "rotation": [0.0, 0.01, 0.0], "translation":
        [[-120], [0], [0]], "units": "mm"}"""
    )
    assert (found.left, found.right) == (LEFT, RIGHT)
    assert found.left_distortion is None
    assert found.rotation[0] == pytest.approx((np.cos(0.01), 0.0, np.sin(0.01)))
    assert found.baseline_m == pytest.approx(0.12)


def test_ros_tells_how_the_cameras_see_before_they_are_rectified() -> None:
    c, s = np.cos(0.02), np.sin(0.02)
    turn = f"[{c}, 0, {s}, 0, 1, 0, {-s}, 0, {c}]"
    found = read_rig(files.ros("left", 0.0) + "---\n" + files.ros("right", -60.0, turn, "[-0.2, 0.05, 0, 0, 0]"))
    assert found.right_distortion == Distortion(-0.2, 0.05)
    rectified = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    assert np.array(found.rotation) == pytest.approx(rectified.T)
    assert rectified @ found.translation_m == pytest.approx([-0.12, 0, 0])


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param(files.depthai_link(2, -7.5), files.depthai_link(-1, 0.0), id="from the left one to the right one"),
        pytest.param(files.depthai_link(-1, 0.0), files.depthai_link(1, 7.5), id="from the right one to the left one"),
        pytest.param(files.depthai_link(0, -3.7), files.depthai_link(0, 3.8), id="from both to the one in the middle"),
    ],
)
def test_depthai(left: str, right: str) -> None:
    found = read_rig(files.depthai(left, right))
    assert found.baseline_m == pytest.approx(0.075, abs=1e-4)
    assert (found.left.fx_px, found.right.fx_px, found.left.width_px) == (800.3, 799.7, 1280)
    assert found.left_distortion == RationalDistortion(1.5, -3.1, 0.001, -0.0005, 2.2, 1.6, -3.4, 2.9)


def test_two_files_belong_together(tmp_path: Path) -> None:
    for name, text in (
        ("left.yaml", files.ros("left", 0.0)),
        ("right.yaml", files.ros("right", -60.0)),
        ("intrinsics.yml", files.OPENCV_INTRINSICS),
        ("extrinsics.yml", files.opencv_extrinsics("-0.12, 0., 0.")),
    ):
        (tmp_path / name).write_text(text)
    ros = read_rig(tmp_path / "left.yaml")
    assert ros.baseline_m == 0.12
    assert read_rig(f"{tmp_path / 'left.yaml'},{tmp_path / 'right.yaml'}") == ros
    assert read_rig(tmp_path) == ros
    assert read_rig(tmp_path / "intrinsics.yml").baseline_m == pytest.approx(0.12)
    assert read_rig(tmp_path / "extrinsics.yml").left.fx_px == 500.0


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("rig.toml", "width_px=640\nheight_px=480\nfocal_px=500\nbaseline_m=0.1\n", id="howfar's"),
        pytest.param("calib_cam_to_cam.txt", files.KITTI_RAW, id="KITTI's raw data"),
        pytest.param("calib.txt", files.KITTI_OBJECT, id="KITTI's odometry"),
        pytest.param("log-camchain.yaml", files.KALIBR, id="Kalibr's"),
        pytest.param("K.txt", files.K_TXT, id="a matrix"),
    ],
)
def test_in_a_folder_its_name_tells_it(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    assert read_rig(tmp_path) == read_rig(tmp_path / name) == read_rig(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("\n \n", "no kind that is read", id="nothing"),
        pytest.param("hello\nworld\n", "cannot be read", id="prose"),
        pytest.param("fx_px = 500\nfy_px = 500\n", "one camera.*baseline_m", id="a camera file of ours"),
        pytest.param(files.ros("left", 0.0), "one camera.*left first", id="one camera of ROS"),
        pytest.param(files.ros("a", 0.0) + "---\n" + files.ros("b", 0.0), "same Tx", id="cameras calibrated alone"),
        pytest.param(files.ros("a", 0.0) + "---\n" + files.ros("b", 60.0), "turn the sign", id="Tx of the wrong sign"),
        pytest.param(files.KALIBR.replace("T_cn_cnm1", "T_x"), "no two cameras|no T_cn_cnm1", id="no pose"),
        pytest.param(files.KALIBR.replace("pinhole", "omni"), "another model", id="an omnidirectional camera"),
        pytest.param(files.KALIBR.replace("- [0.0, 0.0, 0.0, 1.0]", ""), "12 numbers", id="half a pose"),
        pytest.param(files.KALIBR.replace("-0.1125", "-112.5"), "would be 0.113 m", id="millimetres for metres"),
        pytest.param(files.KALIBR.replace("-0.1125", "nan"), "finite", id="a pose of NaN"),
        pytest.param(files.opencv("-3.3, 0., 0."), "nothing says of what unit.*unit: cm", id="squares for metres"),
        pytest.param(files.opencv("0., 0., 0."), "baseline is 0", id="a baseline of 0"),
        pytest.param(files.opencv("0., -0.12, 0."), "above or below", id="one above the other"),
        pytest.param(files.opencv("-12., 0., 0.", "unit: feet\n"), "write m, cm or mm", id="feet"),
        pytest.param(files.OPENCV_INTRINSICS, "add R and T", id="intrinsics alone"),
        pytest.param(files.Q.replace("8.3333333333", "0."), "one over the baseline", id="a Q of no baseline"),
        pytest.param(files.MIDDLEBURY.replace("baseline", "base"), "no line baseline", id="Middlebury without it"),
        pytest.param(files.MIDDLEBURY.replace("994.978 0 311", "994.978 311"), "8 numbers", id="a short matrix"),
        pytest.param(files.MIDDLEBURY.replace("=193.001", "=1e400"), "finite", id="an infinite baseline"),
        pytest.param("P2: 1 2 3\nP3: 1 2 3\n", "3 numbers and not 12", id="short projections"),
        pytest.param(files.K_TXT.replace("0.063", "0"), "baseline is 0", id="a matrix with a baseline of 0"),
        pytest.param(files.K_TXT.replace("754.6", "0.7546"), "which no lens has", id="a focal length over the width"),
        pytest.param(files.depthai("{}", "{}"), "no rotationMatrix", id="DepthAI without extrinsics"),
        pytest.param(
            files.depthai(files.depthai_link(5, 1), files.depthai_link(6, 1)), "how the two cameras", id="no way"
        ),
        pytest.param(
            files.depthai(files.depthai_link(2, -7.5), files.depthai_link(1, 7.5)).replace("[2, {", "[3, {"),
            "no camera of socket 2",
            id="DepthAI without a right-hand camera",
        ),
        pytest.param("width_px=640\nheight_px=480\nfocal_px=500\nbaseline_m=120\n", "0.12 m", id="120 metres"),
        pytest.param("width_px=640\nheight_px=480\nfocal_px=500\nbaseline_m=-0.1\n", "swap", id="below zero"),
        pytest.param("width_px=640\nheight_px=480\nbaseline_m=0.1\n", "'focal_px' is missing", id="no focal length"),
        pytest.param("[left]\nwidth_px=640\n", "'height_px' is missing", id="half a camera"),
        pytest.param('{"a": 1}\n', "no two cameras", id="JSON of something else"),
        pytest.param("[[1, 2], 3]\n", "cannot be read", id="a list"),
        pytest.param("{" * 5000 + "\n", "cannot be read", id="braces without end"),
        pytest.param('{"cameraData": 3}\n', "cannot be read", id="a number for cameras"),
        pytest.param('{"cameraData": [[1]]}\n', "cannot be read", id="a camera that is missing"),
    ],
)
def test_what_is_refused(text: str, says: str) -> None:
    with pytest.raises(SettingError, match=says) as refusal:
        read_rig(text)
    assert str(refusal.value).startswith("The rig")


def test_a_doubtful_offset_is_told() -> None:
    found = read_rig(files.MIDDLEBURY.replace("doffs=31.086", "doffs=20"))
    assert found.rig().offset_px == pytest.approx(20.0)
    assert "doffs was believed" in found.notes[0]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        pytest.param("none.toml", "There is no rig file", id="no file"),
        pytest.param("left.yaml,none.yaml", "There is no rig file", id="no second file"),
        pytest.param(".", "holds no rig file", id="a folder without one"),
        pytest.param("bytes.bin", "cannot be read", id="no text"),
        pytest.param("a" * 5000, "File name too long", id="a name that is too long"),
        pytest.param('{"a": 1}', "no two cameras", id="the text of a file in one line"),
        pytest.param("left.yaml", "one camera", id="the other half is missing"),
    ],
)
def test_files_that_are_not_there(name: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bytes.bin").write_bytes(b"\xff\xfe\x00rig")
    (tmp_path / "left.yaml").write_text(files.ros("left", 0.0))
    if name == ".":
        (tmp_path / "left.yaml").unlink()
    with pytest.raises(SettingError, match=says):
        read_rig(name)


@given(
    st.sampled_from([files.KALIBR, files.opencv("-0.12, 0., 0."), files.KITTI_RAW, files.MIDDLEBURY, files.K_TXT]),
    st.data(),
)
def test_a_file_with_a_mistake_is_read_or_refused_in_a_sentence(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text) - 1))
    cut = data.draw(st.integers(0, 40))
    put = data.draw(st.sampled_from(["", "nan", "1e999", "-", "[", "]", "\n", "9" * 400, "{}", ":", "\x00", "'"]))
    try:
        assert read_rig(text[:at] + put + text[at + cut :] + "\n").baseline_m > 0
    except HowfarError as error:
        assert "The rig" in str(error)  # noqa: PT017  either is right
