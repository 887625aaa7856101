"""Removing the distortion of the lens from pictures, so that the pinhole camera model holds for them.

The origin of pixel coordinates is the middle of the first pixel in OpenCV and its outer corner in howfar, so the
principal points differ by half a pixel.
"""

from dataclasses import astuple, replace
from functools import lru_cache, partial

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.pipeline.own_detections import moved_boxes
from howfar.scene import Camera
from howfar.scene.calibration import FisheyeDistortion, LensDistortion
from howfar.scene.frame import Frame

OPENCV_OFFSET_PX = 0.5
"""howfar's pixel coordinates minus OpenCV's."""


def camera_matrix(camera: Camera) -> NDArray[np.float64]:
    """The 3×3 matrix of intrinsics in OpenCV's pixel coordinates."""
    cx_px, cy_px = camera.cx_px - OPENCV_OFFSET_PX, camera.cy_px - OPENCV_OFFSET_PX
    return np.array([[camera.fx_px, 0, cx_px], [0, camera.fy_px, cy_px], [0, 0, 1]], dtype=np.float64)


def camera_from_matrix(matrix: NDArray[np.float64], width_px: int, height_px: int) -> Camera:
    """The camera of a 3×3 matrix of intrinsics in OpenCV's pixel coordinates."""
    cx_px, cy_px = matrix[0, 2] + OPENCV_OFFSET_PX, matrix[1, 2] + OPENCV_OFFSET_PX
    return Camera(width_px, height_px, float(matrix[0, 0]), float(matrix[1, 1]), float(cx_px), float(cy_px))


def coefficients(distortion: LensDistortion) -> NDArray[np.float64]:
    """The distortion coefficients in OpenCV's order: five of Brown's model, eight of the rational, four of fisheyes."""
    return np.array(astuple(distortion), dtype=np.float64)


def undistort(image: NDArray[np.uint8], camera: Camera, distortion: LensDistortion) -> NDArray[np.uint8]:
    """The picture that a pinhole camera with the same intrinsics would have taken.

    It has the same size. With barrel distortion, parts of the picture then lie outside the frame and are lost. With
    pincushion distortion, the corners are outside the original picture and become black.

    Args:
        image: H×W×3 uint8 RGB.
        camera: The picture's camera.
        distortion: The distortion of its lens.

    Returns:
        A new H×W×3 uint8 RGB array.
    """
    whole, fractions = _remap_tables(camera, distortion)
    undistorted: NDArray[np.uint8] = cv2.remap(image, whole, fractions, cv2.INTER_LINEAR)  # type: ignore[assignment]
    return undistorted


def undistorted_points(
    points_px: NDArray[np.float64], camera: Camera, distortion: LensDistortion
) -> NDArray[np.float64]:
    """The positions of points of a picture, N×2 pixel coordinates, in the undistorted picture."""
    matrix, model = camera_matrix(camera), cv2.fisheye if isinstance(distortion, FisheyeDistortion) else cv2
    points = (points_px - OPENCV_OFFSET_PX)[:, None]
    straight: NDArray[np.float64] = model.undistortPoints(points, matrix, coefficients(distortion), P=matrix)
    return straight.reshape(-1, 2).astype(np.float64) + OPENCV_OFFSET_PX


def undistorted_frame(frame: Frame, camera: Camera, distortion: LensDistortion | None) -> Frame:
    """The frame with its camera, undistorted where the distortion is known; boxes of the user's own move with it.

    Args:
        frame: The frame as it was taken.
        camera: Its camera.
        distortion: The distortion of its lens; None where it is not known.

    Raises:
        SettingError: If there is a distortion, and the frame has a right-hand picture, whose lens is another one, or
            depths of the user's own, which belong to the picture as it was taken.
    """
    if distortion is None:
        return replace(frame, camera=camera)
    if frame.right is not None:
        raise SettingError(
            "The camera file's distortion is that of one lens, and the frame is a stereo pair: rectify the pair "
            "first, and take [distortion] out of the camera file."
        )
    if frame.depth is not None or frame.depth_points is not None:
        raise SettingError(
            "A depth map of your own belongs to the picture as it was taken, and the camera file has the picture "
            "undistorted: undistort both first, and take [distortion] out of the camera file."
        )
    image = undistort(frame.image, camera, distortion)
    found = frame.detections
    if found is not None:
        move = partial(undistorted_points, camera=camera, distortion=distortion)
        found = moved_boxes(found, move, camera.width_px, camera.height_px)
    return replace(frame, image=image, camera=camera, detections=found, undistorted=True)


@lru_cache(maxsize=2)  # for a picture of 12 megapixels, one result takes 72 MB
def _remap_tables(camera: Camera, distortion: LensDistortion) -> tuple[NDArray[np.int16], NDArray[np.uint16]]:
    """The position in the distorted picture of each pixel of the undistorted one, in fixed point for `remap`."""
    matrix, size = camera_matrix(camera), (camera.width_px, camera.height_px)
    model = cv2.fisheye if isinstance(distortion, FisheyeDistortion) else cv2
    whole, fractions = model.initUndistortRectifyMap(
        matrix, coefficients(distortion), np.eye(3), matrix, size, cv2.CV_16SC2
    )
    return whole, fractions
