"""One joint network against the two embedded ones, as ratios taken in one run.

    python benchmarks/joint.py JOINT.onnx [PHOTO]

Both are timed in turns on the photo at 640×480 and on its upper part at 1242×375; the least of the runs counts.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np

from howfar import Rangefinder
from howfar.models import open_depth_network, open_detector, open_joint
from howfar.models.preprocess import to_tensor
from speed import least_ms, photo


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("joint", type=Path)
    parser.add_argument("photo", type=Path, nargs="?")
    named = parser.parse_args()
    joint, networks = open_joint(named.joint), (open_detector(), open_depth_network())
    one, two = Rangefinder(joint.detector, joint.depth), Rangefinder(*networks)
    room = photo(named.photo)
    for image in (room, np.asarray(cv2.resize(room, (1242, 932))[:375])):
        together, _ = to_tensor(image, joint.card.input)
        apart = [(each.session, to_tensor(image, each.card.input)[0]) for each in networks]
        bare_one, bare_two, look_one, look_two = least_ms(
            lambda tensor=together: joint.session.run(tensor),
            lambda pairs=apart: [session.run(tensor) for session, tensor in pairs],
            lambda shown=image: one.look(shown),
            lambda shown=image: two.look(shown),
        )
        print(f"{image.shape[1]}×{image.shape[0]}, {len(one.look(image))} and {len(two.look(image))} objects")
        print(f"bare runs   {bare_one:6.1f} ms joint, {bare_two:6.1f} ms two   {bare_one / bare_two:.2f}")
        print(f"look        {look_one:6.1f} ms joint, {look_two:6.1f} ms two   {look_one / look_two:.2f}   (bar 0.60)")


if __name__ == "__main__":
    main()
