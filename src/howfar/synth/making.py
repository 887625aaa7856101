"""Rendering many scenes on many cores; what is complete is not rendered again."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from multiprocessing.connection import wait
from pathlib import Path

from filelock import FileLock, Timeout

from howfar.errors import OutputError, SettingError
from howfar.io.parsing import read_json_file
from howfar.models.processor import usable_cores
from howfar.processes import without_interrupts
from howfar.synth import layout
from howfar.synth.index import write_index
from howfar.synth.meshes import need_renderer
from howfar.synth.scenes import render_scene
from howfar.synth.spec import MOST_SCENES, SynthSpec
from howfar.synth.writing import write_json

MOST_WORKERS = 1024
FORM = 3
"""Of the scenes: raised when the same seed no longer gives the same files, so that no folder mixes the two."""


def missing_scenes(spec: SynthSpec, out: Path, scenes: int) -> list[int]:
    """Claim a folder for the settings, and tell which of the scenes 0 to `scenes` - 1 are not complete in it.

    Raises:
        SettingError: If the count cannot be, or the folder holds scenes of other settings.
        OutputError: If the folder holds something else, or cannot be written to.
        MissingExtraError: If what casts rays is not installed.
    """
    need_renderer()
    if not 1 <= scenes <= MOST_SCENES:
        raise SettingError(f"From 1 to {MOST_SCENES} scenes can be rendered, not {scenes}: choose a number between.")
    asked = {name: value for name, value in asdict(spec).items() if name != "challenge" or value is not None}
    claim({"form": FORM, **asked}, out)
    return [number for number in range(scenes) if not layout.record_path(out, number).is_file()]


def make_scenes(
    spec: SynthSpec, out: Path, numbers: Sequence[int], workers: int | None, step: Callable[[str], None]
) -> int:
    """Render scenes into a folder that `missing_scenes` has claimed, and write the index of all that are in it.

    Args:
        spec: The settings.
        out: The data set's folder.
        numbers: The scenes to render.
        workers: Processes that render; as many as there are cores if None, and no more than `MOST_WORKERS`.
        step: Called once a scene, with its name.

    Returns:
        How many scenes the data set has.

    Raises:
        SettingError: If there are to be no or too many processes.
        OutputError: If another command renders into the folder, a file cannot be written, or a process was ended.
    """
    with alone(out):
        for leftover in out.glob("*/.*-*"):  # of a run that was killed; readers would take them for scenes
            leftover.unlink()
        for number in rendered(partial(render_scene, spec, out), numbers, workers):
            step(layout.scene_name(number))
        return write_index(spec, out)


def claim(settings: Mapping[str, object], out: Path) -> None:
    """Write the settings of what is rendered into a folder, or see that they are those that it was claimed for.

    Raises:
        SettingError: If the folder was claimed for others.
        OutputError: If it holds something else, or cannot be written to.
    """
    path = out / layout.SPEC_NAME
    if not path.is_file():
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise OutputError(f"{out} holds something other than rendered scenes: choose a new or an empty folder.")
        write_json(path, dict(settings))
        return
    try:
        there = dict(read_json_file(path))
        others = [f"{name} {there[name]}" for name, value in settings.items() if there[name] != value]
        others += [f"{name} {value}" for name, value in there.items() if name not in settings]
    except (OSError, ValueError, KeyError, TypeError):
        raise OutputError(f"{path} cannot be read as the settings of rendered scenes: choose another folder.") from None
    if others:
        raise SettingError(
            f"{out} holds scenes of other settings ({', '.join(others)}): give the same, or choose another folder."
        )


@contextmanager
def alone(out: Path) -> Iterator[None]:
    """Keep other commands from rendering into the folder."""
    try:
        with FileLock(out / layout.LOCK_NAME, timeout=0):
            yield
    except Timeout:
        raise OutputError(f"Another command renders into {out}: wait for it, or choose another folder.") from None


def rendered(render: Callable[[int], int], numbers: Sequence[int], workers: int | None) -> Iterator[int]:
    """The numbers of the scenes, as they become complete.

    Args:
        render: Renders the scene of a number, writes its files and gives the number; it can be sent to a process.
        numbers: The scenes.
        workers: Processes that render; as many as there are cores if None.

    Raises:
        SettingError: If there are to be no or too many processes.
        OutputError: If a process was ended from outside.
    """
    if workers is not None and not 1 <= workers <= MOST_WORKERS:
        raise SettingError(f"From 1 to {MOST_WORKERS} processes can render, not {workers}.", setting="workers")
    workers = min(workers or usable_cores(), len(numbers))
    if workers <= 1:
        yield from map(render, numbers)
        return
    # Spawned, as a forked process inherits the locks of threads that it does not have.
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _belong_to_parent)
    try:
        with without_interrupts():
            scenes = pool.map(render, numbers)
        yield from scenes
    except BrokenProcessPool:
        raise OutputError(
            "A process that renders was ended from outside, perhaps for want of memory: start again with fewer "
            "of them; what is complete stays.",
            setting="workers",
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


def _belong_to_parent() -> None:
    """Leave it to the process that started this one to end it, and end with that whatever ended it.

    Ctrl-C reaches every process of the terminal, and the first one ends the others. When that one is killed, they
    would wait for ever for more to do.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), name="howfar-parent", daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
