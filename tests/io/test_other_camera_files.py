"""Camera files of other tools are read as what they say, or refused in one sentence."""

import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from howfar.errors import SettingError
from howfar.io.camera_files import read_calibration, write_calibration
from howfar.io.other_camera_files import other_calibration
from howfar.scene import Camera
from howfar.scene.calibration import Calibration, Distortion, FisheyeDistortion, RationalDistortion

CAMERA = Camera(640, 480, 500.0, 505.0, 322.5, 239.5)
BROWN = Distortion(-0.2, 0.05, 0.001, -0.002, 0.01)
FISHEYE = FisheyeDistortion(0.1, -0.02, 0.003, -0.0004)
MATRIX = np.array([[500.0, 0, 322], [0, 505, 239], [0, 0, 1]])

ROS = """image_width: 640
image_height: 480
camera_name: head_camera   # the one above
camera_matrix:
  rows: 3
  cols: 3
  data: [500.0, 0., 322.0,
         0., 505.0, 239.0, 0., 0., 1.]
distortion_model: plumb_bob
distortion_coefficients:
  rows: 1
  cols: 5
  data: [-0.2, 0.05, 0.001, -0.002, 0.01]
rectification_matrix:
  rows: 3
  cols: 3
  data: [1, 0, 0, 0, 1, 0, 0, 0, 1]
projection_matrix:
  rows: 3
  cols: 4
  data: [480, 0, 320, 0, 0, 490, 240, 0, 0, 0, 1, 0]
"""
MESSAGE = """header:
  stamp:
    sec: 12
  frame_id: '/camera optical'
height: 480
width: 640
distortion_model: equidistant
d:
- 0.1
- -0.02
- 0.003
- -0.0004
k:
- 500.0
- 0.0
- 322.0
- 0.0
- 505.0
- 239.0
- 0.0
- 0.0
- 1.0
roi:
  width: 0
  height: 0
---
"""
OLD_MESSAGE = """height: 480
width: 640
distortion_model: "plumb_bob"
D: [0, 0, 0, 0, 0]
K: [500, 0, 322, 0, 505, 239, 0, 0, 1]
"""
KALIBR = """cam0:
  cam_overlaps: []
  camera_model: pinhole
  distortion_coeffs: [0.1, -0.02, 0.003, -0.0004]
  distortion_model: equidistant
  intrinsics: [500.0, 505.0, 322.0, 239.0]
  resolution: [640, 480]
  rostopic: /cam0/image_raw
  T_cam_imu:
  - [0.1, 0.2, 0.3, 1.0]
  - [0.0, 0.0, 0.0, 1.0]
"""
REALSENSE = """{"color": {"width": 640, "height": 480, "ppx": 322, "ppy": 239, "fx": 500, "fy": 505,
    "model": "distortion.none", "coeffs": [0, 0, 0, 0, 0]}}"""
OPEN3D = '{"width": 640, "height": 480, "intrinsic_matrix": [500, 0, 0, 0, 505, 0, 322, 239, 1]}'
PLAIN = '{"fx": 500, "fy": 505, "cx": 322, "cy": 239, "width": 640, "height": 480}'
ROWS = """{"K": [[500, 0, 322], [0, 505, 239], [0, 0, 1]], "image_size": [640, 480],
    "dist": [[-0.2, 0.05, 0.001, -0.002, 0.01]]}"""
NAMED = """{"fl_x": 500, "fl_y": 505, "cx": 322, "cy": 239, "w": 640, "h": 480, "camera_model": "OPENCV_FISHEYE",
    "k1": 0.1, "k2": -0.02, "k3": 0.003, "k4": -0.0004}"""
NAMED_BROWN = NAMED.replace("OPENCV_FISHEYE", "OPENCV").replace(
    '"k3": 0.003, "k4": -0.0004', '"p1": 0.001, "p2": -0.002'
)
BRACES = """image_width: 640
image_height: 480
camera_matrix: {cols: 3, data: [500, 0, 322, 0, 505, 239,
    0, 0, 1], rows: 3}
distortion_coefficients: {cols: 5, rows: 1, data: [-0.2, 0.05, 0.001, -0.002, 0.01]}
"""
IN_ONE = "{K: [500, 0, 322, 0, 505, 239, 0, 0, 1], height: 480,\n  width: 640, D: [-0.2, 0.05, 0.001, -0.002, 0.01]}\n"
KITTI_RAW = """calib_time: 09-Jan-2012 13:57:47
S_02: 1.392000e+03 5.120000e+02
K_02: 9.597910e+02 0 6.960217e+02 0 9.569251e+02 2.241806e+02 0 0 1
D_02: -3.691481e-01 1.968681e-01 1.353473e-03 5.677587e-04 -6.770705e-02
S_rect_02: 6.400000e+02 4.800000e+02
P_rect_02: 5.000000e+02 0 3.220000e+02 4.485728e+01 0 5.050000e+02 2.390000e+02 2.163791e-01 0 0 1 2.745884e-03
"""
KITTI = "P0: 1 0 1 0 0 1 1 0 0 0 1 0\nP2: 500 0 322 44.8 0 505 239 0.2 0 0 1 0.002\nR0_rect: 1 0 0 0 1 0 0 0 1\n"

ORB_SLAM = """%YAML:1.0
# of ORB-SLAM 2 and 3
Camera.type: "PinHole"
Camera.fx: 500.0
Camera.fy: 505.0
Camera.cx: 322.0
Camera.cy: 239.0
Camera.k1: -0.2
Camera.k2: 0.05
Camera.p1: 0.001
Camera.p2: -0.002
Camera.k3: 0.01
Camera.width: 640
Camera.height: 480
ORBextractor.nFeatures: 1000
"""
ORB_SLAM_FISHEYE = (
    ORB_SLAM.replace("PinHole", "KannalaBrandt8")
    .replace("k1: -0.2", "k1: 0.1")
    .replace("k2: 0.05", "k2: -0.02")
    .replace("p1: 0.001", "k4: -0.0004")
    .replace("p2: -0.002", "bf: 40.0")
    .replace("k3: 0.01", "k3: 0.003")
)
ORB_SLAM_1 = ORB_SLAM
for field in ("fx", "fy", "cx", "cy", "k1", "k2", "p1", "p2", "k3"):
    ORB_SLAM_1 = ORB_SLAM_1.replace(f"Camera.{field}", f"Camera1.{field}")
VINS = """%YAML:1.0
---
model_type: PINHOLE
camera_name: camera
image_width: 640
image_height: 480
distortion_parameters:
   k1: -0.2
   k2: 0.05
   p1: 0.001
   p2: -0.002
projection_parameters:
   fx: 500
   fy: 505
   cx: 322
   cy: 239
"""
BASALT = """{"value0": {"resolution": [[640, 480]], "intrinsics": [{"camera_type": "kb4", "intrinsics": {
    "fx": 500, "fy": 505, "cx": 322, "cy": 239, "k1": 0.1, "k2": -0.02, "k3": 0.003, "k4": -0.0004}}]}}"""
AZURE = """{"color_camera": {"resolution": {"width": 640, "height": 480}, "intrinsics": {"parameters": {
    "fx": 500, "fy": 505, "cx": 322, "cy": 239, "k1": 0, "k2": 0, "k3": 0, "k4": 0, "k5": 0, "k6": 0,
    "p1": 0, "p2": 0}}}}"""
MATLAB = """{"IntrinsicMatrix": [[500, 0, 0], [0, 505, 0], [322, 239, 1]], "ImageSize": [480, 640],
    "RadialDistortion": [-0.2, 0.05, 0.01], "TangentialDistortion": [0.001, -0.002]}"""
FRAMES = """{"camera_model": "OPENCV", "frames": [
    {"file_path": "a.png", "fl_x": 500, "fl_y": 505, "cx": 322, "cy": 239, "w": 640, "h": 480},
    {"file_path": "b.png", "fl_x": 500, "fl_y": 505, "cx": 322, "cy": 239, "w": 640, "h": 480}]}"""
REGION = OLD_MESSAGE.replace("322", "422").replace("239", "289").replace("640", "800").replace("480", "600") + (
    "roi:\n  x_offset: 100\n  y_offset: 50\n  height: 480\n  width: 640\n  do_rectify: False\n"
)


def with_model(model: str) -> str:
    return REALSENSE.replace('"distortion.none"', model).replace("[0, 0", "[0.1, -0.02")


def storage(folder: Path, suffix: str, coefficients: list[float], **flags: float) -> str:
    path = folder / f"written{suffix}"
    file = cv2.FileStorage(str(path), cv2.FileStorage_WRITE)
    file.write("image_width", 640)
    file.write("image_height", 480)
    file.write("camera_matrix", MATRIX)
    file.write("distortion_coefficients", np.array(coefficients).reshape(-1, 1))
    for name, value in flags.items():
        file.write(name, value)
    file.release()
    return path.read_text()


@pytest.mark.parametrize(
    ("name", "text", "calibration"),
    [
        pytest.param("a.yaml", ROS, Calibration(CAMERA, BROWN), id="ROS, by its calibrator"),
        pytest.param("a.toml", ROS, Calibration(CAMERA, BROWN), id="ROS, whatever its name"),
        pytest.param("a.yaml", MESSAGE, Calibration(CAMERA, FISHEYE), id="ROS 2, a message of a fisheye"),
        pytest.param("a.yml", OLD_MESSAGE, Calibration(CAMERA), id="ROS 1, a message without distortion"),
        pytest.param(
            "a.yaml", ROS.replace("plumb_bob", "fisheye").replace("0.002, 0.01", "0.002"),
            Calibration(CAMERA, FisheyeDistortion(-0.2, 0.05, 0.001, -0.002)), id="ROS, a fisheye of four coefficients",
        ),
        pytest.param("a.yaml", KALIBR, Calibration(CAMERA, FISHEYE), id="Kalibr"),
        pytest.param("a.yaml", BRACES, Calibration(CAMERA, BROWN), id="YAML in braces"),
        pytest.param("a.yaml", IN_ONE, Calibration(CAMERA, BROWN), id="YAML in braces alone"),
        pytest.param("a.json", REALSENSE, Calibration(CAMERA), id="RealSense"),
        pytest.param("a.json", OPEN3D, Calibration(CAMERA), id="Open3D, by columns"),
        pytest.param("a.json", PLAIN, Calibration(CAMERA), id="JSON with fx"),
        pytest.param("a.json", ROWS, Calibration(CAMERA, BROWN), id="JSON with a matrix in rows"),
        pytest.param("a.json", NAMED, Calibration(CAMERA, FISHEYE), id="JSON, a fisheye by names"),
        pytest.param(
            "a.json", NAMED_BROWN, Calibration(CAMERA, Distortion(0.1, -0.02, 0.001, -0.002)), id="JSON, Brown by names"
        ),
        pytest.param("calib_cam_to_cam.txt", KITTI_RAW, Calibration(CAMERA), id="KITTI raw, the rectified camera"),
        pytest.param(
            "000005.txt", KITTI, Calibration(Camera(645, 479, 500.0, 505.0, 322.5, 239.5), size_known=False),
            id="KITTI's objects, without a size",
        ),
        pytest.param(
            "a.json", '{"fx": 500, "cx": 322, "cy": 239}',
            Calibration(Camera(645, 479, 500.0, 500.0, 322.5, 239.5), size_known=False), id="JSON without a size",
        ),
        pytest.param("a.yaml", ORB_SLAM, Calibration(CAMERA, BROWN), id="ORB-SLAM"),
        pytest.param("a.yaml", ORB_SLAM_1, Calibration(CAMERA, BROWN), id="ORB-SLAM 3, one of two cameras"),
        pytest.param("a.yaml", ORB_SLAM_FISHEYE, Calibration(CAMERA, FISHEYE), id="ORB-SLAM 3, a fisheye"),
        pytest.param(
            "a.yaml", VINS, Calibration(CAMERA, Distortion(-0.2, 0.05, 0.001, -0.002)),
            id="VINS, its size and distortion around the intrinsics",
        ),
        pytest.param(
            "a.yaml", KALIBR.replace("[0.1, -0.02, 0.003, -0.0004]", "[0, 0, 0, 0]"),
            Calibration(CAMERA, FisheyeDistortion(0.0, 0.0)), id="a fisheye whose coefficients are 0",
        ),
        pytest.param("a.json", BASALT, Calibration(CAMERA, FISHEYE), id="Basalt, in a list"),
        pytest.param("a.json", AZURE, Calibration(CAMERA), id="Azure Kinect, without distortion"),
        pytest.param("a.json", MATLAB, Calibration(CAMERA, BROWN), id="MATLAB, rows before columns"),
        pytest.param("a.json", FRAMES, Calibration(CAMERA), id="nerfstudio, the same camera for each picture"),
        pytest.param("a.json", f"[{PLAIN}]", Calibration(CAMERA), id="a list of one camera"),
        pytest.param(
            "a.json", ROWS.replace('"dist"', '"dist_coefficients"'), Calibration(CAMERA, BROWN),
            id="coefficients under another name",
        ),
        pytest.param(
            "a.json", ROWS.replace('"image_size": [640, 480]', '"img_shape": [480, 640, 3]'),
            Calibration(CAMERA, BROWN), id="the shape of an array",
        ),
        pytest.param(
            "a.json", PLAIN.replace('"width": 640, "height": 480', '"resolution": "640x480"'), Calibration(CAMERA),
            id="a size in words",
        ),
        pytest.param("a.yaml", REGION, Calibration(CAMERA), id="ROS, a region of the sensor"),
        pytest.param(
            "a.json", with_model("4"), Calibration(CAMERA, Distortion(0.1, -0.02)), id="RealSense, Brown by its number"
        ),
        pytest.param(
            "a.json", with_model("5"), Calibration(CAMERA, FisheyeDistortion(0.1, -0.02)),
            id="RealSense, a fisheye by its number",
        ),
        pytest.param(
            "a.json", '{"fx": 500, "width": 640, "height": 480}', Calibration(Camera.from_focal(640, 480, 500.0)),
            id="JSON without a principal point",
        ),
    ],
)  # fmt: skip
def test_it_is_read(tmp_path: Path, name: str, text: str, calibration: Calibration) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert read_calibration(tmp_path / name) == calibration


@pytest.mark.parametrize("suffix", [".yml", ".xml", ".json"])
@pytest.mark.parametrize(
    ("coefficients", "flags", "distortion"),
    [
        pytest.param([-0.2, 0.05, 0.001, -0.002, 0.01], {}, BROWN, id="Brown"),
        pytest.param([0.1, -0.02, 0.003, -0.0004], {"fisheye_model": 1}, FISHEYE, id="a fisheye"),
        pytest.param(
            [-0.2, 0.05, 0.001, -0.002], {"fisheye_model": 0}, Distortion(-0.2, 0.05, 0.001, -0.002), id="four"
        ),
        pytest.param([0.0] * 5, {}, None, id="none"),
    ],
)
def test_opencvs_files_are_read(tmp_path: Path, suffix: str, coefficients, flags, distortion) -> None:
    (tmp_path / f"a{suffix}").write_text(storage(tmp_path, suffix, coefficients, **flags))
    assert read_calibration(tmp_path / f"a{suffix}") == Calibration(CAMERA, distortion)


def test_messages_one_after_the_other_are_of_one_camera_or_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(f"{ROS}---\n{ROS}---\n")
    (tmp_path / "b.yaml").write_text(ROS)
    assert read_calibration(tmp_path / "a.yaml") == read_calibration(tmp_path / "b.yaml")
    (tmp_path / "a.yaml").write_text(f"{ROS}---\n{ROS.replace('500.0', '501.0')}")
    with pytest.raises(SettingError, match="several cameras"):
        read_calibration(tmp_path / "a.yaml")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(PLAIN[:-1] + ', "dist": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]}', id="by their number"),
        pytest.param(
            PLAIN[:-1] + ', "distortion_model": "rational_polynomial", "D": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]}',
            id="by the name of ROS",
        ),
        pytest.param(
            PLAIN[:-1] + ', "k1": 0.1, "k2": 0.2, "p1": 0.3, "p2": 0.4, "k3": 0.5, "k4": 0.6, "k5": 0.7, "k6": 0.8}',
            id="by their own names",
        ),
    ],
)
def test_eight_coefficients_are_those_of_the_rational_model(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(text)
    found = read_calibration(tmp_path / "a.json").distortion
    assert found == RationalDistortion(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(
            PLAIN[:-1] + ', "dist": [0.1, 0.2, 0.3, 0.4]}', "does not say of which model", id="four of either"
        ),
        pytest.param(PLAIN[:-1] + ', "k1": 0.1, "k2": 0.2, "k3": 0, "k4": 0}', "as a fisheye", id="k4 by name"),
        pytest.param(PLAIN[:-1] + ', "dist": [0.1, 0, 0, 0, 0, 0, 0, 0, 0.2]}', "another model", id="a thin prism"),
        pytest.param(KALIBR.replace("pinhole", "omni"), "another model", id="an omnidirectional camera"),
        pytest.param(
            KALIBR + KALIBR.replace("cam0", "cam1").replace("500", "501"),
            "several cameras.*cam0, cam1",
            id="several cameras",
        ),
        pytest.param(with_model("2"), "another model", id="RealSense's inverse model by its number"),
        pytest.param(with_model('"distortion.ftheta"'), "another model", id="RealSense's f-theta"),
        pytest.param(with_model("3"), "another model", id="RealSense's f-theta by its number"),
        pytest.param(
            NAMED.replace("OPENCV_FISHEYE", "THIN_PRISM_FISHEYE"), "another model", id="a fisheye with a thin prism"
        ),
        pytest.param(
            PLAIN[:-1] + ', "distortion_params": [0.1, 0, 0, 0, 0.2, 0]}',
            "distortionparams.*not known",
            id="coefficients in an order that is not known",
        ),
        pytest.param(PLAIN[:-1] + ', "radial": {"a": 0.1}}', "radial.*not known", id="a distortion by an odd name"),
        pytest.param(PLAIN.replace("500", "0.8").replace("505", "1.1"), "no lens has", id="shares of the size"),
        pytest.param(PLAIN.replace("500", "4").replace("505", "4"), "not in millimetres", id="millimetres"),
        pytest.param(
            PLAIN.replace("322", "0.5").replace("239", "0.49"), "is a share", id="a principal point in shares"
        ),
        pytest.param("1 PINHOLE 640 480 500 505 322 239\n", "no kind that is read", id="COLMAP's text"),
        pytest.param("500 0 322\n0 505 239\n0 0 1\n", "no kind that is read", id="a matrix alone, as text"),
        pytest.param("[image]\n\nwidth\n640\n", "no kind that is read", id="ROS's old text"),
        pytest.param("cam0=[500 0 322; 0 505 239; 0 0 1]\nwidth=640\n", "no kind that is read", id="Middlebury's"),
        pytest.param('{"fx": 500}', "neither a principal point", id="a focal length alone"),
        pytest.param('{"fx": "500", "cx": 1, "cy": 2}', "'500' is no number", id="a text"),
        pytest.param('{"fx": 1e999, "cx": 1, "cy": 2}', "positive number", id="infinity"),
        pytest.param(PLAIN.replace("640", "1e999"), "whole numbers", id="an infinite size"),
        pytest.param(PLAIN.replace("640", "6.5"), "whole numbers", id="half a pixel"),
        pytest.param('{"fx": ' + "9" * 5000 + ', "cx": 1, "cy": 2}', "positive number", id="5000 digits"),
        pytest.param('{"a":' * 3000, "cannot be read", id="deep nesting"),
        pytest.param('{"names": [1, 2]}', "no camera in it, but names", id="JSON of something else"),
        pytest.param("name: my camera\nlens: 35 mm\n", "no camera in it, but name, lens", id="YAML of something else"),
        pytest.param("a: [1, 2\nb: 3\n", "what begins in line 1 has no end", id="damaged YAML"),
        pytest.param("a:\n    b: 1\n  c: 2\n", "indented in another way", id="badly indented YAML"),
        pytest.param("%YAML:1.0\n---\na: [1, 2\n", "OpenCV does not read it", id="a damaged OpenCV file"),
        pytest.param("<?xml version='1.0'?><svg/>", "camera", id="another XML file"),
        pytest.param("P2: 1 2 3\n", "3 numbers and not 12", id="half a matrix of KITTI"),
    ],
)
def test_what_is_no_camera_gives_one_sentence(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "camera.yaml"
    path.write_text(text)
    with pytest.raises(SettingError, match=says) as caught:
        read_calibration(path)
    assert str(path) in str(caught.value)
    assert "TOML:" not in str(caught.value)
    assert "\n" not in str(caught.value)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([ROS, MESSAGE, KALIBR, PLAIN, KITTI, ROWS]), st.data())
def test_whatever_is_damaged_there_is_a_camera_or_one_sentence(text: str, draw) -> None:
    letters = list(text)
    for _ in range(draw.draw(st.integers(1, 5))):
        letters[draw.draw(st.integers(0, len(letters) - 1))] = draw.draw(st.sampled_from("[]{}:,- \n0a9.\"'#"))
    try:
        assert isinstance(other_calibration("".join(letters), "a"), Calibration)
    except SettingError:
        return


def test_a_fisheye_is_written_and_read_again(tmp_path: Path) -> None:
    write_calibration(Calibration(CAMERA, FISHEYE), tmp_path / "camera.toml")
    assert read_calibration(tmp_path / "camera.toml") == Calibration(CAMERA, FISHEYE)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a: [\n" + "1,\n" * 50_000, id="a list without an end, of many lines"),
        pytest.param("a" + " " * 200_000 + "b", id="blanks in a name"),
        pytest.param("\n" * 200_000 + "x", id="empty lines"),
        pytest.param("\t\n" * 100_000 + "x", id="lines of tabs"),
        pytest.param("P2:" + "\n" * 200_000, id="empty lines in the place of a matrix"),
        pytest.param("P2: " + "1 " * 200_000, id="a matrix of too many numbers"),
    ],
)
def test_a_long_text_takes_no_longer_than_it_is_long(tmp_path: Path, text: str) -> None:
    path = tmp_path / "camera.yaml"
    path.write_text(text)
    start = time.monotonic()
    with pytest.raises(SettingError):
        read_calibration(path)
    assert time.monotonic() - start < 5
