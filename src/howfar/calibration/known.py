"""The scale of depth from distances that were measured by hand."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from howfar.errors import SettingError
from howfar.pipeline.view import View
from howfar.ranging.relative.ordinal import indices_of
from howfar.scene import Camera, DepthFacts, SceneObject
from howfar.scene.calibration import DepthScale, ScaleSample
from howfar.scene.known_distance import KnownDistance

MOST_SPREAD = 1.2
"""The largest ratio between the scales that two known distances ask for, above which they contradict each other."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """An object under the number by which the user may name it.

    Attributes:
        number: From 1, over all pictures.
        source: The picture that it is in.
        scene_object: The object.
    """

    number: int
    source: str
    scene_object: SceneObject

    @property
    def name(self) -> str:
        """Number and class, in words."""
        return f"{self.number} ({self.scene_object.label})"


def require_metric(facts: DepthFacts) -> None:
    """Refuse a depth network without metres.

    Raises:
        SettingError: If the network's depth is relative.
    """
    if not facts.is_metric:
        raise SettingError(
            f"The depth network {facts.name} gives relative depth, of unknown scale and shift, which one factor does "
            "not turn into metres: calibrate a metric network (`howfar models`)."
        )


def numbered(views: Sequence[View]) -> list[Numbered]:
    """The objects of all pictures in order, nearest first in each, numbered from 1."""
    found = [(view.source, each) for view in views for each in view]
    return [Numbered(number, source, each) for number, (source, each) in enumerate(found, start=1)]


def matched(known: Sequence[KnownDistance], objects: Sequence[Numbered]) -> list[tuple[Numbered, float]]:
    """Each object that a known distance is of, with that distance in metres.

    Raises:
        SettingError: If there is no such object or several, it has two known distances, or its own is not known.
    """
    indices = indices_of(known, [one.scene_object.label for one in objects])
    pairs = [(objects[index], each.range_m) for index, each in zip(indices, known, strict=True)]
    for one, _ in pairs:
        if not one.scene_object.distance.is_known:
            reason = one.scene_object.distance.reason or "no distance"
            raise SettingError(f"Object {one.name} was not measured ({reason}): take another object.")
    return pairs


def fit_scale(
    pairs: Sequence[tuple[Numbered, float]], depth_name: str, depth_sha256: str, found_on: date | None = None
) -> DepthScale:
    """The scale that known distances ask for: the geometric mean of known over measured, least squares in log depth.

    The known distances are straight lines, and so are the measured ones that they are compared with. Depth along the
    optical axis is in the same proportion, as an object's ray does not change with the scale.

    Args:
        pairs: Objects as they were measured without a scale, and their known distances in metres; at least one.
        depth_name: The depth network's name.
        depth_sha256: SHA-256 of its file.
        found_on: The day, to be kept with the scale.

    Raises:
        SettingError: If the known distances contradict each other: if the ratios of two differ by more than
            `MOST_SPREAD`.
    """
    known = tuple(
        ScaleSample(one.scene_object.label, range_m, round(one.scene_object.range_m, 4), one.source)
        for one, range_m in pairs
    )
    low, high = (pick(range(len(known)), key=lambda index: known[index].ratio) for pick in (min, max))
    if known[high].ratio > MOST_SPREAD * known[low].ratio:
        raise SettingError(
            f"The known distances contradict each other: {pairs[low][0].name} asks for a scale of "
            f"{known[low].ratio:.2f} and {pairs[high][0].name} for {known[high].ratio:.2f}, "
            f"{known[high].ratio / known[low].ratio - 1:.0%} more, and up to {MOST_SPREAD - 1:.0%} would do: check "
            "them, or leave out the one that you trust less."
        )
    factor = math.exp(sum(math.log(each.ratio) for each in known) / len(known))
    return DepthScale(round(factor, 6), depth_name, depth_sha256, known, found_on)


def shared_camera(views: Sequence[View]) -> Camera:
    """The camera of all pictures.

    Raises:
        SettingError: If they were not taken with one camera, at one focal length and size.
    """
    camera = views[0].camera
    for view in views[1:]:
        if view.camera != camera:
            raise SettingError(
                f"{views[0].source} and {view.source} differ in size or focal length, and a camera file is for one "
                "camera: calibrate them one by one, or give the camera.",
                setting="camera",
            )
    return camera
