"""The report of photos judged by sizes."""

import math
from collections.abc import Sequence

from howfar.evaluation.everywhere.photos import (
    LEAST_HEIGHT_SHARE,
    NEAR_FACTOR,
    WIDE_FACTOR,
    Agreement,
    JudgedObject,
    agreement,
)
from howfar.evaluation.objects.groups import binned
from howfar.evaluation.report.report import FigureTable, Report

TITLE = "Photos judged by sizes"
COLUMNS = ("", "objects", f"in × {NEAR_FACTOR:g}, %", "95 % conf.", f"in × {WIDE_FACTOR:g}, %", "map / size")
LEAST_OF_CLASS = 5
"""Classes with fewer objects are shown together."""
WHAT = (
    "Share of the objects whose distance by the depth map is within that factor of the one by their size, with the "
    "confidence by whole photos drawn again; and the median ratio, below 1 where the map is too near."
)
EDGES_M = (0.0, 2.0, 4.0, 8.0, 16.0, 32.0, math.inf)


def photos_report(objects: Sequence[JudgedObject], data: str, photos: int, depth: str) -> Report:
    """The report: over all objects, by domain, by the distance by size, and by class.

    Args:
        objects: The objects that count.
        data: Name of the photos.
        photos: How many there are.
        depth: The depth network.
    """
    rows = {"all": list(objects)}
    rows |= {name: [one for one in objects if one.domain == name] for name in ("rooms", "outdoors", "undecided")}
    for band in binned([one.by_size_m for one in objects], EDGES_M, "m"):
        rows[f"{band.name} by size"] = [objects[index] for index in band.members.tolist()]
    for label in sorted({one.label for one in objects}):
        rows[label] = [one for one in objects if one.label == label]
    kept = {name: ones for name, ones in rows.items() if name == "all" or len(ones) >= LEAST_OF_CLASS}
    return Report(
        title=TITLE,
        protocol={
            "data": f"{data}, {photos} photos, {len(objects)} objects",
            "depth": depth,
            "objects": "labelled boxes of classes of known height that show all of it upright, not covered by another "
            f"box, at least {LEAST_HEIGHT_SHARE:.0%} of the photo's longer side high",
            "camera": "assumed; the ratio does not depend on it",
            "domain": "by the labelled classes of the photo",
        },
        columns=(),
        figures={},
        fields={},
        tables=(FigureTable(TITLE, COLUMNS, tuple((name, *_cells(agreement(kept[name]))) for name in kept), WHAT),),
    )


def _cells(figures: Agreement) -> tuple[str, ...]:
    if not figures.objects:
        return ("0", "–", "–", "–", "–")
    return (
        str(figures.objects),
        f"{100 * figures.within:.0f}",
        f"{100 * figures.low:.0f} to {100 * figures.high:.0f}",
        f"{100 * figures.within_wide:.0f}",
        f"{figures.factor:.2f}",
    )
