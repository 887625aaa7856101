"""How many scenes of 320×240 are rendered in a second, with the right-hand view and all files.

    python benchmarks/synth.py [SCENES] [WORKERS]

The bar is 5 scenes a second on two cores. Where other work shares the cores, the processor time of a scene says more:
two cores give 5 scenes a second as long as it stays under 0.4 s.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

from howfar.synth.making import make_scenes, missing_scenes
from howfar.synth.scenes import render_scene
from howfar.synth.spec import SynthSpec

BAR_PER_S = 5.0
SPEC = SynthSpec(7)


def throughput_per_s(folder: Path, scenes: int, workers: int) -> float:
    """Scenes a second, with the start of the processes."""
    numbers = missing_scenes(SPEC, folder, scenes)
    start = time.perf_counter()
    make_scenes(SPEC, folder, numbers, workers, lambda _: None)
    return scenes / (time.perf_counter() - start)


def processor_s(folder: Path, scenes: int) -> float:
    """Processor time of a scene in one process that is warm."""
    for number in (0, 1):
        render_scene(SPEC, folder, number)
    start = time.process_time()
    for number in range(scenes):
        render_scene(SPEC, folder, number)
    return (time.process_time() - start) / scenes


def main() -> None:
    """Print both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenes", type=int, nargs="?", default=200)
    parser.add_argument("workers", type=int, nargs="?", default=2)
    wanted = parser.parse_args()
    before, _, _ = os.getloadavg()
    with tempfile.TemporaryDirectory() as folder:
        per_s = throughput_per_s(Path(folder) / "many", wanted.scenes, wanted.workers)
        one_s = processor_s(Path(folder) / "one", min(wanted.scenes, 40))
    print(f"{per_s:.2f} scenes/s with {wanted.workers} processes (bar {BAR_PER_S:g} with 2); load before {before:.2f}")
    print(f"{one_s:.3f} s of processor time a scene")


if __name__ == "__main__":
    main()
