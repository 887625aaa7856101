"""The pipeline: a picture goes through detector, depth network and ranging method, and comes out as a view."""

import math
import time
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.io.depth_files import check_fits
from howfar.models import (
    DEFAULT_DEPTH,
    DEFAULT_DETECTOR,
    CardDepth,
    CardDetector,
    RunOptions,
    open_depth_network,
    open_detector,
)
from howfar.models.depth_scale import check_scale
from howfar.pipeline.metric_scale import (
    check_evidence,
    cues_beside,
    evidence_of_maps,
    parse_known,
    trust_in,
    trust_in_aligned,
)
from howfar.pipeline.open_methods import DEFAULT_METHOD, open_method
from howfar.pipeline.perception import Crop, Sight, view_of
from howfar.pipeline.undistortion import seen_straight
from howfar.pipeline.view import View
from howfar.ranging import Method
from howfar.ranging.cues.depth_cue import MEASURED, DepthTrust
from howfar.ranging.cues.joining import AUTO, parse_cues
from howfar.ranging.cues.sizes import SizeTable, read_sizes
from howfar.ranging.relative.alignment import Aligned
from howfar.ranging.relative.evidence import Things, align_map
from howfar.scene import Camera, DepthMap, Detections, Query
from howfar.scene.calibration import Calibration
from howfar.scene.depth_alignment import DepthAlignment
from howfar.scene.frame import Frame
from howfar.scene.known_distance import Known
from howfar.scene.lens import Lens
from howfar.scene.query import class_ids
from howfar.sources.ahead import ahead
from howfar.sources.as_frame import Picture, as_frame
from howfar.sources.opening import open_sources

DepthOn = Literal["image", "crops"]


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
            stand on it), several of them, `all`, or `auto`: the depth map alone, but the others alone in pictures of
            a kind that its network has not seen (`ranging.rooms`).
        camera_height_m: Height of the camera above the ground, for the cue `ground`; silent when None.
        horizon_px: The row of the horizon; that of a camera held level when None.
        sizes: Sizes of your own, a file or a table, which go before the built-in ones.
        anchor: A metric depth network that a relative one gets its metres from, as for `depth`.
        known: Known distances that a relative network gets its metres from, `chair=2.30` or, by the number from the
            nearest, `3=2.30`; each picture must hold these objects.

    Raises:
        ModelError: If a model cannot be opened.
        SettingError: If a setting cannot be.
    """

    def __init__(
        self,
        detector: str | Path | CardDetector = DEFAULT_DETECTOR,
        depth: str | Path | CardDepth = DEFAULT_DEPTH,
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
        anchor: str | Path | CardDepth | None = None,
        known: str | Sequence[str | Known] = (),
    ) -> None:
        if threads is not None and threads < 1:
            raise SettingError(f"threads must be at least 1, not {threads}.")
        if depth_on not in ("image", "crops"):
            raise SettingError(f"Depth can be estimated on the image or on crops, not on {depth_on!r}.")
        self.lens = Lens(camera, focal_px, fov_deg)
        self.max_depth_m = _checked_max_depth(max_depth_m)
        options = RunOptions(threads, provider)
        self.methods = _methods(method, options)
        self.detector = detector if isinstance(detector, CardDetector) else open_detector(detector, options)
        self.depth = depth if isinstance(depth, CardDepth) else open_depth_network(depth, options)
        self.anchor = anchor if anchor is None or isinstance(anchor, CardDepth) else open_depth_network(anchor, options)
        self.known = parse_known(known, self.detector)
        check_evidence(self.depth, self.anchor, self.known, crops=depth_on == "crops")
        own_sizes = read_sizes(Path(sizes)) if isinstance(sizes, str | Path) else sizes
        class_ids([size.name for size in own_sizes or ()], self.detector.class_names, self.detector.name)
        self.cues = parse_cues(cues, camera_height_m=camera_height_m, horizon_px=horizon_px, sizes=own_sizes)
        if classes is not None:
            class_ids(classes, self.detector.class_names, self.detector.name)
        self.query = Query(score, nms, None if classes is None else tuple(classes))
        self.depth_on = depth_on
        self.camera_scale = camera_scale
        check_scale(self.lens.scale, self.anchor or self.depth, camera_scale=camera_scale)

    def look(
        self,
        picture: Picture,
        *,
        max_depth_m: float | None = None,
        depth: DepthMap | None = None,
        depth_points: DepthMap | None = None,
    ) -> View:
        """Find the objects in a picture and their distances.

        Args:
            picture: A path, an address, an H×W×3 uint8 RGB array, or a frame.
            max_depth_m: Label only objects with a depth_m up to this; the finder's own when None.
            depth: A depth map of your own, to use in place of the network.
            depth_points: Depths of your own, most of them unknown, that a relative network gets its metres from.

        Returns:
            The scene with its picture; iterate over it for the labelled objects, nearest first.

        Raises:
            SourceError: If the picture cannot be read.
            SettingError: If the camera or what is known of the distances does not fit the picture, or a maximum is set
                and there are no metres.
        """
        return self.look_each(picture, max_depth_m=max_depth_m, depth=depth, depth_points=depth_points)[0]

    def look_each(
        self,
        picture: Picture,
        *,
        max_depth_m: float | None = None,
        depth: DepthMap | None = None,
        depth_points: DepthMap | None = None,
    ) -> tuple[View, ...]:
        """As `look`, with one view for each of the finder's ranging methods, from one pass of the networks."""
        sight = self._see(as_frame(picture), depth, depth_points)
        limit = self.max_depth_m if max_depth_m is None else _checked_max_depth(max_depth_m)
        if limit is not None and sight.no_metres and "depth" in sight.cues.names:
            raise SettingError(f"A maximum depth needs metres, and {sight.no_metres}.")
        return tuple(view_of(sight, method, limit) for method in self.methods)

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
        self, frames: Iterable[Frame], *, depth: DepthMap | None = None, depth_points: DepthMap | None = None
    ) -> Generator[tuple[View, ...], None, None]:
        """As `watch`, over frames, with one view for each of the finder's methods; the depths as for `look`."""
        yield from ahead(self._look_at_frames(frames, depth, depth_points))

    def _look_at_frames(
        self, frames: Iterable[Frame], depth: DepthMap | None, depth_points: DepthMap | None
    ) -> Generator[tuple[View, ...], None, None]:
        with closing(ahead(frames)) as decoded:
            for frame in decoded:
                yield self.look_each(frame, depth=depth, depth_points=depth_points)

    def _see(self, frame: Frame, given: DepthMap | None, points: DepthMap | None) -> Sight:
        """Run the networks: all that is done once a picture, however many objects and methods."""
        camera = self.camera_for(frame)
        self.cues.check_horizon(camera)
        frame = seen_straight(frame, self.lens)
        for own in (given, points):
            if own is not None:
                self._check_given(own, frame)
        start = time.perf_counter()
        found = self.detector.detect(frame, self.query)
        detected = time.perf_counter()
        depth = self._estimate(self.depth, frame.image, camera) if given is None else given
        aligned = self._aligned(depth, frame.image, Things(found.labels, found.boxes_xyxy_px, camera), points)
        crops = self._crops(frame.image, found, camera) if given is None and self.depth_on == "crops" else None
        timing = {"detect": 1e3 * (detected - start), "depth": 1e3 * (time.perf_counter() - detected)}
        models = {"detector": self.detector.name, "depth": self.depth.name if given is None else "given"}
        if self.anchor is not None and not depth.is_metric:
            models["anchor"] = self.anchor.name
        factor = self.lens.scale.factor if self.lens.scale is not None and given is None else None
        return Sight(
            frame=frame,
            camera=camera,
            found=found,
            depth=aligned.depth,
            alignment=aligned.alignment,
            no_metres=aligned.reason,
            crops=crops,
            trust=self._trust(given, aligned.alignment, factor),
            cues=cues_beside(aligned.alignment, self.cues),
            models=models,
            timing_ms=timing,
            undistorted=self.lens.distortion is not None,
            depth_scale=factor,
        )

    def _check_given(self, given: DepthMap, frame: Frame) -> None:
        if self.depth_on == "crops":
            raise SettingError("A depth map of your own covers the whole picture and does not go with depth on crops.")
        if self.lens.distortion is not None:
            raise SettingError(
                "A depth map of your own belongs to the picture as it was taken, and the camera file has the picture "
                "undistorted: undistort both before, and take [distortion] out of the camera file."
            )
        check_fits(given, frame.width_px, frame.height_px)

    def _estimate(self, network: CardDepth, image: NDArray[np.uint8], camera: Camera) -> DepthMap:
        depth = network.estimate(Frame(image, "", camera if self.camera_scale else None))
        return depth if self.lens.scale is None or not depth.is_metric else self.lens.scale.applied_to(depth)

    def _aligned(self, depth: DepthMap, image: NDArray[np.uint8], things: Things, points: DepthMap | None) -> Aligned:
        """A relative map in metres, by all the evidence there is."""
        if depth.is_metric:
            if points is not None:
                raise SettingError(
                    "Depth points give a relative map its metres, and this one has them: leave them out."
                )
            return Aligned(depth, None, "")
        anchor_map = None if self.anchor is None else self._estimate(self.anchor, image, things.camera)
        maps = evidence_of_maps(depth, points, self.anchor, anchor_map)
        return align_map(depth, things, self.methods[0], self.known, self.cues, maps)

    def _trust(self, given: DepthMap | None, alignment: DepthAlignment | None, factor: float | None) -> DepthTrust:
        if alignment is not None:
            return trust_in_aligned(alignment, self.anchor, factor)
        return trust_in(self.depth.spec, factor) if given is None else MEASURED

    def _crops(self, image: NDArray[np.uint8], found: Detections, camera: Camera) -> list[Crop]:
        """Each object cut out and its depth estimated on its own; a crop keeps the picture's focal length."""
        crops = []
        for box in found.boxes_xyxy_px.tolist():
            left, top = math.floor(box[0]), math.floor(box[1])
            right, bottom = math.ceil(box[2]), math.ceil(box[3])
            part = camera.cropped(left, top, right, bottom)
            depth = self._estimate(self.depth, np.ascontiguousarray(image[top:bottom, left:right]), part)
            crops.append(Crop(depth, part, (left, top)))
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


def _checked_max_depth(max_depth_m: float | None) -> float | None:
    if max_depth_m is not None and not max_depth_m > 0:
        raise SettingError(f"The maximum depth must be above 0 metres, not {max_depth_m}.")
    return max_depth_m
