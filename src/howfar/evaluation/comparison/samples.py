"""Any pictures as samples to compare networks on: with a depth map as their truth, or without."""

from collections.abc import Callable, Sequence
from itertools import zip_longest
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from howfar.datasets import DepthSample, LazySamples
from howfar.errors import SettingError, SourceError
from howfar.io.depth_files import OwnMap, own_map
from howfar.io.depth_units import AUTO, Unit
from howfar.pipeline.one_size import one_focal_length
from howfar.pipeline.pairs import PairEyes
from howfar.scene.depth_map import DepthMap
from howfar.scene.frame import Frame
from howfar.scene.lens import Lens
from howfar.sources.kinds import Source


def picture_samples(
    sources: Sequence[Source],
    truths: Sequence[Path],
    lens: Lens,
    unit: Unit = AUTO,
    told: Callable[[Path, OwnMap], object] | None = None,
    eyes: PairEyes | None = None,
) -> LazySamples[DepthSample]:
    """The samples of pictures, each read when asked for.

    Args:
        sources: The pictures.
        truths: The depth map of each picture, in their order; none for pictures without a truth, whose depth is
            unknown everywhere.
        lens: What is known of the camera besides what the files tell.
        unit: What the numbers of the depth maps are.
        told: Called with each depth map that is read, and its path.
        eyes: What rectifies and checks pairs; None for pictures alone.

    Raises:
        SourceError: If one is a video; when it is read, if a picture or a depth map cannot be.
        SettingError: If there is another number of depth maps than of pictures; when it is read, if one is of another
            size than its picture, or two pictures are no pair that gives metres.
    """
    for source in sources:
        if source.is_stream:
            raise SourceError(f"{source.name} is a video, and networks are compared on pictures: save some frames.")
    if truths and len(truths) != len(sources):
        raise SettingError(
            f"Each picture needs a depth map of its own; pictures: {len(sources)}, depth maps: {len(truths)}. Give "
            "one for each picture, in their order.",
            setting="truth",
        )
    keys = list(zip_longest(sources, truths))
    size = one_focal_length() if lens.is_in_pixels else None

    def load(key: tuple[Source, Path | None]) -> DepthSample:
        source, truth = key
        own = None if truth is None else own_map(truth, unit)
        if told is not None and truth is not None and own is not None:
            told(truth, own)
        frame = next(source.frames())
        if eyes is not None:
            frame = eyes.prepared(frame)
        elif size is not None:
            size.check(frame)
        return _sample(frame, lens, truth, own)

    return LazySamples(keys, load)


def _sample(frame: Frame, lens: Lens, path: Path | None, own: OwnMap | None) -> DepthSample:
    camera = lens.camera_for(frame.width_px, frame.height_px, frame.camera)
    unknown = np.full(frame.image.shape[:2], np.nan, dtype=np.float32)
    depth_m = unknown if path is None or own is None else _depth_m(path, own.depth, frame)
    return DepthSample(frame.source, frame.image, depth_m, camera, right=frame.right, rig=frame.rig, notes=frame.notes)


def _depth_m(path: Path, depth: DepthMap, frame: Frame) -> NDArray[np.float32]:
    height, width = depth.shape
    if (width, height) != (frame.width_px, frame.height_px):
        raise SettingError(
            f"{path} has {width}×{height} values and its picture {frame.source} {frame.width_px}×{frame.height_px} "
            "pixels: give the depth map of this picture, at its size."
        )
    return depth.metres()
