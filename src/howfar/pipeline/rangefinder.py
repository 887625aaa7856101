"""The whole pipeline: a picture is perceived, brought to metres and ranged; the result is a view."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Self

from howfar.errors import SettingError
from howfar.io.depth_units import AUTO as AUTO_UNIT
from howfar.io.depth_units import Unit
from howfar.io.panoramas import whole_turn
from howfar.models import (
    DEFAULT_DEPTH,
    DEFAULT_DETECTOR,
    Engine,
    Precision,
    RunOptions,
    open_depth_network,
)
from howfar.numbers import plain_count, plain_flag
from howfar.pipeline.depth_scale import check_scale
from howfar.pipeline.given import (
    GivenCamera,
    given_camera,
    given_detector,
    given_estimator,
    given_eyes,
    given_heads,
    given_known,
    given_methods,
    given_names,
    given_rig,
    given_sizes,
)
from howfar.pipeline.metric_scale import NO_EVIDENCE, MetricEvidence, to_metric
from howfar.pipeline.one_size import one_focal_length, one_horizon
from howfar.pipeline.open_methods import DEFAULT_METHOD
from howfar.pipeline.own_depth import OwnDepth, warn_of_unit, with_own_depth, with_unit_doubt
from howfar.pipeline.own_detections import OwnBoxes, OwnDetections, with_own_detections
from howfar.pipeline.pairs import DEFAULT_STEREO, NO_EYES, PairEyes, Stereo
from howfar.pipeline.perceivers import DepthOn, Unscaled, perceiver_for, perceiver_of
from howfar.pipeline.scenes import range_objects, scene_of
from howfar.pipeline.tracked_views import query_for_tracking, tracked_rows
from howfar.pipeline.undistortion import undistorted_frame
from howfar.pipeline.view import View
from howfar.pipeline.want_of_memory import memory_told
from howfar.ranging import Method
from howfar.ranging.cues.joining import AUTO, parse_cues
from howfar.ranging.cues.sizes import SizeTable
from howfar.ranging.settings import Ranging
from howfar.scene import Camera, DepthEstimator, Detector, Frame, Perceiver, Perception, Query
from howfar.scene.known_distance import KnownDistance
from howfar.scene.lens import Lens
from howfar.scene.query import Classes, as_classes, class_ids
from howfar.sources.ahead import computed_ahead
from howfar.sources.as_frame import Picture, as_pair
from howfar.sources.opening import open_sources
from howfar.sources.pairs import open_pairs

Stage = Callable[[Iterable[View]], Iterator[View]]
"""Processes the views of a video one after the other: tracking, smoothing, alerts."""


class Rangefinder:
    """Finds objects and their distances. Several threads can share one.

    It keeps nothing of a picture, but the size that a focal length or a horizon in pixels was first used for.

    The keywords below make one from two networks; `Rangefinder.of` makes one from any other perceiver.

    Args:
        detector: A name from `howfar models`, an ONNX file with its card, or an open detector; None where each picture
            comes with `detections` of your own.
        depth: A depth network: a name, a file, or an open depth estimator. When None, the detector's own if that is
            named and a joint network, which then runs once a picture; else the embedded one.
        method: A ranging method or its name; several to compare them with `look_each`.
        camera: The camera of the pictures, or a camera file, by which each picture is undistorted and its depth is
            scaled: its path, or its content (`io.camera_files`). When None: focal_px or fov_deg, else the picture's
            EXIF data, else an assumed camera. Pairs of pictures need the two cameras of their rig: a
            `StereoCalibration`, or its file.
        focal_px: Focal length in pixels, of pictures of one size: after the first, others are refused.
        fov_deg: Horizontal field of view in degrees, across the width of a picture.
        fov_long_deg: Field of view across the longer side in degrees, which data sheets call horizontal.
        fov_diagonal_deg: Field of view across the diagonal in degrees.
        max_depth_m: Label only objects with a depth_m of at most this; no maximum when None.
        classes: The classes to find, by names or numbers, or one of them; all classes when None.
        score: Minimum confidence of a detection, 0 to 1; the detector's own default when None.
        nms: IoU above which duplicates are dropped, 0 to 1; the detector's own default when None.
        depth_on: `image` for one pass of the depth network over the picture. `crops` for one pass over each object: a
            comparison, which gives far worse distances.
        camera_scale: Scale metric depth by the camera's focal length. If False, each picture is treated as one of the
            network's training camera.
        threads: Threads of each network; all cores when None.
        provider: ONNX Runtime execution provider; the CPU when None.
        engine: What runs the networks: `onnxruntime`, `openvino`, or `auto` for what suits each network.
        precision: What they are computed in: `fp32`, `bf16`, or `auto` for bf16 where it was measured and is faster.
        cues: The cues that distances are computed from: `depth` (the depth map), `size` (objects of known size),
            `ground` (where objects stand on it), several of them, `all`, or `auto`. With `auto` all are joined if the
            depth network knows streets; else the depth map is used alone, and in pictures outside the domain of its
            network the other cues are (`ranging.cues.depth_cue`).
        camera_height_m: Height of the camera above the ground in metres, which the cue `ground` needs.
        horizon_px: The row of the horizon, in pictures of one size; that of a level camera when None.
        sizes: Sizes of your own, a file or a table; they replace the built-in sizes of the same classes.
        anchor: A metric depth network that a relative one is aligned to: a name, a file, or an open depth estimator.
        known: Known distances that a relative network is aligned to: `chair=2.30`, or `3=2.30` by the number counted
            from the nearest object. Each picture must show these objects.
        tiles: Look for small objects too, in overlapping parts of each picture; it takes as many passes of the detector
            as there are parts.
        stereo: How pairs of pictures are looked at (`pipeline.pairs.Stereo`).

    Attributes:
        perceiver: Finds the objects and estimates the depth.
        lens: The information about the camera.
        evidence: The evidence for the metric scale, besides the depth map itself.
        ranging: The ranging methods, the cues and the maximum depth, unless `look` is given others.
        query: The objects to find, unless `look` is given another query.
        eyes: Looks at pairs of pictures.

    Raises:
        ModelError: If a model cannot be opened.
        SettingError: If a setting is wrong, or does not fit another one.
    """

    perceiver: Perceiver
    lens: Lens
    evidence: MetricEvidence
    ranging: Ranging
    query: Query
    eyes: PairEyes

    def __init__(
        self,
        detector: str | Path | Detector | None = DEFAULT_DETECTOR,
        depth: str | Path | DepthEstimator | None = None,
        method: str | Method | Sequence[str | Method] = DEFAULT_METHOD,
        camera: GivenCamera = None,
        *,
        focal_px: float | None = None,
        fov_deg: float | None = None,
        fov_long_deg: float | None = None,
        fov_diagonal_deg: float | None = None,
        max_depth_m: float | None = None,
        classes: Classes | None = None,
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
        tiles: bool = False,
        engine: Engine = "auto",
        precision: Precision = "auto",
        stereo: Stereo = DEFAULT_STEREO,
    ) -> None:
        self.query = Query(score, nms, as_classes(classes))
        options = RunOptions(threads, provider, engine, precision)
        if depth_on not in ("image", "crops"):
            raise SettingError(
                f"Depth can be estimated on the image or on crops, not on {depth_on!r}.", setting="depth_on"
            )
        self.lens = Lens(given_camera(camera), focal_px, fov_deg, fov_long_deg, fov_diagonal_deg)
        self._focal_size, self._horizon_size = one_focal_length(), one_horizon()
        own_sizes = given_sizes(sizes)
        used_cues = parse_cues(
            given_names(cues, "cues"), camera_height_m=camera_height_m, horizon_px=horizon_px, sizes=own_sizes
        )
        self.ranging = Ranging(given_methods(method, options), used_cues, max_depth_m)
        detector, depth = given_heads(detector, depth, options)
        object_detector = given_detector(detector, options, tiles=plain_flag(tiles, "tiles"))
        estimator = given_estimator(depth, options)
        anchor_estimator = None if anchor is None else given_estimator(anchor, options, "anchor")
        known_distances = given_known(known)
        known_classes = [each.what for each in known_distances if isinstance(each.what, str)]
        if not isinstance(object_detector, OwnBoxes):
            for names in (self.query.classes or (), known_classes, [size.name for size in own_sizes or ()]):
                class_ids(names, object_detector.class_names, object_detector.name)  # refuses a class that is unknown
        scaled = plain_flag(camera_scale, "camera_scale")
        check_scale(self.lens.scale, (anchor_estimator or estimator).facts, camera_scale=scaled)
        if not scaled:
            estimator = Unscaled(estimator)
            anchor_estimator = None if anchor_estimator is None else Unscaled(anchor_estimator)
        self.evidence = MetricEvidence(self.lens.scale, anchor_estimator, known_distances)
        self.evidence.check(estimator.facts, crops=depth_on == "crops")
        self.perceiver = perceiver_of(object_detector, estimator, depth_on)
        self.eyes = given_eyes(stereo, given_rig(camera), estimator, options)

    @classmethod
    def of(
        cls,
        perceiver: Perceiver,
        lens: Lens | None = None,
        evidence: MetricEvidence = NO_EVIDENCE,
        ranging: Ranging | None = None,
        query: Query | None = None,
        eyes: PairEyes = NO_EYES,
    ) -> Self:
        """Make a rangefinder of any perceiver: a joint network, a stereo pair, a remote service, a test double.

        Args:
            perceiver: Finds the objects and estimates the depth.
            lens: The information about the camera; each picture's EXIF data, or an assumed camera, when None.
            evidence: The evidence for the metric scale, besides the depth map itself.
            ranging: The ranging methods, the cues and the maximum depth; those of `Rangefinder()` when None.
            query: The objects to find; all objects when None.
            eyes: Looks at pairs of pictures; by default the perceiver does it itself.
        """
        finder = cls.__new__(cls)
        finder.perceiver, finder.lens, finder.evidence = perceiver, lens or Lens(), evidence
        finder.ranging = ranging or Ranging(given_methods(DEFAULT_METHOD, RunOptions()), parse_cues(AUTO))
        finder.query, finder.eyes = query or Query(), eyes
        finder._focal_size, finder._horizon_size = one_focal_length(), one_horizon()
        return finder

    @property
    def method_names(self) -> tuple[str, ...]:
        """The names of the ranging methods."""
        return tuple(method.name for method in self.ranging.methods)

    def look(
        self,
        picture: Picture,
        *,
        right: "Picture | None" = None,
        detections: OwnDetections | None = None,
        max_depth_m: float | None = None,
        depth: OwnDepth | None = None,
        depth_points: OwnDepth | None = None,
        depth_unit: Unit = AUTO_UNIT,
        query: Query | None = None,
        ranging: Ranging | None = None,
    ) -> View:
        """Find the objects in a picture and their distances.

        Args:
            picture: A path, an address, the bytes of a file, an H×W×3 uint8 RGB array, a picture of Pillow's, or a
                frame (`sources.as_frame`).
            right: The right-hand picture of a pair, likewise: the finder's camera then is the rig of both.
            detections: Boxes of your own in pixels of the picture (of the left-hand one of a pair), which replace the
                detector's: `Detections`, those of supervision, or rows of x1 y1 x2 y2 class score. The detector is not
                run; `score` and `classes` of the query choose among them.
            max_depth_m: Label only objects with a depth_m of at most this; the finder's own maximum when None.
            depth: A depth map of your own, which replaces the network's: a `DepthMap`, a file, or an H×W array.
            depth_points: Depths of your own at some pixels, unknown at the others, that a relative network is aligned
                to; likewise.
            depth_unit: What the numbers of a file or an array mean: `m`, `cm`, `mm`; the metres of one step, such as
                0.0001 or `1/256`; a `DepthUnit`, which also knows invalid values; or `auto`: integers are millimetres.
            query: The objects to find in this picture; the finder's own query when None.
            ranging: How to measure their distances; the finder's own settings when None.

        Returns:
            The scene with its picture; iterate over it for the labelled objects, nearest first.

        Raises:
            SourceError: If the picture or a depth map cannot be read.
            SettingError: If the camera, boxes, a given depth or a known distance do not fit the picture, or if a
                maximum depth is set and the map has no metres.
        """
        return self.look_each(
            picture,
            right=right,
            detections=detections,
            max_depth_m=max_depth_m,
            depth=depth,
            depth_points=depth_points,
            depth_unit=depth_unit,
            query=query,
            ranging=ranging,
        )[0]

    def look_each(
        self,
        picture: Picture,
        *,
        right: "Picture | None" = None,
        detections: OwnDetections | None = None,
        max_depth_m: float | None = None,
        depth: OwnDepth | None = None,
        depth_points: OwnDepth | None = None,
        depth_unit: Unit = AUTO_UNIT,
        query: Query | None = None,
        ranging: Ranging | None = None,
    ) -> tuple[View, ...]:
        """The same as `look`, with one view for each ranging method, from one pass of the networks."""
        frame, ranging = as_pair(picture, right), ranging or self.ranging
        if detections is not None:
            frame = with_own_detections(frame, detections, self._class_names)
        if frame.reshaped and self._knows_camera(ranging):
            return self._without_camera(ranging).look_each(
                _disowned(frame), max_depth_m=max_depth_m, depth=depth, depth_points=depth_points, query=query
            )
        if depth is not None or depth_points is not None:
            frame = with_own_depth(frame, depth, depth_points, depth_unit)
        if max_depth_m is not None:
            ranging = replace(ranging, max_depth_m=max_depth_m)
        with memory_told(frame):
            views = self._look_at(frame, query or self.query, ranging)
        if depth is not None or depth_points is not None:
            warn_of_unit(views[0].caveats)
        return views

    def _look_at(self, frame: Frame, query: Query, ranging: Ranging) -> tuple[View, ...]:
        """All steps for one picture: perceive, bring to metres, range, make the scenes."""
        perception = self.perceive(frame, query=query, ranging=ranging)
        if ranging.max_depth_m is not None and not perception.depth.is_metric and "depth" in ranging.cues.names:
            raise SettingError(f"A maximum depth needs metres, and {perception.no_metres}.", setting="max_depth_m")
        return tuple(scene_of(perception, ranged, ranging.max_depth_m) for ranged in range_objects(perception, ranging))

    def perceive(self, frame: Frame, *, query: Query | None = None, ranging: Ranging | None = None) -> Perception:
        """The objects and the depth of a picture, in metres as far as the evidence allows, before ranging.

        Args:
            frame: The picture.
            query: The objects to find; the finder's own query when None.
            ranging: How distances will be measured; the finder's own settings when None.

        Raises:
            SettingError: As for `look`.
        """
        ranging = ranging or self.ranging
        if frame.reshaped and self._knows_camera(ranging):
            return self._without_camera(ranging).perceive(_disowned(frame), query=query)
        ranging.cues.check_horizon(frame.height_px)
        if ranging.cues.horizon_px is not None and ranging.cues is self.ranging.cues:
            self._horizon_size.check(frame)
        with memory_told(frame):
            perceiver = perceiver_for(self.perceiver, frame)
            perception = perceiver.perceive(self.prepared(frame), query or self.query)
            return to_metric(self._with_unit_doubt(self.eyes.seen(perception)), self.evidence, ranging)

    def _with_unit_doubt(self, perception: Perception) -> Perception:
        """The perception, with what a metric network says of the unit of depths of the user's own, if none has yet."""
        network = getattr(self.perceiver, "depth", None)
        if network is None or network.facts.is_metric or not perception.frame.depth_taken_as:
            return perception
        return with_unit_doubt(perception, self.evidence.anchor or _yardstick())

    def prepared(self, frame: Frame) -> Frame:
        """The frame as the networks get it: undistorted, with the camera that distances are computed with.

        Raises:
            SettingError: If the given camera has another aspect ratio than the picture, the picture is to be
                undistorted and has depths of the user's own, or it is one of a pair that gives no metres.
        """
        if frame.right is not None and self.eyes.matcher is not None:
            own = frame if frame.rig is None else replace(frame, camera=self._camera_of_pair(frame))
            return self.eyes.prepared(own)
        lens = self.lens.turned_for(frame.width_px, frame.height_px, frame.orientation)
        return undistorted_frame(frame, self.camera_for(frame), lens.distortion)

    def camera_for(self, frame: Frame) -> Camera:
        """The camera that the distances of a frame are computed with.

        Raises:
            SettingError: If the given camera has another aspect ratio than the picture, or a focal length in pixels was
                used for a picture of another size.
        """
        if self.lens.is_in_pixels:
            self._focal_size.check(frame)
        lens = self.lens.turned_for(frame.width_px, frame.height_px, frame.orientation)
        own = frame.camera or whole_turn(frame.image)  # of arrays and videos no file has told
        return lens.camera_for(frame.width_px, frame.height_px, own)

    def _camera_of_pair(self, frame: Frame) -> Camera | None:
        """The camera of a pair that brings its own rig: the given one, or the frame's own."""
        return self.camera_for(frame) if self.lens.is_given else frame.camera

    @property
    def _class_names(self) -> tuple[str, ...]:
        """What the numbers of classes stand for, as far as the perceiver has a detector that says so."""
        return tuple(getattr(getattr(self.perceiver, "detector", None), "class_names", ()))

    def _knows_camera(self, ranging: Ranging) -> bool:
        return self.lens.is_given or ranging.cues.horizon_px is not None

    def _without_camera(self, ranging: Ranging) -> "Rangefinder":
        """The finder for frames that what was given of the camera does not hold for."""
        unknown = replace(ranging, cues=replace(ranging.cues, horizon_px=None))
        evidence = replace(self.evidence, scale=None)
        return Rangefinder.of(self.perceiver, Lens(), evidence, unknown, self.query, self.eyes)

    def watch(
        self,
        source: str | Path,
        *,
        right: str | Path | None = None,
        every: int = 1,
        detections: Callable[[Frame], OwnDetections] | None = None,
        track: bool = False,
        stages: Sequence[Stage] = (),
    ) -> Generator[View, None, None]:
        """Look at every n-th frame of a video, camera or stream, in order.

        Decoding, the networks and the consumer each have a thread of their own and overlap.

        Args:
            source: A path, an address, a camera or a stream.
            right: That of the right-hand pictures of pairs; the finder's camera then is the rig of both.
            every: n: frames 0, n, 2·n, … are used.
            detections: Gives the boxes of each frame, as for `look`, in place of the detector's; a `track_id` is kept.
            track: Number the objects through the frames, filter their distances, and tell their speeds
                (`SceneObject.track`).
            stages: Processing of the views, one stage after the other.

        Yields:
            One view for each frame.

        Raises:
            SourceError: If the source cannot be opened; or, after the frames that could be read, where it breaks.
        """
        frames = _frames(str(source), None if right is None else str(right), plain_count(every, "every"))
        if detections is not None:
            frames = _with_boxes(frames, detections, self._class_names)
        with closing(self.watch_each(frames, track=plain_flag(track, "track"))) as rows:
            views: Iterator[View] = (row[0] for row in rows)
            for stage in stages:
                views = stage(views)
            yield from views

    def watch_each(self, frames: Iterable[Frame], *, track: bool = False) -> Generator[tuple[View, ...], None, None]:
        """The same as `watch` for given frames, with one view for each ranging method."""
        if not track:
            yield from computed_ahead(self.look_each, frames)
            return
        query, sure_score = query_for_tracking(self.query, self.perceiver)
        with closing(computed_ahead(partial(self.look_each, query=query), frames)) as rows:
            yield from tracked_rows(rows, sure_score)


@cache
def _yardstick() -> DepthEstimator:
    """The metric network that the unit of depths of the user's own is judged by."""
    return open_depth_network(DEFAULT_DEPTH, RunOptions())


def _disowned(frame: Frame) -> Frame:
    """A frame of another shape than the first one of its stream, with a note of what that means."""
    note = (
        f"The pictures change their shape to {frame.width_px}×{frame.height_px}: from there on what was given of the "
        "camera is not used, as it is that of the first ones."
    )
    return replace(frame, reshaped=False, notes=(*frame.notes, note))


def _with_boxes(
    frames: Generator[Frame, None, None], boxes_of: Callable[[Frame], OwnDetections], class_names: Sequence[str]
) -> Generator[Frame, None, None]:
    with closing(frames):
        for frame in frames:
            yield with_own_detections(frame, boxes_of(frame), class_names)


def _frames(source: str, right: str | None, every: int) -> Generator[Frame, None, None]:
    for each in open_sources([source]) if right is None else open_pairs([source], [right]):
        yield from each.frames(every)
