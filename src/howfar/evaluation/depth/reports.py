"""How a depth measurement is shown."""

import math
from dataclasses import asdict

from howfar.evaluation.depth.alignment import ALIGNMENT_TEXTS
from howfar.evaluation.depth.boundaries import boundary_compute
from howfar.evaluation.depth.evaluation import BoundaryGrid, DepthOptions, DepthResult
from howfar.evaluation.depth.metrics import DepthErrors
from howfar.evaluation.depth.pictures import ranked
from howfar.evaluation.depth.protocols import DepthProtocol, crop_rectangle
from howfar.evaluation.depth.published import NYU_PUBLISHED_NOTE, PUBLISHED, PublishedDepth
from howfar.evaluation.report.report import FigureTable, Report, time_taken

DEPTH_NAMES = {
    "rel": "REL",
    "rmse_m": "RMSE (m)",
    "log10": "log10",
    "log10_squared": "log10 squared",
    "rmse_log": "RMSE log (natural)",
    "silog": "SILog (× 100)",
    "delta1": "δ < 1.25",
    "delta2": "δ < 1.25²",
    "delta3": "δ < 1.25³",
}
BOUNDARY_NAMES = {
    "f1": "boundary F1",
    "precision": "boundary precision",
    "recall": "boundary recall",
}
_STEPS = (
    "steps between neighbouring pixels, of 5 to 25 % in ten thresholds, weighted towards the high ones (Bochkovskii et "
    "al. 2025), at the "
)
BOUNDARY_TEXTS: dict[BoundaryGrid, str] = {
    "picture": f"{_STEPS}picture's size",
    "network": f"{_STEPS}size of the network's own output, with the truth at the middle of each of its cells",
}
"""What the boundary scores are, in print."""

PUBLISHED_NAMES = {
    "rel": "REL",
    "rmse_m": "RMSE (m)",
    "log10": "log10",
    "delta1": "δ1",
    "delta2": "δ2",
    "delta3": "δ3",
}
"""What papers print, in few letters: seven columns have to fit a terminal."""

COLUMNS = ("mean over images", "pooled over pixels")


def depth_report(result: DepthResult, *, data: str, model: str) -> Report:
    """The report of a depth measurement.

    Args:
        result: What was measured.
        data: The data set and the part of it.
        model: The network's name.
    """
    per_image, pooled = result.errors("images"), result.errors("pixels")
    boundaries = _boundaries(result)
    what = {"data": data, "images": str(result.images), "model": model}
    measured = {
        "coverage": _coverage(result.sums.coverage),
        "network time": time_taken(result.network_s, result.images),
    }
    return Report(
        title="Depth",
        protocol=what | _stated(result.options) | measured,
        columns=COLUMNS,
        figures={shown: (getattr(per_image, name), getattr(pooled, name)) for name, shown in DEPTH_NAMES.items()}
        | {BOUNDARY_NAMES[name]: values for name, values in boundaries.items()},
        fields={"data": data, "images": result.images, "model": model}
        | _fields(result.options)
        | {"coverage": result.sums.coverage, "network_s": result.network_s}
        | {f"{name}_over_images": value for name, value in asdict(per_image).items()}
        | {f"{name}_over_pixels": value for name, value in asdict(pooled).items()}
        | {f"boundary_{name}_over_images": values[0] for name, values in boundaries.items()}
        | {f"boundary_{name}_over_pixels": values[1] for name, values in boundaries.items()},
        tables=(*_beside_published(result, model), _ranking(result)),
        note=_in_short(result),
    )


def _boundaries(result: DepthResult) -> dict[str, tuple[float, float]]:
    """The boundary scores with both means, by their names; empty where they were not measured."""
    if result.boundaries is None:
        return {}
    scores = (boundary_compute(result.boundaries, "images"), boundary_compute(result.boundaries, "pixels"))
    return {name: (getattr(scores[0], name), getattr(scores[1], name)) for name in BOUNDARY_NAMES}


def _stated(options: DepthOptions) -> dict[str, str]:
    """How it was measured, in words."""
    protocol = options.protocol
    stated = {
        "protocol": f"{protocol.name} ({protocol.source}), which quotes the mean over {protocol.average}",
        "shown": _shown(options),
        "compared": _compared(options),
        "cap": _cap(protocol),
        "alignment": ALIGNMENT_TEXTS[options.alignment],
        "test-time augmentation": "mean of the outputs for the picture and its mirror image"
        if options.flip
        else "none",
    }
    return stated | ({"boundaries": BOUNDARY_TEXTS[options.boundaries]} if options.boundaries != "none" else {})


def _shown(options: DepthOptions) -> str:
    protocol = options.protocol
    own_input = "with its camera; the network resizes it to its own input"
    if protocol.feed is not None:
        feed, cut = protocol.feed, protocol.feed.cut
        return (
            f"picture by nearest neighbour to {feed.width_px}×{feed.height_px} px, its middle {cut.width_px}×"
            f"{cut.height_px} px {own_input} where that is another"
        )
    if protocol.size_px is None:
        return f"crop {options.crop} of the picture {own_input}"
    cut = crop_rectangle(*protocol.size_px, options.crop)
    return f"crop {options.crop}, {cut.width_px}×{cut.height_px} px, {own_input}"


def _compared(options: DepthOptions) -> str:
    protocol = options.protocol
    laid = "output bilinear, corners not aligned, to the picture's pixels"
    if protocol.size_px is None:
        return f"{laid}; {protocol.window}, where the crop holds them"
    window = protocol.window_of(*protocol.size_px)
    if protocol.feed is not None:
        return f"{laid}; {window.width_px}×{window.height_px} px: {window}"
    compared = window.within(crop_rectangle(*protocol.size_px, options.crop))
    return f"{laid}; {compared.width_px}×{compared.height_px} px: {window}, where the crop holds them"


def _cap(protocol: DepthProtocol) -> str:
    if protocol.limits_m is not None:
        least_m, most_m = protocol.limits_m
        return f"prediction clipped to {least_m:g}–{most_m:g} m, truth compared between them"
    floor = f"{protocol.floor_m:g} m"
    return f"none: no clipping; the logarithms and δ take a prediction below {floor} for {floor}"


def _fields(options: DepthOptions) -> dict[str, object]:
    """How it was measured, as fields."""
    protocol = options.protocol
    least_m, most_m = protocol.limits_m or ("", "")
    return {
        "protocol": protocol.name,
        "average": protocol.average,
        "crop": options.crop,
        "window": str(protocol.window),
        "least_m": least_m,
        "most_m": most_m,
        "floor_m": "" if protocol.floor_m is None else protocol.floor_m,
        "alignment": options.alignment,
        "augmentation": "flip" if options.flip else "none",
    }


def _beside_published(result: DepthResult, model: str) -> tuple[FigureTable, ...]:
    """The measured figures beside those of papers, where there are any for the protocol."""
    published = PUBLISHED.get(result.options.protocol.name)
    if published is None:
        return ()
    rows = [(f"{row.name}, {row.source}: as published", *_figures(row, 3)) for row in published]
    measured = (result.errors("images"), result.errors("pixels"))
    rows += [
        (f"{model}: measured, {mean}", *_figures(errors, 4)) for errors, mean in zip(measured, COLUMNS, strict=True)
    ]
    return (
        FigureTable(
            "Beside published figures",
            ("", *PUBLISHED_NAMES.values()),
            tuple(rows),
            f"{NYU_PUBLISHED_NOTE} {_in_short(result)}",
        ),
    )


def _ranking(result: DepthResult) -> FigureTable:
    rows = [
        (rank, score.name, *(f"{getattr(score.errors, name):.4f}" for name in ("rel", "rmse_m", "delta1")))
        for rank, score in ranked(result.scores)
    ]
    names = tuple(DEPTH_NAMES[name] for name in ("rel", "rmse_m", "delta1"))
    return FigureTable("Worst and best images by REL", ("", "image", *names), tuple(rows), _in_short(result))


def _in_short(result: DepthResult) -> str:
    """The protocol in a sentence, for the tables that follow the first."""
    options = result.options
    flip = "flip" if options.flip else "none"
    return (
        f"Measured with {options.protocol.name}: crop {options.crop}, alignment {options.alignment}, test-time "
        f"augmentation {flip}, {result.images} images."
    )


def _figures(errors: DepthErrors | PublishedDepth, decimals: int) -> tuple[str, ...]:
    values = (getattr(errors, name) for name in PUBLISHED_NAMES)
    return tuple("–" if math.isnan(value) else f"{value:.{decimals}f}" for value in values)


def _coverage(share: float) -> str:
    return "unknown: no truth there" if math.isnan(share) else f"{share:.2%} of the pixels there with a known truth"
