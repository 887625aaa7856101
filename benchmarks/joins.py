"""The three ways of joining a detector and a depth network, and two larger pairs, as ratios taken in one run.

    python benchmarks/joins.py [PHOTO] [--joint FILE] [--merged runs/own/merged.onnx] [--runs 60] [--work FOLDER]

Tells the milliseconds of bare runs and of whole looks (a JPEG of 640×480 decoded, ranged and drawn) and the photos a
second: of the embedded pair in series, of a joint network, and of the pair merged (benchmarks/merging_own.py makes its
file), by each engine and precision that is there; how many times faster the joint network is than YOLOv5s with the
Hybrid CNN, and than YOLOv5n with Depth Anything V2 Small; and how a folder and a video overlap. Without a file, the
joint network has the embedded detector's weights and a random decoder; the larger pairs have random weights. They are
exported into the folder of work, once.

All are timed in turns, and the least of the runs counts. On a machine that does other work, trust the second column:
the time on the processor, summed over its cores. The bars are those of the project.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from engines import ways
from howfar import Rangefinder
from howfar.io.picture_writer import jpeg_bytes
from howfar.models import DEFAULT_DEPTH, DEFAULT_DETECTOR, CardJoint, RunOptions
from howfar.models.preprocess import to_tensor
from overlap import tell_overlap
from photos import photo, whole_look

Work = Callable[[], object]

ORT = "ONNX Runtime fp32"
PAIR, JOINT = "pair", "joint"
BARS = ((f"{JOINT}, {ORT}", f"{PAIR}, {ORT}", "at most 0.60 of the time, so at least", 1 / 0.6),)
BF16 = "OpenVINO bf16"
BF16_BAR = (f"{JOINT}, {BF16}", f"{PAIR}, {ORT}", "with AMX at least", 4.0)
RIVALS = {"YOLOv5s + Hybrid CNN": ("yolov5s", "hybrid-cnn", 20.0)}
RIVALS |= {"YOLOv5n + Depth Anything V2 Small": ("yolov5n", "depth-anything-v2-small", 40.0)}
FEW = 3
"""Runs of what takes long."""


@dataclass(frozen=True)
class Least:
    """The least times of a work in milliseconds: by the clock, and on the processor over all threads."""

    wall_ms: float
    cpu_ms: float


def least(works: dict[str, Work], runs: int, warm: int = 2) -> dict[str, Least]:
    """The least times of each work, taken in turns, after some runs that do not count."""
    found = {name: Least(np.inf, np.inf) for name in works}
    for run in range(runs + warm):
        for name, work in works.items():
            wall, cpu = time.perf_counter(), time.process_time()
            work()
            took = Least(1e3 * (time.perf_counter() - wall), 1e3 * (time.process_time() - cpu))
            if run >= warm:
                found[name] = Least(min(found[name].wall_ms, took.wall_ms), min(found[name].cpu_ms, took.cpu_ms))
    return found


def finder(detector: str | Path, depth: str | Path, how: RunOptions) -> Rangefinder:
    """A rangefinder with these networks, run in this way."""
    return Rangefinder(detector, depth, engine=how.engine, precision=how.precision)


def bare(opened: Rangefinder, image: NDArray[np.uint8]) -> Work:
    """The runs of its networks on the inputs that they have for a picture, and nothing else."""
    perceiver = opened.perceiver
    heads = [perceiver] if isinstance(perceiver, CardJoint) else [perceiver.detector, perceiver.depth]
    fed = [(head.session, to_tensor(image, head.card.input)[0]) for head in heads]
    return lambda: [session.run(tensor) for session, tensor in fed]


def merged_run(path: Path, pair: Rangefinder, image: NDArray[np.uint8]) -> Work:
    """A run of the file of merged networks, which has an input for each and no card."""
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    heads = (pair.perceiver.detector, pair.perceiver.depth)
    fed = {
        each.name: to_tensor(image, head.card.input)[0] for each, head in zip(session.get_inputs(), heads, strict=True)
    }
    return lambda: session.run(None, fed)


def tell(title: str, times: dict[str, Least], first: str) -> None:
    """Print times, and how many times faster than the first each is."""
    print(f"\n{title:56} clock       processor")
    base = times[first]
    for name, took in times.items():
        faster, cheaper = base.wall_ms / took.wall_ms, base.cpu_ms / took.cpu_ms
        print(f"{name:52} {took.wall_ms:7.1f} ms {faster:5.2f}×  {took.cpu_ms:7.1f} ms {cheaper:5.2f}×")


def judge(times: dict[str, Least], what: str) -> None:
    """Print the ratios that bars are set for."""
    for fast, slow, says, bar in (*BARS, BF16_BAR):
        if fast in times:
            wall, cpu = times[slow].wall_ms / times[fast].wall_ms, times[slow].cpu_ms / times[fast].cpu_ms
            print(f"{what}: {fast} is {wall:.2f}× as fast as {slow}, {cpu:.2f}× on the processor ({says} {bar:.2f}×)")


def rivals(finders: dict[str, Rangefinder], look: Callable[[Rangefinder], Work], work: Path) -> None:
    """Print how many times faster the joint network is than larger pairs, also with the same engine on both sides."""
    from random_networks import written  # which needs the extras for training and foundation models

    engines = {name: how for name, how in ways().items() if name in (ORT, [*ways()][-1])}
    for title, (detector, depth, goal) in RIVALS.items():
        files = [written(name, work) for name in (detector, depth)]
        ours = {f"{JOINT}, {name}": look(finders[f"{JOINT}, {name}"]) for name in engines}
        theirs = {f"{title}, {name}": look(finder(*files, how)) for name, how in engines.items()}
        times = least({**theirs, **ours}, FEW, warm=1)
        pairs = [(slow, fast) for slow, fast in zip(theirs, ours, strict=True)]
        for slow, fast in dict.fromkeys([(next(iter(theirs)), [*ours][-1]), *pairs]):
            wall, cpu = times[slow].wall_ms / times[fast].wall_ms, times[slow].cpu_ms / times[fast].cpu_ms
            aim = f"   (goal {goal:g})" if slow == next(iter(theirs)) and fast == [*ours][-1] else ""
            print(f"{fast} is {wall:.1f}× as fast as {slow}, {cpu:.1f}× on the processor{aim}")


def random_joint(work: Path) -> Path:
    """A joint network of random depth."""
    from random_networks import written

    return written("joint", work)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photo", type=Path, nargs="?")
    parser.add_argument("--joint", type=Path, help="a joint network, its card beside it")
    parser.add_argument("--merged", type=Path, help="merged.onnx of the embedded two")
    parser.add_argument("--work", type=Path, default=Path("runs/joins"), help="where random networks are kept")
    parser.add_argument("--runs", type=int, default=60, help="of each work that counts")
    parser.add_argument("--pictures", type=int, default=60, help="of the folder and the video; 0 to leave them out")
    parser.add_argument("--without-rivals", action="store_true")
    words = parser.parse_args()
    image = photo(words.photo)
    joint = words.joint or random_joint(words.work)
    named = {PAIR: (DEFAULT_DETECTOR, DEFAULT_DEPTH), JOINT: (joint, joint)}
    finders = {f"{what}, {name}": finder(*files, how) for what, files in named.items() for name, how in ways().items()}
    first = f"{PAIR}, {ORT}"
    runs = {name: bare(each, image) for name, each in finders.items()}
    if words.merged is not None:
        runs[f"merged, {ORT}"] = merged_run(words.merged, finders[first], image)
    times = least(runs, words.runs)
    tell("bare runs of the networks, 640×480", times, first)
    judge(times, "bare runs")

    jpeg = jpeg_bytes(image)

    def look(opened: Rangefinder) -> Work:
        return whole_look(opened, image)

    times = least({name: look(each) for name, each in finders.items()}, words.runs)
    tell("look: JPEG decoded, objects ranged, drawn", times, first)
    judge(times, "look")
    for name, took in times.items():
        print(f"{name:52} {1e3 / took.wall_ms:5.1f} photos a second, one after the other")
    if not words.without_rivals:
        print()
        rivals(finders, look, words.work)
    if words.pictures:
        for name in (first, f"{JOINT}, {[*ways()][-1]}"):
            print(f"\n{name}")
            tell_overlap(finders[name], jpeg, words.pictures)


if __name__ == "__main__":
    main()
