"""Files of which OpenVINO gives what ONNX Runtime does not are refused; each is tried once.

What ships is tried by the tests. Any other file is run by both engines when OpenVINO is to run it for the first time,
in some tenths of a second; that it passed is kept in howfar's cache, by the file's digest, whatever its card says, and
OpenVINO's version.
"""

from contextlib import suppress
from pathlib import Path

from howfar.errors import OutputError
from howfar.files import is_file, replacing
from howfar.models.card import Card
from howfar.models.model_file import file_digest
from howfar.models.openvino_library import openvino
from howfar.models.openvino_session import OpenVinoSession
from howfar.models.run_options import RunOptions
from howfar.models.session import Session, open_session
from howfar.models.zoo.cache import cache_folder

FOLDER = "same-by-openvino"
"""Of the cache: in a folder for each version a file for each network, which says how far apart the engines are."""


def open_guarded(path: Path, card: Card, options: RunOptions | None = None) -> Session:
    """Open a network as `open_session` does, and refuse one that OpenVINO is to run and computes wrongly.

    Raises:
        ModelError: As `open_session`; also if OpenVINO gives something else than ONNX Runtime.
        SettingError: As `open_session`.
        MissingExtraError: As `open_session`.
    """
    session = open_session(path, card, options)
    if isinstance(session, OpenVinoSession):
        refuse_computed_wrongly(path, card, None if options is None else options.threads)
    return session


def refuse_computed_wrongly(path: Path, card: Card, threads: int | None = None) -> None:
    """Try a file that was not tried before, with so many threads.

    Raises:
        ModelError: If OpenVINO gives something else than ONNX Runtime.
    """
    version = str(openvino().__version__).partition("-")[0]  # the rest names a build, and has slashes
    passed = cache_folder() / FOLDER / version / file_digest(path)
    if is_file(passed):
        return
    from howfar.models.engine_check import check_engines  # it draws a room, which most never need

    apart = check_engines(path, card, threads)
    if apart is None:
        return
    with suppress(OutputError), replacing(passed, overwrite=True) as temporary:  # if not kept, it is tried again
        temporary.write_text(f"{apart:.1g}\n")
