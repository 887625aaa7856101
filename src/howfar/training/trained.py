"""From the folder of a training to a network with its card, ready to be exported."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from howfar.conversion.checkpoints.weights import load_weights
from howfar.conversion.exportable import Exportable, InMetres
from howfar.errors import ModelError
from howfar.models.card import Card, read_card
from howfar.networks.catalogue import build, find_network
from howfar.training.curves import VALIDATION
from howfar.training.recipe import DepthRecipe, DetectorRecipe, ExportPart, RangingRecipe, parse_recipe, read_recipe
from howfar.training.run_folder import RunFolder, load_checkpoint
from howfar.training.semi.recipe import SemiRecipe
from howfar.training.semi.task import PROJECTION

AnyRecipe = DepthRecipe | DetectorRecipe | RangingRecipe
RECIPES: dict[str, type[AnyRecipe]] = {
    "depth": DepthRecipe,
    "semi": SemiRecipe,
    "detector": DetectorRecipe,
    "ranging": RangingRecipe,
}
"""By the name of their task."""


def trained_network(root: Path, *, last: bool = False, described: Path | None = None) -> Exportable:
    """Take the network out of a training's folder: the running average of its weights, if there is one.

    Args:
        root: The folder.
        last: Take the last checkpoint and not the best.
        described: A recipe whose [export] table describes the weights, in place of the one that was trained with: what
            they reach is only known afterwards.

    Raises:
        ModelError: If it is no training's folder, or has no such checkpoint.
        SettingError: If a recipe does not hold.
    """
    recipe = _kept_recipe(root)
    export = recipe.export if described is None else read_recipe(described, type(recipe)).export
    folder = RunFolder(root)
    path = folder.last if last else folder.best
    state = load_checkpoint(path)
    weights = state["average"] or state["network"]
    card = read_card(folder.card)
    if isinstance(recipe, DepthRecipe):
        weights = {name: value for name, value in weights.items() if not name.startswith(f"{PROJECTION}.")}
        network = _depth(recipe, weights, source=str(path))
    elif isinstance(recipe, RangingRecipe):
        network = build(find_network(recipe.network.name, "ranging"), recipe.network.options)
        load_weights(network, weights, source=str(path))
    else:
        network = _detector(recipe, len(card.detector.classes) if card.detector else 0, weights, source=str(path))
    return Exportable(network, _described(card, recipe, export, state))


def _kept_recipe(root: Path) -> AnyRecipe:
    path = root / "recipe.json"
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ModelError(
            f"{root} is not the folder of a training ({path.name}: {reason}): name one that  howfar train  wrote."
        ) from None
    kind = RECIPES.get(table.get("task"), DepthRecipe)
    return parse_recipe(table, kind, str(path))


def _depth(recipe: DepthRecipe, weights: Mapping[str, Tensor], *, source: str) -> nn.Module:
    entry = find_network(recipe.network.name, "depth")
    network = build(entry, recipe.network.options)
    load_weights(network, weights, source=source)
    return InMetres(network, entry.unit_m) if recipe.output == "metres" else network


def _detector(recipe: DetectorRecipe, classes: int, weights: Mapping[str, Tensor], *, source: str) -> nn.Module:
    entry = find_network(recipe.network.name, "detection")
    network = build(entry, {"classes": classes, **recipe.network.options})
    load_weights(network, weights, source=source)
    return entry.decoded(network)


def _described(card: Card, recipe: AnyRecipe, export: ExportPart, state: Mapping[str, Any]) -> Card:
    """The card with what is known of the weights."""
    data = Path(recipe.data.root).name
    trained = f"{recipe.network.name}, trained with howfar on the {recipe.data.split} split of {data}"
    if isinstance(recipe, DetectorRecipe):
        judged_on = f"the {recipe.data.validation_split} split of {data}"
    else:
        judged_on = f"what was held out of the {recipe.data.split} split of {data}"
    depth = card.depth and replace(card.depth, scenes=export.scenes)
    return replace(
        card,
        depth=depth,
        licence=export.licence or card.licence,
        origin=export.origin or f"{trained}, {state['epoch']} epochs",
        results=export.results or _validated(state["history"][-1], judged_on),
    )


def _validated(row: Mapping[str, float], judged_on: str) -> tuple[str, ...]:
    """The figures of a checkpoint's own epoch, in words; none where nothing was held out."""
    figures = [f"{name.removeprefix(VALIDATION)} {row[name]:.3f}" for name in row if name.startswith(VALIDATION)]
    return (f"validation in training, not a test, on {judged_on}: {', '.join(figures)}",) if figures else ()
