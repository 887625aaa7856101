"""How well the stages of a folder and of a video overlap: throughput against that of the slowest stage.

    python benchmarks/overlap.py [PHOTO] [--pictures 60]

Each stage is timed alone over all pictures, then all together as `howfar look` runs them for a folder and for a film.
The bar is 1.10 times the slowest stage. No overlap can be faster than all work on the processor, over the cores, which
is told beside it; other programs at work make both meaningless.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from howfar import Rangefinder
from howfar.io.picture_writer import jpeg_bytes, save_picture
from howfar.io.pictures import decode_picture
from howfar.io.video_writer import VideoWriter
from howfar.pipeline.jobs import Looked, look_at_pictures
from howfar.pipeline.scenes import range_objects, scene_of
from howfar.pipeline.view import View
from howfar.scene import Frame, Perception
from howfar.sources.opening import open_sources
from photos import photo

BAR = 1.10
FPS = 25.0


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and on the processor."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def stages(finder: Rangefinder, source: str, write: Callable[[list[NDArray[np.uint8]]], None]) -> dict[str, float]:
    """Seconds of each stage over all pictures of a source, one stage after the other."""
    frames: list[Frame] = []
    seen: list[Perception] = []
    views: list[View] = []
    drawn: list[NDArray[np.uint8]] = []
    works: dict[str, Callable[[], None]] = {
        "decode": lambda: frames.extend(frame for each in open_sources([source]) for frame in each.frames()),
        "networks": lambda: seen.extend(finder.perceive(frame) for frame in frames),
        "ranging": lambda: views.extend(
            scene_of(each, ranged) for each in seen for ranged in range_objects(each, finder.ranging)
        ),
        "drawing": lambda: drawn.extend(view.draw() for view in views),
        "writing": lambda: write(drawn),
    }
    return {name: timed(work)[0] for name, work in works.items()}


def tell_ways(title: str, alone: dict[str, float], together: tuple[float, float], count: int) -> None:
    """Print the stages, and all together against the slowest."""
    wall, cpu = together
    slowest = max(alone, key=lambda name: alone[name])
    told = ", ".join(f"{name} {1e3 * took / count:.1f}" for name, took in alone.items())
    print(f"{title:7} ms a picture alone: {told}; the sum {1e3 * sum(alone.values()) / count:.1f}")
    ratio, least = wall / alone[slowest], cpu / (os.cpu_count() or 1) / wall
    print(
        f"{title:7} together {1e3 * wall / count:.1f} ms, {count / wall:.1f} a second: {ratio:.2f} times {slowest} "
        f"(bar {BAR:.2f}); all cores were at work {least:.0%} of the time for it"
    )


def tell_overlap(finder: Rangefinder, jpeg: bytes, count: int) -> None:
    """Print it for a folder of copies of a photo, and for a video of it."""
    with tempfile.TemporaryDirectory() as made:
        folder, film, out = Path(made) / "photos", Path(made) / "film.mp4", Path(made) / "out"
        folder.mkdir()
        for number in range(count):
            (folder / f"{number:04d}.jpg").write_bytes(jpeg)
        image = decode_picture(jpeg, "photo.jpg").image
        write_film([image] * count, film)

        def write_pictures(pictures: Iterable[NDArray[np.uint8]]) -> None:
            for number, picture in enumerate(pictures):
                save_picture(picture, out / f"{number:04d}.jpg", overwrite=True)

        sources = open_sources([str(folder)])
        alone = stages(finder, str(folder), write_pictures)
        together = timed(
            lambda: write_pictures(
                row.views[0].draw() for row in look_at_pictures(finder, sources) if isinstance(row, Looked)
            )
        )
        tell_ways("folder", alone, together, count)
        alone = stages(finder, str(film), lambda drawn: write_film(drawn, out / "drawn.mp4"))
        together = timed(lambda: write_film((view.draw() for view in finder.watch(film)), out / "drawn.mp4"))
        tell_ways("video", alone, together, count)


def write_film(pictures: Iterable[NDArray[np.uint8]], path: Path) -> None:
    """Write a video as `howfar look` does."""
    with VideoWriter(path, FPS, overwrite=True) as video:
        for picture in pictures:
            video.write(picture)


def main() -> None:
    """Print it for the embedded pair."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photo", type=Path, nargs="?")
    parser.add_argument("--pictures", type=int, default=60)
    words = parser.parse_args()
    finder = Rangefinder()
    finder.look(photo(words.photo))
    tell_overlap(finder, jpeg_bytes(photo(words.photo)), words.pictures)


if __name__ == "__main__":
    main()
