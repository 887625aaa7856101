"""How a comparison of depth networks is shown: how well each agrees with the yardstick, its cost, its properties."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from howfar.evaluation.comparison.comparison import LEAST_TIMED, TRUTH, ComparisonResult
from howfar.evaluation.comparison.hard_surfaces import SURFACE_CLASSES, HardSurface
from howfar.evaluation.comparison.sums import SurfaceSums
from howfar.evaluation.depth.boundaries import boundary_compute
from howfar.evaluation.depth.metrics import depth_compute
from howfar.evaluation.depth.reports import BOUNDARY_NAMES, BOUNDARY_TEXTS, DEPTH_NAMES
from howfar.evaluation.report.report import FigureTable, Report, figure_text
from howfar.evaluation.ssim.metric import WINDOW_PX

NOT_MEASURED = "not measured"

PAIR_TEXT = (
    "what matches pairs is shown by itself, with nothing where it does not tell, and joined with the network that then "
    "sees with one eye, as in howfar look"
)

PROPERTIES_NOTE = (
    "The properties that Yang et al. (Depth Anything V2, 2024, table 1) tick, each by a figure that stands in for it; "
    "where nothing here measures it, nothing is said. Glass and mirrors are the outlines of "
    "glass screens, windows and mirrors in rendered scenes, pooled over pixels; elsewhere are the other pixels of the "
    "pictures that show them. Thin things, which are not theirs, are fences and poles of all kinds."
)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a network takes besides time.

    Attributes:
        file_mb: Size of its file in megabytes (10⁶ bytes).
        memory_mb: What opening it and looking at one picture takes, see
            `howfar.evaluation.comparison.footprint`; NaN where that was not measured.
    """

    file_mb: float
    memory_mb: float


def comparison_report(result: ComparisonResult, costs: Mapping[str, Cost], *, data: str) -> Report:
    """The report of a comparison.

    Args:
        result: What was measured.
        costs: What each network takes, by its name.
        data: What the pictures are.
    """
    note = f"Against {result.yardstick}, {_count(result.pictures, 'picture')}."
    return Report(
        title="One eye and two compared" if result.options.pair else "Depth networks compared",
        protocol=_stated(result, data),
        columns=(),
        figures={},
        fields={},
        tables=(
            _agreement_table(result, note),
            *([_pair_table(result)] if result.options.pair else []),
            _cost_table(result, costs),
            _properties(result, costs),
        ),
        note=note,
    )


def comparison_rows(result: ComparisonResult, costs: Mapping[str, Cost], *, data: str) -> list[dict[str, object]]:
    """One row a network for CSV, each with the protocol; a figure that does not apply is NaN."""
    limits_m = result.options.protocol.limits_m if result.is_metric else None
    least_m, most_m = limits_m or (math.nan, math.nan)
    shared: dict[str, object] = {"data": data, "images": result.pictures, "compared_with": result.yardstick}
    return [
        shared
        | {"least_m": least_m, "most_m": most_m}
        | {"model": name, "kind": result.kinds[name], "alignment": result.fit_of(name) if result.is_metric else "own"}
        | _figures(result, name)
        | {"ms": _milliseconds(result, name)}
        | asdict(costs[name])
        for name in result.sums
    ]


def _figures(result: ComparisonResult, name: str) -> dict[str, float]:
    """What was measured of a network's depth, by the names of CSV's columns."""
    sums = result.sums[name]
    figures = {"ssim": _mean_known(sums.ssims), "ssim_inverse": _mean_known(sums.inverse_ssims)}
    figures |= asdict(depth_compute(sums.depth)) | {"coverage": sums.depth.coverage}
    figures |= {f"boundary_{part}": value for part, value in asdict(boundary_compute(sums.boundaries)).items()}
    for surface in SURFACE_CLASSES:
        figures[f"rel_{surface}"], figures[f"rel_beside_{surface}"] = _surface_rel(result, name, surface)
    if result.options.pair:
        figures["rel_seen_by_pair"], figures["rel_not_seen_by_pair"] = _rels(sums.by_pair)
    return figures


def _stated(result: ComparisonResult, data: str) -> dict[str, str]:
    """How it was measured, in words."""
    with_truth = result.yardstick == TRUTH
    stated = {
        "pictures": f"{data} ({result.pictures})",
        "compared with": _yardstick_text(result),
        **{f"{_word(result)} {name}".strip(): _network_text(result, name) for name in result.sums},
        "means": "over the pixels of each picture, then over the pictures",
        "SSIM": f"scikit-image's, {WINDOW_PX}×{WINDOW_PX} window, both maps as 8 bits over the range of the former",
    }
    if result.options.pair:
        stated["two eyes"] = PAIR_TEXT
    if with_truth:
        stated["boundaries"] = BOUNDARY_TEXTS["picture"]
    return stated | {
        "time": f"median of at least {LEAST_TIMED} looks, pre- and post-processing included, after a first one",
        "memory": "what a fresh process took more at its peak for opening the network and one picture",
    }


def _word(result: ComparisonResult) -> str:
    """What all that are compared are; nothing where they are not alike."""
    return "" if result.options.pair else "network"


def _yardstick_text(result: ComparisonResult) -> str:
    limits_m = result.options.protocol.limits_m
    between = "" if limits_m is None else f", whole pictures, {limits_m[0]:g}–{limits_m[1]:g} m, others clipped"
    if result.yardstick == TRUTH:
        return f"the true depth{between}"
    if result.is_metric:
        who = "what two eyes see" if result.options.pair else "the first network that gives metres"
        return f"{result.yardstick}, {who}, as no truth was given{between}"
    return (
        f"{result.yardstick}, the first network: there is neither a truth nor a network that gives metres, so each map "
        "is moved to its median 0 and its mean deviation 1, and no metres are shown"
    )


def _network_text(result: ComparisonResult, name: str) -> str:
    kind = result.kinds[name]
    if name == result.yardstick:
        return f"gives {kind}; the one that the others are compared with"
    if not result.is_metric:
        return f"gives {kind}; on its own scale"
    fit = result.fit_of(name)
    if fit == "none":
        return f"gives {kind}, compared as they are"
    where = "inverse depth" if kind == "relative_inverse" else "depth"
    how = "scale and shift by least squares" if fit == "least-squares" else "the ratio of the medians"
    return f"gives {kind}; each picture's map fitted to {result.yardstick} in {where}: {how}"


def _agreement_table(result: ComparisonResult, note: str) -> FigureTable:
    """How well each network agrees with the yardstick: one row for each figure, one column for each network."""
    figures = {name: _figures(result, name) for name in result.sums}
    shown = {"ssim": "SSIM"}
    if result.is_metric:
        shown |= {"ssim_inverse": "SSIM of inverse depth"} | DEPTH_NAMES | {"coverage": "coverage"}
    if result.yardstick == TRUTH:
        shown |= {f"boundary_{part}": name for part, name in BOUNDARY_NAMES.items()}
    # A network that is the yardstick agrees with itself; no figure is given.
    rows = tuple(
        (heading, *("–" if name == result.yardstick else figure_text(of[part]) for name, of in figures.items()))
        for part, heading in shown.items()
    )
    return FigureTable(f"How near to {result.yardstick}", ("", *result.sums), rows, note)


def _pair_table(result: ComparisonResult) -> FigureTable:
    """Where two eyes see, and where they do not: what each is worth in both."""
    seen = result.sums[result.options.pair].by_pair
    inside, outside = seen.inside.truth_pixels, seen.elsewhere.truth_pixels
    rels = {name: _rels(sums.by_pair) for name, sums in result.sums.items()}
    rows = tuple(
        (
            f"REL where it {word} ({pixels / max(1, inside + outside):.1%})",
            *(figure_text(rel[part]) for rel in rels.values()),
        )
        for part, (word, pixels) in enumerate((("tells", inside), ("does not", outside)))
    )
    note = f"Over the pixels of all pictures together, by whether {result.options.pair} tells their depth."
    return FigureTable(f"Where {result.options.pair} tells", ("", *result.sums), rows, note)


def _cost_table(result: ComparisonResult, costs: Mapping[str, Cost]) -> FigureTable:
    rows = (
        ("time a picture", *(f"{_milliseconds(result, name):.1f} ms" for name in result.sums)),
        ("memory", *(_megabytes(costs[name].memory_mb) for name in result.sums)),
        ("file", *(_megabytes(costs[name].file_mb) for name in result.sums)),
    )
    return FigureTable("What it takes", ("", *result.sums), rows, "On this machine, beside whatever else ran on it.")


def _properties(result: ComparisonResult, costs: Mapping[str, Cost]) -> FigureTable:
    """The properties that Depth Anything V2 lists (Yang et al. 2024, table 1), with figures instead of ticks."""
    nothing = dict.fromkeys(result.sums, NOT_MEASURED)
    sharpness = {name: _or_not(boundary_compute(sums.boundaries).f1) for name, sums in result.sums.items()}
    cost = {name: f"{_milliseconds(result, name):.1f} ms, {_megabytes(costs[name].memory_mb)}" for name in result.sums}
    rows = (
        _property("Fine detail", "boundary F1 on true edges", sharpness),
        *_surface_rows(result),
        _property("Complex scenes", "", nothing),
        _property("Efficiency", "time a picture, memory", cost),
        _property("Transferability", "", nothing),
    )
    if result.options.pair:  # of two eyes, most of what is asked for of networks is not
        rows = tuple(row for row in rows if set(row[2:]) != {NOT_MEASURED})
    return FigureTable("Properties", ("", "measured by", *result.sums), rows, PROPERTIES_NOTE)


def _surface_rows(result: ComparisonResult) -> Iterator[tuple[str, ...]]:
    """The errors on glass, mirrors and thin things, with the number of pixels that they rest on."""
    named: tuple[tuple[str, HardSurface, str], ...] = (
        ("Transparent objects", "glass", "glass"),
        ("Reflections", "mirrors", "mirrors"),
        ("Thin things", "thin", "fences and poles"),
    )
    for shown, surface, words in named:
        seen = [sums.surfaces[surface].inside.pixels for sums in result.sums.values() if surface in sums.surfaces]
        cells = {name: _surface_text(result, name, surface) for name in result.sums}
        yield _property(shown, f"REL on {words} ({max(seen, default=0):,} px)", cells)


def _property(shown: str, measured_by: str, cells: Mapping[str, str]) -> tuple[str, ...]:
    """One row; what the property is measured by is left out where nothing was measured."""
    known = any(cell != NOT_MEASURED for cell in cells.values())
    return (shown, measured_by if known else "–", *cells.values())


def _surface_text(result: ComparisonResult, name: str, surface: HardSurface) -> str:
    on, elsewhere = _surface_rel(result, name, surface)
    return NOT_MEASURED if math.isnan(on) else f"{on:.4f}; elsewhere {figure_text(elsewhere)}"


def _surface_rel(result: ComparisonResult, name: str, surface: HardSurface) -> tuple[float, float]:
    """REL on a surface and elsewhere in the same pictures, pooled over pixels, as most pictures show little of it."""
    return _rels(result.sums[name].surfaces.get(surface, SurfaceSums()))


def _rels(sums: SurfaceSums) -> tuple[float, float]:
    """REL on a part of the pictures and elsewhere, over the pixels of all of them together."""
    return depth_compute(sums.inside, "pixels").rel, depth_compute(sums.elsewhere, "pixels").rel


def _mean_known(scores: Sequence[float]) -> float:
    known = [score for score in scores if math.isfinite(score)]
    return float(np.mean(known)) if known else math.nan


def _milliseconds(result: ComparisonResult, name: str) -> float:
    return 1000 * float(np.median(result.sums[name].times_s))


def _megabytes(value: float) -> str:
    return "unknown" if math.isnan(value) else f"{value:.1f} MB"


def _or_not(value: float) -> str:
    return NOT_MEASURED if math.isnan(value) else f"{value:.4f}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
