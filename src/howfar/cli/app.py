"""The commands put together; heavy imports stay inside the commands, so that help comes at once."""

import os
import sys
import warnings
from typing import Annotated

import typer

from howfar.cli import data, evaluate, models, train
from howfar.cli.calibrate import calibrate
from howfar.cli.compare import compare
from howfar.cli.demo import demo
from howfar.cli.depth import depth
from howfar.cli.doctor import doctor
from howfar.cli.export import export
from howfar.cli.failures import sentence
from howfar.cli.look import look
from howfar.cli.synth import synth
from howfar.errors import HowfarError

app = typer.Typer(
    name="howfar",
    help="What is in this picture, and how far away is it?",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(look)
app.command()(depth)
app.command()(calibrate)
app.command()(demo)
app.command()(compare)
app.add_typer(models.app, name="models")
app.add_typer(evaluate.app, name="evaluate")
app.add_typer(data.app, name="data")
app.add_typer(train.app, name="train")
app.command()(synth)
app.command()(export)
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
    warnings.filterwarnings("ignore", module="PIL")  # on damaged metadata, which does not matter to the picture
    os.environ.setdefault("OPENCV_LOG_LEVEL", "ERROR")  # what OpenCV warns of comes as a sentence of our own
    try:
        app()
    except HowfarError as error:
        typer.echo(f"howfar: {sentence(error)}", err=True)
        sys.exit(1)
