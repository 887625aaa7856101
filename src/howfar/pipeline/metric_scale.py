"""From what was seen to metres: by the scale of a camera file, or by the evidence that aligns a relative map."""

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
    """What is known of the metres of a depth map beside the map itself.

    Attributes:
        scale: What a network's metres are multiplied by, from a camera file; None for nothing.
        anchor: A metric estimator that a relative map gets its metres from; None for none.
        known: Known distances of objects, likewise.
    """

    scale: DepthScale | None = None
    anchor: DepthEstimator | None = None
    known: tuple[KnownDistance | KnownObject, ...] = ()

    @property
    def factor(self) -> float | None:
        """What a network's metres are multiplied by."""
        return None if self.scale is None else self.scale.factor

    def check(self, facts: DepthFacts, *, crops: bool = False, states_known: bool = False) -> None:
        """Refuse evidence that is of no use to an estimator, or that cannot help it.

        Args:
            facts: What is known of the estimator.
            crops: Whether it is shown each object on its own.
            states_known: Whether known distances will follow, picture by picture.

        Raises:
            SettingError: If it is metric and there is evidence, or relative and is shown crops, or the anchor is
                relative.
        """
        if facts.is_metric and (self.anchor is not None or self.known or states_known):
            raise SettingError(
                f"The depth network {facts.name} is metric, and an anchor and known distances are for relative ones: "
                "leave them out (`howfar calibrate --known` corrects the scale of a metric network).",
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
                "metric one, such as depth-compact-nyu.",
                setting="anchor",
            )


NO_EVIDENCE = MetricEvidence()


def to_metric(seen: Perception, evidence: MetricEvidence, ranging: Ranging) -> Perception:
    """Bring what was seen to metres, as far as the evidence goes.

    A depth map that the user gave is left as it is. A network's metric map is multiplied by the scale of the camera
    file. A relative map is aligned to the evidence: depths at some pixels, known distances, the anchor's map, the sizes
    of objects.

    Args:
        seen: What was seen.
        evidence: What is known besides.
        ranging: How objects are read off the map, and whether sizes count.

    Returns:
        The same with a map in metres; with the reason why not (`no_metres`) where it is relative still.

    Raises:
        SettingError: If depths are given at some pixels of a metric map, or a known distance is of no object.
    """
    start = time.perf_counter()
    if seen.depth.is_metric:
        if seen.frame.depth_points is not None:
            raise SettingError(
                "Depth points give a relative map its metres, and this one has them: leave them out.",
                setting="depth_points",
            )
        return seen if evidence.scale is None or seen.facts.measured else _scaled(seen, evidence.scale)
    maps, models = _maps(seen, evidence), dict(seen.models)
    if evidence.anchor is not None:
        models["anchor"] = evidence.anchor.facts.name
    aligned = align_map(seen, ranging.methods[0], evidence.known, ranging.cues, maps)
    return replace(
        seen,
        depth=aligned.depth,
        facts=_facts(seen, aligned.alignment, evidence),
        models=models,
        alignment=aligned.alignment,
        no_metres=aligned.reason,
        depth_scale=None if seen.facts.measured else evidence.factor,
        timing_ms={**seen.timing_ms, "align": 1e3 * (time.perf_counter() - start)},
    )


def scaled_map(depth: DepthMap, scale: DepthScale) -> DepthMap:
    """A network's metric depth map in true metres."""
    return replace(depth, values=depth.values * depth.values.dtype.type(scale.factor))


def _scaled(seen: Perception, scale: DepthScale) -> Perception:
    """A network's metres multiplied by the scale of the camera file; it reaches as much farther."""
    crops = seen.crops and tuple(
        DepthCrop(scaled_map(crop.depth, scale), crop.camera, crop.corner_px) for crop in seen.crops
    )
    return replace(
        seen,
        depth=scaled_map(seen.depth, scale),
        facts=replace(seen.facts, reach_m=_scaled_reach_m(seen.facts, scale.factor)),
        depth_scale=scale.factor,
        crops=crops,
    )


def _maps(seen: Perception, evidence: MetricEvidence) -> Sequence[Evidence]:
    """What other maps of the picture say of a relative one: given depths, and the anchor's map."""
    found = []
    if seen.frame.depth_points is not None:
        found.append(map_evidence("points", seen.depth, seen.frame.depth_points, GIVEN_LOG_SD))
    if evidence.anchor is not None:
        anchor_map = _anchor_map(seen, evidence.anchor, evidence.scale)
        found.append(
            map_evidence("anchor", seen.depth, anchor_map, evidence.anchor.facts.log_sd_of(""), MAP_CORRELATION)
        )
    return found


def _anchor_map(seen: Perception, anchor: DepthEstimator, scale: DepthScale | None) -> DepthMap:
    depth = anchor.estimate(seen.frame)
    return depth if scale is None else scaled_map(depth, scale)


def _facts(seen: Perception, alignment: DepthAlignment | None, evidence: MetricEvidence) -> DepthFacts:
    """What is known of an aligned map: one that rests on an anchor alone reaches no farther than that."""
    if alignment is None:
        return seen.facts
    if evidence.anchor is None:
        return DepthFacts(seen.facts.name, log_sd=alignment.log_sd)
    anchor = evidence.anchor.facts
    anchored = alignment.evidence == ("anchor",)
    reach_m = _scaled_reach_m(anchor, evidence.factor) if anchored else None
    return DepthFacts(anchor.name, scenes=anchor.scenes, log_sd=alignment.log_sd, reach_m=reach_m)


def _scaled_reach_m(facts: DepthFacts, factor: float | None) -> float | None:
    return None if facts.reach_m is None else facts.reach_m * (factor or 1.0)
