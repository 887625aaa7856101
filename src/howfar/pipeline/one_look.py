"""`howfar.look`: a picture is looked at by one call, and the networks stay open for the next one."""

from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from howfar.io.depth_units import AUTO as AUTO_UNIT
from howfar.io.depth_units import Unit
from howfar.io.depth_values import is_depth_file
from howfar.models import (
    DEFAULT_DEPTH,
    DEFAULT_DETECTOR,
    RunOptions,
    open_depth_network,
    open_detector,
    open_joint,
)
from howfar.pipeline.given import is_one_file, own_boxes
from howfar.pipeline.open_methods import DEFAULT_METHOD, open_method
from howfar.pipeline.own_depth import OwnDepth
from howfar.pipeline.own_detections import OwnDetections
from howfar.pipeline.rangefinder import Rangefinder
from howfar.pipeline.view import View
from howfar.sources.as_frame import Picture


def look(
    picture: Picture,
    *,
    right: "Picture | None" = None,
    detections: OwnDetections | None = None,
    max_depth_m: float | None = None,
    depth_map: OwnDepth | None = None,
    depth_points: OwnDepth | None = None,
    depth_unit: Unit = AUTO_UNIT,
    **settings: Any,
) -> View:
    """Find the objects in a picture and their distances. The networks stay open for the next call.

    Args:
        picture: A path, an address, the bytes of a file, an H×W×3 uint8 RGB array, a picture of Pillow's, or a frame
            (`sources.as_frame`).
        right: The right-hand picture of a pair, likewise; `camera` then is its rig.
        detections: Boxes of your own, as for `Rangefinder.look`; then no detector is opened, and `detector` only says
            what the numbers of classes stand for.
        max_depth_m: Label only objects with a depth_m of at most this; no maximum when None.
        depth_map: A depth map of your own, which replaces the network's; as `depth` of `Rangefinder.look`.
        depth_points: As for `Rangefinder.look`.
        depth_unit: As for `Rangefinder.look`.
        **settings: The keywords of `Rangefinder`.

    Returns:
        The scene with its picture.
    """
    if detections is not None:
        settings["detector"] = own_boxes(settings.get("detector"))
    options = RunOptions(**{each.name: settings[each.name] for each in fields(RunOptions) if each.name in settings})
    if is_one_file(settings.get("detector"), settings.get("depth")):
        joint = _kept_joint(str(settings["detector"]), options)
        settings |= {"detector": joint.detector, "depth": joint.depth}
    for name, default, opener in (
        ("detector", DEFAULT_DETECTOR, _kept_detector),
        ("depth", DEFAULT_DEPTH, _kept_depth_network),
        ("anchor", None, _kept_anchor),
        ("method", DEFAULT_METHOD, _kept_method),
    ):
        given = settings.get(name, default)
        if isinstance(given, str | Path) and not is_depth_file(Path(given)):
            settings[name] = opener(str(given), options)
    return Rangefinder(**settings).look(
        picture,
        right=right,
        detections=detections,
        max_depth_m=max_depth_m,
        depth=depth_map,
        depth_points=depth_points,
        depth_unit=depth_unit,
    )


_kept_detector = lru_cache(maxsize=1)(open_detector)
_kept_depth_network = lru_cache(maxsize=1)(open_depth_network)
_kept_joint = lru_cache(maxsize=1)(open_joint)
_kept_anchor = lru_cache(maxsize=1)(open_depth_network)
_kept_method = lru_cache(maxsize=1)(lambda name, options: open_method(name, options=options))
