"""The description of a rangefinder: small, frozen and picklable, so that another process can open it."""

from dataclasses import dataclass, fields
from pathlib import Path

from howfar.models import DEFAULT_DETECTOR, Engine, Precision
from howfar.pipeline.given import GivenCamera
from howfar.pipeline.open_methods import DEFAULT_METHOD
from howfar.pipeline.pairs import DEFAULT_STEREO, Stereo
from howfar.pipeline.perceivers import DepthOn
from howfar.pipeline.rangefinder import Rangefinder
from howfar.ranging.cues.joining import AUTO
from howfar.scene.query import Classes


@dataclass(frozen=True, kw_only=True)
class RangefinderSpec:
    """The keywords of `Rangefinder`, described there, with networks, methods and sizes given by name or file."""

    detector: str | Path | None = DEFAULT_DETECTOR
    depth: str | Path | None = None
    method: str | tuple[str, ...] = DEFAULT_METHOD
    camera: GivenCamera = None
    focal_px: float | None = None
    fov_deg: float | None = None
    fov_long_deg: float | None = None
    fov_diagonal_deg: float | None = None
    max_depth_m: float | None = None
    classes: Classes | None = None
    score: float | None = None
    nms: float | None = None
    depth_on: DepthOn = "image"
    camera_scale: bool = True
    threads: int | None = None
    provider: str | None = None
    cues: str | tuple[str, ...] = AUTO
    camera_height_m: float | None = None
    horizon_px: float | None = None
    sizes: str | Path | None = None
    anchor: str | Path | None = None
    known: tuple[str, ...] = ()
    tiles: bool = False
    engine: Engine = "auto"
    precision: Precision = "auto"
    stereo: Stereo = DEFAULT_STEREO

    def open(self) -> Rangefinder:
        """Open the networks.

        Raises:
            ModelError: If a model cannot be opened.
            SettingError: If a setting is wrong, or does not fit another one.
        """
        return Rangefinder(**{field.name: getattr(self, field.name) for field in fields(self)})
