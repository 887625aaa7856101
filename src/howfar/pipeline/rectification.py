"""Rectifying a stereo pair: both pictures as two cameras would have taken them that look in exactly one direction."""

import math
from dataclasses import replace
from functools import lru_cache, partial
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.pipeline.own_detections import moved_boxes
from howfar.pipeline.undistortion import OPENCV_OFFSET_PX, camera_matrix, coefficients
from howfar.scene import Camera, StereoRig
from howfar.scene.calibration import FisheyeDistortion, LensDistortion
from howfar.scene.frame import Frame
from howfar.scene.stereo_calibration import StereoCalibration

FOCAL_SHARES = (0.75, 1.25)
"""The focal length of the rectified pictures over that of the cameras.

Between these bounds it is the one with which both pictures are full. Beyond, a wide lens loses its edges rather than
its sharpness, and pictures that were turned by much get black edges rather than a narrow view.
"""

MOST_SHIFT = 0.2
"""Share of a side that the middle of the view may be moved by, so that both pictures are full."""

EDGE_POINTS = 25
"""Points along each edge of a picture that are followed to where they go."""

FARTHEST_RAY = 4.0
"""Tangent of the widest angle that is looked at: a fisheye's edge may have none."""


def rectified_pair(frame: Frame, calibration: StereoCalibration) -> Frame:
    """The pair rectified, with its camera and the rig that turns disparity into depth.

    Of a calibration that is rectified already no pixel is touched. Else both pictures are resampled, at their own
    size, for two cameras of one focal length with one principal point, so that what is infinitely far has no disparity.

    Args:
        frame: A frame with both pictures as they were taken.
        calibration: That of the two cameras, at any resolution with the same aspect ratio.

    Returns:
        The frame with `image`, `right`, `camera` and `rig`; its notes say what was done.

    Raises:
        SettingError: If the frame has no right-hand picture, the two differ in size, the calibration is for another
            aspect ratio, or the frame has depths of the user's own, which belong to the picture as it was taken.
    """
    if frame.right is None:
        raise SettingError(
            "There is no right-hand picture to rectify: give both pictures of the pair.", setting="right"
        )
    if frame.right.shape != frame.image.shape:
        raise SettingError(
            f"The two pictures of the pair differ in size, {frame.width_px}×{frame.height_px} and "
            f"{frame.right.shape[1]}×{frame.right.shape[0]} pixels: give both as the cameras took them."
        )
    calibration = calibration.scaled(frame.width_px, frame.height_px)
    notes = (*frame.notes, *calibration.notes)
    if calibration.is_rectified:
        return replace(frame, camera=calibration.left, rig=calibration.rig(), notes=notes)
    if frame.depth is not None or frame.depth_points is not None:
        raise SettingError(
            "A depth map of your own belongs to the picture as it was taken, and the pair has to be rectified: rectify "
            "all of them first, and give the rig of the rectified pair."
        )
    resampling = _resampling(calibration)
    found = frame.detections
    if found is not None:
        found = moved_boxes(found, partial(_left_points, calibration), frame.width_px, frame.height_px)
    return replace(
        frame,
        image=_remapped(frame.image, resampling.left),
        right=_remapped(frame.right, resampling.right),
        camera=resampling.camera,
        rig=resampling.rig,
        detections=found,
        undistorted=True,
        notes=(*notes, _note(calibration)),
    )


def _note(calibration: StereoCalibration) -> str:
    """What was done, as one sentence."""
    bent = calibration.left_distortion is not None or calibration.right_distortion is not None
    lenses = ", and without the distortion of their lenses" if bent else ""
    return (
        f"The pair was rectified by its calibration: both pictures are shown as by cameras that look in one direction "
        f"(they were {calibration.angle_deg:.2f} degrees apart){lenses}."
    )


Tables = tuple[NDArray[np.int16], NDArray[np.uint16]]
"""The position in the picture as it was taken of each pixel of the rectified one, in fixed point for `remap`."""


class _Resampling(NamedTuple):
    """What is needed to rectify any number of pairs."""

    left: Tables
    right: Tables
    camera: Camera
    rig: StereoRig


def rectified_points(
    left_px: NDArray[np.float64], right_px: NDArray[np.float64], calibration: StereoCalibration
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The positions of points of both pictures, N×2 pixel coordinates each, in the rectified pictures."""
    eyes = _eyes(calibration)
    view = _view(eyes)
    scale, middle = np.array([view.fx_px, view.fy_px]), np.array([view.cx_px, view.cy_px])
    left, right = (
        _rays(points_px, *eye) * scale + middle for points_px, eye in zip((left_px, right_px), eyes, strict=True)
    )
    return left, right


def _left_points(calibration: StereoCalibration, points_px: NDArray[np.float64]) -> NDArray[np.float64]:
    return rectified_points(points_px, points_px, calibration)[0]


def _remapped(image: NDArray[np.uint8], tables: Tables) -> NDArray[np.uint8]:
    rectified: NDArray[np.uint8] = cv2.remap(image, *tables, cv2.INTER_LINEAR)  # type: ignore[assignment]
    return rectified


@lru_cache(maxsize=1)  # for pictures of 12 megapixels it takes 144 MB
def _resampling(calibration: StereoCalibration) -> _Resampling:
    eyes = _eyes(calibration)
    camera = _view(eyes)
    left, right = (_tables(*eye, camera) for eye in eyes)
    return _Resampling(left, right, camera, StereoRig(camera.fx_px, calibration.baseline_m))


Eye = tuple[Camera, LensDistortion | None, NDArray[np.float64]]
"""A camera, its distortion, and how it is turned to look straight ahead."""


def _eyes(calibration: StereoCalibration) -> tuple[Eye, Eye]:
    left, right = calibration.left, calibration.right
    turn_left, turn_right, *_ = cv2.stereoRectify(
        camera_matrix(left),
        np.zeros(5),  # the rotations do not depend on distortion
        camera_matrix(right),
        np.zeros(5),
        (left.width_px, left.height_px),
        np.array(calibration.rotation),
        np.array(calibration.translation_m).reshape(3, 1),
    )
    return (
        (left, calibration.left_distortion, turn_left.astype(np.float64)),
        (right, calibration.right_distortion, turn_right.astype(np.float64)),
    )


def _view(eyes: tuple[Eye, Eye]) -> Camera:
    """The camera of both rectified pictures."""
    width, height = eyes[0][0].width_px, eyes[0][0].height_px
    lefts, tops, rights, bottoms = (np.array(each) for each in zip(*(_full_part(*eye) for eye in eyes), strict=True))
    x_low, y_low, x_high, y_high = lefts.max(), tops.max(), rights.min(), bottoms.min()
    own_px = math.sqrt(eyes[0][0].focal_px * eyes[1][0].focal_px)
    least_px, most_px = (share * own_px for share in FOCAL_SHARES)
    # Pictures that have no full part in common are those of cameras that look past each other.
    full_px = max(width / max(x_high - x_low, 1e-6), height / max(y_high - y_low, 1e-6))
    focal_px = min(max(full_px, least_px), most_px)
    shift_x, shift_y = (
        float(np.clip(-focal_px * middle / side, -MOST_SHIFT, MOST_SHIFT))
        for middle, side in (((x_low + x_high) / 2, width), ((y_low + y_high) / 2, height))
    )
    return Camera(width, height, focal_px, focal_px, width * (0.5 + shift_x), height * (0.5 + shift_y))


def _full_part(
    camera: Camera, distortion: LensDistortion | None, turn: NDArray[np.float64]
) -> tuple[float, float, float, float]:
    """Left, top, right and bottom, as X/Z and Y/Z, of a rectangle that this picture fills once it is turned."""
    along_x = np.linspace(0, camera.width_px, EDGE_POINTS)
    along_y = np.linspace(0, camera.height_px, EDGE_POINTS)
    lefts, rights = (
        _rays(np.stack([np.full(EDGE_POINTS, x), along_y], 1), camera, distortion, turn)[:, 0]
        for x in (0, camera.width_px)
    )
    tops, bottoms = (
        _rays(np.stack([along_x, np.full(EDGE_POINTS, y)], 1), camera, distortion, turn)[:, 1]
        for y in (0, camera.height_px)
    )
    return float(lefts.max()), float(tops.max()), float(rights.min()), float(bottoms.min())


def _rays(
    points_px: NDArray[np.float64], camera: Camera, distortion: LensDistortion | None, turn: NDArray[np.float64]
) -> NDArray[np.float64]:
    """N×2: X/Z and Y/Z of what is seen at points, in the coordinates of the turned camera."""
    matrix, points = camera_matrix(camera), (points_px - OPENCV_OFFSET_PX)[:, None]
    if isinstance(distortion, FisheyeDistortion):
        rays = cv2.fisheye.undistortPoints(points, matrix, coefficients(distortion), R=turn)
    else:
        rays = cv2.undistortPoints(points, matrix, _opencv(distortion), R=turn)
    found: NDArray[np.float64] = np.clip(np.nan_to_num(rays.reshape(-1, 2)), -FARTHEST_RAY, FARTHEST_RAY)
    return found


def _tables(camera: Camera, distortion: LensDistortion | None, turn: NDArray[np.float64], view: Camera) -> Tables:
    model = cv2.fisheye if isinstance(distortion, FisheyeDistortion) else cv2
    whole, fractions = model.initUndistortRectifyMap(
        camera_matrix(camera),
        _opencv(distortion),
        turn,
        camera_matrix(view),
        (view.width_px, view.height_px),
        cv2.CV_16SC2,
    )
    return whole, fractions


def _opencv(distortion: LensDistortion | None) -> NDArray[np.float64]:
    return np.zeros(5) if distortion is None else coefficients(distortion)
