"""A network and the file that was made of it on labelled pictures: AP and REL before and after."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from howfar.datasets import CocoDetection, DepthSample, DetectionSample
from howfar.datasets.opening import Kind
from howfar.errors import SettingError
from howfar.evaluation.agreement.agreement import Network
from howfar.evaluation.depth.evaluation import DepthOptions, evaluate_depth
from howfar.evaluation.depth.protocols import DepthProtocol
from howfar.evaluation.detection.evaluation import DetectionOptions, evaluate_detector
from howfar.models import Card

DETECTION = DetectionOptions(score=0.02, nms=0.6)
"""As `howfar evaluate detector` measures."""

DepthShown = Callable[[Sequence[DepthSample]], Iterator[DepthSample]]
BoxesShown = Callable[[Sequence[DetectionSample]], Iterator[DetectionSample]]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a network and of the file that was made of it.

    Attributes:
        name: Which: AP, AP50, REL or δ1.
        source: The network's.
        other: The file's.
        less_is_better: Whether it is an error.
    """

    name: str
    source: float
    other: float
    less_is_better: bool = False

    @property
    def loss(self) -> float:
        """How much worse the file is, as a share of the network's figure; negative where it is better."""
        worse = self.other - self.source if self.less_is_better else self.source - self.other
        return worse / self.source if self.source else 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """What two networks reach on labelled pictures.

    Attributes:
        data: What was measured on, in words.
        figures: The figures; a file is judged by the first.
    """

    data: str
    figures: tuple[Figure, ...]


def refuse_other_labels(card: Card, kind: Kind) -> None:
    """Raise SettingError where labels of a kind say nothing of what a network gives."""
    if kind == "depth" and (card.depth is None or card.depth.kind != "metres"):
        raise SettingError(
            f"{card.name} gives no metres to be measured by true depth: name labelled pictures of what it gives.",
            setting="measure",
        )
    if kind == "detection" and card.detector is None:
        raise SettingError(
            f"{card.name} gives no boxes to be measured by labelled ones: name pictures with true depth.",
            setting="measure",
        )


def measure_depth(
    samples: Sequence[DepthSample], protocol: DepthProtocol, networks: tuple[Network, Network], shown: DepthShown
) -> tuple[Figure, ...]:
    """REL and δ1 of a depth network and of the file that was made of it.

    Args:
        samples: Pictures with their true depth.
        protocol: How to measure.
        networks: The network and the file.
        shown: Gives the samples one by one, for a progress bar.

    Raises:
        SettingError: If they give no metres.
    """
    results = []
    for network in networks:
        refuse_other_labels(network.card, "depth")
        if network.depth is not None:
            results.append(evaluate_depth(shown(samples), network.depth, DepthOptions(protocol)).errors())
    one, two = results
    return Figure("REL", one.rel, two.rel, less_is_better=True), Figure("δ1", one.delta1, two.delta1)


def measure_boxes(
    dataset: CocoDetection | Sequence[DetectionSample],
    samples: Sequence[DetectionSample],
    networks: tuple[Network, Network],
    shown: BoxesShown,
) -> tuple[Figure, ...]:
    """AP and AP50 of a detector and of the file that was made of it.

    Args:
        dataset: The data set.
        samples: The pictures of it to show.
        networks: The network and the file.
        shown: Gives the samples one by one, for a progress bar.

    Raises:
        SettingError: If they give no boxes.
        MissingExtraError: If faster-coco-eval is not installed.
    """
    results = []
    for network in networks:
        refuse_other_labels(network.card, "detection")
        if network.detector is not None:
            results.append(evaluate_detector(dataset, network.detector, DETECTION, shown(samples)).numbers)
    one, two = results
    return Figure("AP", one.ap, two.ap), Figure("AP50", one.ap50, two.ap50)
