"""`howfar models`: list, describe, pull and check models."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from howfar.cli.console import messages, results
from howfar.cli.failures import sentence
from howfar.errors import DownloadError, HowfarError, ModelError

if TYPE_CHECKING:
    from howfar.models import Card
    from howfar.models.zoo import Entry
    from howfar.models.zoo.fetch import Progress

app = typer.Typer(help="List, describe, pull and check models.", no_args_is_help=False)


@app.callback(invoke_without_command=True)
def models(context: typer.Context) -> None:
    """List the known models: task, size, licence, what they reach, and whether they are here."""
    if context.invoked_subcommand is None:
        _list()


@app.command()
def info(name: Annotated[str, typer.Argument(help="Name of a model, or an ONNX file with its card.")]) -> None:
    """Tell everything that is known of a model."""
    from rich.table import Table
    from rich.text import Text

    rows = _rows_of_file(Path(name)) if name.lower().endswith(".onnx") else _rows_of_entry(name)
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for label, text in rows:
        table.add_row(label, Text(text))
    results().print(table)


@app.command()
def pull(
    names: Annotated[list[str], typer.Argument(help="Names of models.")],
    accept_licence: Annotated[
        bool, typer.Option("--accept-licence", help="Accept the licence of a model that asks for it.")
    ] = False,
    mirror: Annotated[
        str | None,
        typer.Option(envvar="HOWFAR_MIRROR", help="Address that takes the place of the hub or of a release's host."),
    ] = None,
) -> None:
    """Fetch models into the cache; an interrupted pull goes on where it stopped."""
    from howfar.models import zoo

    for entry in [zoo.find_entry(name) for name in names]:  # every name is looked up before anything is fetched
        accepted = accept_licence or _accepts(entry)
        with _progress(entry.name) as progress:
            path = zoo.pull(entry.name, progress=progress, accept_licence=accepted, mirror=mirror)
        results().print(f"{entry.name}: {path}, licence: {entry.licence}", soft_wrap=True)
        if not entry.runs_at_once:
            command = f"howfar export {entry.name} --out {entry.name}.onnx"
            results().print(f"  It is exported before it runs:  {command}", soft_wrap=True)


@app.command()
def check(
    names: Annotated[
        list[str] | None, typer.Argument(help="Names of models or ONNX files; all that are here when none is given.")
    ] = None,
) -> None:
    """Check models: digest, whether they open and fit their card, what they make of a drawn room, by each engine."""
    from howfar.models import zoo

    console = results()
    wrong = 0
    for name in names or [name for name, entry in zoo.entries().items() if zoo.pulled_path(entry)]:
        try:
            found = _checked(name)
            console.print("right  ", style="green", end="")
            console.print(f"{name}: {found}")
        except HowfarError as error:
            wrong += 1
            console.print("wrong  ", style="red", end="")
            console.print(f"{name}: {sentence(error)}")
    if wrong:
        raise typer.Exit(1)


def _list() -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from howfar.models import zoo

    table = Table(box=box.HORIZONTALS, show_lines=True, pad_edge=False)
    table.add_column("model", no_wrap=True)
    table.add_column("what it reaches, licence, where from", overflow="fold")
    for entry in zoo.entries().values():
        size = "" if entry.unsupported else f", {_size(entry)}"
        left = Text.assemble((entry.name, "bold"), f"\n{entry.task}{size}\n{_state(entry)}")
        why_not = f"Not supported: {entry.unsupported}." if entry.unsupported else "Nothing published."
        reaches = entry.results[0] if entry.results else why_not
        table.add_row(left, Text(f"{reaches}\n{entry.licence}\n{_source(entry)}"))
    console = results()
    console.print(table)
    console.print(
        "`howfar models pull NAME` fetches a model, `howfar models info NAME` tells all of it. A checkpoint must be "
        "exported to ONNX before it runs.",
    )


def _size(entry: "Entry") -> str:
    return "size not known" if entry.size_mb is None else f"{entry.size_mb:.1f} MB"


def _state(entry: "Entry") -> str:
    from howfar.models.zoo import pulled_path

    if entry.embedded_path is not None:
        return "embedded"
    if entry.unsupported:
        return "not supported"
    state = "pulled" if pulled_path(entry) else "not pulled"
    return state if entry.runs_at_once else f"{state}, checkpoint"


def _source(entry: "Entry") -> str:
    if entry.hub is not None:
        return f"hub: {entry.hub.repo}"
    if entry.unsupported:
        return entry.origin
    return entry.address.removeprefix("https://").split("/releases/")[0] or "ships with howfar"


def _rows_of_entry(name: str) -> Iterator[tuple[str, str]]:
    from howfar.models import zoo

    entry = zoo.find_entry(name)
    if entry.unsupported:
        yield from _rows_of_unsupported(entry)
        return
    path = zoo.pulled_path(entry)
    record = zoo.read_record(path) if path and not entry.embedded_path else None
    yield "name", entry.name
    yield "task", entry.task
    yield "state", _state(entry)
    yield "file", str(path or "not here")
    yield "size", _size(entry)
    yield "licence", entry.licence + (f", to be accepted: {entry.ask_licence}" if entry.ask_licence else "")
    yield "from", entry.origin
    yield "address", entry.address or "ships with howfar"
    yield "reaches", "\n".join(entry.results) or "nothing published"
    if record is not None:
        yield "SHA-256", f"{record.sha256} (from: {record.digest_from})"
    else:
        yield "SHA-256", entry.sha256 or "not published: recorded at the first pull"
    card = entry.card()
    if card is None:
        yield "runs", f"after an export to ONNX, which needs  pip install 'howfar[{entry.export_extra}]'"
    else:
        yield from _rows_of_card(card)


def _rows_of_unsupported(entry: "Entry") -> Iterator[tuple[str, str]]:
    yield "name", entry.name
    yield "task", entry.task
    yield "licence", entry.licence
    yield "from", entry.origin
    yield "runs", f"not here: {entry.unsupported}"


def _rows_of_file(path: Path) -> Iterator[tuple[str, str]]:
    from howfar.models.library import find_model

    _, card = find_model(path)
    yield "name", card.name
    yield "task", card.task
    yield "file", str(path)
    yield "licence", card.licence
    yield "from", card.origin or "not said"
    yield "reaches", "\n".join(card.results) or "not said"
    yield "SHA-256", card.sha256 or "not said: the file is not checked"
    yield from _rows_of_card(card)


def _rows_of_card(card: "Card") -> Iterator[tuple[str, str]]:
    spec = card.input
    sides = f", sides in multiples of {spec.multiple_px}" if spec.follows_shape else ""
    yield "input", f"{spec.width_px}×{spec.height_px} px, {spec.fit}{sides}, {spec.colour}"
    yield "normalisation", f"(value − {_numbers(spec.mean)}) / {_numbers(spec.std)}, values from 0 to 255"
    if card.depth is not None:
        yield "depth", card.depth.kind
        if card.depth.focal_px:
            yield "trained at", f"focal length {card.depth.focal_px:.1f} px at the input's size"
        if card.depth.max_m:
            yield "farthest", f"{card.depth.max_m:g} m"
        if card.depth.scenes:
            yield "scenes", card.depth.scenes
    if card.detector is not None:
        yield "output", f"{card.detector.layout}, score {card.detector.score:g}, NMS {card.detector.nms:g}"
        yield f"{len(card.detector.classes)} classes", ", ".join(card.detector.classes)


def _numbers(values: tuple[float, ...]) -> str:
    return ", ".join(f"{value:g}" for value in dict.fromkeys(values))


def _checked(name: str) -> str:
    from howfar.models import zoo
    from howfar.models.check import check_model
    from howfar.models.engine_check import check_engines
    from howfar.models.library import find_model

    entry = None if name.lower().endswith(".onnx") else zoo.find_entry(name)
    if entry is not None and zoo.pulled_path(entry) and not zoo.is_whole(entry):
        raise ModelError(f"the file is not the one that was pulled (its SHA-256 differs): howfar models pull {name}")
    if entry is not None and not entry.runs_at_once and zoo.pulled_path(entry):
        return "its digest is right; it does not run before it is exported to ONNX"
    path, card = find_model(name)
    digest = "its digest is right" if card.sha256 else "its card states no digest"
    found = f"{digest}, fits its card, ran on a drawn room in {check_model(path, card):.0f} ms"
    apart = check_engines(path, card)
    return found if apart is None else f"{found}, the same by both engines (largest difference {apart:.1g})"


def _accepts(entry: "Entry") -> bool:
    """Ask at a terminal for the licence that a model asks for; elsewhere, and for other models, no."""
    import sys

    from howfar.models.zoo import pulled_path

    if not entry.ask_licence or pulled_path(entry) or not sys.stdin.isatty():
        return False
    accepted = typer.confirm(f"{entry.name} comes under {entry.licence}: {entry.ask_licence} . Do you accept it?")
    if not accepted:
        raise DownloadError(f"{entry.name} was not fetched, as its licence was not accepted.")
    return True


@contextmanager
def _progress(name: str) -> "Iterator[Progress]":
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=messages(), transient=True) as bar:
        task = bar.add_task(name, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
