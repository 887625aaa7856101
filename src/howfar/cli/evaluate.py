"""`howfar evaluate`: measure a network on a data set with known truth."""

import typer

from howfar.cli.evaluate_crf import crf
from howfar.cli.evaluate_depth import depth
from howfar.cli.evaluate_detector import detector
from howfar.cli.evaluate_everywhere import everywhere
from howfar.cli.evaluate_margins import margins
from howfar.cli.evaluate_objects import objects
from howfar.cli.evaluate_photos import photos
from howfar.cli.evaluate_ssim import ssim
from howfar.cli.evaluate_stereo import stereo
from howfar.cli.evaluate_tracks import tracks

app = typer.Typer(no_args_is_help=True, help="Measure a network on a data set with known truth.")
app.command()(depth)
app.command()(detector)
app.command()(objects)
app.command()(everywhere)
app.command()(margins)
app.command()(photos)
app.command()(ssim)
app.command()(stereo)
app.command()(tracks)
app.command()(crf)
