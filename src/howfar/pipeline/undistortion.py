"""Taking the lens's distortion out of pictures, so that they are a pinhole camera's.

OpenCV counts pixel coordinates from the middle of the first pixel, howfar from its outer corner: half a pixel between
the two principal points.
"""

from dataclasses import replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.scene import Camera
from howfar.scene.calibration import Distortion
from howfar.scene.frame import Frame

OPENCV_OFFSET_PX = 0.5
"""What howfar's pixel coordinates are larger than OpenCV's."""


def camera_matrix(camera: Camera) -> NDArray[np.float64]:
    """The 3×3 matrix of intrinsics as OpenCV counts pixels."""
    cx_px, cy_px = camera.cx_px - OPENCV_OFFSET_PX, camera.cy_px - OPENCV_OFFSET_PX
    return np.array([[camera.fx_px, 0, cx_px], [0, camera.fy_px, cy_px], [0, 0, 1]], dtype=np.float64)


def camera_from_matrix(matrix: NDArray[np.float64], width_px: int, height_px: int) -> Camera:
    """The camera of a 3×3 matrix of intrinsics as OpenCV counts pixels."""
    cx_px, cy_px = matrix[0, 2] + OPENCV_OFFSET_PX, matrix[1, 2] + OPENCV_OFFSET_PX
    return Camera(width_px, height_px, float(matrix[0, 0]), float(matrix[1, 1]), float(cx_px), float(cy_px))


def coefficients(distortion: Distortion) -> NDArray[np.float64]:
    """The five coefficients in OpenCV's order."""
    return np.array([distortion.k1, distortion.k2, distortion.p1, distortion.p2, distortion.k3], dtype=np.float64)


def undistort(image: NDArray[np.uint8], camera: Camera, distortion: Distortion) -> NDArray[np.uint8]:
    """The picture that a pinhole camera with the same intrinsics would have taken.

    It has the same size. Of a barrel, what lies outside the frame then is lost; of a pincushion, corners that the lens
    has not seen stay black.

    Args:
        image: H×W×3 uint8 RGB.
        camera: The picture's camera.
        distortion: Its lens's distortion.

    Returns:
        A new H×W×3 uint8 RGB array.
    """
    where, between = _maps(camera, distortion)
    straight: NDArray[np.uint8] = cv2.remap(image, where, between, cv2.INTER_LINEAR)  # type: ignore[assignment]
    return straight


def undistorted_points(points_px: NDArray[np.float64], camera: Camera, distortion: Distortion) -> NDArray[np.float64]:
    """Where points of a picture (N×2 pixel coordinates) are in the undistorted one."""
    matrix = camera_matrix(camera)
    straight = cv2.undistortPoints(points_px - OPENCV_OFFSET_PX, matrix, coefficients(distortion), P=matrix)
    return straight.reshape(-1, 2).astype(np.float64) + OPENCV_OFFSET_PX


def straightened(frame: Frame, camera: Camera, distortion: Distortion | None) -> Frame:
    """The frame with its camera, and without its lens's distortion where that is known.

    Args:
        frame: The frame as it was taken.
        camera: Its camera.
        distortion: Its lens's distortion; None where it is not known.

    Raises:
        SettingError: If the frame has a right-hand picture, whose lens is another, or depths of the user's own, which
            belong to the picture as it was taken.
    """
    if distortion is None:
        return replace(frame, camera=camera)
    if frame.right is not None:
        raise SettingError(
            "The camera file's distortion is that of one lens, and the frame is a stereo pair: rectify the pair "
            "before, and take [distortion] out of the camera file."
        )
    if frame.depth is not None or frame.depth_points is not None:
        raise SettingError(
            "A depth map of your own belongs to the picture as it was taken, and the camera file has the picture "
            "undistorted: undistort both before, and take [distortion] out of the camera file."
        )
    return replace(frame, image=undistort(frame.image, camera, distortion), camera=camera, undistorted=True)


@lru_cache(maxsize=2)  # of 12 megapixels, one takes 72 MB
def _maps(camera: Camera, distortion: Distortion) -> tuple[NDArray[np.int16], NDArray[np.uint16]]:
    """For every pixel of the straight picture, where in the bent one it is seen: fixed-point maps for `remap`."""
    matrix, size = camera_matrix(camera), (camera.width_px, camera.height_px)
    where, between = cv2.initUndistortRectifyMap(
        matrix, coefficients(distortion), np.eye(3), matrix, size, cv2.CV_16SC2
    )
    return where, between  # type: ignore[return-value]
