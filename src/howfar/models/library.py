"""From a model's name or file to an open network."""

import re
from importlib import resources
from pathlib import Path

from howfar.errors import ModelError
from howfar.files import is_file
from howfar.models.card import Card, card_path
from howfar.models.card_reading import read_card
from howfar.models.depth import CardDepth
from howfar.models.detector import CardDetector
from howfar.models.engine_guard import open_guarded
from howfar.models.foreground import ForegroundNetwork
from howfar.models.joint import CardJoint
from howfar.models.run_options import RunOptions
from howfar.models.session import Session, open_session
from howfar.models.zoo import find_entry, pulled_path

DEFAULT_DETECTOR = "nanodet-g"
DEFAULT_DEPTH = "depth-rooms-streets"
ROOMS_DEPTH = "depth-compact-nyu"
"""The network of rooms alone that the default one started from."""
JOINT = "joint-context"
"""One network for both, which is quicker, and less exact in depth."""
FOREGROUND = "foreground-nyu"
MC_CNN = "mc-cnn"
EMBEDDED = {
    DEFAULT_DETECTOR: "nanodet_g.onnx",
    DEFAULT_DEPTH: "depth-rooms-streets.onnx",
    ROOMS_DEPTH: "depth-compact-nyu.onnx",
    JOINT: "joint-context.onnx",
    FOREGROUND: "foreground-nyu.onnx",
    MC_CNN: "mc-cnn.onnx",
}
"""File names of the models that ship in the wheel."""
OF_ULTRALYTICS = re.compile(r"yolov?-?(8|9|1[0-9]|2[0-9])|yolo-?_?(nas|e-|world)|rt-?_?detr|^(mobile_?|fast)?sam", re.I)
"""Names of the checkpoints that Ultralytics' library exports, and that `howfar export` does not read."""
CHECKPOINTS = (".pt", ".pth", ".safetensors")
"""Endings of PyTorch weights, which must be exported to ONNX before they run here."""


def embedded_path(name: str) -> Path:
    """Where an embedded model's ONNX file lies."""
    return Path(str(resources.files("howfar.models").joinpath("weights", EMBEDDED[name])))


def find_model(name_or_path: str | Path) -> tuple[Path, Card]:
    """Find a model's ONNX file and read its card.

    Args:
        name_or_path: A name that `howfar models` lists, or an ONNX file with its card beside it.

    Raises:
        ModelError: If there is no such model, it is not pulled, must be exported first, or its card is wrong.
    """
    name = str(name_or_path)
    if name in EMBEDDED:
        path = embedded_path(name)
    elif Path(name).suffix.lower() == ".onnx":
        path = Path(name)
        if not is_file(path):
            raise ModelError(f"There is no model file {path}.")
    elif Path(name).suffix.lower() in CHECKPOINTS:
        raise _needs_export(name, _extra_of_file(Path(name)))
    else:
        path = _pulled(name)
    return path, read_card(card_path(path))


def _pulled(name: str) -> Path:
    entry = find_entry(name)
    path = pulled_path(entry)
    if entry.unsupported:
        raise ModelError(f"{name} is not supported: {entry.unsupported}.")
    if path is None:
        raise ModelError(f"The model {name} is not on this machine yet: run  howfar models pull {name}")
    if not entry.runs_at_once:
        raise _needs_export(name, entry.export_extra)
    return path


def _extra_of_file(path: Path) -> str:
    """The extra that the export of a checkpoint needs, by what its name tells."""
    foundation = path.suffix == ".safetensors" or path.stem.replace("-", "_").startswith("depth_anything")
    return "foundation" if foundation else "train"


def _needs_export(name: str, extra: str) -> ModelError:
    if OF_ULTRALYTICS.search(Path(name).stem):
        return ModelError(
            f"{name} is a PyTorch checkpoint of a kind that howfar does not read: export it to ONNX with the library "
            f"that it comes from (`yolo export model={Path(name).name} format=onnx`), and write a card beside it "
            "(docs/model-cards.md shows how)."
        )
    return ModelError(
        f"{name} is a PyTorch checkpoint: export it to ONNX first, which needs  pip install 'howfar[{extra}]'  , or "
        "name a model that runs at once (`howfar models`)."
    )


def open_network(name_or_path: str | Path, options: RunOptions | None = None) -> tuple[Card, Session]:
    """Open a network of any task by name or file: its card, and what runs it.

    Raises:
        ModelError: If there is no such model, the file does not fit its card, or the engine computes it wrongly.
        SettingError: If the execution provider is not there, or engine, precision and processor do not fit together.
        MissingExtraError: If the engine is asked for and is not installed.
    """
    path, card = find_model(name_or_path)
    opened = open_session if str(name_or_path) in EMBEDDED else open_guarded
    return card, opened(path, card, options)


def open_detector(name_or_path: str | Path = DEFAULT_DETECTOR, options: RunOptions | None = None) -> CardDetector:
    """Open a detector by name or file; raises as `open_network` does, and ModelError if it is no detector."""
    return CardDetector(*open_network(name_or_path, options))


def open_depth_network(name_or_path: str | Path = DEFAULT_DEPTH, options: RunOptions | None = None) -> CardDepth:
    """Open a depth network by name or file; raises as `open_detector` does."""
    return CardDepth(*open_network(name_or_path, options))


def open_joint(name_or_path: str | Path, options: RunOptions | None = None) -> CardJoint:
    """Open a network for detection and depth in one pass by name or file; raises as `open_detector` does."""
    return CardJoint(*open_network(name_or_path, options))


def is_joint(name_or_path: str | Path) -> bool:
    """Whether a network finds objects and tells depth, by its card.

    Raises:
        ModelError: If there is no such model, or its card is wrong.
    """
    _, card = find_model(name_or_path)
    return card.detector is not None and card.depth is not None


def open_heads(
    detector: str | Path, depth: str | Path | None = None, options: RunOptions | None = None
) -> tuple[CardDetector, CardDepth]:
    """Open a detector and a depth network; a joint network that is both is opened once.

    Its two heads then share a session, by which `howfar.pipeline.perceivers.perceiver_of` knows that one run is enough.
    Raises as `open_detector` does.

    Args:
        detector: A name or a file.
        depth: The same. When None, the detector's own if it is a joint network, else the embedded one.
        options: How they are run.
    """
    if is_joint(detector) if depth is None else Path(detector) == Path(depth):
        joint = open_joint(detector, options)
        return joint.detector, joint.depth
    return open_detector(detector, options), open_depth_network(DEFAULT_DEPTH if depth is None else depth, options)


def open_foreground(name_or_path: str | Path = FOREGROUND, options: RunOptions | None = None) -> ForegroundNetwork:
    """Open the network of the learned ranging method by name or file; raises as `open_detector` does."""
    return ForegroundNetwork(*open_network(name_or_path, options))
