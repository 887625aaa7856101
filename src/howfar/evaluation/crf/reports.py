"""How a measurement of the field is shown."""

from collections.abc import Sequence
from dataclasses import asdict

from howfar.evaluation.crf.evaluation import StageResult
from howfar.evaluation.crf.weights import CrfWeights
from howfar.evaluation.depth.protocols import NYU_EIGEN
from howfar.evaluation.depth.published import NYU_PUBLISHED
from howfar.evaluation.report.report import FigureTable, Report, figure_text

COLUMNS = ("", "REL", "RMSE (m)", "δ < 1.25", "pixel accuracy", "mIoU")
PUBLISHED_ROWS = ("Wang et al.",)


def crf_report(results: Sequence[StageResult], *, data: str, model: str, chosen_on: str) -> Report:
    """The report of some rows.

    Args:
        results: At least one.
        data: The data set and the part of it.
        model: The network's name.
        chosen_on: By what the weights of the fields were chosen, in words.
    """
    limits = "prediction clipped to 0.1–10 m, rows 45:471 and columns 41:601"
    weights = {f"weights, {each.stage.name}": _told(each.stage.weights) for each in results if each.stage.weights}
    labelled = next((each.classes for each in results if each.classes is not None), None)
    classes = {} if labelled is None else {"classes": f"{labelled.classes} in {labelled.pixels:,} labelled pixels"}
    note = f"Measured with {NYU_EIGEN.name}: whole pictures, no alignment, {results[0].sums.images} images."
    return Report(
        title="Field after Wang et al.",
        protocol={
            "data": data,
            "images": str(results[0].sums.images),
            "model": model,
            "protocol": f"{NYU_EIGEN.name} ({NYU_EIGEN.source}), mean over images; {limits}",
            **classes,
            "weights": f"chosen on {chosen_on}",
            **weights,
        },
        columns=(),
        figures={},
        fields={},
        tables=(FigureTable("Field after Wang et al.: result", COLUMNS, (*_published(), *_measured(results)), note),),
        note=note,
    )


def crf_rows(results: Sequence[StageResult], report: Report) -> list[dict[str, object]]:
    """One row a stage for CSV: how it was measured, its figures, and the weights of its field."""
    rows = []
    for each in results:
        figures, classes = asdict(each.depth), each.classes
        rows.append(
            {
                "data": report.protocol["data"],
                "protocol": NYU_EIGEN.name,
                "images": each.sums.images,
                "model": report.protocol["model"],
                "stage": each.stage.name,
                **{f"{name}_over_images": value for name, value in figures.items()},
                "pixel_accuracy": float("nan") if classes is None else classes.pixel_accuracy,
                "miou": float("nan") if classes is None else classes.miou,
                "weights": _told(each.stage.weights) if each.stage.weights else "",
            }
        )
    return rows


def _told(weights: CrfWeights) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in asdict(weights).items())


def _published() -> tuple[tuple[str, ...], ...]:
    return tuple(
        (f"{row.name}, {row.source}: as published", *(f"{v:.3f}" for v in (row.rel, row.rmse_m, row.delta1)), "–", "–")
        for row in NYU_PUBLISHED
        if row.name in PUBLISHED_ROWS
    )


def _measured(results: Sequence[StageResult]) -> tuple[tuple[str, ...], ...]:
    rows = []
    for each in results:
        errors, classes = each.depth, each.classes
        shown = ("–", "–") if classes is None else (figure_text(classes.pixel_accuracy), figure_text(classes.miou))
        rows.append((each.stage.name, *map(figure_text, (errors.rel, errors.rmse_m, errors.delta1)), *shown))
    return tuple(rows)
