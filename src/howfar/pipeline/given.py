"""What a user gives a rangefinder, by name, by file or open already, as what it works with; other kinds are refused."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from howfar.errors import SettingError
from howfar.io.camera_files import read_calibration
from howfar.io.depth_values import is_depth_file
from howfar.io.rig_files import read_rig
from howfar.models import DEFAULT_DEPTH, RunOptions, find_model, open_depth_network, open_detector, open_joint
from howfar.models.depth import CardDepth
from howfar.models.detector import CardDetector
from howfar.models.library import is_joint
from howfar.models.tiles import TiledDetector
from howfar.pipeline.open_matcher import open_matcher
from howfar.pipeline.open_methods import open_method
from howfar.pipeline.own_detections import OwnBoxes
from howfar.pipeline.pairs import PairEyes, Stereo
from howfar.ranging import Method
from howfar.ranging.cues.sizes import SizeTable, read_sizes
from howfar.scene import Camera, DepthEstimator, DepthMap, Detector
from howfar.scene.calibration import Calibration
from howfar.scene.known_distance import KnownDistance
from howfar.scene.stereo_calibration import StereoCalibration

Thing = TypeVar("Thing")

GivenCamera = Camera | Calibration | StereoCalibration | str | Path | None
"""What a user may give of the camera: of one, or of the two of a pair."""


def given_heads(
    detector: str | Path | Detector | None, depth: str | Path | DepthEstimator | None, options: RunOptions
) -> tuple[str | Path | Detector | None, str | Path | DepthEstimator]:
    """The two heads of a joint network that is both, opened once; else both as they are.

    Where no depth network is given, it is the embedded one.

    Raises:
        ModelError: If it cannot be opened, or is no joint network.
    """
    if not is_one_file(detector, depth):
        return detector, DEFAULT_DEPTH if depth is None else depth
    joint = open_joint(str(detector), options)
    return joint.detector, joint.depth


def is_one_file(detector: object, depth: object) -> bool:
    """Whether one network is both: named as both, or a joint one that is named as the detector where depth is None.

    Raises:
        ModelError: If there is no such detector, or its card is wrong.
    """
    if not isinstance(detector, str | Path):
        return False
    return is_joint(detector) if depth is None else isinstance(depth, str | Path) and Path(detector) == Path(depth)


def given_detector(given: str | Path | Detector | None, options: RunOptions, *, tiles: bool = False) -> Detector:
    """A detector, opened where it is named.

    Args:
        given: A name, a file, or an open detector; None where pictures come with boxes.
        options: How it is run.
        tiles: Whether it also looks at parts of each picture.

    Raises:
        ModelError: If it cannot be opened.
        SettingError: If it is something else, or cannot look at parts.
    """
    if given is None:
        given = OwnBoxes()
    detector = _named_or_open(given, "detector", "detect", lambda name: open_detector(name, options))
    if not tiles:
        return detector
    if not isinstance(detector, CardDetector):
        raise SettingError(
            "Tiles are cut to the size that a detector's card states, and this detector has no card: name one by its "
            "file, or leave tiles out.",
            setting="tiles",
        )
    return TiledDetector(detector)


def own_boxes(given: str | Path | Detector | None) -> OwnBoxes:
    """What stands in place of a detector where pictures come with boxes; it knows the classes of a named detector.

    Of a model only the card is read.

    Raises:
        ModelError: If there is no such model.
    """
    if isinstance(given, str | Path):
        spec = find_model(given)[1].detector
        return OwnBoxes(() if spec is None else spec.classes)
    return OwnBoxes(tuple(getattr(given, "class_names", ())))


def given_estimator(given: str | Path | DepthEstimator, options: RunOptions, setting: str = "depth") -> DepthEstimator:
    """A depth estimator, opened where it is named.

    Raises:
        ModelError: If it cannot be opened.
        SettingError: If it is something else, such as a depth map.
    """
    is_file = isinstance(given, str | Path) and is_depth_file(Path(given))
    if is_file or isinstance(given, DepthMap | np.ndarray):
        raise SettingError(
            f"A depth network is a name, a file or an estimator, not {given if is_file else type(given).__name__}: a "
            "depth map of your own goes with each picture, as `depth` of `Rangefinder.look` or `depth_map` of "
            "`howfar.look`.",
            setting=setting,
        )
    return _named_or_open(given, setting, "estimate", lambda name: open_depth_network(name, options))


def given_methods(given: str | Method | Iterable[str | Method], options: RunOptions) -> tuple[Method, ...]:
    """Ranging methods, opened where they are named.

    Raises:
        ModelError: If the network of a method cannot be opened.
        SettingError: If a name is unknown, or something is neither a name nor a method.
    """
    return tuple(
        _named_or_open(each, "method", "read", lambda name: open_method(str(name), options=options))
        for each in _several(given, "method")
    )


def given_camera(given: GivenCamera) -> Camera | Calibration | None:
    """A camera, or all that its file says, read where the file is named; of two cameras, the left-hand one.

    Raises:
        SettingError: If the file cannot be read.
    """
    if isinstance(given, StereoCalibration):
        return Calibration(given.left, given.left_distortion, size_known=given.size_known)
    if not isinstance(given, str | Path):
        return given
    try:
        return read_calibration(Path(given))
    except SettingError as error:
        rig = given_rig(given)
        if isinstance(rig, StereoCalibration):
            return given_camera(rig)
        raise (rig if _tells_of_a_pair(given) and rig else error) from None


def _tells_of_a_pair(file: str | Path) -> bool:
    """Whether a file that can be read in neither way is rather meant for two cameras."""
    try:
        return b"baseline" in Path(file).read_bytes().lower()
    except OSError:
        return "," in str(file)


def given_rig(given: GivenCamera) -> StereoCalibration | SettingError | None:
    """The two cameras of a pair, or why what is given does not tell them; None where nothing is given.

    Whoever looks at single pictures needs no rig, so that the reason is not raised here.
    """
    if isinstance(given, str | Path):
        try:
            return read_rig(given)
        except SettingError as error:
            return error
    if given is None or isinstance(given, StereoCalibration):
        return given
    return SettingError(
        "Two pictures give metres only with their rig, and the camera given is a single one: give a file of both "
        "cameras (docs/stereo-rigs.md shows which are read), or a StereoCalibration.",
        setting="camera",
    )


def given_eyes(
    stereo: Stereo, rig: StereoCalibration | SettingError | None, depth: DepthEstimator, options: RunOptions
) -> PairEyes:
    """What looks at pairs of pictures: nothing where the depth network itself takes both pictures.

    Raises:
        ModelError: If the matcher's network cannot be opened.
        SettingError: If the matcher is unknown, or something else.
    """
    if isinstance(depth, CardDepth) and depth.card.takes_pair:
        return PairEyes(None, rig, stereo)
    matcher = _named_or_open(stereo.method, "stereo_method", "match", lambda name: open_matcher(name, options))
    return PairEyes(matcher, rig, stereo)


def given_sizes(given: str | Path | SizeTable | None) -> SizeTable | None:
    """A table of sizes, read where its file is named.

    Raises:
        SettingError: If the file cannot be read, or it is something else.
    """
    sizes = read_sizes(Path(given)) if isinstance(given, str | Path) else given
    if sizes is not None and not isinstance(sizes, SizeTable):
        raise SettingError(f"sizes are a file or a SizeTable, not a {type(sizes).__name__}.", setting="sizes")
    return sizes


def given_known(given: str | KnownDistance | Iterable[str | KnownDistance]) -> tuple[KnownDistance, ...]:
    """Known distances, read where they are texts.

    Raises:
        SettingError: If one is neither a text such as `chair=2.30` nor a known distance.
    """
    known = []
    for each in _several(given, "known"):
        if not isinstance(each, str | KnownDistance):
            raise SettingError(f"A known distance is written as chair=2.30 or 3=2.30, not {each!r}.", setting="known")
        known.append(KnownDistance.parse(each) if isinstance(each, str) else each)
    return tuple(known)


def given_names(given: str | Iterable[str], setting: str) -> str | Sequence[str]:
    """A text, or several.

    Raises:
        SettingError: If one of them is no text.
    """
    if isinstance(given, str):
        return given
    names = _several(given, setting)
    for each in names:
        if not isinstance(each, str):
            raise SettingError(f"{setting} must be names, not {each!r}.", setting=setting)
    return names


def _named_or_open(given: Any, setting: str, does: str, opened: Callable[[str | Path], Thing]) -> Thing:
    """What is open already and has the method `does`, or is opened by its name."""
    if isinstance(given, str | Path):
        return opened(given)
    if isinstance(given, type) or not callable(getattr(given, does, None)):
        raise SettingError(
            f"{setting} must be a name, a file, or an object with the method {does}, not {_kind(given)}.",
            setting=setting,
        )
    thing: Thing = given
    return thing


def _several(given: Any, setting: str) -> tuple[Any, ...]:
    """One thing, or each of several; those of a set in the order of their names."""
    if isinstance(given, str | Path | KnownDistance | Method):
        return (given,)
    try:
        return tuple(sorted(given, key=str) if isinstance(given, set | frozenset) else given)
    except TypeError:
        return (given,)  # refused, or taken, as the only one


def _kind(given: Any) -> str:
    return "None" if given is None else f"the class {given.__name__}" if isinstance(given, type) else repr(given)
