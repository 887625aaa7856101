"""`howfar serve` in a process of its own."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

RUN = "from howfar.cli.app import main; import sys; sys.argv[0] = 'howfar'; main()"


@dataclass
class Serving:
    """A running server.

    Attributes:
        process: Its process.
        url: Its address, without the token.
        lines: What it has said.
    """

    process: subprocess.Popen[str]
    url: str = ""
    lines: list[str] = field(default_factory=list)


@contextmanager
def served(*options: str, **environment: str) -> Iterator[Serving]:
    """Start `howfar serve` at any free port, wait until it answers, and end it."""
    command = [sys.executable, "-c", RUN, "serve", "--port", "0", "--threads", "1", *options]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, **environment})
    server = Serving(process)
    try:
        assert process.stderr is not None
        for line in process.stderr:
            server.lines.append(line.rstrip("\n"))
            if line.startswith("howfar serves at "):
                server.url = line.split()[-1].partition("#")[0].rstrip("/")
            if line.startswith("Ctrl-C"):
                break
        reader = threading.Thread(
            target=lambda: server.lines.extend(map(str.rstrip, process.stderr or ())), daemon=True
        )
        reader.start()
        yield server
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(20)
