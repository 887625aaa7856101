"""A detector's ONNX file with weights between those of the embedded one and those of a training that went on from it.

    python tools/detector_between.py runs/joint-detector-rooms between.onnx --share 0.7

What lies half way often knows what was learned and has forgotten little (weight interpolation, WiSE-FT: Wortsman et
al., Robust fine-tuning of zero-shot models, CVPR 2022). The folder is that of `howfar train joint` with a network whose
detector is NanoDet-g; its last checkpoint counts. The file keeps the precision of the embedded one's weights. The card
beside it says how that one is fed, with the licence and the origin that the recipe states, and without bf16, in which
nobody measured it.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

from howfar.conversion.exportable import Exportable
from howfar.conversion.target import refuse_target
from howfar.errors import HowfarError, ModelError
from howfar.files import replacing
from howfar.models.card import card_path
from howfar.models.card_writing import write_card
from howfar.models.library import find_model
from howfar.models.model_file import file_digest
from howfar.networks.nanodet import NanoDetG
from howfar.training.initial_weights import NANODET_G
from howfar.training.trained import trained_network


def between(model: onnx.ModelProto, detector: NanoDetG, share: float) -> onnx.ModelProto:
    """Move the weights of a file by a share of the way to others; the file's convolutions stand in the network's order.

    Args:
        model: Changed in place.
        detector: It has the others.
        share: 0 for those of the file, 1 for the others.
    """
    state = detector.state_dict()
    stored = {each.name: each for each in model.graph.initializer}
    widened = {node.output[0]: node.input[0] for node in model.graph.node if node.op_type == "Cast"}
    used = [name for node in model.graph.node if node.op_type == "Conv" for name in node.input[1:3]]
    for used_as, name in zip(used, state, strict=True):
        name_there = widened.get(used_as, used_as)
        before = numpy_helper.to_array(stored[name_there])
        after = (1 - share) * before.astype(np.float64) + share * state[name].double().numpy()
        stored[name_there].CopyFrom(numpy_helper.from_array(after.astype(before.dtype), name_there))
    return model


def detector_of(trained: Exportable) -> NanoDetG:
    """The detector of a joint network.

    Raises:
        ModelError: If it has no NanoDet-g.
    """
    network = getattr(trained.network, "network", None)  # what is exported wraps it
    detector = getattr(network, "detector", None)
    if not isinstance(detector, NanoDetG):
        raise ModelError(f"{trained.card.name} holds no NanoDet-g: name a training of a joint network that has one.")
    return detector


def share(text: str) -> float:
    """A share from 0 to 1.

    Raises:
        argparse.ArgumentTypeError: If it is none.
    """
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"it must be a number from 0 to 1, not {text}")
    return value


def main() -> None:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("training", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--share", type=share, default=0.5, help="Of the way to the training's weights (default: 0.5).")
    parser.add_argument("--overwrite", action="store_true", help="Replace files that exist already.")
    told = parser.parse_args()
    try:
        refuse_target(told.target, overwrite=told.overwrite)
        path, card = find_model(NANODET_G)
        trained = trained_network(told.training, last=True)
        model = between(onnx.load(path), detector_of(trained), told.share)
        with replacing(told.target, overwrite=told.overwrite) as temporary:
            onnx.save(model, temporary)
        described = replace(card, licence=trained.card.licence, origin=trained.card.origin, results=(), bf16=False)
        written = replace(described, name=told.target.stem, sha256=file_digest(told.target))
        write_card(written, card_path(told.target), overwrite=told.overwrite)
    except (HowfarError, OSError) as error:
        parser.exit(1, f"{error}\n")


if __name__ == "__main__":
    main()
