"""`howfar doctor`: what is installed, whether it works, and how fast it is here."""

import platform
import re
from collections.abc import Callable, Iterator
from importlib import import_module, metadata
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from howfar import __version__
from howfar.cli.console import results
from howfar.errors import HowfarError, MissingExtraError

DEVELOPERS = "dev"
"""The extra that brings what howfar is developed with; whoever uses it lacks nothing without."""

REQUIREMENT = re.compile(
    r"(?P<library>[\w.-]+)\s*(?:\[(?P<extras>[^\]]*)\])?.*;.*\bextra\s*==\s*[\"'](?P<extra>[\w.-]+)[\"']"
)
"""A library that an extra brings, as the metadata of a package states it."""

H264_ENCODERS = ("libx264", "h264", "libopenh264")
SPEED_RUNS = 5

PICTURE = "640×480 picture"
RUN_ON = {"detection": PICTURE, "depth": PICTURE, "joint": PICTURE, "ranging": "box", "stereo": PICTURE}
"""What a speed reading is of, by the task of the card."""


class Finding(NamedTuple):
    """One line of the report."""

    subject: str
    text: str
    works: bool = True
    essential: bool = True


def doctor(
    licences: Annotated[
        bool, typer.Option("--licences", help="Tell the licences of all that is installed, and nothing else.")
    ] = False,
) -> None:
    """Tell what is installed, check the embedded models, and take a speed reading."""
    from rich.table import Table
    from rich.text import Text

    if licences:
        _tell_licences()
        return
    table = Table(show_header=False, box=None, pad_edge=False)
    broken = False
    for finding in findings():
        mark, style = ("✓", "green") if finding.works else ("✗", "red") if finding.essential else ("–", "yellow")
        table.add_row(Text(mark, style), finding.subject, finding.text)
        broken = broken or (finding.essential and not finding.works)
    console = results()
    console.print(table)
    if broken:
        console.print("Something essential is broken: install howfar again in a fresh environment.")
        raise typer.Exit(1)


def _tell_licences() -> None:
    from howfar.cli.licences import licences

    console = results()
    for licence in licences():
        console.print(f"{licence.package}: {licence.stated}", markup=False, highlight=False, soft_wrap=True)
        for text, names in licence.carried.items():
            console.print(f"    carries {', '.join(names)}: {text}", markup=False, highlight=False, soft_wrap=True)
    console.print(
        "Weights have licences of their own: NOTICE has those that ship with howfar,  howfar models  the others.",
        highlight=False,
        soft_wrap=True,
    )


def findings() -> Iterator[Finding]:
    """Everything that `howfar doctor` looks at, in order."""
    yield Finding("howfar", f"{__version__}, Python {platform.python_version()}, {platform.platform()}")
    for subject, look in (
        ("NumPy", _version_of("numpy")),
        ("OpenCV", _version_of("cv2")),
        ("Pillow", _version_of("PIL")),
        ("ONNX Runtime", _onnx_runtime),
        ("PyAV", _version_of("av")),
    ):
        yield _tried(subject, look)
    yield _tried("OpenVINO", _openvino, essential=False)
    yield _tried("int8", _int8, essential=False)
    yield _h264()
    yield from _extras()
    yield _tried("cache", _cache, essential=False)
    yield from _embedded_models()


def _tried(subject: str, look: Callable[[], str], *, essential: bool = True) -> Finding:
    try:
        return Finding(subject, look(), essential=essential)
    except (ImportError, OSError, HowfarError) as error:
        return Finding(subject, str(error), False, essential)


def _version_of(module: str) -> Callable[[], str]:
    return lambda: str(import_module(module).__version__)


def _onnx_runtime() -> str:
    import onnxruntime

    return f"{onnxruntime.__version__}, providers: {', '.join(onnxruntime.get_available_providers())}"


def _openvino() -> str:
    from howfar.models.engines import EXTRA
    from howfar.models.openvino_library import has_bf16, is_installed, openvino

    if not is_installed():
        raise MissingExtraError("A faster engine", EXTRA)
    computes = "computes" if has_bf16() else "does not compute"
    return f"{openvino().__version__}, and the processor {computes} in bf16; its telemetry is off"


def _int8() -> str:
    from howfar.evaluation.agreement.worth import int8_worth

    return int8_worth(SPEED_RUNS)


def _h264() -> Finding:
    try:
        import av

        found = [name for name in H264_ENCODERS if name in av.codecs_available]
    except ImportError as error:
        return Finding("H.264", str(error), False, False)
    if not found:
        return Finding("H.264", "PyAV has no H.264 encoder: annotated videos cannot be written", False, False)
    return Finding("H.264", f"can be written ({found[0]})")


def extras() -> dict[str, tuple[str, ...]]:
    """The optional extras with the libraries that each brings, as the metadata of the installed howfar states them.

    Raises:
        PackageNotFoundError: If howfar runs without being installed.
    """
    brought: dict[str, list[str]] = {extra: [] for extra in metadata.metadata("howfar").get_all("Provides-Extra", ())}
    included: dict[str, list[str]] = {extra: [] for extra in brought}
    for requirement in metadata.requires("howfar") or ():
        if (match := REQUIREMENT.match(requirement)) is None:
            continue
        if match["library"] == "howfar":
            included[match["extra"]] += match["extras"].split(",")
        else:
            brought[match["extra"]].append(match["library"])

    def libraries(extra: str) -> tuple[str, ...]:
        return (*brought[extra], *(name for other in included[extra] for name in libraries(other.strip())))

    return {extra: libraries(extra) for extra in brought if extra != DEVELOPERS}


def _extras() -> Iterator[Finding]:
    try:
        found = extras()
    except metadata.PackageNotFoundError:
        yield Finding("extras", "not told: howfar runs from a folder and is not installed", False, False)
        return
    for extra, libraries in found.items():
        missing = [library for library in libraries if not _is_installed(library)]
        text = f"not installed: {', '.join(missing)}" if missing else "installed"
        yield Finding(f"howfar[{extra}]", text, not missing, False)


def _is_installed(library: str) -> bool:
    try:
        metadata.version(library)
    except metadata.PackageNotFoundError:
        return False
    return True


def _cache() -> str:
    from howfar.models.zoo import cache_folder

    folder = cache_folder()
    if not folder.is_dir():
        return f"{folder} (not made yet)"
    return f"{folder}, {_size_bytes(folder) / 1e6:.1f} MB"


def _size_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _embedded_models() -> Iterator[Finding]:
    """Digest, fit to the card, and a speed reading of each model that ships with howfar."""
    try:
        from howfar.models.library import EMBEDDED
    except ImportError as error:
        yield Finding("models", str(error), False)
        return
    for name in EMBEDDED:
        yield _tried(name, _reading_of(name))


def _reading_of(name: str) -> Callable[[], str]:
    def reading() -> str:
        from howfar.models import RunOptions
        from howfar.models.check import least_ms
        from howfar.models.engines import choose
        from howfar.models.library import find_model

        path, card = find_model(name)
        choice = choose(RunOptions(), card)
        took_ms = least_ms(path, card, SPEED_RUNS)
        return (
            f"{card.task}, digest right, {took_ms:.0f} ms a {RUN_ON[card.task]} (least of {SPEED_RUNS}), "
            f"by {choice.engine} in {choice.precision}: {choice.why}"
        )

    return reading
