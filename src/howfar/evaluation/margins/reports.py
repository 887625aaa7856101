"""The report of measured margins: by domain and distance, by cue, and what places show that were left out."""

import math
from collections.abc import Iterator, Sequence

from howfar.evaluation.margins.conformal import LEAST_OBJECTS, LEAST_PLACES, SHARE, Of
from howfar.evaluation.margins.margins import MeasuredMargins
from howfar.evaluation.margins.measuring import MarginPictures
from howfar.evaluation.report.report import FigureTable, Report
from howfar.scene.domain import Domain
from howfar.scene.margins import DomainMargin

TITLE = "Margins"
LEFT_OUT = "truths in the 80 % intervals, in places left out"
"""How the line of a card begins that tells how margins hold."""
COLUMNS = ("", "factor", "objects", "places", "left-out places %", "lowest tenth %", "quantile %")
WHAT = (
    f"Factor: of the depth map, within which the truth lies {SHARE:.0%} of the time, the ranging method's own error "
    "left out; of size, ground and all joined, on the interval that they state. Pulled: the slope of log given on log "
    "true distance; intervals reach farther on the side away from there. Left-out places: share of the truths "
    "in the intervals from all other places, the mean over the places, and in the worst tenth of them. Quantile: of "
    "the errors, places counting the same from ten objects on; raised until the left-out places hold. Surface: the "
    "quantile of an object's depths at which it is read, where there are enough; 50 % is the median."
)


def left_out_line(measured: MeasuredMargins) -> str:
    """What a card says of its margins: how the intervals hold in places left out."""
    of_domain: dict[Domain, Of] = {domain: of for of, domain in measured.shown if of == "depth"}
    of_domain |= {domain: of for of, domain in measured.shown if of == "joined"}
    told = [
        f"{measured.shown[of, domain].coverage:.0%} {domain} ({measured.errors[of, domain].place_count} places, "
        f"{'all cues' if of == 'joined' else 'the map alone'})"
        for domain, of in of_domain.items()
    ]
    return f"{LEFT_OUT}: {', '.join(told)}"


def margins_report(measured: MeasuredMargins, pictures: Sequence[MarginPictures], detector: str, depth: str) -> Report:
    """The report.

    Args:
        measured: The margins, and what they rest on.
        pictures: The data sets.
        detector: The detector.
        depth: The depth network.
    """
    protocol = {
        "data": "; ".join(each.name for each in pictures if not each.learned),
        "learned from": "; ".join(each.name for each in pictures if each.learned) or "none of it",
        "depth": depth,
        "boxes": f"true ones for each cue alone, those of {detector} for all joined; where there is depth alone, the "
        "objects found, their distance read in the true map",
        "truth": "the nearest face if it is known",
        "too few": f"fewer than {LEAST_OBJECTS} objects or {LEAST_PLACES} places: no margin of their own",
    }
    return Report(
        title=TITLE,
        protocol=protocol,
        columns=(),
        figures={},
        fields={},
        tables=(FigureTable(f"{TITLE} of {depth}", COLUMNS, tuple(_rows(measured)), WHAT),),
    )


def _rows(measured: MeasuredMargins) -> Iterator[tuple[str, ...]]:
    by_domain = {each.domain: each for each in measured.margins.domains}
    for (of, domain), errors in measured.errors.items():
        shown = measured.shown.get((of, domain))
        factor = next(
            (each.factor for each in measured.margins.spreads if (each.of, each.domain) == (of, domain)), math.nan
        )
        yield (
            f"{of}, {domain}",
            "–" if math.isnan(factor) else f"× {factor:.2f}",
            str(len(errors)),
            str(errors.place_count),
            "–" if shown is None else f"{100 * shown.coverage:.0f}",
            "–" if shown is None else f"{100 * shown.low:.0f}",
            "–" if shown is None else f"{100 * shown.level:.1f}",
        )
        if of == "depth":
            if domain in measured.surface_quantiles:
                yield f"  surface at {measured.surface_quantiles[domain]:.0%}", "", "", "", "", "", ""
            if domain in by_domain:
                yield from _distance_rows(by_domain[domain])


def _distance_rows(margin: DomainMargin) -> Iterator[tuple[str, ...]]:
    for depth_m, factor, objects in zip(margin.depth_m, margin.factors, margin.objects, strict=True):
        yield f"  at {depth_m:.1f} m", f"{factor:.2f}", str(objects), "", "", "", ""
    if (pull := margin.pull) is not None:
        yield f"  pulled to {pull.usual_m:.1f} m", f"slope {pull.slope:.2f}", "", "", "", "", ""
