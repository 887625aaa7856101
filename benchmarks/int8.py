"""The embedded networks in int8 beside floats: AP, REL, bytes and times by each engine, in one run.

    python benchmarks/int8.py SHARED OUT [--every-photo N] [--every-room N]

From the folder of research data: both are calibrated on every seventh of the COCO photos, the depth network also on
rooms of NYU's train split and on streets, of which every fourth is left out, as `howfar export --int8` does; and they
are measured on none of these: AP on the other photos, REL on NYU's test rooms and on the street pictures of the other
sets. The files lie in OUT afterwards, with their cards and what they were calibrated on.

Times are of a picture of 640×480, in turns: the least on all cores, and the processor's own time on one thread, which
other programs change little.
"""

import argparse
import csv
import shutil
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from typer.testing import CliRunner

from howfar.cli.app import app
from howfar.datasets import CocoDetection, DepthSample
from howfar.datasets.opening import open_depth_dataset
from howfar.evaluation.agreement.labelled import DETECTION
from howfar.evaluation.agreement.speed import WORDS, ways_of
from howfar.evaluation.agreement.timing import least_in_turns_ms
from howfar.evaluation.depth.evaluation import DepthOptions, evaluate_depth
from howfar.evaluation.depth.protocols import FULL, NYU_EIGEN, DepthProtocol
from howfar.evaluation.detection.evaluation import evaluate_detector
from howfar.models import Card, CardDepth, CardDetector, RunOptions, open_session
from howfar.models.check import PICTURE
from howfar.models.library import find_model
from howfar.models.preprocess import feed

CALIBRATED = 7
"""One photo in so many is calibrated on."""
ROOMS, STREETS = 16, 3
"""One in so many of the rooms and of the street pictures is calibrated on."""
STREET_SETS = ("kitti_0009", "kitti_sfnd")
"""The streets that are calibrated on; of the others none is."""
TURNS = 12

Ways = dict[str, tuple[Path, Card, RunOptions]]


def made(source: str, pictures: Sequence[Path], folder: Path) -> Path:
    """The int8 file of a network, calibrated on pictures that are copied into a folder."""
    calibrate, file = folder / f"calibrate-{source}", folder / f"{source}-int8.onnx"
    calibrate.mkdir(parents=True, exist_ok=True)
    for path in pictures:
        shutil.copyfile(path, calibrate / f"{path.parent.parent.name}-{path.name}")
    words = ["export", source, "--int8", "--calibrate", calibrate, "--out", file, "--overwrite"]
    print(CliRunner(env={"COLUMNS": "120"}).invoke(app, list(map(str, words)), catch_exceptions=False).output)
    return file


def ways(*names: str | Path) -> Ways:
    """Every way in which networks can be run here."""
    found = {}
    for name in names:
        path, card = find_model(name)
        for how in ways_of(card):
            found[f"{WORDS[how.engine]} {how.precision}"] = path, card, how
    return found


def tell_times(networks: Ways) -> None:
    """Print bytes, the least times of all cores, and the processor's times of one thread."""
    works = {name: _work(path, card, how) for name, (path, card, how) in networks.items()}
    alone = {name: _work(path, card, replace(how, threads=1)) for name, (path, card, how) in networks.items()}
    least, own = least_in_turns_ms(works, turns=3 * TURNS), dict.fromkeys(alone, float("inf"))
    for turn in range(TURNS):
        for name, work in alone.items():
            start = time.process_time()
            work()
            if turn > 1:
                own[name] = min(own[name], 1e3 * (time.process_time() - start))
    first = next(iter(networks))
    for name, (path, _, _) in networks.items():
        print(
            f"    {name:20} {path.stat().st_size / 1e6:5.1f} MB   {least[name]:6.1f} ms "
            f"{least[first] / least[name]:5.2f}×   one thread {own[name]:6.1f} ms {own[first] / own[name]:5.2f}×"
        )


def _work(path: Path, card: Card, how: RunOptions) -> partial[object]:
    return partial(open_session(path, card, how).run, *feed(PICTURE, card).tensors)


def tell_depth(networks: Ways, samples: Sequence[DepthSample], protocol: DepthProtocol, what: str) -> None:
    """Print REL and δ1 of each way."""
    print(f"{what}, {len(samples)} pictures")
    for name, way in networks.items():
        network = CardDepth(way[1], open_session(*way))
        errors = evaluate_depth(samples, network, DepthOptions(protocol)).errors()
        print(f"    {name:20} REL {errors.rel:.4f}  δ1 {errors.delta1:.4f}", flush=True)


def main() -> None:
    """Make the files, and print what they reach."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--every-photo", type=int, default=1, help="of the photos that are left take every Nth")
    parser.add_argument("--every-room", type=int, default=7, help="of the test rooms take every Nth")
    words = parser.parse_args()
    data = words.shared / "data"
    coco, nyu = data / "coco_train337", data / "nyu_depth_v2"
    dataset = CocoDetection(coco / "images", coco / "instances.json")
    photos = [coco / "images" / Path(sample.name).name for sample in dataset[::CALIBRATED]]
    rooms = [nyu / "rgb" / f"{line.split()[0]}.jpg" for line in (nyu / "train.txt").read_text().splitlines()][::ROOMS]
    with (data / "streets/index.csv").open(encoding="utf-8") as file:
        streets = [data / "streets" / row["left"] for row in csv.DictReader(file) if row["set"] in STREET_SETS]

    detectors = ways("nanodet-g", made("nanodet-g", photos, words.out))
    left = [index for index in range(len(dataset)) if index % CALIBRATED][:: words.every_photo]
    print(f"nanodet-g: {len(left)} COCO photos")
    for name, way in detectors.items():
        detector = CardDetector(way[1], open_session(*way))
        numbers = evaluate_detector(dataset, detector, DETECTION, (dataset[index] for index in left)).numbers
        print(f"    {name:20} AP {numbers.ap:.4f}  AP50 {numbers.ap50:.4f}", flush=True)
    tell_times(detectors)

    depth = "depth-rooms-streets"
    networks = ways(depth, made(depth, [*rooms, *streets[::STREETS], *photos], words.out))
    tell_depth(networks, open_depth_dataset(nyu).split("test")[:: words.every_room], NYU_EIGEN, f"{depth}: NYU's rooms")
    others = [each for each in open_depth_dataset(data / "streets").split("all") if _is_other(each)]
    tell_depth(networks, others, FULL, f"{depth}: streets")
    tell_times(networks)


def _is_other(sample: DepthSample) -> bool:
    return sample.name.partition("/")[0] not in STREET_SETS


if __name__ == "__main__":
    main()
