"""The pipeline: a picture goes through detector, depth network and ranging method, and comes out as a view."""

import math
import time
from collections.abc import Generator, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError, SourceError
from howfar.media.ahead import ahead
from howfar.media.frame import Frame
from howfar.media.sources import open_sources
from howfar.models import (
    DEFAULT_DEPTH,
    DEFAULT_DETECTOR,
    DepthNetwork,
    Detector,
    RunOptions,
    open_depth_network,
    open_detector,
)
from howfar.ranging import DEFAULT_METHOD, Method, measure, parse_method
from howfar.scene import Camera, DepthMap, Detections, Distance, SceneObject
from howfar.scene.lens import Lens
from howfar.view import View

Picture = str | Path | NDArray[np.uint8] | Frame
DepthOn = Literal["image", "crops"]


class _Crop(NamedTuple):
    """One object cut out of the picture."""

    depth: DepthMap
    camera: Camera
    corner_px: tuple[int, int]


class Rangefinder:
    """Finds objects and their distances. Holds no state between pictures: one may be used from several threads.

    Args:
        detector: A name that `howfar models` lists, an ONNX file with a card beside it, or an open detector.
        depth: A depth network, likewise.
        method: A ranging method or its name; several to compare them with `look_each`.
        camera: The camera of the pictures; else focal_px or fov_deg, else what the picture tells, else assumed.
        focal_px: Focal length in pixels.
        fov_deg: Horizontal field of view in degrees.
        max_depth_m: Label only objects with a depth_m up to this.
        classes: Names of the classes to look for; all when None.
        score: Least confidence of a detection, 0 to 1; the detector's own default when None.
        nms: IoU above which duplicates are dropped, 0 to 1; the detector's own default when None.
        depth_on: `image` for one depth pass a picture; `crops` feeds each object to the depth network on its own, as a
            comparison: it does far worse.
        camera_scale: Scale metric depth by the camera's focal length; without it a picture is taken for one of the
            network's training camera.
        threads: Threads of each network; every core when None.
        provider: ONNX Runtime execution provider; the CPU when None.

    Raises:
        ModelError: If a model cannot be opened.
        SettingError: If a setting cannot be.
    """

    def __init__(
        self,
        detector: str | Path | Detector = DEFAULT_DETECTOR,
        depth: str | Path | DepthNetwork = DEFAULT_DEPTH,
        method: str | Method | Sequence[str | Method] = DEFAULT_METHOD,
        camera: Camera | None = None,
        *,
        focal_px: float | None = None,
        fov_deg: float | None = None,
        max_depth_m: float | None = None,
        classes: Sequence[str] | None = None,
        score: float | None = None,
        nms: float | None = None,
        depth_on: DepthOn = "image",
        camera_scale: bool = True,
        threads: int | None = None,
        provider: str | None = None,
    ) -> None:
        for name, share in (("score", score), ("nms", nms)):
            if share is not None and not 0.0 <= share <= 1.0:
                raise SettingError(f"{name} must lie between 0 and 1, not {share}.")
        if threads is not None and threads < 1:
            raise SettingError(f"threads must be at least 1, not {threads}.")
        if depth_on not in ("image", "crops"):
            raise SettingError(f"Depth can be estimated on the image or on crops, not on {depth_on!r}.")
        self.lens = Lens(camera, focal_px, fov_deg)
        self.methods = _methods(method)
        self.max_depth_m = _checked_max_depth(max_depth_m)
        options = RunOptions(threads, provider)
        self.detector = detector if isinstance(detector, Detector) else open_detector(detector, options)
        self.depth = depth if isinstance(depth, DepthNetwork) else open_depth_network(depth, options)
        self.only = None if classes is None else self.detector.class_ids(list(classes))
        self.score = score
        self.nms = nms
        self.depth_on = depth_on
        self.camera_scale = camera_scale

    def look(self, picture: Picture, *, max_depth_m: float | None = None, depth: DepthMap | None = None) -> View:
        """Find the objects in a picture and their distances.

        Args:
            picture: A path, an address, an H×W×3 uint8 RGB array, or a frame.
            max_depth_m: Label only objects with a depth_m up to this; the finder's own when None.
            depth: A depth map of your own, to use in place of the network.

        Returns:
            The scene with its picture; iterate over it for the labelled objects, nearest first.

        Raises:
            SourceError: If the picture cannot be read.
            SettingError: If the camera does not fit the picture.
        """
        return self.look_each(picture, max_depth_m=max_depth_m, depth=depth)[0]

    def look_each(
        self, picture: Picture, *, max_depth_m: float | None = None, depth: DepthMap | None = None
    ) -> tuple[View, ...]:
        """As `look`, with one view for each of the finder's ranging methods, from one pass of the networks."""
        frame = as_frame(picture)
        limit = self.max_depth_m if max_depth_m is None else _checked_max_depth(max_depth_m)
        camera = self.lens.camera_for(frame.width_px, frame.height_px, frame.camera)
        start = time.perf_counter()
        found = self.detector.detect(frame.image, score=self.score, nms=self.nms, only=self.only)
        detected = time.perf_counter()
        estimated = self._estimate(frame.image, camera) if depth is None else depth
        crops = self._crops(frame.image, found, camera) if depth is None and self.depth_on == "crops" else None
        seen = time.perf_counter()
        timing = {"detect": 1e3 * (detected - start), "depth": 1e3 * (seen - detected)}
        models = {"detector": self.detector.name, "depth": "given" if depth is not None else self.depth.name}
        views = []
        for method in self.methods:
            start = time.perf_counter()
            distances = (
                measure(estimated, found.boxes_xyxy_px, camera, method) if crops is None else _on_crops(crops, method)
            )
            within, beyond = _sorted_objects(found, distances, limit)
            views.append(
                View(
                    source=frame.source,
                    width_px=frame.width_px,
                    height_px=frame.height_px,
                    camera=camera,
                    models=models,
                    objects=within,
                    beyond=beyond,
                    depth=estimated,
                    max_depth_m=limit,
                    timing_ms={**timing, "range": 1e3 * (time.perf_counter() - start)},
                    frame=frame.index,
                    time_s=frame.time_s,
                    image=frame.image,
                )
            )
        return tuple(views)

    def watch(self, source: str | Path, *, every: int = 1) -> Generator[View, None, None]:
        """Look at every n-th frame of a video, camera or stream, in order.

        Decoding, the networks and the consumer each have a thread of their own and overlap.

        Raises:
            SourceError: If the source cannot be opened, or, after the frames before it, where it breaks.
        """
        for views in self.watch_each(_frames(str(source), every)):
            yield views[0]

    def watch_each(self, frames: Iterable[Frame]) -> Generator[tuple[View, ...], None, None]:
        """As `watch`, over frames, with one view for each of the finder's methods."""
        decoded = ahead(frames)
        yield from ahead((self.look_each(frame) for frame in decoded), size=2)

    def _estimate(self, image: NDArray[np.uint8], camera: Camera) -> DepthMap:
        return self.depth.predict(image, camera if self.camera_scale else None)

    def _crops(self, image: NDArray[np.uint8], found: Detections, camera: Camera) -> list[_Crop]:
        """Each object cut out and its depth estimated on its own; a crop keeps the picture's focal length."""
        crops = []
        for box in found.boxes_xyxy_px.tolist():
            left, top = math.floor(box[0]), math.floor(box[1])
            right, bottom = math.ceil(box[2]), math.ceil(box[3])
            part = camera.cropped(left, top, right, bottom)
            depth = self._estimate(np.ascontiguousarray(image[top:bottom, left:right]), part)
            crops.append(_Crop(depth, part, (left, top)))
        return crops


@lru_cache(maxsize=4)
def _cached_finder(**settings: Any) -> Rangefinder:
    return Rangefinder(**settings)


def look(picture: Picture, *, max_depth_m: float | None = None, **settings: Any) -> View:
    """Find the objects in a picture and their distances, with a finder that is made once and kept.

    Args:
        picture: A path, an address, an H×W×3 uint8 RGB array, or a frame.
        max_depth_m: Label only objects with a depth_m up to this.
        **settings: What `Rangefinder` takes; sequences as tuples.

    Returns:
        The scene with its picture.
    """
    return _cached_finder(**settings).look(picture, max_depth_m=max_depth_m)


def as_frame(picture: Picture) -> Frame:
    """A frame of whatever a picture may be given as.

    Raises:
        SourceError: If it cannot be read, is a video, or the array is not H×W×3 uint8.
    """
    if isinstance(picture, Frame):
        return picture
    if isinstance(picture, str | Path):
        sources = open_sources([str(picture)])
        if len(sources) != 1 or sources[0].is_stream:
            raise SourceError(
                f"{picture} is not one picture: use `watch` for a video, and `look` once for each picture."
            )
        return next(iter(sources[0].frames()))
    array = np.asarray(picture)
    if array.ndim != 3 or array.shape[2] != 3 or array.dtype != np.uint8 or 0 in array.shape:
        raise SourceError(
            f"A picture is an array of H×W×3 uint8 in RGB order, not of shape {array.shape} and type {array.dtype}."
        )
    return Frame(np.ascontiguousarray(array), "array")


def _frames(source: str, every: int) -> Generator[Frame, None, None]:
    for each in open_sources([source]):
        yield from each.frames(every)


def _methods(method: str | Method | Sequence[str | Method]) -> tuple[Method, ...]:
    chosen = (method,) if isinstance(method, str) or not isinstance(method, Sequence) else tuple(method)
    if not chosen:
        raise SettingError("At least one ranging method is needed.")
    return tuple(parse_method(each) if isinstance(each, str) else each for each in chosen)


def _checked_max_depth(max_depth_m: float | None) -> float | None:
    if max_depth_m is not None and not max_depth_m > 0:
        raise SettingError(f"The maximum depth must be above 0 metres, not {max_depth_m}.")
    return max_depth_m


def _sorted_objects(
    found: Detections, distances: Sequence[Distance], max_depth_m: float | None
) -> tuple[tuple[SceneObject, ...], tuple[SceneObject, ...]]:
    """The objects within the maximum depth and those beyond, each nearest first, unknown distances last."""
    things = [
        SceneObject(label, class_id, score, (box[0], box[1], box[2], box[3]), distance)
        for label, class_id, score, box, distance in zip(
            found.labels,
            found.class_ids.tolist(),
            found.scores.tolist(),
            found.boxes_xyxy_px.tolist(),
            distances,
            strict=True,
        )
    ]
    things.sort(key=lambda thing: thing.depth_m if thing.distance.is_known else math.inf)
    within = tuple(thing for thing in things if thing.is_within(max_depth_m))
    beyond = tuple(thing for thing in things if not thing.is_within(max_depth_m))
    return within, beyond


def _on_crops(crops: Sequence[_Crop], method: Method) -> tuple[Distance, ...]:
    return tuple(_on_crop(crop, method) for crop in crops)


def _on_crop(crop: _Crop, method: Method) -> Distance:
    whole = np.array([[0, 0, crop.camera.width_px, crop.camera.height_px]], dtype=np.float32)
    (distance,) = measure(crop.depth, whole, crop.camera, method)
    left, top = crop.corner_px
    x1, y1, x2, y2 = distance.region_xyxy_px
    return replace(distance, region_xyxy_px=(x1 + left, y1 + top, x2 + left, y2 + top))
