"""The pipeline: a picture is perceived, brought to metres, and its objects are ranged; out comes a view."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

from howfar.errors import SettingError
from howfar.models import (
    DEFAULT_DEPTH,
    DEFAULT_DETECTOR,
    RunOptions,
    open_depth_network,
    open_detector,
)
from howfar.pipeline.depth_scale import check_scale
from howfar.pipeline.metric_scale import NO_EVIDENCE, MetricEvidence, to_metric
from howfar.pipeline.open_methods import DEFAULT_METHOD, open_method
from howfar.pipeline.perceivers import DepthOn, TwoNetworks, Unscaled
from howfar.pipeline.scenes import range_objects, scene_of
from howfar.pipeline.undistortion import straightened
from howfar.pipeline.view import View
from howfar.ranging import Method
from howfar.ranging.cues.joining import AUTO, parse_cues
from howfar.ranging.cues.sizes import SizeTable, read_sizes
from howfar.ranging.settings import Ranging
from howfar.scene import Camera, DepthEstimator, DepthMap, Detector, Frame, Perceiver, Perception, Query
from howfar.scene.calibration import Calibration
from howfar.scene.known_distance import KnownDistance
from howfar.scene.lens import Lens
from howfar.scene.query import class_ids
from howfar.sources.ahead import ahead
from howfar.sources.as_frame import Picture, as_frame
from howfar.sources.opening import open_sources

Stage = Callable[[Iterable[View]], Iterator[View]]
"""What is done with the views of a video one after the other: tracking, smoothing, alerts."""


class Rangefinder:
    """Finds objects and their distances. Holds no state between pictures: one may be used from several threads.

    Made of two networks by the keywords below, or of anything that sees by `Rangefinder.of`.

    Args:
        detector: A name that `howfar models` lists, an ONNX file with a card beside it, or an open detector.
        depth: A depth network, likewise.
        method: A ranging method or its name; several to compare them with `look_each`.
        camera: The camera of the pictures, or all that a camera file tells of it (`io.camera_files`): distortion is
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
        cues: What distances rest on: `depth` (the depth map), `size` (objects of known size), `ground` (where objects
            stand on it), several of them, `all`, or `auto`: the depth map alone, but the others alone in pictures of
            a kind that its network has not seen (`ranging.cues.depth_cue`).
        camera_height_m: Height of the camera above the ground, for the cue `ground`; silent when None.
        horizon_px: The row of the horizon; that of a camera held level when None.
        sizes: Sizes of your own, a file or a table, which go before the built-in ones.
        anchor: A metric depth network that a relative one gets its metres from, as for `depth`.
        known: Known distances that a relative network gets its metres from, `chair=2.30` or, by the number from the
            nearest, `3=2.30`; each picture must hold these objects.

    Attributes:
        perceiver: What sees.
        lens: What is said of the camera.
        evidence: What gives metres besides the depth map itself.
        ranging: The ranging methods, the cues and the maximum depth, unless `look` is given others.
        query: Which objects to find, likewise.

    Raises:
        ModelError: If a model cannot be opened.
        SettingError: If a setting cannot be.
    """

    perceiver: Perceiver
    lens: Lens
    evidence: MetricEvidence
    ranging: Ranging
    query: Query

    def __init__(
        self,
        detector: str | Path | Detector = DEFAULT_DETECTOR,
        depth: str | Path | DepthEstimator = DEFAULT_DEPTH,
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
        anchor: str | Path | DepthEstimator | None = None,
        known: str | Sequence[str | KnownDistance] = (),
    ) -> None:
        self.query = Query(score, nms, None if classes is None else tuple(classes))
        options = RunOptions(threads, provider)
        if depth_on not in ("image", "crops"):
            raise SettingError(
                f"Depth can be estimated on the image or on crops, not on {depth_on!r}.", setting="depth_on"
            )
        self.lens = Lens(camera, focal_px, fov_deg)
        own_sizes = read_sizes(Path(sizes)) if isinstance(sizes, str | Path) else sizes
        joined = parse_cues(cues, camera_height_m=camera_height_m, horizon_px=horizon_px, sizes=own_sizes)
        self.ranging = Ranging(_methods(method, options), joined, max_depth_m)
        finds = open_detector(detector, options) if isinstance(detector, str | Path) else detector
        gives_depth = _estimator(depth, options)
        gives_metres = None if anchor is None else _estimator(anchor, options)
        stated = _known(known)
        named = [each.what for each in stated if isinstance(each.what, str)]
        for names in (self.query.classes or (), named, [size.name for size in own_sizes or ()]):
            class_ids(names, finds.class_names, finds.name)
        check_scale(self.lens.scale, (gives_metres or gives_depth).facts, camera_scale=camera_scale)
        if not camera_scale:
            gives_depth, gives_metres = Unscaled(gives_depth), None if gives_metres is None else Unscaled(gives_metres)
        self.evidence = MetricEvidence(self.lens.scale, gives_metres, stated)
        self.evidence.check(gives_depth.facts, crops=depth_on == "crops")
        self.perceiver = TwoNetworks(finds, gives_depth, depth_on)

    @classmethod
    def of(
        cls,
        perceiver: Perceiver,
        lens: Lens | None = None,
        evidence: MetricEvidence = NO_EVIDENCE,
        ranging: Ranging | None = None,
        query: Query | None = None,
    ) -> Self:
        """A finder of anything that sees: a joint network, a stereo pair, a remote service, a stand-in.

        Args:
            perceiver: What sees.
            lens: What is said of the camera; each picture's own word, or an assumption, when None.
            evidence: What gives metres besides the depth map itself.
            ranging: The ranging methods, the cues and the maximum depth; those of `Rangefinder()` when None.
            query: Which objects to find; all when None.
        """
        made = cls.__new__(cls)
        made.perceiver, made.lens, made.evidence = perceiver, lens or Lens(), evidence
        made.ranging = ranging or Ranging(_methods(DEFAULT_METHOD, RunOptions()), parse_cues(AUTO))
        made.query = query or Query()
        return made

    @property
    def method_names(self) -> tuple[str, ...]:
        """The names of the ranging methods."""
        return tuple(method.name for method in self.ranging.methods)

    def look(
        self,
        picture: Picture,
        *,
        max_depth_m: float | None = None,
        depth: DepthMap | None = None,
        depth_points: DepthMap | None = None,
        query: Query | None = None,
        ranging: Ranging | None = None,
    ) -> View:
        """Find the objects in a picture and their distances.

        Args:
            picture: A path, an address, an H×W×3 uint8 RGB array, or a frame.
            max_depth_m: Label only objects with a depth_m up to this; the finder's own when None.
            depth: A depth map of your own, to use in place of the network.
            depth_points: Depths of your own, most of them unknown, that a relative network gets its metres from.
            query: Which objects to find in this picture; the finder's own when None.
            ranging: How to range them; the finder's own when None.

        Returns:
            The scene with its picture; iterate over it for the labelled objects, nearest first.

        Raises:
            SourceError: If the picture cannot be read.
            SettingError: If the camera or what is known of the distances does not fit the picture, or a maximum is set
                and there are no metres.
        """
        return self.look_each(
            picture, max_depth_m=max_depth_m, depth=depth, depth_points=depth_points, query=query, ranging=ranging
        )[0]

    def look_each(
        self,
        picture: Picture,
        *,
        max_depth_m: float | None = None,
        depth: DepthMap | None = None,
        depth_points: DepthMap | None = None,
        query: Query | None = None,
        ranging: Ranging | None = None,
    ) -> tuple[View, ...]:
        """As `look`, with one view for each of the ranging methods, from one pass of the networks."""
        frame, ranging = as_frame(picture), ranging or self.ranging
        if depth is not None or depth_points is not None:
            frame = replace(frame, depth=depth, depth_points=depth_points)
        if max_depth_m is not None:
            ranging = replace(ranging, max_depth_m=max_depth_m)
        return self._look_at(frame, query or self.query, ranging)

    def _look_at(self, frame: Frame, query: Query, ranging: Ranging) -> tuple[View, ...]:
        """The way of a photo: perceived, brought to metres, ranged, put together."""
        seen = self.perceive(frame, query=query, ranging=ranging)
        if ranging.max_depth_m is not None and not seen.depth.is_metric and "depth" in ranging.cues.names:
            raise SettingError(f"A maximum depth needs metres, and {seen.no_metres}.", setting="max_depth_m")
        return tuple(scene_of(seen, ranged, ranging.max_depth_m) for ranged in range_objects(seen, ranging))

    def perceive(self, frame: Frame, *, query: Query | None = None, ranging: Ranging | None = None) -> Perception:
        """What is seen in a picture, in metres as far as they are known: all that is done once, however many objects.

        Raises:
            SettingError: As `look`.
        """
        ranging = ranging or self.ranging
        ranging.cues.check_horizon(frame.height_px)
        seen = self.perceiver.perceive(self.prepared(frame), query or self.query)
        return to_metric(seen, self.evidence, ranging)

    def prepared(self, frame: Frame) -> Frame:
        """The frame as it is looked at: undistorted, with the camera that its distances rest on.

        Raises:
            SettingError: If the given camera cannot be that of a picture of this shape, or depths of the user's own
                do not fit it.
        """
        return straightened(frame, self.camera_for(frame), self.lens.distortion)

    def camera_for(self, frame: Frame) -> Camera:
        """The camera that a frame's distances will rest on.

        Raises:
            SettingError: If the given camera cannot be that of a picture of this shape.
        """
        return self.lens.camera_for(frame.width_px, frame.height_px, frame.camera)

    def watch(self, source: str | Path, *, every: int = 1, stages: Sequence[Stage] = ()) -> Generator[View, None, None]:
        """Look at every n-th frame of a video, camera or stream, in order.

        Decoding, the networks and the consumer each have a thread of their own and overlap.

        Args:
            source: A path, an address, a camera or a stream.
            every: Which frames: 0, every, 2·every, …
            stages: What is done with the views, one stage after the other.

        Raises:
            SourceError: If the source cannot be opened, or, after the frames before it, where it breaks.
        """
        with closing(self.watch_each(_frames(str(source), every))) as seen:
            views: Iterator[View] = (each[0] for each in seen)
            for stage in stages:
                views = stage(views)
            yield from views

    def watch_each(self, frames: Iterable[Frame]) -> Generator[tuple[View, ...], None, None]:
        """As `watch`, over frames, with one view for each of the ranging methods."""
        yield from ahead(self._look_at_frames(frames))

    def _look_at_frames(self, frames: Iterable[Frame]) -> Generator[tuple[View, ...], None, None]:
        with closing(ahead(frames)) as decoded:
            for frame in decoded:
                yield self.look_each(frame)


def look(picture: Picture, *, max_depth_m: float | None = None, **settings: Any) -> View:
    """Find the objects in a picture and their distances; the networks are opened once and kept for the next picture.

    Args:
        picture: A path, an address, an H×W×3 uint8 RGB array, or a frame.
        max_depth_m: Label only objects with a depth_m up to this.
        **settings: What `Rangefinder` takes.

    Returns:
        The scene with its picture.
    """
    options = RunOptions(settings.get("threads"), settings.get("provider"))
    for name, default, opener in (
        ("detector", DEFAULT_DETECTOR, _kept_detector),
        ("depth", DEFAULT_DEPTH, _kept_depth_network),
        ("anchor", None, _kept_anchor),
        ("method", DEFAULT_METHOD, _kept_method),
    ):
        wanted = settings.get(name, default)
        if isinstance(wanted, str | Path):
            settings[name] = opener(str(wanted), options)
    return Rangefinder(**settings).look(picture, max_depth_m=max_depth_m)


_kept_detector = lru_cache(maxsize=1)(open_detector)
_kept_depth_network = lru_cache(maxsize=1)(open_depth_network)
_kept_anchor = lru_cache(maxsize=1)(open_depth_network)
_kept_method = lru_cache(maxsize=1)(lambda name, options: open_method(name, options=options))


def _frames(source: str, every: int) -> Generator[Frame, None, None]:
    for each in open_sources([source]):
        yield from each.frames(every)


def _estimator(named: str | Path | DepthEstimator, options: RunOptions) -> DepthEstimator:
    return open_depth_network(named, options) if isinstance(named, str | Path) else named


def _known(known: str | Sequence[str | KnownDistance]) -> tuple[KnownDistance, ...]:
    given = [known] if isinstance(known, str) else known
    return tuple(KnownDistance.parse(each) if isinstance(each, str) else each for each in given)


def _methods(method: str | Method | Sequence[str | Method], options: RunOptions) -> tuple[Method, ...]:
    chosen = (method,) if isinstance(method, str) or not isinstance(method, Sequence) else tuple(method)
    return tuple(open_method(each, options=options) if isinstance(each, str) else each for each in chosen)
