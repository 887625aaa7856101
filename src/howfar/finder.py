"""The pipeline: a picture goes through detector, depth network and ranging method, and comes out as a view."""

import math
import time
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.media.ahead import ahead
from howfar.media.as_frame import Picture, as_frame
from howfar.media.depth_files import check_fits
from howfar.media.frame import Frame
from howfar.media.sources import open_sources
from howfar.media.undistortion import seen_straight
from howfar.methods import DEFAULT_METHOD, open_method
from howfar.models import (
    DEFAULT_DEPTH,
    DEFAULT_DETECTOR,
    DepthNetwork,
    Detector,
    RunOptions,
    open_depth_network,
    open_detector,
)
from howfar.models.card import DepthSpec
from howfar.models.depth_scale import check_scale
from howfar.ranging import Method, measure
from howfar.ranging.cues import AUTO, CueSettings, parse_cues, with_cues
from howfar.ranging.depth_cue import MEASURED, DepthTrust
from howfar.ranging.sizes import SizeTable, read_sizes
from howfar.scene import Camera, DepthMap, Detections, Distance, SceneObject
from howfar.scene.calibration import Calibration
from howfar.scene.lens import Lens
from howfar.view import View

DepthOn = Literal["image", "crops"]


class _Crop(NamedTuple):
    """One object cut out of the picture."""

    depth: DepthMap
    camera: Camera
    corner_px: tuple[int, int]


class _Sight(NamedTuple):
    """What the networks saw in one picture, before any distance is measured."""

    frame: Frame
    camera: Camera
    found: Detections
    depth: DepthMap
    crops: list[_Crop] | None
    trust: DepthTrust
    models: dict[str, str]
    timing_ms: dict[str, float]
    undistorted: bool
    depth_scale: float | None


class Rangefinder:
    """Finds objects and their distances. Holds no state between pictures: one may be used from several threads.

    Args:
        detector: A name that `howfar models` lists, an ONNX file with a card beside it, or an open detector.
        depth: A depth network, likewise.
        method: A ranging method or its name; several to compare them with `look_each`.
        camera: The camera of the pictures, or all that a camera file tells of it (`media.camera_files`): distortion is
            then taken out of each picture first, and depth scaled. Else focal_px or fov_deg, else what the picture
            tells, else assumed.
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
        cues: What distances rest on: `depth` (the depth map), `size` (things of known size), `ground` (where things
            stand on it), several of them, `all`, or `auto`: the depth map alone, but in pictures where the others say
            that most lies beyond its reach.
        camera_height_m: Height of the camera above the ground, for the cue `ground`; silent when None.
        horizon_px: The row of the horizon; that of a camera held level when None.
        sizes: Sizes of your own, a file or a table, which go before the built-in ones.

    Raises:
        ModelError: If a model cannot be opened.
        SettingError: If a setting cannot be.
    """

    def __init__(
        self,
        detector: str | Path | Detector = DEFAULT_DETECTOR,
        depth: str | Path | DepthNetwork = DEFAULT_DEPTH,
        method: str | Method | Sequence[str | Method] = DEFAULT_METHOD,
        camera: Camera | Calibration | None = None,
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
        cues: str | Sequence[str] = AUTO,
        camera_height_m: float | None = None,
        horizon_px: float | None = None,
        sizes: str | Path | SizeTable | None = None,
    ) -> None:
        for name, share in (("score", score), ("nms", nms)):
            if share is not None and not 0.0 <= share <= 1.0:
                raise SettingError(f"{name} must lie between 0 and 1, not {share}.")
        if threads is not None and threads < 1:
            raise SettingError(f"threads must be at least 1, not {threads}.")
        if depth_on not in ("image", "crops"):
            raise SettingError(f"Depth can be estimated on the image or on crops, not on {depth_on!r}.")
        self.lens = Lens(camera, focal_px, fov_deg)
        self.max_depth_m = _checked_max_depth(max_depth_m)
        options = RunOptions(threads, provider)
        self.methods = _methods(method, options)
        self.detector = detector if isinstance(detector, Detector) else open_detector(detector, options)
        self.depth = depth if isinstance(depth, DepthNetwork) else open_depth_network(depth, options)
        own_sizes = read_sizes(Path(sizes)) if isinstance(sizes, str | Path) else sizes
        self.detector.class_ids([size.name for size in own_sizes or ()])
        self.cues = parse_cues(cues, camera_height_m=camera_height_m, horizon_px=horizon_px, sizes=own_sizes)
        self.only = None if classes is None else self.detector.class_ids(list(classes))
        self.score = score
        self.nms = nms
        self.depth_on = depth_on
        self.camera_scale = camera_scale
        check_scale(self.lens.scale, self.depth, camera_scale=camera_scale)

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
        sight = self._see(as_frame(picture), depth)
        limit = self.max_depth_m if max_depth_m is None else _checked_max_depth(max_depth_m)
        return tuple(_view(sight, method, self.cues, limit) for method in self.methods)

    def camera_for(self, frame: Frame) -> Camera:
        """The camera that a frame's distances will rest on.

        Raises:
            SettingError: If the given camera cannot be that of a picture of this shape.
        """
        return self.lens.camera_for(frame.width_px, frame.height_px, frame.camera)

    def watch(self, source: str | Path, *, every: int = 1) -> Generator[View, None, None]:
        """Look at every n-th frame of a video, camera or stream, in order.

        Decoding, the networks and the consumer each have a thread of their own and overlap.

        Raises:
            SourceError: If the source cannot be opened, or, after the frames before it, where it breaks.
        """
        for views in self.watch_each(_frames(str(source), every)):
            yield views[0]

    def watch_each(
        self, frames: Iterable[Frame], *, depth: DepthMap | None = None
    ) -> Generator[tuple[View, ...], None, None]:
        """As `watch`, over frames, with one view for each of the finder's methods; `depth` as for `look`."""
        yield from ahead(self._look_at_frames(frames, depth))

    def _look_at_frames(
        self, frames: Iterable[Frame], depth: DepthMap | None
    ) -> Generator[tuple[View, ...], None, None]:
        with closing(ahead(frames)) as decoded:
            for frame in decoded:
                yield self.look_each(frame, depth=depth)

    def _see(self, frame: Frame, given: DepthMap | None) -> _Sight:
        """Run the networks: all that is done once a picture, however many objects and methods."""
        camera = self.camera_for(frame)
        self.cues.check_horizon(camera)
        frame = seen_straight(frame, self.lens)
        if given is not None:
            self._check_given(given, frame)
        start = time.perf_counter()
        found = self.detector.detect(frame.image, score=self.score, nms=self.nms, only=self.only)
        detected = time.perf_counter()
        depth = self._estimate(frame.image, camera) if given is None else given
        crops = self._crops(frame.image, found, camera) if given is None and self.depth_on == "crops" else None
        timing = {"detect": 1e3 * (detected - start), "depth": 1e3 * (time.perf_counter() - detected)}
        models = {"detector": self.detector.name, "depth": self.depth.name if given is None else "given"}
        undistorted = self.lens.distortion is not None
        factor = self.lens.scale.factor if self.lens.scale is not None and given is None else None
        trust = MEASURED if given is not None else _trust(self.depth.spec, factor)
        return _Sight(frame, camera, found, depth, crops, trust, models, timing, undistorted, factor)

    def _check_given(self, given: DepthMap, frame: Frame) -> None:
        if self.depth_on == "crops":
            raise SettingError("A depth map of your own covers the whole picture and does not go with depth on crops.")
        if self.lens.distortion is not None:
            raise SettingError(
                "A depth map of your own belongs to the picture as it was taken, and the camera file has the picture "
                "undistorted: undistort both before, and take [distortion] out of the camera file."
            )
        check_fits(given, frame.width_px, frame.height_px)

    def _estimate(self, image: NDArray[np.uint8], camera: Camera) -> DepthMap:
        depth = self.depth.predict(image, camera if self.camera_scale else None)
        return depth if self.lens.scale is None else self.lens.scale.applied_to(depth)

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
        **settings: What `Rangefinder` takes.

    Returns:
        The scene with its picture.
    """
    hashable = {name: tuple(value) if isinstance(value, list) else value for name, value in settings.items()}
    return _cached_finder(**hashable).look(picture, max_depth_m=max_depth_m)


def _frames(source: str, every: int) -> Generator[Frame, None, None]:
    for each in open_sources([source]):
        yield from each.frames(every)


def _methods(method: str | Method | Sequence[str | Method], options: RunOptions) -> tuple[Method, ...]:
    chosen = (method,) if isinstance(method, str) or not isinstance(method, Sequence) else tuple(method)
    if not chosen:
        raise SettingError("At least one ranging method is needed.")
    return tuple(open_method(each, options=options) if isinstance(each, str) else each for each in chosen)


def _trust(spec: DepthSpec, factor: float | None) -> DepthTrust:
    """How far a network's map is to be trusted that was multiplied by a factor."""
    return DepthTrust(margins=spec.margins, reach_m=None if spec.max_m is None else spec.max_m * (factor or 1.0))


def _checked_max_depth(max_depth_m: float | None) -> float | None:
    if max_depth_m is not None and not max_depth_m > 0:
        raise SettingError(f"The maximum depth must be above 0 metres, not {max_depth_m}.")
    return max_depth_m


def _view(sight: _Sight, method: Method, cues: CueSettings, max_depth_m: float | None) -> View:
    """Measure with one method, join the cues, and sort."""
    start = time.perf_counter()
    if sight.crops is None:
        distances = measure(sight.depth, sight.found.boxes_xyxy_px, sight.camera, method)
    else:
        distances = tuple(_on_crop(crop, method) for crop in sight.crops)
    distances = with_cues(distances, sight.found.labels, sight.found.boxes_xyxy_px, sight.camera, cues, sight.trust)
    objects, beyond = _sorted_objects(sight.found, distances, max_depth_m)
    frame = sight.frame
    return View(
        source=frame.source,
        width_px=frame.width_px,
        height_px=frame.height_px,
        camera=sight.camera,
        models=sight.models,
        objects=objects,
        beyond=beyond,
        depth=sight.depth,
        max_depth_m=max_depth_m,
        timing_ms={**sight.timing_ms, "range": 1e3 * (time.perf_counter() - start)},
        frame=frame.index,
        time_s=frame.time_s,
        undistorted=sight.undistorted,
        depth_scale=sight.depth_scale,
        image=frame.image,
    )


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


def _on_crop(crop: _Crop, method: Method) -> Distance:
    whole = np.array([[0, 0, crop.camera.width_px, crop.camera.height_px]], dtype=np.float32)
    (distance,) = measure(crop.depth, whole, crop.camera, method)
    return distance.shifted(*crop.corner_px)
