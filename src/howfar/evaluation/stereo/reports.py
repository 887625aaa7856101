"""How the measurement of stereo matchers is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.datasets.samples import StereoSample
from howfar.drawing.colours import colour_places
from howfar.drawing.side_by_side import side_by_side
from howfar.evaluation.report.report import FigureTable, Report
from howfar.evaluation.stereo.evaluation import StereoResult
from howfar.evaluation.stereo.metrics import StereoFigures
from howfar.stereo import Disparities

COLUMNS = ("D1", "bad1", "bad2", "bad4", "EPE", "cover", "in80")
MOST_ERROR_PX = 4.0
"""The error from which on a pixel has the last colour."""

NOTE = (
    "In per cent: D1, wrong by more than 3 px and 5 %; badN, by more than N px. EPE: mean absolute error in pixels. "
    "Each is over the pixels of known truth that have an estimate, whose share is the coverage (cover). In80: share of "
    "errors within the interval of 80 % that the matcher states. Unoccluded: what the right-hand camera sees too. "
    "Matched: all without what was filled in."
)


def stereo_report(results: Sequence[StereoResult], max_disparity_px: int | None) -> Report:
    """The report of matchers on data sets: one row for each, and its kind of pixels."""
    reach = "as far as each pair needs, by the matcher" if max_disparity_px is None else f"{max_disparity_px} px"
    pairs = {result.data: len(result.pairs) for result in results}
    return Report(
        title="Stereo",
        protocol={
            "data": ", ".join(f"{name} ({count} pair{'' if count == 1 else 's'})" for name, count in pairs.items()),
            "matchers": ", ".join(dict.fromkeys(result.matcher for result in results)),
            "largest disparity": reach,
            "mean": "over the pixels of all pairs of a data set together",
            "size": "the pictures' own",
            "time": "the matching alone, median of the pairs",
        },
        columns=(),
        figures={},
        fields={},
        tables=(_table("Stereo: result", results), *map(_table_of_pairs, results)),
        note=NOTE,
    )


def stereo_rows(results: Sequence[StereoResult], max_disparity_px: int | None) -> list[dict[str, object]]:
    """For CSV one row for each matcher, data set, pair (`all` for all together) and kind of pixels."""
    rows: list[dict[str, object]] = []
    for result in results:
        parts = [("all", result.figures, result.ms_a_pair)]
        parts += [(pair.name, pair.figures, 1e3 * pair.seconds) for pair in result.pairs]
        for name, figures, taken_ms in parts:
            for pixels, each in figures.items():
                rows.append(
                    {"data": result.data, "matcher": result.matcher, "pair": name, "pixels_of": pixels}
                    | {"max_disparity_px": "" if max_disparity_px is None else max_disparity_px}
                    | asdict(each)
                    | {"ms": taken_ms}
                )
    return rows


def draw_pair(sample: StereoSample, found: Disparities) -> NDArray[np.uint8]:
    """The left-hand picture, its true and its estimated disparity, and the errors, beside each other."""
    known = sample.disparity_px[np.isfinite(sample.disparity_px)]
    most = float(known.max()) if known.size else 1.0
    errors = np.abs(found.values_px - sample.disparity_px) / np.float32(MOST_ERROR_PX)
    pictures = (
        sample.left,
        colour_places(1 - np.clip(sample.disparity_px / most, 0, 1)),
        colour_places(1 - np.clip(found.values_px / most, 0, 1)),
        colour_places(1 - np.clip(errors, 0, 1)),
    )
    captions = ("left", "true disparity", "estimated", f"error: red from {MOST_ERROR_PX:g} px")
    return side_by_side([_shown(picture) for picture in pictures], captions)


def _shown(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture no wider than a column of the page needs."""
    height, width = picture.shape[:2]
    if width <= 480:
        return picture
    size = (480, max(1, round(480 * height / width)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _table(title: str, results: Sequence[StereoResult]) -> FigureTable:
    rows = tuple(
        (f"{result.matcher} on {result.data}", pixels, *_texts(figures), f"{result.ms_a_pair:.0f}")
        for result in results
        for pixels, figures in _measured(result.figures)
    )
    return FigureTable(title, ("", "pixels", *COLUMNS, "ms"), rows, NOTE)


def _table_of_pairs(result: StereoResult) -> FigureTable:
    rows = tuple(
        (pair.name, pixels, *_texts(figures), f"{1e3 * pair.seconds:.0f}")
        for pair in result.pairs
        for pixels, figures in _measured(pair.figures)
    )
    return FigureTable(f"{result.matcher} on {result.data}: pair by pair", ("", "pixels", *COLUMNS, "ms"), rows, "")


def _measured(figures: Mapping[str, StereoFigures]) -> list[tuple[str, StereoFigures]]:
    return [(name, each) for name, each in figures.items() if each.pixels]


def _texts(figures: StereoFigures) -> tuple[str, ...]:
    shares = (figures.d1, figures.bad1, figures.bad2, figures.bad4)
    return (
        *(_percent(share) for share in shares),
        "unknown" if np.isnan(figures.epe_px) else f"{figures.epe_px:.2f}",
        _percent(figures.coverage),
        _percent(figures.within80),
    )


def _percent(share: float) -> str:
    return "unknown" if np.isnan(share) else f"{100 * share:.1f}"
