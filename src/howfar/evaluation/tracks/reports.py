"""The report of tracking."""

import math
from collections.abc import Sequence

from howfar.datasets.drives import Drive
from howfar.evaluation.margins.found import LEAST_RETURNS, MOST_M
from howfar.evaluation.report.report import Report
from howfar.evaluation.tracks.comparing import LEAST_DEPTH_M, LEAST_HEIGHT_PX, LEAST_VISIBLE
from howfar.evaluation.tracks.evaluation import TracksResult
from howfar.evaluation.tracks.figures import AT_S, LEAST_SPEED_M_S, SEEN_BEFORE_S, TOLERANCE, Measured

NOTE = (
    "Flicker: standard deviation of the change of log depth between frames of one object; without motion: of the "
    "change of log(depth / true depth). Coverage: share of true values in intervals of 80 %. An identity is right "
    "where the overlap is 0.5 or more. Depth is compared with the nearest visible point."
)

DRIVES_NOTE = (
    "Flicker: standard deviation of the change of log depth between frames of one number; without motion: of the "
    "change of log(depth / true depth). Coverage: share of true depths in intervals of 80 %."
)


def tracks_report(results: Sequence[TracksResult], videos: int, names: Sequence[str]) -> Report:
    """The report.

    Args:
        results: One for each kind of boxes.
        videos: How many videos there were.
        names: The names of detector and depth network.
    """
    columns = tuple("true boxes" if each.boxes == "true" else f"boxes of {each.boxes}" for each in results)
    figures = [_figures(each) for each in results]
    protocol = {
        "videos": str(videos),
        "detector, depth": ", ".join(names),
        "objects": f"of classes that the detector knows, {LEAST_VISIBLE:.0%} or more of them seen, {LEAST_HEIGHT_PX:g} "
        f"pixels or more high, {LEAST_DEPTH_M:g} m or more away; of others a box is neither right nor wrong",
        "time to collision": f"in the frame nearest to {AT_S:g} s before contact, of objects that come nearer by "
        f"{LEAST_SPEED_M_S:g} m/s or more and could be seen for {SEEN_BEFORE_S:g} s before; right within "
        f"{TOLERANCE:.0%}",
    }
    table = {name: tuple(each[name] for each in figures) for name in figures[0]}
    fields: dict[str, object] = dict(protocol)
    for each, numbers in zip(results, figures, strict=True):
        fields |= {f"{each.boxes}: {name}": value for name, value in numbers.items()}
    return Report("Tracks", protocol, columns, table, fields, note=NOTE)


def drives_report(measured: Measured, drives: Sequence[Drive], names: Sequence[str]) -> Report:
    """The report of drives, whose objects have true distances by LiDAR and no true identities.

    Args:
        measured: What was measured.
        drives: The drives.
        names: The names of detector and depth network.
    """
    protocol = {
        "drives": ", ".join(each.name for each in drives),
        "pictures": str(sum(len(each.samples) for each in drives)),
        "detector, depth": ", ".join(names),
        "objects": f"found ones that no nearer box covers, with the surface that most LiDAR returns in the box are of "
        f"({LEAST_RETURNS} or more, up to {MOST_M:g} m); an object is what has one number",
    }
    figures = _depth_figures(measured)
    table = {name: (value,) for name, value in figures.items()}
    return Report("Tracks", protocol, (f"boxes of {names[0]}",), table, {**protocol, **figures}, note=DRIVES_NOTE)


def _figures(result: TracksResult) -> dict[str, float]:
    identities, times = result.identities.compute(), result.measured.collisions()
    speeds, ground_speeds = result.measured.covered_speeds()
    return {
        "objects": identities.objects,
        "IDF1": identities.idf1,
        "HOTA": identities.hota,
        "DetA": identities.detection,
        "AssA": identities.association,
        "switches": identities.switches,
        **_depth_figures(result.measured),
        "coverage of speeds towards": speeds,
        "coverage of ground speeds": ground_speeds,
        "approaching objects": times.objects,
        "time to collision right": times.right,
        "time to collision known": times.known,
        "coverage of times": times.coverage,
        "median error of times": times.error,
    }


def _depth_figures(measured: Measured) -> dict[str, float]:
    filtered, alone = measured.depths()
    return {
        "distances": filtered.objects,
        "flicker": filtered.flicker,
        "flicker of frames alone": alone.flicker,
        "flicker, share": _share(filtered.flicker, alone.flicker),
        "flicker without motion, share": _share(filtered.jitter, alone.jitter),
        "REL": filtered.rel,
        "REL of frames alone": alone.rel,
        "median error": filtered.median,
        "median error of frames alone": alone.median,
        "coverage": filtered.coverage,
        "coverage of frames alone": alone.coverage,
        "width of the interval, ln": filtered.width,
        "width of frames alone, ln": alone.width,
    }


def _share(part: float, whole: float) -> float:
    return part / whole if whole else math.nan
