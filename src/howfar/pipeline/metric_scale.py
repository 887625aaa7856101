"""What gives a finder's relative depth network its metres, and how far they are to be trusted."""

from collections.abc import Sequence
from dataclasses import replace

from howfar.errors import SettingError
from howfar.models import DEFAULT_DEPTH, CardDepth, CardDetector
from howfar.models.card import DepthSpec
from howfar.ranging.cues.depth_cue import DepthTrust
from howfar.ranging.cues.joining import CueSettings
from howfar.ranging.relative.alignment import Evidence
from howfar.ranging.relative.evidence import GIVEN_LOG_SD, MAP_CORRELATION, map_evidence
from howfar.scene import DepthMap
from howfar.scene.depth_alignment import DepthAlignment
from howfar.scene.known_distance import Known
from howfar.scene.query import class_ids


def parse_known(known: str | Sequence[str | Known], detector: CardDetector) -> tuple[Known, ...]:
    """Known distances from text such as `chair=2.30`.

    Raises:
        SettingError: If one is no such text, or of a class that the detector does not know.
    """
    given = [known] if isinstance(known, str) else known
    parsed = tuple(Known.parse(each) if isinstance(each, str) else each for each in given)
    class_ids([each.what for each in parsed if isinstance(each.what, str)], detector.class_names, detector.name)
    return parsed


def check_evidence(network: CardDepth, anchor: CardDepth | None, known: Sequence[Known], *, crops: bool) -> None:
    """Refuse evidence that is of no use, and networks that cannot do what they are there for.

    Args:
        network: The depth network.
        anchor: The network that it gets its metres from; None for none.
        known: Known distances.
        crops: Whether the network is shown each object on its own.

    Raises:
        SettingError: If the network is metric and there is evidence, or relative and is shown crops, or the anchor is
            relative.
    """
    is_metric = network.spec.kind == "metres"
    if is_metric and (anchor is not None or known):
        raise SettingError(
            f"The depth network {network.name} is metric, and an anchor and known distances are for relative ones: "
            "leave them out (`howfar calibrate --known` corrects the scale of a metric network)."
        )
    if crops and not is_metric:
        raise SettingError(
            f"The depth network {network.name} is relative, and each crop would have a scale of its own: leave out "
            "depth on crops, or take a metric network."
        )
    if anchor is not None and anchor.spec.kind != "metres":
        raise SettingError(
            f"The anchor {anchor.name} is a relative depth network, which has no metres to give: name a metric one, "
            f"such as {DEFAULT_DEPTH}."
        )


def evidence_of_maps(
    depth: DepthMap, points: DepthMap | None, anchor: CardDepth | None, anchor_map: DepthMap | None
) -> list[Evidence]:
    """What other maps of the picture say of a relative one: given depths, and the anchor's map."""
    found = []
    if points is not None:
        found.append(map_evidence("points", depth, points, GIVEN_LOG_SD))
    if anchor is not None and anchor_map is not None:
        log_sd = trust_in(anchor.spec, None).log_sd_of("")
        found.append(map_evidence("anchor", depth, anchor_map, log_sd, MAP_CORRELATION))
    return found


def trust_in(spec: DepthSpec, factor: float | None) -> DepthTrust:
    """How far a metric network's map is to be trusted that was multiplied by a factor."""
    return DepthTrust(margins=spec.margins, reach_m=None if spec.max_m is None else spec.max_m * (factor or 1.0))


def trust_in_aligned(alignment: DepthAlignment, anchor: CardDepth | None, factor: float | None) -> DepthTrust:
    """How far an aligned map is to be trusted: one that rests on an anchor alone reaches no farther than that."""
    anchored = anchor is not None and alignment.evidence == ("anchor",)
    reach_m = trust_in(anchor.spec, factor).reach_m if anchor is not None and anchored else None
    return DepthTrust(alignment.log_sd, reach_m=reach_m)


def cues_beside(alignment: DepthAlignment | None, cues: CueSettings) -> CueSettings:
    """The cues to join with the map: sizes that it was aligned by are in it, and do not count twice."""
    if alignment is None or "size" not in alignment.evidence:
        return cues
    return replace(cues, names=tuple(name for name in cues.names if name != "size"))
