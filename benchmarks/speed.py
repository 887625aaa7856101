"""What howfar adds to its networks, as ratios taken in one run.

    python benchmarks/speed.py [PHOTO]

Each pair is timed turn by turn, so that a machine that slows down slows both, and the least of the runs counts.
The photo is resized to 640×480; without one a noisy gradient is used.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from howfar import Detections, Rangefinder
from howfar.models import open_depth_network, open_detector, open_foreground
from howfar.models.preprocess import to_tensor
from howfar.ranging.methods.foreground import Foreground
from howfar.scene import Detector, Frame, Query
from photos import photo, whole_look

RUNS = 60


def least_ms(*works: Callable[[], object]) -> list[float]:
    """The least time of each work in milliseconds, taken in turns."""
    least = [float("inf")] * len(works)
    for run in range(RUNS + 3):
        for index, work in enumerate(works):
            start = time.perf_counter()
            work()
            if run >= 3:
                least[index] = min(least[index], 1e3 * (time.perf_counter() - start))
    return least


class ManyBoxes:
    """A detector that works as the real one does, and gives a fixed number of other boxes."""

    def __init__(self, detector: Detector, count: int) -> None:
        rng = np.random.default_rng(0)
        corner = rng.uniform((0, 0), (480, 360), (count, 2))
        boxes = np.concatenate([corner, corner + rng.uniform(40, 160, (count, 2))], axis=1)
        self.boxes = Detections.from_boxes(np.minimum(boxes, [640, 480, 640, 480]), ["box"] * count)
        self.detector, self.name, self.class_names = detector, detector.name, detector.class_names

    def detect(self, frame: Frame, query: Query) -> Detections:
        """Detect, and give the fixed boxes."""
        self.detector.detect(frame, query)
        return self.boxes


def bare_calls(image: np.ndarray) -> Callable[[], None]:
    """The runs of the three networks that a look at this picture takes, on the inputs that they have there."""
    detector, depth, foreground = open_detector(), open_depth_network(), open_foreground()
    shown: list[np.ndarray] = []

    def recorded(crops: np.ndarray) -> np.ndarray:
        shown.append(crops)
        return foreground(crops)

    Rangefinder(detector, depth, Foreground(recorded, foreground.side, foreground.margin)).look(image)
    detector_input, _ = to_tensor(image, detector.card.input)
    depth_input, _ = to_tensor(image, depth.card.input)

    def bare() -> None:
        detector.session.run(detector_input)
        depth.session.run(depth_input)
        for crops in shown:  # none where nothing was found
            foreground.session.run(crops)

    return bare


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photo", type=Path, nargs="?")
    image = photo(parser.parse_args().photo)
    finder = Rangefinder()
    networks, look, whole = least_ms(
        bare_calls(image),
        lambda: finder.look(image),
        whole_look(finder, image),
    )
    print(f"{len(finder.look(image))} objects in the picture")
    print(f"three bare session.run calls        {networks:6.1f} ms   1.00")
    print(f"look on a warm finder               {look:6.1f} ms   {look / networks:.2f}   (bar 1.10)")
    print(f"look with a JPEG decoded and drawn  {whole:6.1f} ms   {whole / networks:.2f}   (bar 1.25)")
    for method, count, bar in (("central-mean", 50, 1.05), ("median", 50, 1.05), ("auto", 20, 1.25)):
        few, more = (Rangefinder(ManyBoxes(open_detector(), boxes), method=method) for boxes in (1, count))
        one, many = least_ms(lambda finder=few: finder.look(image), lambda finder=more: finder.look(image))
        print(f"{count} boxes against 1, {method:12}    {many:6.1f} ms   {many / one:.2f}   (bar {bar})")


if __name__ == "__main__":
    main()
