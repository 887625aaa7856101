"""From the folder of a training to a network with its card, ready to be exported."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from howfar.conversion.exportable import Exportable
from howfar.errors import ModelError
from howfar.io.parsing import UnreadableError, read_json_file
from howfar.models.card import Card
from howfar.models.card_reading import read_card
from howfar.networks.catalogue import find_network
from howfar.training.curves import VALIDATION
from howfar.training.recipe import parse_recipe, read_recipe
from howfar.training.recipe_settings import ExportSettings
from howfar.training.run_folder import RECIPE, RunFolder, load_checkpoint
from howfar.training.tasks.kind import TrainedWeights
from howfar.training.tasks.registry import TASKS, kind_of


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
    recipe = kept_recipe(root)
    kind = kind_of(recipe)
    export = recipe.export if described is None else read_recipe(described, type(recipe)).export
    folder = RunFolder(root)
    path = folder.last if last else folder.best
    state = load_checkpoint(path)
    weights = state.get("average") or state["network"]
    card = read_card(folder.card)
    entry = find_network(recipe.network.name, kind.card_task)
    network = kind.exported(TrainedWeights(entry, recipe, card, weights, source=str(path)))
    described_card = _described(card, recipe, export, state)
    any_size = entry.size_px is None and getattr(network, "any_size", True)
    more: tuple[str, ...] = getattr(network, "more_outputs", ())
    first, *_ = getattr(network, "tensors", ("",))
    return Exportable(network, described_card, any_size, more, output=first)


def kept_recipe(root: Path) -> Any:
    """The recipe of a training, in the form of its task.

    Raises:
        ModelError: If it is no training's folder.
        SettingError: If the recipe does not hold.
    """
    path = root / RECIPE
    try:
        table = read_json_file(path)
    except (OSError, UnreadableError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ModelError(
            f"{root} is not the folder of a training ({path.name}: {reason}): name one that  howfar train  wrote."
        ) from None
    # A recipe of no known task is read as one of depth, which says what is wrong with it.
    task = table.get("task") if isinstance(table, dict) else None
    kind = TASKS[task] if isinstance(task, str) and task in TASKS else TASKS["depth"]
    return parse_recipe(table, kind.recipe, str(path))


def _described(card: Card, recipe: Any, export: ExportSettings, state: Mapping[str, Any]) -> Card:
    """The card with what is known of the weights."""
    data = Path(recipe.data.root).name
    trained = f"{recipe.network.name}, trained with howfar on the {recipe.data.split} split of {data}"
    depth = card.depth and replace(card.depth, scenes=export.scenes)
    return replace(
        card,
        depth=depth,
        licence=export.licence or card.licence,
        origin=export.origin or f"{trained}, {state['epoch']} epochs",
        results=export.results or _validated(state["history"][-1], f"{recipe.data.judged_on} of {data}"),
    )


def _validated(row: Mapping[str, float], judged_on: str) -> tuple[str, ...]:
    """The figures of a checkpoint's own epoch, in words; none where nothing was held out."""
    figures = [f"{name.removeprefix(VALIDATION)} {row[name]:.3f}" for name in row if name.startswith(VALIDATION)]
    return (f"validation in training, not a test, on {judged_on}: {', '.join(figures)}",) if figures else ()
