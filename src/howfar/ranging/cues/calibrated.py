"""Spreads as measured: what cues state for themselves, corrected by the margins, and widened where nothing was seen.

A depth network has learned from pictures of certain shapes and lenses. Pieces cut out of NYU's and of street pictures
show what happens to one that knows both beyond them: with strips of 5:1 the 80 % quantile of its error in log depth
grows by a factor of 1.4, at 7:1 by 1.7 to 2, with upright ones of 1:5 by 1.3; where the longer side sees 24 degrees by
up to 1.7, 18 by 1.3, 12 by 2.2 and more. Lenses that see more than 110 degrees were not measured.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

from howfar.ranging.cues.fusion import Fused
from howfar.scene import Camera, Cue, DepthFacts

MOST_ELONGATED = 3.5
"""The longer side over the shorter one, from which on the margin grows."""
LOG_SD_BY_ELONGATION = 0.6
"""Added by the natural logarithm of how much longer it is: 0.21 in log depth at 5:1, 0.42 at 7:1."""
FIELD_OF_VIEW_DEG = (30.0, 110.0)
"""The field of view of the longer side, outside of which the margin grows."""
LOG_SD_BY_FIELD = 0.8
"""Added by the natural logarithm of how far outside it is: 0.18 in log depth at 24 degrees, 0.73 at 12."""
LEAST_TOLD = 0.1
"""Uncertainty in log depth from which on a cue says why it is wider."""
SHAPE_NOTE = "the depth network has not seen pictures of this shape"
LENS_NOTE = "the depth network has not seen pictures of such a lens"


def with_measured_spreads(cues: Sequence[Cue], facts: DepthFacts) -> tuple[Cue, ...]:
    """Size and ground, each with its spread multiplied by what was measured of it.

    Args:
        cues: The cues of one object other than the depth map.
        facts: Facts about the depth network, whose margins tell the factors.
    """
    return tuple(
        replace(cue, log_sd=cue.log_sd * facts.spread_of(cue.name))
        if cue.is_known and (cue.name == "size" or cue.name == "ground")
        else cue
        for cue in cues
    )


def with_measured_spread(fused: Fused, facts: DepthFacts) -> Fused:
    """The distance that all cues give together, with its spread multiplied by what was measured of it."""
    return fused._replace(log_sd=fused.log_sd * facts.spread_of("joined"))


def on_seen_pictures(cues: Sequence[Cue], camera: Camera, facts: DepthFacts) -> tuple[Cue, ...]:
    """The depth map's cues of a picture, wider and with the reason if its shape or lens is unlike what was learned.

    Args:
        cues: The cue of the depth map for each object.
        camera: The picture's camera.
        facts: Facts about the source of the map; one that was measured stays.
    """
    by_shape, by_lens = _log_sd_by_shape(camera), _log_sd_by_lens(camera)
    more = 0.0 if facts.measured else math.hypot(by_shape, by_lens)
    if not more:
        return tuple(cues)
    reason = "" if more < LEAST_TOLD else SHAPE_NOTE if by_shape > by_lens else LENS_NOTE
    return tuple(
        replace(cue, log_sd=math.hypot(cue.log_sd, more), note=cue.note or reason) if cue.is_known else cue
        for cue in cues
    )


def _log_sd_by_shape(camera: Camera) -> float:
    elongation = max(camera.width_px, camera.height_px) / min(camera.width_px, camera.height_px)
    return LOG_SD_BY_ELONGATION * max(0.0, math.log(elongation / MOST_ELONGATED))


def _log_sd_by_lens(camera: Camera) -> float:
    slopes = camera.width_px / camera.fx_px, camera.height_px / camera.fy_px
    field_deg = math.degrees(2 * math.atan(max(slopes) / 2))
    least_deg, most_deg = FIELD_OF_VIEW_DEG
    return LOG_SD_BY_FIELD * max(0.0, math.log(least_deg / field_deg), math.log(field_deg / most_deg))
