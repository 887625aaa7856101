"""How far off MC-CNN's disparities are, by how clearly they won: what its card says as `margins` and `sds_px`.

    howfar synth --scenes 12 --seed 5 --out pairs
    python tools/mc_cnn_spread.py mc-cnn pairs
    python tools/mc_cnn_spread.py mine.onnx pairs --bounds 0.3 0.6 1.0 1.5

Take pairs that the network has not learned from. What the right-hand camera does not see counts too, as a user gets it.
"""

import argparse
import sys

import numpy as np
from numpy.typing import NDArray

from howfar.datasets.samples import StereoSample
from howfar.datasets.stereo_pairs import open_stereo_pairs
from howfar.pipeline.open_matcher import open_matcher
from howfar.stereo.mc_cnn.checking import winners
from howfar.stereo.mc_cnn.confidence import margins_of, measured_spread
from howfar.stereo.mc_cnn.matcher import McCnn, disparity_of, grey_of, smooth_cost

BOUNDS = (0.3, 0.6, 1.0, 1.5)
"""Of the margins in the card that ships."""


def seen(matcher: McCnn, sample: StereoSample) -> tuple[NDArray[np.floating], NDArray[np.floating], NDArray[np.bool_]]:
    """The errors, margins and left-right checks of the pixels of one pair whose truth is known."""
    known = np.isfinite(sample.disparity_px)
    reach_px = int(np.ceil(sample.disparity_px[known].max())) + 1
    cost = matcher.cost(sample.left, sample.right, reach_px)
    left, right = grey_of(sample.left), grey_of(sample.right)
    smooth = smooth_cost(cost, left, right, matcher.settings)
    margins = margins_of(smooth, winners(smooth))
    found = disparity_of(cost, left, right, matcher.settings, matcher.spread)
    known &= np.isfinite(found.values_px)
    return (found.values_px - sample.disparity_px)[known], margins[known], found.matched[known]


def main() -> None:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", help="A name that howfar models lists, or an ONNX file with its card.")
    parser.add_argument("pairs", nargs="+", help="Data sets with true disparity, as of howfar evaluate stereo.")
    parser.add_argument("--bounds", type=float, nargs="+", default=list(BOUNDS), help="Of the margins, rising.")
    told = parser.parse_args()
    matcher = open_matcher(told.network)
    if not isinstance(matcher, McCnn):
        parser.error(f"{told.network} is no network of MC-CNN's kind, whose card says how clearly disparities win")
    each = [seen(matcher, sample) for root in told.pairs for sample in open_stereo_pairs(root).samples()]
    errors, margins, correct = (np.concatenate(part) for part in zip(*each, strict=True))
    spread = measured_spread(errors, margins, correct, tuple(told.bounds))
    sys.stdout.write(f"margins = {list(spread.margins)}\n")
    sys.stdout.write(f"sds_px = {[round(sd, 2) for sd in spread.sds_px]}\n")
    sys.stdout.write(f"failed_sd_px = {spread.failed_sd_px:.2f}\n")


if __name__ == "__main__":
    main()
