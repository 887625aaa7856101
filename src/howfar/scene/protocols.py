"""The protocols of detectors, depth estimators and perceivers: any object with these methods can be used."""

from typing import Protocol

from howfar.scene.depth_map import DepthMap
from howfar.scene.detections import Detections
from howfar.scene.frame import Frame
from howfar.scene.perception import DepthFacts, Perception
from howfar.scene.query import Query


class Detector(Protocol):
    """Finds the objects in a picture."""

    @property
    def name(self) -> str:
        """The detector's short name."""

    @property
    def class_names(self) -> tuple[str, ...]:
        """The names of all classes that it knows; a class id is an index into them."""

    def detect(self, frame: Frame, query: Query) -> Detections:
        """Find the objects in a picture, the highest score first, with boxes that lie within the picture.

        Raises:
            SettingError: If the query names a class that the detector does not know.
        """


class DepthEstimator(Protocol):
    """Estimates the depth of a picture."""

    @property
    def facts(self) -> DepthFacts:
        """Facts about this estimator, such as its uncertainty."""

    def estimate(self, frame: Frame) -> DepthMap:
        """Estimate the depth of a picture, at any resolution.

        Where the frame has no camera, depth is not scaled by the focal length.
        """


class Perceiver(Protocol):
    """Finds the objects of a picture and estimates its depth: two networks, one joint network, a stereo pair.

    A remote service or a test double can be a perceiver as well.
    """

    def perceive(self, frame: Frame, query: Query) -> Perception:
        """Find the objects and estimate the depth, in one pass.

        Args:
            frame: The picture, undistorted, with its camera.
            query: Which objects to find.

        Raises:
            SettingError: If the query names a class that is unknown.
        """
