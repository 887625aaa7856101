"""The commands put together; heavy imports stay inside the commands, so that help comes at once."""

import os
import sys
import warnings
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from howfar.cli.batch import batch
from howfar.cli.calibrate import calibrate
from howfar.cli.compare import compare
from howfar.cli.console import escape_what_cannot_be_encoded, forget_odd_width, tell
from howfar.cli.demo import demo
from howfar.cli.depth import depth
from howfar.cli.doctor import doctor
from howfar.cli.ending import end_process, ended_like_ctrl_c
from howfar.cli.export import export
from howfar.cli.failures import sentence
from howfar.cli.look import look
from howfar.cli.merge import merge
from howfar.cli.serve import serve
from howfar.cli.standard_streams import open_closed_streams
from howfar.cli.synth import synth
from howfar.errors import HowfarError

LONGEST_NAME = 300
"""As much of a name is told where the system refuses it."""

GROUPS = {
    "models": "List, describe, pull and check models.",
    "evaluate": "Measure a network on a data set with known truth.",
    "data": "Look at a data set before training on it.",
    "train": "Train a network by a recipe.",
}
"""The groups of commands, each the `app` of the module of its name, and what the help says of them."""


class Commands(TyperGroup):
    """All commands, of which those in groups are imported when their group is called."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that the first word names."""
        if args[0] in GROUPS:
            self.commands[args[0]] = typer.main.get_group(import_module(f"howfar.cli.{args[0]}").app)
        return super().resolve_command(ctx, args)


app = typer.Typer(
    name="howfar",
    cls=Commands,
    help="What is in this picture, and how far away is it?",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(look)
app.command()(batch)
app.command()(depth)
app.command()(calibrate)
app.command()(demo)
app.command()(compare)
for name, help_text in GROUPS.items():
    app.add_typer(typer.Typer(help=help_text), name=name)
app.command()(synth)
app.command()(export)
app.command()(merge)
app.command()(serve)
app.command()(doctor)


def _print_version(wanted: bool) -> None:
    if wanted:
        from howfar import __version__

        typer.echo(f"howfar {__version__}")
        raise typer.Exit


@app.callback()
def howfar(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """What is in this picture, and how far away is it?"""


def main() -> None:
    """Run the command line: an error of howfar's own becomes one sentence and exit code 1."""
    try:
        _run()
    except SystemExit as ended:
        if isinstance(ended.code, int | None):
            end_process(ended.code or 0)
        raise


def _run() -> None:
    open_closed_streams()
    escape_what_cannot_be_encoded()
    forget_odd_width()
    warnings.filterwarnings("ignore", module="PIL")  # on damaged metadata, which does not matter to the picture
    os.environ.setdefault("OPENCV_LOG_LEVEL", "ERROR")  # what OpenCV warns of comes as a sentence of our own
    try:
        with ended_like_ctrl_c():
            app()
    except HowfarError as error:
        tell(f"howfar: {sentence(error)}")
        sys.exit(1)
    except OSError as error:  # of a file that is named nowhere but in an option, or of standard output
        where = "" if error.filename is None else f"{str(error.filename)[:LONGEST_NAME]} cannot be used: "
        tell(f"howfar: {where}{error.strerror or error}.")
        sys.exit(1)
