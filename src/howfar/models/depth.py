"""A depth network: from a picture and its camera to a depth map."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.errors import ModelError
from howfar.models.card import Card
from howfar.models.outputs import ONE, read_outputs
from howfar.models.preprocess import Fed, feed
from howfar.models.session import Session
from howfar.scene import Camera, DepthFacts, DepthMap, Frame

OTHER_UNIT = 5.0
"""A map whose median is so many times the farthest depth of the card is in another unit than metres."""


class CardDepth:
    """A depth network that is fed and read as its card says, whatever runs it; a `howfar.scene.DepthEstimator`.

    May be used from several threads at once.

    Attributes:
        card: How it is fed and read.
        spec: The part of the card that is about depth.
        session: What runs it.
    """

    def __init__(self, card: Card, session: Session) -> None:
        """Take an open network.

        Raises:
            ModelError: If the card is not a depth network's.
        """
        if card.depth is None:
            raise ModelError(f"{session.name} is a model for {card.task}, not a depth network.")
        self.card, self.spec, self.session = card, card.depth, session

    @cached_property
    def facts(self) -> DepthFacts:
        """What is known of it."""
        spec = self.spec
        sha256 = self.card.sha256 or self.session.digest()
        return DepthFacts(self.card.name, spec.kind, spec.scenes, spec.max_m, spec.margins, sha256=sha256)

    @property
    def name(self) -> str:
        """The network's short name."""
        return self.card.name

    def estimate(self, frame: Frame) -> DepthMap:
        """Estimate the depth of a picture.

        A metric network saw one camera in training. A picture taken with another focal length looks nearer or farther
        by their ratio, so its output is multiplied by it: the canonical camera of Metric3D (Yin et al., ICCV 2023,
        label-space variant), with both focal lengths counted at the network's input size.

        Args:
            frame: The picture; without a camera the output is left unscaled.

        Returns:
            The map at the network's own resolution, laid over the whole picture.

        Raises:
            SettingError: If the network takes a stereo pair and the frame has none.
            ModelError: If the network does not do what its card says.
        """
        fed = feed(frame, self.card)
        return self.read(self.session.run(*fed.tensors), fed, frame.camera)

    def read(self, outputs: Mapping[str, NDArray[Any]], fed: Fed, camera: Camera | None) -> DepthMap:
        """The depth map in a network's outputs.

        Args:
            outputs: What the session gave.
            fed: What it was fed with.
            camera: The picture's camera; None leaves the output unscaled.

        Raises:
            ModelError: If the output is no map, or one of disparities, which a rig alone turns into depth.
        """
        if self.spec.kind == "disparity_px":
            raise ModelError(
                f"{self.session.name} gives disparities of a pair of pictures, and not the depth of one: name it as "
                "what matches pairs (docs/stereo.md shows how)."
            )
        values = self.numbers(outputs, fed)
        self._refuse_unit(values)
        if self.spec.sky_m is not None:
            values = np.where(values < self.spec.sky_m, values, np.float32(np.nan))
        return DepthMap(values * self._camera_scale(camera, fed), self.spec.kind)

    def numbers(self, outputs: Mapping[str, NDArray[Any]], fed: Fed) -> NDArray[np.float32]:
        """The map in a network's outputs as it gives it: H×W float32 over the whole picture, at its own resolution.

        Raises:
            ModelError: If the output is no map.
        """
        output = read_outputs(outputs, self.spec.tensors, ONE, self.session.name)[0]
        values = output
        while values.ndim > 2 and values.shape[0] == 1:
            values = values[0]
        if values.ndim != 2 or values.size == 0:
            raise ModelError(f"{self.session.name} gave an output of shape {output.shape}; a depth map is 1×1×H×W.")
        if self.card.input.has_bars:
            values = _without_bars(values, fed)
        return values

    def _refuse_unit(self, values: NDArray[np.float32]) -> None:
        """Raise ModelError for a map that lies far beyond the farthest depth of the card: it is in another unit."""
        if self.spec.kind != "metres" or self.spec.max_m is None:
            return
        known = values[np.isfinite(values)]
        median = float(np.median(known)) if known.size else 0.0
        if median > OTHER_UNIT * self.spec.max_m:
            raise ModelError(
                f"{self.session.name} gives a median of {median:.4g} m, and its card says at most {self.spec.max_m:g} "
                "m: are these millimetres? Export a network that gives metres, or correct the card."
            )

    def _camera_scale(self, camera: Camera | None, fed: Fed) -> np.float32:
        if camera is None or self.spec.focal_px is None:
            return np.float32(1.0)
        at_input = camera.resized(*fed.placed_px)
        return np.float32(at_input.focal_px / self.spec.focal_px)


def _without_bars(values: NDArray[np.float32], fed: Fed) -> NDArray[np.float32]:
    """The part of a map that lies over the picture, where the input has bars beside that; at the map's resolution.

    Cells whose centres lie in the bars tell nothing of the picture: its border has what the cells beside it say.
    """
    place, (wide, high) = fed.placement, fed.placed_px
    x = _cells_over(values.shape[1], fed.size_px[0], place.offset_x, wide)
    y = _cells_over(values.shape[0], fed.size_px[1], place.offset_y, high)
    across, down = np.meshgrid(x, y)
    return np.asarray(cv2.remap(values, across, down, cv2.INTER_LINEAR), dtype=np.float32)


def _cells_over(cells: int, input_px: int, first_px: float, picture_px: int) -> NDArray[np.float32]:
    """Where, counted in a map's cells along one side, as many places lie as it has cells over the picture."""
    scale = cells / input_px
    count = max(1, round(picture_px * scale))
    places = (first_px + (np.arange(count) + 0.5) * picture_px / count) * scale - 0.5
    inside = np.ceil(first_px * scale - 0.5), np.floor((first_px + picture_px) * scale - 0.5)
    return places.clip(*inside).clip(0, cells - 1).astype(np.float32)
