"""What howfar adds to its two networks, as ratios taken in one run.

    python benchmarks/speed.py [PHOTO]

Each pair is timed turn by turn, so that a machine that slows down slows both, and the least of the runs counts.
The photo is resized to 640×480; without one a noisy gradient is used.
"""

import argparse
import io
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from howfar import Detections, Rangefinder
from howfar.io.pictures import decode_picture
from howfar.models import open_detector
from howfar.models.preprocess import to_tensor

RUNS = 60


def least_ms(*works: Callable[[], object]) -> list[float]:
    """The least time of each work in milliseconds, taken in turns."""
    least = [float("inf")] * len(works)
    for run in range(RUNS + 3):
        for place, work in enumerate(works):
            start = time.perf_counter()
            work()
            if run >= 3:
                least[place] = min(least[place], 1e3 * (time.perf_counter() - start))
    return least


class ManyBoxes:
    """The detector, with its boxes replaced by a fixed number of others: the networks' work stays the same."""

    def __init__(self, finder: Rangefinder, count: int) -> None:
        rng = np.random.default_rng(0)
        corner = rng.uniform((0, 0), (480, 360), (count, 2))
        boxes = np.concatenate([corner, corner + rng.uniform(40, 160, (count, 2))], axis=1)
        self.boxes = Detections.from_boxes(np.minimum(boxes, [640, 480, 640, 480]), ["box"] * count)
        self.detect_for_real = finder.detector.detect

    def detect(self, *args: object, **settings: object) -> Detections:
        """Detect, and give the fixed boxes."""
        self.detect_for_real(*args, **settings)  # type: ignore[arg-type]
        return self.boxes


def finder_with_boxes(method: str, count: int) -> Rangefinder:
    """A finder whose detector always finds `count` boxes."""
    finder = Rangefinder(open_detector(), method=method)
    finder.detector.detect = ManyBoxes(finder, count).detect  # type: ignore[method-assign]
    return finder


def photo(path: Path | None) -> np.ndarray:
    """A 640×480 picture."""
    if path is not None:
        return np.asarray(Image.open(path).convert("RGB").resize((640, 480)))
    ramp = np.linspace(0, 255, 640, dtype=np.float32)
    noise = np.random.default_rng(0).normal(0, 20, (480, 640, 3))
    return np.clip(ramp[None, :, None] + noise, 0, 255).astype(np.uint8)


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photo", type=Path, nargs="?")
    image = photo(parser.parse_args().photo)
    finder = Rangefinder()
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=90)
    detector_input, _ = to_tensor(image, finder.detector.card.input)
    depth_input, _ = to_tensor(image, finder.depth.card.input)

    def bare() -> None:
        finder.detector.session.run(detector_input)
        finder.depth.session.run(depth_input)

    networks, look, whole = least_ms(
        bare,
        lambda: finder.look(image),
        lambda: finder.look(decode_picture(buffer.getvalue(), "photo.jpg")).draw(),
    )
    print(f"{len(finder.look(image))} objects in the picture")
    print(f"two bare session.run calls          {networks:6.1f} ms   1.00")
    print(f"look on a warm finder               {look:6.1f} ms   {look / networks:.2f}   (bar 1.10)")
    print(f"look with a JPEG decoded and drawn  {whole:6.1f} ms   {whole / networks:.2f}   (bar 1.25)")
    for method, count, bar in (("central-mean", 50, 1.05), ("median", 50, 1.05), ("auto", 20, 1.25)):
        finders = finder_with_boxes(method, 1), finder_with_boxes(method, count)
        one, many = least_ms(lambda one=finders[0]: one.look(image), lambda many=finders[1]: many.look(image))
        print(f"{count} boxes against 1, {method:12}    {many:6.1f} ms   {many / one:.2f}   (bar {bar})")


if __name__ == "__main__":
    main()
