"""The doors for whatever sees: two networks, one joint network, a stereo pair, a remote service, a stand-in."""

from typing import Protocol

from howfar.scene.depth_map import DepthMap
from howfar.scene.detections import Detections
from howfar.scene.frame import Frame
from howfar.scene.perception import DepthFacts, Perception
from howfar.scene.query import Query


class Detector(Protocol):
    """Whatever finds objects in a picture."""

    @property
    def name(self) -> str:
        """Its short name."""

    @property
    def class_names(self) -> tuple[str, ...]:
        """The names of all classes that it knows, in the order of their numbers."""

    def detect(self, frame: Frame, query: Query) -> Detections:
        """Find the objects in a picture, best first, with boxes cut to the picture.

        Raises:
            SettingError: If the query names a class that the detector does not know.
        """


class DepthEstimator(Protocol):
    """Whatever gives the depth of a picture."""

    @property
    def facts(self) -> DepthFacts:
        """What is known of it."""

    def estimate(self, frame: Frame) -> DepthMap:
        """Estimate the depth of a picture, at any resolution; without a camera, unscaled by its focal length."""


class Perceiver(Protocol):
    """Whatever sees both: objects and depth."""

    def perceive(self, frame: Frame, query: Query) -> Perception:
        """Look at a picture once.

        Args:
            frame: The picture, undistorted, with its camera.
            query: Which objects to find.

        Raises:
            SettingError: If the query names a class that is not known.
        """
