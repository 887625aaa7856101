"""Draws accuracy against time of the ways of joining two networks, both relative to the pair in ONNX Runtime.

    python benchmarks/plot_joins.py recipes/results/joins.csv docs/images/joins.png

Each row of the table is a way: its time as a share of the pair's in one run, its AP as a share of the pair's on the
same photos, and its REL over the pair's on the same rooms. What has a time and no accuracy yet is a dashed line.
"""

import argparse
import csv
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

COLOURS = ("black", "dimgrey", "tab:blue", "tab:cyan", "tab:green", "tab:olive", "tab:orange", "gold", "tab:red")
PANELS = (("ap_share", "AP over the pair's (higher is better)"), ("rel_times", "REL over the pair's (lower is better)"))


def panel(axes: Axes, rows: list[dict[str, str]], figure: str, title: str) -> None:
    """One figure of all ways."""
    for row, colour in zip(rows, COLOURS, strict=True):
        share = float(row["time_share"])
        if row[figure]:
            axes.plot(share, float(row[figure]), "o", color=colour, markersize=9, label=row["way"])
        else:
            axes.axvline(share, color=colour, linestyle="--", label=f"{row['way']}: not trained in full")
    axes.axvline(0.6, color="lightgrey", linewidth=6, zorder=0)
    axes.set_title(title, fontsize="medium")
    axes.set_xlabel("time over the pair's (grey: the bar, 0.60)")
    axes.set_xlim(0.2, 1.05)
    axes.grid(alpha=0.3)


def main() -> None:
    """Write the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path)
    parser.add_argument("picture", type=Path)
    words = parser.parse_args()
    rows = list(csv.DictReader(words.table.open(encoding="utf-8")))
    drawn = Figure(figsize=(10, 5.6), layout="constrained")
    panels = drawn.subplots(1, len(PANELS))
    for axes, (name, title) in zip(panels, PANELS, strict=True):
        panel(axes, rows, name, title)
    handles, labels = panels[0].get_legend_handles_labels()
    drawn.legend(handles, labels, loc="outside lower center", ncols=2, fontsize="small")
    drawn.savefig(words.picture, dpi=100)


if __name__ == "__main__":
    main()
