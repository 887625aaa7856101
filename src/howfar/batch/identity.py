"""What the numbers of the results hang on: settings, networks, versions. Runs that are to be one must agree in it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

from howfar import __version__
from howfar.batch.schema import SCHEMA_VERSION
from howfar.models import RunOptions
from howfar.models.engines import choose
from howfar.models.model_file import file_digest
from howfar.pipeline.rangefinder import Rangefinder
from howfar.pipeline.spec import RangefinderSpec

_NO_MATTER = ("threads",)
"""Settings that do not change a digit."""


@dataclass(frozen=True)
class Identity:
    """What a run's numbers hang on, in the form of JSON.

    Attributes:
        version: The version of howfar.
        schema_version: That of the columns.
        models: The name and SHA-256 of each network, with the engine and the precision that run it.
        settings: The rangefinder's settings.
    """

    version: str
    schema_version: int
    models: Mapping[str, Mapping[str, str]]
    settings: Mapping[str, Any]

    @classmethod
    def of(cls, spec: RangefinderSpec, finder: Rangefinder) -> "Identity":
        """The identity of results by a rangefinder of these settings."""
        settings = {each.name: _plain(getattr(spec, each.name)) for each in fields(spec) if each.name not in _NO_MATTER}
        if isinstance(spec.sizes, str | Path):
            settings["sizes"] = file_digest(Path(spec.sizes))
        options = RunOptions(spec.threads, spec.provider, spec.engine, spec.precision)
        return cls(__version__, SCHEMA_VERSION, _models(finder, options), settings)

    def difference(self, other: "Identity") -> str:
        """Where another run's identity differs first, in words; empty where it does not."""
        for what, mine, others in (
            ("howfar", {"version": self.version}, {"version": other.version}),
            ("the columns", {"version": self.schema_version}, {"version": other.schema_version}),
            ("the settings", self.settings, other.settings),
            ("the networks", self.models, other.models),
        ):
            for name in sorted({*mine, *others}):
                if mine.get(name) != others.get(name):
                    return f"of {what}, {name} was {_told(mine.get(name))} and is {_told(others.get(name))}"
        return ""


def _models(finder: Rangefinder, options: RunOptions) -> dict[str, dict[str, str]]:
    """The networks that a finder has open, by what they are for."""
    (method,) = finder.ranging.methods
    opened = {
        "detector": getattr(finder.perceiver, "detector", None),
        "depth": getattr(finder.perceiver, "depth", None),
        "method": getattr(method, "network", None),
        "anchor": finder.evidence.anchor,
    }
    networks = {role: getattr(network, "estimator", network) for role, network in opened.items()}
    return {role: _told_of(network, options) for role, network in networks.items() if network is not None}


def _told_of(network: Any, options: RunOptions) -> dict[str, str]:
    choice = choose(options, network.card)
    facts = {"name": network.card.name, "sha256": network.session.digest()}
    return {**facts, "engine": choice.engine, "precision": choice.precision}


def _plain(value: Any) -> Any:
    """A setting in the form of JSON."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, tuple | list | set | frozenset):
        return [_plain(each) for each in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _told(value: Any) -> str:
    if isinstance(value, Mapping):
        return " ".join(f"{name} {each}" for name, each in value.items())
    return "not given" if value is None else str(value)
