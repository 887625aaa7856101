"""The embedded networks by each engine and precision, as ratios taken in one run, and what it does to their figures.

    python benchmarks/engines.py [PHOTO] [--joint FILE] [--data SHARED]

Works are timed turn by turn, so that a machine that slows down slows all of them, and the least of the runs counts.
The photo is resized to 640×480; without one a noisy gradient is used. A joint network takes part in the looks, beside
the pair of embedded networks. With the folder of research data, AP on the COCO
photos, REL on NYU's test rooms, and how far each map of KITTI's streets departs from that of ONNX Runtime.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from howfar import Rangefinder
from howfar.datasets import CocoDetection
from howfar.datasets.opening import open_depth_dataset
from howfar.evaluation.depth.evaluation import DepthOptions, evaluate_depth
from howfar.evaluation.depth.protocols import find_protocol
from howfar.evaluation.detection.evaluation import DetectionOptions, evaluate_detector
from howfar.models import CardDepth, RunOptions, open_depth_network, open_detector
from howfar.models.openvino_library import has_bf16
from howfar.models.preprocess import to_tensor
from howfar.scene import Camera, Frame
from photos import photo, whole_look

RUNS = 120
KITTI_FOCAL_PX = 721.54

Work = Callable[[], object]


def ways() -> dict[str, RunOptions]:
    """Engine and precision by what the table calls them."""
    found = {
        "ONNX Runtime fp32": RunOptions(engine="onnxruntime"),
        "OpenVINO fp32": RunOptions(engine="openvino", precision="fp32"),
    }
    if has_bf16():
        found["OpenVINO bf16"] = RunOptions(engine="openvino", precision="bf16")
    return found


def least_ms(works: dict[str, Work]) -> dict[str, float]:
    """The least time of each work in milliseconds, taken in turns."""
    least = dict.fromkeys(works, float("inf"))
    for run in range(RUNS + 3):
        for name, work in works.items():
            start = time.perf_counter()
            work()
            if run >= 3:
                least[name] = min(least[name], 1e3 * (time.perf_counter() - start))
    return least


def tell(what: str, works: dict[str, Work]) -> None:
    """Print the times of one kind of work, and how many times faster than the first each is."""
    times = least_ms(works)
    first = next(iter(times.values()))
    for name, took in times.items():
        print(f"{what:30} {name:26} {took:6.1f} ms   {first / took:5.2f}×")


def speed(image: np.ndarray, options: dict[str, RunOptions], joint: Path | None) -> None:
    """Print the times of both networks alone, and of a whole look."""
    for what, opened in (("detector", open_detector), ("depth network", open_depth_network)):
        networks = {name: opened(options=how) for name, how in options.items()}
        tensor, _ = to_tensor(image, next(iter(networks.values())).card.input)
        tell(what, {name: partial(each.session.run, tensor) for name, each in networks.items()})
    finders = {name: Rangefinder(engine=how.engine, precision=how.precision) for name, how in options.items()}
    if joint is not None:
        finders |= {
            f"joint, {name}": Rangefinder(joint, joint, engine=how.engine, precision=how.precision)
            for name, how in options.items()
        }
    tell("look", {name: partial(each.look, image) for name, each in finders.items()})
    tell(
        "look, JPEG decoded and drawn",
        {name: whole_look(each, image) for name, each in finders.items()},
    )


def figures(shared: Path, options: dict[str, RunOptions]) -> None:
    """Print AP, REL and the departure of street maps by each engine."""
    coco = shared / "data/coco_train337"
    photos = CocoDetection(coco / "images", coco / "instances.json")
    rooms = open_depth_dataset(shared / "data/nyu_depth_v2").split("test")
    for name, how in options.items():
        found = evaluate_detector(photos, open_detector(options=how), DetectionOptions(0.02, 0.6))
        print(f"COCO, {len(photos)} photos    {name:18} AP {found.numbers.ap:.4f}  AP50 {found.numbers.ap50:.4f}")
    for name, how in options.items():
        result = evaluate_depth(rooms, open_depth_network(options=how), DepthOptions(find_protocol("nyu-eigen")))
        print(f"NYU, {len(rooms)} rooms      {name:18} REL {result.errors().rel:.4f}  δ1 {result.errors().delta1:.4f}")
    streets = sorted((shared / "data/kitti_object3/image_2").glob("*.png"))
    maps = {
        name: [street_map(open_depth_network(options=how), path) for path in streets] for name, how in options.items()
    }
    first = next(iter(maps.values()))
    for name, found in maps.items():
        ratios = [np.abs(np.log(one / other)) for one, other in zip(found, first, strict=True)]
        known = np.concatenate([each[np.isfinite(each)] for each in ratios])
        most = np.quantile(known, 0.99)
        print(f"KITTI, {len(streets)} streets   {name:18} mean {known.mean():.2%}, 99 in 100 within {most:.2%}")


def street_map(network: CardDepth, path: Path) -> np.ndarray:
    """The depth map of a street of KITTI's."""
    image = np.asarray(Image.open(path).convert("RGB"))
    height, width = image.shape[:2]
    return network.estimate(Frame(image, path.name, Camera.from_focal(width, height, KITTI_FOCAL_PX))).values


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photo", type=Path, nargs="?")
    parser.add_argument("--data", type=Path, help="the folder of research data")
    parser.add_argument("--joint", type=Path, help="a joint network, its card beside it")
    words = parser.parse_args()
    options = ways()
    speed(photo(words.photo), options, words.joint)
    if words.data is not None:
        figures(words.data, options)


if __name__ == "__main__":
    main()
