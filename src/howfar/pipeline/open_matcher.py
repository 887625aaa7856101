"""Opening stereo matchers by name."""

from pathlib import Path

from howfar.models.library import find_model
from howfar.models.run_options import RunOptions
from howfar.models.session import open_session
from howfar.pipeline.network_matcher import NetworkMatcher
from howfar.stereo import Matcher
from howfar.stereo.sgbm import NAME as SGBM
from howfar.stereo.sgbm import SgbmMatcher


def open_matcher(name: str | Path, options: RunOptions | None = None) -> Matcher:
    """The matcher of a name: `sgbm`, or a stereo network with its card.

    Args:
        name: `sgbm`, a name that `howfar models` lists, or an ONNX file.
        options: How a network is run.

    Raises:
        ModelError: If there is no such network, it does not take a pair, or it does not give disparities.
        SettingError: If the execution provider is not there.
    """
    if name == SGBM:
        return SgbmMatcher()
    path, card = find_model(name)
    return NetworkMatcher(card, open_session(path, card, options))
