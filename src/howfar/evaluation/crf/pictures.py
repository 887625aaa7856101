"""From a picture and its network to what the field is given, and from what it believes back to maps."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.errors import ModelError
from howfar.evaluation.crf.class_geometry import ClassGeometry
from howfar.evaluation.crf.field import Beliefs, Evidence, Field
from howfar.evaluation.crf.superpixels import divide
from howfar.evaluation.crf.weights import CrfWeights
from howfar.io.resample import resample
from howfar.models.depth import CardDepth
from howfar.models.preprocess import feed
from howfar.networks.class_output import CLASS_PROBABILITIES
from howfar.scene import DepthMap, Frame


@dataclass(frozen=True, eq=False)
class Seen:
    """What a network says of a picture, and how the picture is divided.

    Attributes:
        depth: As the network gives it.
        probabilities: h×w×K float32, likewise; None where it gives no classes.
        log_depth: H×W, the log depth at the size at which the picture is divided.
        evidence: The same for each superpixel.
    """

    depth: DepthMap
    probabilities: NDArray[np.float32] | None
    log_depth: NDArray[np.float32]
    evidence: Evidence

    @property
    def classes(self) -> int:
        """How many classes the network tells apart."""
        return 0 if self.probabilities is None else self.probabilities.shape[2]

    def labels(self, width_px: int, height_px: int) -> NDArray[np.intp]:
        """The class that the network holds for most probable, height_px×width_px."""
        assert self.probabilities is not None
        return np.asarray(_enlarged(self.probabilities, width_px, height_px).argmax(axis=2))


@dataclass(frozen=True, eq=False)
class Refined:
    """What the field makes of a picture, at the size at which it is divided.

    Attributes:
        depth: In metres.
        classes: H×W; None where there are none.
    """

    depth: DepthMap
    classes: NDArray[np.intp] | None

    def labels(self, width_px: int, height_px: int) -> NDArray[np.intp]:
        """The classes, enlarged by their nearest neighbour to height_px×width_px."""
        assert self.classes is not None
        numbers = self.classes.astype(np.int32)
        return cv2.resize(numbers, (width_px, height_px), interpolation=cv2.INTER_NEAREST_EXACT).astype(np.intp)


def see(network: CardDepth, frame: Frame) -> Seen:
    """Show a picture to a network, and divide it.

    Raises:
        ModelError: If the network gives no metres, or its classes cannot be read.
        MissingExtraError: If scikit-image is not installed.
    """
    refuse_network(network)
    fed = feed(frame, network.card)
    outputs = network.session.run(*fed.tensors)
    depth = network.read(outputs, fed, frame.camera)
    found = outputs.get(CLASS_PROBABILITIES)
    probabilities = None if found is None else _class_map(found, network.name)
    layers = divide(frame.image)
    height, width = layers.labels.shape
    log_depth = _log_depth(depth, width, height)
    shares = None if probabilities is None else layers.means(_enlarged(probabilities, width, height))
    return Seen(depth, probabilities, log_depth, Evidence(layers, layers.means(log_depth), shares))


def refuse_network(network: CardDepth) -> None:
    """Raise ModelError where a network's output cannot be laid over superpixels in metres."""
    if network.spec.kind != "metres":
        raise ModelError(f"The field joins depths in metres, and {network.name} gives relative depth: name another.")
    if network.card.input.has_bars:
        raise ModelError(
            f"The field lays classes over the whole picture, and {network.name} sees it between bars: export the "
            'network with fit = "keep-aspect" or "stretch".'
        )


def refine(
    seen: Seen, weights: CrfWeights, geometry: ClassGeometry | None = None, *, with_classes: bool = True
) -> Refined:
    """Let the field settle over a picture.

    Args:
        seen: What the network says.
        weights: What each term counts.
        geometry: What classes tell of depth; None leaves it out.
        with_classes: Whether the classes take part, where there are any.
    """
    evidence = seen.evidence
    if not with_classes:
        evidence = Evidence(evidence.layers, evidence.log_depths)
        geometry = None
    beliefs = Field(evidence, weights, geometry).settled()
    return Refined(DepthMap(_depth_m(seen, beliefs, weights.detail), "metres"), _labels(evidence, beliefs))


def _depth_m(seen: Seen, beliefs: Beliefs, detail: float) -> NDArray[np.float32]:
    """Each superpixel's depth, and as much of the network's own course within it."""
    labels, own = seen.evidence.layers.labels, seen.evidence.log_depths
    within = seen.log_depth - own[labels]
    return np.exp(beliefs.log_depths[labels] + detail * within).astype(np.float32)


def _labels(evidence: Evidence, beliefs: Beliefs) -> NDArray[np.intp] | None:
    if evidence.probabilities is None:
        return None
    return np.asarray(beliefs.classes.argmax(axis=1)[evidence.layers.labels])


def _log_depth(depth: DepthMap, width_px: int, height_px: int) -> NDArray[np.float32]:
    """H×W log depth; where nothing is known, the median of what is."""
    values = np.where(depth.valid, depth.values, np.float32(np.nan))
    if not depth.valid.any():
        raise ModelError("The network gives no depth at all for a picture: check its card with  howfar models check .")
    sized = resample(values, width_px, height_px)
    return np.log(np.where(np.isfinite(sized), sized, np.nanmedian(values)))


def _class_map(output: NDArray[Any], name: str) -> NDArray[np.float32]:
    if output.ndim != 4 or output.shape[0] != 1 or output.size == 0:
        raise ModelError(
            f"{name} gives {CLASS_PROBABILITIES} of shape {output.shape}, and 1×C×h×w is read: export it anew."
        )
    return np.ascontiguousarray(output[0].transpose(1, 2, 0), dtype=np.float32)


def _enlarged(probabilities: NDArray[np.float32], width_px: int, height_px: int) -> NDArray[np.float32]:
    """h×w×K at another size, H×W×K."""
    sized = cv2.resize(probabilities, (width_px, height_px), interpolation=cv2.INTER_LINEAR)
    return np.asarray(sized, dtype=np.float32).reshape(height_px, width_px, -1)
