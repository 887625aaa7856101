"""Objects and depth learnt in one network against each learnt alone, and three ways to weigh the two.

    python benchmarks/learnt_together.py runs/small [--seeds 1 2] [--recipe recipes/joint-small.toml]

Trains a recipe in five ways with three seeds each, all from the same start, with the same pictures in the same steps:
together with fixed weights of the tasks, with those of uncertainty and of FAMO; depth alone; boxes alone. Each is kept
in a folder of its own, is not trained again once it has ended, and adds a row to `figures.csv`: COCO's AP on the photos
held out, and REL and δ1 on every seventh test picture of NYU. Then tells the mean and the range over the seeds.
"""

import argparse
import csv
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from howfar.datasets import LazySamples
from howfar.datasets.opening import open_depth_dataset
from howfar.evaluation.depth.evaluation import DepthOptions, evaluate_depth
from howfar.evaluation.depth.protocols import find_protocol
from howfar.training.recipe import JointRecipe, read_recipe
from howfar.training.starting import Devices, trainer
from howfar.training.tasks.joint import joint_task

SEEDS = [1, 2, 3]
EVERY = 7
WAYS = {
    "fixed": ("task_weights=fixed",),
    "uncertainty": ("task_weights=uncertainty",),
    "famo": ("task_weights=famo",),
    "depth": ("loss={ octave_log_l1 = 1.0, silog = 0.5, log_multiscale_gradient = 0.5 }",),
    # A recipe has depth in any case; at a millionth it moves the decoder alone.
    "boxes": ("loss={ octave_log_l1 = 1e-6, boxes = 1.0, former = 1.0 }",),
}
FIGURES = ("ap", "ap50", "rel", "delta1", "seconds")


class Quiet:
    """Tells each epoch in a line."""

    def epoch_starts(self, epoch: int, epochs: int, steps: int) -> None:
        """Nothing is told before it has ended."""

    def step_done(self, losses: Mapping[str, float]) -> None:
        """Nothing is told of a step."""

    def epoch_done(self, row: Mapping[str, float], *, best: bool) -> None:
        """Print its figures."""
        print("  ".join(f"{name} {value:.4g}" for name, value in row.items()), flush=True)


def run(root: Path, recipe_file: Path, way: str, seed: int) -> dict[str, str]:
    """Train one, or go on with it, and measure it."""
    recipe = read_recipe(recipe_file, JointRecipe, (*WAYS[way], f"training.seed={seed}"))
    folder, started = root / f"{way}-{seed}", time.perf_counter()
    task = joint_task(recipe, folder)
    training = trainer(task, recipe, folder, Devices("cpu", 1), resume=True)
    last = training.run(Quiet())[-1]
    rooms = open_depth_dataset(recipe.data.root).split("test")
    chosen = LazySamples(range(0, len(rooms), EVERY), rooms.__getitem__)
    options = DepthOptions(find_protocol("nyu-eigen"))
    errors = evaluate_depth(chosen, task.joint_of(training.judged).depth, options).errors()
    values = (last["val_ap"], last["val_ap50"], errors.rel, errors.delta1, time.perf_counter() - started)
    return {"way": way, "seed": str(seed)} | {name: f"{each:.4f}" for name, each in zip(FIGURES, values, strict=True)}


def kept(table: Path) -> list[dict[str, str]]:
    """The rows that were measured already."""
    return list(csv.DictReader(table.open(encoding="utf-8"))) if table.exists() else []


def tell(rows: list[dict[str, str]]) -> None:
    """Print the mean of each way over its seeds, and how far the seeds are apart."""
    for way in WAYS:
        of_way = [row for row in rows if row["way"] == way]
        if of_way:
            found = {name: np.array([float(row[name]) for row in of_way]) for name in FIGURES}
            told = [f"{name} {each.mean():.4f} ({each.min():.4f} to {each.max():.4f})" for name, each in found.items()]
            print(f"{way:12} {len(of_way)} seeds  {'  '.join(told)}")


def main() -> None:
    """Train what is missing, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--recipe", type=Path, default=Path("recipes/joint-small.toml"))
    words = parser.parse_args()
    table = words.root / "figures.csv"
    for seed in words.seeds:
        for way in WAYS:
            done = any((row["way"], row["seed"]) == (way, str(seed)) for row in kept(table))
            if not done:
                row = run(words.root, words.recipe, way, seed)
                rows = [*kept(table), row]
                with table.open("w", newline="", encoding="utf-8") as file:
                    writer = csv.DictWriter(file, list(row), lineterminator="\n")
                    writer.writeheader()
                    writer.writerows(rows)
    tell(kept(table))


if __name__ == "__main__":
    main()
