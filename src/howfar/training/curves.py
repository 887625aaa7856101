"""The loss curve and TensorBoard's log: a training as people look at it."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from matplotlib.figure import Figure

from howfar.files import replacing

SKIPPED = ("epoch", "seconds", "learning_rate")
VALIDATION = "val_"


def draw_curves(rows: Sequence[Mapping[str, float]], target: Path, title: str) -> None:
    """Write a PNG with the losses above and the validation's figures below, over the epochs."""
    losses = _series(rows, lambda name: not name.startswith(VALIDATION))
    figures = _series(rows, lambda name: name.startswith(VALIDATION))
    figure = Figure(figsize=(8, 7), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True)
    for axes, series, label in ((upper, losses, "training loss"), (lower, figures, "validation")):
        for name, points in series.items():
            axes.plot(
                [x for x, _ in points], [y for _, y in points], label=name.removeprefix(VALIDATION), linewidth=1.5
            )
        axes.set_ylabel(label)
        axes.grid(alpha=0.3)
        if series:
            axes.legend(loc="upper right", fontsize="small")
    upper.set_title(title)
    lower.set_xlabel("epoch")
    with replacing(target, overwrite=True) as temporary:
        figure.savefig(temporary, dpi=110)


def _series(rows: Sequence[Mapping[str, float]], wanted: Callable[[str], bool]) -> dict[str, list[tuple[float, float]]]:
    series: dict[str, list[tuple[float, float]]] = {}
    for row in rows:
        for name, value in row.items():
            if name not in SKIPPED and wanted(name):
                series.setdefault(name, []).append((row["epoch"], value))
    return series
