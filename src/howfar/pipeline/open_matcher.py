"""Opening stereo matchers by name."""

from functools import partial
from pathlib import Path

from howfar.models.card import StereoSpec
from howfar.models.features import FeatureNetwork, SimilarityNetwork
from howfar.models.library import open_network
from howfar.models.run_options import RunOptions
from howfar.pipeline.network_matcher import NetworkMatcher
from howfar.stereo import Matcher
from howfar.stereo.mc_cnn.confidence import Spread
from howfar.stereo.mc_cnn.cost import by_features, by_similarity
from howfar.stereo.mc_cnn.matcher import McCnn
from howfar.stereo.mc_cnn.settings import PIPELINES
from howfar.stereo.sgbm import NAME as SGBM
from howfar.stereo.sgbm import SgbmMatcher


def open_matcher(name: str | Path, options: RunOptions | None = None) -> Matcher:
    """The matcher of a name: `sgbm`, `mc-cnn`, or a stereo network with its card.

    Args:
        name: `sgbm`, a name that `howfar models` lists, or an ONNX file.
        options: How a network is run.

    Raises:
        ModelError: If there is no such network, or no pair can be matched by what it gives.
        SettingError: If the execution provider is not there.
    """
    if name == SGBM:
        return SgbmMatcher()
    card, session = open_network(name, options)
    if card.stereo is None:
        return NetworkMatcher(card, session)
    cost = (
        partial(by_similarity, SimilarityNetwork(card, session))
        if card.takes_pair
        else partial(by_features, FeatureNetwork(card, session))
    )
    return McCnn(cost, PIPELINES[card.stereo.pipeline], spread_of(card.stereo), card.name)


def spread_of(spec: StereoSpec) -> Spread:
    """How far off the disparities of a network's features are, as its card says."""
    return Spread(spec.margins, spec.sds_px, spec.failed_sd_px)
