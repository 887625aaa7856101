"""Rig files as their tools write them, shortened."""

MIDDLEBURY = """cam0=[994.978 0 311.193; 0 994.978 254.877; 0 0 1]
cam1=[994.978 0 342.279; 0 994.978 254.877; 0 0 1]
doffs=31.086
baseline=193.001
width=741
height=497
ndisp=70
isint=0
vmin=8
vmax=65
dyavg=0.918
dymax=1.516
"""

_KITTI_2 = "7.215377e+02 0 6.095593e+02 4.485728e+01 0 7.215377e+02 1.728540e+02 2.163791e-01 0 0 1 2.745884e-03"
_KITTI_3 = "7.215377e+02 0 6.095593e+02 -3.395242e+02 0 7.215377e+02 1.728540e+02 2.199936e+00 0 0 1 2.729905e-03"
_KITTI_0 = "7.215377e+02 0 6.095593e+02 0 0 7.215377e+02 1.728540e+02 0 0 0 1 0"
_KITTI_1 = "7.215377e+02 0 6.095593e+02 -3.875744e+02 0 7.215377e+02 1.728540e+02 0 0 0 1 0"

KITTI_OBJECT = f"""P0: {_KITTI_0}
P1: {_KITTI_1}
P2: {_KITTI_2}
P3: {_KITTI_3}
R0_rect: 1 0 0 0 1 0 0 0 1
Tr_velo_to_cam: 0 -1 0 0 0 0 -1 0 1 0 0 0
"""

KITTI_GREY = f"P0: {_KITTI_0}\nP1: {_KITTI_1}\n"

KITTI_RAW = f"""calib_time: 09-Jan-2012 13:57:47
corner_dist: 9.950000e-02
S_00: 1.392000e+03 5.120000e+02
S_rect_00: 1.242000e+03 3.750000e+02
P_rect_00: {_KITTI_0}
S_02: 1.392000e+03 5.120000e+02
D_02: -3.691481e-01 1.968681e-01 1.353473e-03 5.677587e-04 -6.770705e-02
S_rect_02: 1.242000e+03 3.750000e+02
P_rect_02: {_KITTI_2}
S_rect_03: 1.242000e+03 3.750000e+02
P_rect_03: {_KITTI_3}
"""

K_TXT = "754.6 0.0 489.3 0.0 754.6 265.1 0.0 0.0 1.0\n0.063\n"

STEREODEMO = """{"width": 1280, "height": 720, "fx": 805.6, "fy": 805.6, "cx0": 640.3, "cx1": 644.3, "cy": 357.9,
 "baseline_meters": 0.075, "depth_range": [0.3, 20.0], "left_image_rect_normalized": [0, 0, 1, 1]}"""


def ros(side: str, tx: float, r: str = "[1, 0, 0, 0, 1, 0, 0, 0, 1]", d: str = "[0, 0, 0, 0, 0]") -> str:
    """A camera as ROS's calibrator writes it."""
    return f"""image_width: 640
image_height: 480
camera_name: {side}
camera_matrix:
  rows: 3
  cols: 3
  data: [500., 0., 322., 0., 500., 239., 0., 0., 1.]
distortion_model: plumb_bob
distortion_coefficients:
  rows: 1
  cols: 5
  data: {d}
rectification_matrix:
  rows: 3
  cols: 3
  data: {r}
projection_matrix:
  rows: 3
  cols: 4
  data: [500., 0., 322., {tx}, 0., 500., 239., 0., 0., 0., 1., 0.]
"""


KALIBR = """cam0:
  cam_overlaps: [1]
  camera_model: pinhole
  distortion_coeffs: [0.27, 0.69, -1.76,
    1.91]
  distortion_model: equidistant
  intrinsics: [464.5, 465.4, 345.1, 229.5]
  resolution: [640, 480]
  rostopic: /left
cam1:
  T_cn_cnm1:
  - [1.0, 0.0, 0.0, -0.1125]
  - [0.0, 0.9998, -0.019999, -0.0017]
  - [0.0, 0.019999, 0.9998, -0.0005]
  - [0.0, 0.0, 0.0, 1.0]
  cam_overlaps: [0]
  camera_model: pinhole
  distortion_coeffs: [0.26, 0.75, -2.07, 2.39]
  distortion_model: equidistant
  intrinsics: [461.8, 462.2, 325.3, 247.1]
  resolution: [640, 480]
  rostopic: /right
"""


def _matrix(name: str, rows: int, columns: int, data: str) -> str:
    return f"{name}: !!opencv-matrix\n   rows: {rows}\n   cols: {columns}\n   dt: d\n   data: [ {data} ]\n"


OPENCV_INTRINSICS = "%YAML:1.0\n---\n" + "".join(
    _matrix(f"M{number}", 3, 3, f"500., 0., {cx}, 0., 500., 239., 0., 0., 1.")
    + _matrix(f"D{number}", 1, 5, "-0.2, 0.05, 0., 0., 0.")
    for number, cx in ((1, 322), (2, 330))
)


def opencv_extrinsics(shift: str) -> str:
    """R and T as OpenCV's sample writes them."""
    return (
        "%YAML:1.0\n---\n"
        + _matrix("R", 3, 3, "1., 0., 0., 0., 0.99995, -0.0099998, 0., 0.0099998, 0.99995")
        + _matrix("T", 3, 1, shift)
    )


def opencv(shift: str, more: str = "image_width: 640\nimage_height: 480\n") -> str:
    """All of it in one file."""
    return OPENCV_INTRINSICS + more + opencv_extrinsics(shift).partition("---\n")[2]


def projections(tx: float) -> str:
    """P1 and P2 of stereoRectify."""
    return "%YAML:1.0\n---\nimage_width: 640\nimage_height: 480\n" + "".join(
        _matrix(name, 3, 4, f"500., 0., {cx}, {x}, 0., 500., 239., 0., 0., 0., 1., 0.")
        for name, cx, x in (("P1", 322, 0.0), ("P2", 330, tx))
    )


Q = "%YAML:1.0\n---\nimage_width: 640\nimage_height: 480\n" + _matrix(
    "Q", 4, 4, "1., 0., 0., -322., 0., 1., 0., -239., 0., 0., 0., 500., 0., 0., 8.3333333333, 66.666666666"
)
"""A baseline of 0.12 m, and principal points that are 8 px apart."""


def depthai(left: str, right: str) -> str:
    """A device's EEPROM: extrinsics of the left-hand and of the right-hand camera."""
    camera = """{"cameraType": 0, "distortionCoeff": [1.5, -3.1, 0.001, -0.0005, 2.2, 1.6, -3.4, 2.9, 0, 0, 0, 0, 0, 0],
  "width": 1280, "height": 800, "intrinsicMatrix": [[%s, 0, 640.2], [0, 801.1, 401.9], [0, 0, 1]],
  "lensPosition": 0, "specHfovDeg": 71.9, "extrinsics": %s}"""
    return (
        '{"boardName": "DM9098", "version": 6, "cameraData": ['
        f'[1, {camera % (800.3, left)}], [2, {camera % (799.7, right)}]], "stereoRectificationData": '
        '{"leftCameraSocket": 1, "rightCameraSocket": 2, "rectifiedRotationLeft": [[1,0,0],[0,1,0],[0,0,1]]}}'
    )


def depthai_link(socket: int, x_cm: float) -> str:
    """Where a camera is from another one."""
    return (
        f'{{"rotationMatrix": [[1, 0, 0], [0, 1, 0], [0, 0, 1]], "toCameraSocket": {socket}, "translation": '
        f'{{"x": {x_cm}, "y": 0.02, "z": 0.0}}, "specTranslation": {{"x": {x_cm}, "y": 0.0, "z": 0.0}}}}'
    )
