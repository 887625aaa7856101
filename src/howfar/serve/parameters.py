"""What a request can ask for: one table, by which requests are read and which the OpenAPI document shows."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Literal

from howfar.io.camera_files import calibration_from_text
from howfar.pipeline.rangefinder import Rangefinder
from howfar.scene import Query
from howfar.scene.calibration import Calibration
from howfar.scene.lens import Lens
from howfar.serve.problems import ProblemError

Kind = Literal["number", "boolean", "string"]
Units = Literal["m", "ft"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing that a request can ask for.

    Attributes:
        name: Its name in the address, or as a field of a form.
        kind: Its type, in the words of JSON Schema.
        text: What it does.
        choices: The values that it can have; empty for all of its type.
    """

    name: str
    kind: Kind
    text: str
    choices: tuple[str, ...] = ()


LOOKING = (
    Parameter("max_depth", "number", "Label only objects up to this depth, in metres."),
    Parameter("classes", "string", "Only these classes, with commas between: person,chair."),
    Parameter("score", "number", "Least confidence of a detection, 0 to 1."),
    Parameter("nms", "number", "Overlap from which a duplicate is dropped, 0 to 1."),
    Parameter("camera_height", "number", "Height of the camera above the ground in metres, for the cue `ground`."),
)
CAMERA = (
    Parameter("focal_px", "number", "Focal length in pixels of the picture."),
    Parameter("fov_deg", "number", "Horizontal field of view in degrees, across the picture's width."),
    Parameter("fov_long_deg", "number", "Field of view across the longer side in degrees."),
    Parameter("fov_diagonal_deg", "number", "Field of view across the diagonal in degrees."),
    Parameter("camera", "string", "The content of a camera file: TOML of howfar calibrate, or of ROS, OpenCV, KITTI."),
)
DRAWING = (
    Parameter("units", "string", "Units on the labels.", ("m", "ft")),
    Parameter("show_far", "boolean", "Draw objects beyond the maximum in grey."),
    Parameter("show_region", "boolean", "Draw what was measured."),
    Parameter("show_interval", "boolean", "Write on labels what holds the true distance four times in five."),
)
DEPTH_VIEW = (
    Parameter("view", "string", "Millimetres as 16 bits, 0 where unknown, or colours.", ("millimetres", "colours")),
)
ADDRESS = Parameter("url", "string", "An address to fetch the picture from, in place of a body.")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for, read.

    Attributes:
        values: The values that were given, by name.
    """

    values: Mapping[str, Any]

    @classmethod
    def read(cls, given: Sequence[tuple[str, str]], known: Sequence[Parameter]) -> "Asked":
        """Read the fields of a request.

        Raises:
            ProblemError: If one is not known, is given twice, or is not of its type.
        """
        table = {parameter.name: parameter for parameter in known}
        values: dict[str, Any] = {}
        for name, text in given:
            if name not in table:
                raise _bad(f"There is no parameter {name[:40]!r} here: known are {', '.join(table)}.")
            if name in values:
                raise _bad(f"{name} is given twice: give it once.")
            values[name] = _value(table[name], text)
        return cls(values)

    def of(self, name: str, otherwise: Any = None) -> Any:
        """A value, or another one where it was not given."""
        return self.values.get(name, otherwise)

    def finder_like(self, finder: Rangefinder) -> Rangefinder:
        """The finder with what the request says of camera, objects and maximum depth; its networks stay open.

        Raises:
            SettingError: If a value cannot be.
        """
        query, ranging = finder.query, finder.ranging
        if self._gives("classes", "score", "nms"):
            names = self.of("classes")
            query = Query(
                self.of("score", query.score),
                self.of("nms", query.nms),
                query.classes if names is None else tuple(name.strip() for name in names.split(",")),
            )
        if self._gives("max_depth"):
            ranging = replace(ranging, max_depth_m=self.of("max_depth"))
        if self._gives("camera_height"):
            ranging = replace(ranging, cues=replace(ranging.cues, camera_height_m=self.of("camera_height")))
        if not self._gives(*(parameter.name for parameter in CAMERA)):
            return Rangefinder.of(finder.perceiver, finder.lens, finder.evidence, ranging, query)
        lens = Lens(self._calibration(), *(self.of(p.name) for p in CAMERA if p.name != "camera"))
        return Rangefinder.of(finder.perceiver, lens, replace(finder.evidence, scale=lens.scale), ranging, query)

    def _calibration(self) -> Calibration | None:
        text = self.of("camera")
        return None if text is None else calibration_from_text(text, "camera")

    def _gives(self, *names: str) -> bool:
        return any(name in self.values for name in names)


def _value(parameter: Parameter, text: str) -> Any:
    if parameter.choices and text not in parameter.choices:
        raise _bad(f"{parameter.name} is one of {', '.join(parameter.choices)}, not {text[:40]!r}.")
    return _READERS[parameter.kind](parameter.name, text)


def _number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise _bad(f"{name} is a number, such as 2.5, not {text[:40]!r}.")
    return number


def _boolean(name: str, text: str) -> bool:
    if text.lower() not in ("true", "false", "1", "0"):
        raise _bad(f"{name} is true or false, not {text[:40]!r}.")
    return text.lower() in ("true", "1")


_READERS: dict[Kind, Callable[[str, str], Any]] = {
    "number": _number,
    "boolean": _boolean,
    "string": lambda _, text: text,
}


def _bad(detail: str) -> ProblemError:
    return ProblemError(HTTPStatus.BAD_REQUEST, detail)
