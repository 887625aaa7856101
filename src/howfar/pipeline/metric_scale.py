"""Bringing depth to metres: by the scale of a camera file, or by evidence that a relative map is aligned to."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from howfar.errors import SettingError
from howfar.ranging.relative.alignment import Evidence
from howfar.ranging.relative.evidence import GIVEN_LOG_SD, MAP_CORRELATION, align_map, map_evidence
from howfar.ranging.settings import Ranging
from howfar.scene import DepthEstimator, DepthFacts, DepthMap, Perception
from howfar.scene.calibration import DepthScale
from howfar.scene.depth_alignment import DepthAlignment
from howfar.scene.known_distance import KnownDistance, KnownObject
from howfar.scene.perception import DepthCrop


@dataclass(frozen=True, slots=True)
class MetricEvidence:
    """The evidence for the metric scale of depth maps, besides the maps themselves.

    Attributes:
        scale: The camera file's scale for the metres of a network; None for none.
        anchor: A metric estimator whose map a relative map is aligned to; None for none.
        known: Known distances of objects that a relative map is aligned to.
    """

    scale: DepthScale | None = None
    anchor: DepthEstimator | None = None
    known: tuple[KnownDistance | KnownObject, ...] = ()

    @property
    def factor(self) -> float | None:
        """The factor that a network's metres are multiplied by; None for none."""
        return None if self.scale is None else self.scale.factor

    def check(self, facts: DepthFacts, *, crops: bool = False, expects_known: bool = False) -> None:
        """Check that this evidence can be used with a depth estimator.

        Args:
            facts: Facts about the estimator.
            crops: Whether depth is estimated on crops of the objects.
            expects_known: Whether known distances will be given later, picture by picture.

        Raises:
            SettingError: If the estimator is metric and there is an anchor or a known distance, if it is relative and
                depth is estimated on crops, or if the anchor is relative.
        """
        if facts.is_metric and (self.anchor is not None or self.known or expects_known):
            raise SettingError(
                f"The depth network {facts.name} is metric, and an anchor and known distances are for relative ones: "
                "leave them out (`howfar calibrate` corrects the scale of a metric network by known distances).",
                setting="known" if self.anchor is None else "anchor",
            )
        if crops and not facts.is_metric:
            raise SettingError(
                f"The depth network {facts.name} is relative, and each crop would have a scale of its own: leave out "
                "depth on crops, or take a metric network.",
                setting="depth_on",
            )
        if self.anchor is not None and not self.anchor.facts.is_metric:
            raise SettingError(
                f"The anchor {self.anchor.facts.name} is a relative depth network, which has no metres to give: name a "
                "metric one, such as depth-rooms-streets.",
                setting="anchor",
            )


NO_EVIDENCE = MetricEvidence()


def to_metric(perception: Perception, evidence: MetricEvidence, ranging: Ranging) -> Perception:
    """Bring the depth of a picture to metres, as far as the evidence allows.

    A depth map that the user gave, or that of a pair, is not changed. A network's metric map is multiplied by the scale
    of the camera file. A relative map is aligned to the evidence: given depths at some pixels, known distances, the
    anchor's map, and the sizes of objects.

    Args:
        perception: The objects and the depth of the picture.
        evidence: The evidence for its metric scale.
        ranging: The ranging method that objects are measured by, and the cues, which decide whether sizes are evidence.

    Returns:
        The same perception with a map in metres; if it remains relative, `no_metres` gives the reason.

    Raises:
        SettingError: If the map is metric and depths are given at some pixels, or if a known distance belongs to no
            object.
    """
    start = time.perf_counter()
    if perception.depth.is_metric:
        if perception.frame.depth_points is not None:
            raise SettingError(
                "Depth points give a relative map its metres, and this one has them: leave them out.",
                setting="depth_points",
            )
        is_networks = not perception.facts.measured and perception.depth.stereo is None
        return _scaled(perception, evidence.scale) if evidence.scale is not None and is_networks else perception
    maps, models = _maps(perception, evidence), dict(perception.models)
    if evidence.anchor is not None:
        models["anchor"] = evidence.anchor.facts.name
    aligned = align_map(perception, ranging.methods[0], evidence.known, ranging.cues, maps)
    return replace(
        perception,
        depth=aligned.depth,
        facts=_facts(perception, aligned.alignment, evidence),
        models=models,
        alignment=aligned.alignment,
        no_metres=aligned.reason,
        depth_scale=None if perception.facts.measured else evidence.factor,
        timing_ms={**perception.timing_ms, "align": 1e3 * (time.perf_counter() - start)},
    )


def scaled_map(depth: DepthMap, scale: DepthScale) -> DepthMap:
    """A network's metric depth map, multiplied by the scale of the camera file."""
    return replace(depth, values=depth.values * depth.values.dtype.type(scale.factor))


def _scaled(perception: Perception, scale: DepthScale) -> Perception:
    """The perception with depth multiplied by the scale of the camera file, and the network's reach with it."""
    crops = perception.crops and tuple(
        DepthCrop(scaled_map(crop.depth, scale), crop.camera, crop.corner_px) for crop in perception.crops
    )
    return replace(
        perception,
        depth=scaled_map(perception.depth, scale),
        facts=replace(
            perception.facts, reach_m=_scaled_reach_m(perception.facts, scale.factor), depth_scale=scale.factor
        ),
        depth_scale=scale.factor,
        crops=crops,
    )


def _maps(perception: Perception, evidence: MetricEvidence) -> Sequence[Evidence]:
    """The evidence from other maps of the picture: given depths, and the anchor's map."""
    found = []
    if perception.frame.depth_points is not None:
        found.append(map_evidence("points", perception.depth, perception.frame.depth_points, GIVEN_LOG_SD))
    if evidence.anchor is not None:
        anchor_map = _anchor_map(perception, evidence.anchor, evidence.scale)
        found.append(
            map_evidence("anchor", perception.depth, anchor_map, evidence.anchor.facts.log_sd_of(""), MAP_CORRELATION)
        )
    return found


def _anchor_map(perception: Perception, anchor: DepthEstimator, scale: DepthScale | None) -> DepthMap:
    """The anchor's depth map of the picture, in true metres."""
    depth = anchor.estimate(perception.frame)
    return depth if scale is None else scaled_map(depth, scale)


def _facts(perception: Perception, alignment: DepthAlignment | None, evidence: MetricEvidence) -> DepthFacts:
    """The facts about an aligned map. If the anchor is the only evidence, its reach is that of the map."""
    if alignment is None:
        return perception.facts
    if evidence.anchor is None:
        return DepthFacts(perception.facts.name, log_sd=alignment.log_sd)
    anchor = evidence.anchor.facts
    by_anchor_alone = alignment.evidence == ("anchor",)
    reach_m = _scaled_reach_m(anchor, evidence.factor) if by_anchor_alone else None
    return DepthFacts(
        anchor.name,
        scenes=anchor.scenes,
        log_sd=alignment.log_sd,
        reach_m=reach_m,
        depth_scale=evidence.factor or 1.0,
    )


def _scaled_reach_m(facts: DepthFacts, factor: float | None) -> float | None:
    return None if facts.reach_m is None else facts.reach_m * (factor or 1.0)
