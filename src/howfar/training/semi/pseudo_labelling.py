"""A teacher looks at pictures without depth, and what it says is written down, once."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from howfar.errors import ModelError, SettingError, SourceError
from howfar.models import open_depth_network
from howfar.models.depth import CardDepth
from howfar.models.run_options import REPEATABLE
from howfar.scene import DepthEstimator, DepthMap, Frame
from howfar.training.run_folder import RunFolder
from howfar.training.semi.pseudo_labels import Author, PseudoLabels
from howfar.training.semi.unlabelled import Unlabelled
from howfar.training.torch_session import TorchSession
from howfar.training.trained import trained_network

AHEAD = 4
"""Pictures that a worker may be ahead of the others; more would only take memory."""


def open_teacher(model: str | Path) -> tuple[DepthEstimator, Author]:
    """A network that is to give pseudo labels, from the folder of a training, by name or from an ONNX file.

    Raises:
        ModelError: If it cannot be opened.
        SettingError: If its depth cannot be turned into inverse depth.
    """
    path = Path(model)
    if path.is_dir():
        trained = trained_network(path)
        if trained.card.depth is None:
            raise ModelError(f"{path} is the training of a network for {trained.card.task}: name one that gives depth.")
        session = TorchSession(trained.network, RunFolder(path).best)
        return CardDepth(trained.card, session), Author(path.name, session.digest())
    network = open_depth_network(model, REPEATABLE)
    if network.spec.kind not in ("metres", "relative_inverse"):
        raise SettingError(
            f"The teacher {network.name} gives {network.spec.kind}, which cannot be turned into inverse depth: choose "
            "one that gives metres or relative_inverse."
        )
    return network, Author(network.name, network.session.digest())


def label_pictures(
    teacher: DepthEstimator,
    pictures: Sequence[Unlabelled],
    labels: PseudoLabels,
    workers: int,
    done: Callable[[str], object] = lambda _: None,
) -> None:
    """Write the label of each picture that has none yet, from the whole, untouched picture.

    A picture that cannot be read does not stop the others.

    Args:
        teacher: Who says it.
        pictures: All of them.
        labels: Where to; begun for this teacher.
        workers: Threads that read, run the network and write.
        done: Called with the name of each picture.

    Raises:
        SourceError: If pictures could not be read, after all others are done.
        OutputError: If a label cannot be written.
    """
    unreadable: list[SourceError] = []

    def looked_at(index: int) -> tuple[str, NDArray[np.float32] | None] | SourceError:
        """A picture's name and its inverse depth, None where it has a label; or why it cannot be read."""
        try:
            picture = pictures[index]
        except SourceError as error:
            return error
        if picture.name in labels.pictures:
            return picture.name, None
        frame = Frame(picture.image, picture.name, picture.camera)
        return picture.name, inverse_depth(teacher.estimate(frame))

    with ThreadPoolExecutor(workers) as pool:
        for start in range(0, len(pictures), AHEAD * workers):
            for result in pool.map(looked_at, range(start, min(start + AHEAD * workers, len(pictures)))):
                if isinstance(result, SourceError):
                    unreadable.append(result)
                    continue
                name, inverse = result
                if inverse is not None:
                    labels.write(name, inverse)
                done(name)
    if unreadable:
        raise SourceError(
            f"{len(unreadable)} of {len(pictures)} unlabelled pictures cannot be used; the labels of the others are "
            f"kept. The first: {unreadable[0]} Take these out, and resume.",
            setting="resume",
        )


def inverse_depth(depth: DepthMap) -> NDArray[np.float32]:
    """A teacher's map as inverse depth, NaN where unknown.

    Args:
        depth: In metres, or relative inverse depth.
    """
    if depth.kind == "relative_inverse":
        return np.where(depth.valid, depth.values, np.float32(np.nan))
    return np.reciprocal(np.where(depth.valid, depth.values, np.float32(np.nan)))
