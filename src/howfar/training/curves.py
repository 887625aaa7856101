"""The curves of a training: its losses and the figures of its validation over the epochs."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from matplotlib.figure import Figure

from howfar.files import replacing

SKIPPED = ("epoch", "seconds", "learning_rate")
VALIDATION = "val_"


def draw_curves(rows: Sequence[Mapping[str, float]], target: Path, title: str) -> None:
    """Write a PNG with the losses above and the validation's figures below, if there are any, over the epochs."""
    shown = {
        "training loss": _series(rows, lambda name: not name.startswith(VALIDATION)),
        "validation": _series(rows, lambda name: name.startswith(VALIDATION)),
    }
    shown = {label: series for label, series in shown.items() if series}
    figure = Figure(figsize=(8, 3.5 * len(shown)), layout="constrained")
    panels = figure.subplots(len(shown), 1, sharex=True, squeeze=False)[:, 0]
    for axes, (label, series) in zip(panels, shown.items(), strict=True):
        for name, points in series.items():
            axes.plot(
                [x for x, _ in points], [y for _, y in points], label=name.removeprefix(VALIDATION), linewidth=1.5
            )
        axes.set_ylabel(label)
        axes.grid(alpha=0.3)
        axes.legend(loc="upper right", fontsize="small")
    panels[0].set_title(title)
    panels[-1].set_xlabel("epoch")
    with replacing(target, overwrite=True) as temporary:
        figure.savefig(temporary, dpi=110)


def _series(rows: Sequence[Mapping[str, float]], wanted: Callable[[str], bool]) -> dict[str, list[tuple[float, float]]]:
    series: dict[str, list[tuple[float, float]]] = {}
    for row in rows:
        for name, value in row.items():
            if name not in SKIPPED and wanted(name):
                series.setdefault(name, []).append((row["epoch"], value))
    return series
