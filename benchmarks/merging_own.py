"""The two embedded networks merged: bytes at several settings, and files of each alone to measure AP and REL with.

    python benchmarks/merging_own.py runs/own --share 0.2 --segment 8
    howfar evaluate detector --data ../shared/data/coco_train337 --model runs/own/nanodet_g.onnx
    howfar evaluate depth --data ../shared/data/nyu_depth_v2 --model runs/own/depth-rooms-streets.onnx
    python benchmarks/merging.py speed runs/own src/howfar/models/weights/{nanodet_g,depth-rooms-streets}.onnx \
        --size 320 320

    python benchmarks/merging_own.py runs/own --photos ../shared/data/coco_train337/images
    howfar merge src/howfar/models/weights/{nanodet_g,depth-rooms-streets}.onnx --data runs/own/tasks.npz \
        --recipe recipes/merging/own.toml --out runs/own/calibrated
    python benchmarks/merging_own.py runs/own --merged runs/own/calibrated/merged.npz

The second way calibrates, on photos without labels: what the networks say of them stands in for these. The files of
each alone hold the weights as they are looked up, in single precision, and a card; they are for measuring. merged.npz
and merged.onnx hold the codebooks.
"""

import argparse
import hashlib
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import numpy_helper

import howfar.models
from howfar.conversion.merging.alignment import align
from howfar.conversion.merging.encoding import Code
from howfar.conversion.merging.merging import Codes, merge
from howfar.conversion.merging.reading import read_source
from howfar.conversion.merging.saving import load_merged, save_merged
from howfar.conversion.merging.writing import write_onnx
from howfar.io.pictures import read_rgb
from howfar.models.card_reading import read_card
from howfar.models.preprocess import to_tensor
from howfar.networks.merging.graph import GraphNetwork

WEIGHTS = Path(howfar.models.__file__).parent / "weights"
NAMES = ("nanodet_g", "depth-rooms-streets")
PHOTOS = 60


def write_alone(name: str, network: GraphNetwork, out: Path) -> None:
    """The original file with the weights that the merged model has for it."""
    model = onnx.load(WEIGHTS / f"{name}.onnx")
    graph = model.graph
    decoded = dict(zip(network.weight_names, (weight().detach().numpy() for weight in network.weights), strict=True))
    for cast in [node for node in graph.node if node.op_type == "Cast" and node.output[0] in decoded]:
        stored = next(each for each in graph.initializer if each.name == cast.input[0])
        graph.node.remove(cast)
        graph.initializer.remove(stored)
        values = decoded[cast.output[0]].reshape(stored.dims)
        graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(values), cast.output[0]))
    path = out / f"{name}.onnx"
    onnx.save(model, path)
    card = (WEIGHTS / f"{name}.toml").read_text(encoding="utf-8")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    card = re.sub(r'^sha256 = ".*"$', f'sha256 = "{digest}"', card, flags=re.MULTILINE)
    path.with_suffix(".toml").write_text(card, encoding="utf-8")


def write_tasks(photos: Path, out: Path) -> None:
    """The first photos of a folder as both networks are fed at 320×256, with the first output of each as labels."""
    arrays: dict[str, NDArray[np.float32]] = {}
    pictures = [read_rgb(path) for path in sorted(photos.iterdir())[:PHOTOS]]
    for letter, name in zip("ab", NAMES, strict=True):
        path = WEIGHTS / f"{name}.onnx"
        spec = replace(read_card(path.with_suffix(".toml")).input, width_px=320, height_px=256, fit="stretch")
        inputs = np.concatenate([to_tensor(picture, spec)[0] for picture in pictures])
        session = onnxruntime.InferenceSession(path)
        labels = [session.run(None, {"image": each[None]})[0] for each in inputs]
        arrays |= {f"{letter}_inputs": inputs, f"{letter}_labels": np.concatenate(labels)}
    np.savez(out / "tasks.npz", allow_pickle=False, **arrays)


def main() -> None:
    """Merge, or take what was merged, and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--merged", type=Path, help="A merged.npz of the two, as `howfar merge` writes it.")
    parser.add_argument("--photos", type=Path, help="Write tasks of this folder's photos, and nothing else.")
    parser.add_argument("--codewords", type=int, default=256)
    parser.add_argument("--share", type=float, default=0.2)
    parser.add_argument("--segment", type=int, default=4)
    told = parser.parse_args()
    told.out.mkdir(parents=True, exist_ok=True)
    if told.photos is not None:
        write_tasks(told.photos, told.out)
        return
    sources = [read_source(WEIGHTS / f"{name}.onnx") for name in NAMES]
    if told.merged is None:
        code = Code(told.codewords, told.segment, told.share)
        merged = merge(sources, align(sources), Codes(code, code, {}))
        save_merged(merged, NAMES, told.out / "merged.npz", overwrite=True)
        write_onnx(merged, NAMES, told.out / "merged.onnx", overwrite=True)
    else:
        merged, _ = load_merged(told.merged)
    for name, network in zip(NAMES, merged.members, strict=True):
        write_alone(name, network, told.out)
    single = sum(value.numel() * value.element_size() for source in sources for value in source.constants.values())
    kept = merged.stored_bytes()
    print(f"{single} bytes in single precision, merged {kept}: {single / kept:.2f} times")


if __name__ == "__main__":
    main()
