"""`howfar serve --mcp`: tools for programs that start their servers themselves."""

from collections.abc import Sequence
from pathlib import Path

from howfar.cli.console import tell
from howfar.cli.extras import need
from howfar.errors import SettingError
from howfar.pipeline.spec import RangefinderSpec

PURPOSE = "howfar serve --mcp"


def refuse_mixture(mcp: bool, folders: Sequence[Path], of_addresses: Sequence[str]) -> None:
    """Raise SettingError where options of one kind of server are given for the other.

    Args:
        mcp: Whether tools are served.
        folders: The folders that are allowed to them.
        of_addresses: The options that were given and belong to a server with an address, by their names in Python.
    """
    if not mcp and folders:
        raise SettingError("--allow-folder goes with --mcp: no other server reads paths that a client names.")
    if mcp and of_addresses:
        flags = ", ".join(f"--{name.replace('_', '-')}" for name in of_addresses)
        raise SettingError(f"With --mcp the server has no address, so that {flags} has no meaning: leave it out.")


def serve_tools(spec: RangefinderSpec, folders: Sequence[Path], max_bytes: int, max_pixels: int) -> None:
    """Answer calls of tools on standard input and output until it ends.

    Args:
        spec: What looks at the pictures.
        folders: The folders whose pictures may be named.
        max_bytes: The most that a file may have.
        max_pixels: The most pixels that a picture may have.

    Raises:
        MissingExtraError: If the protocol's library is not installed.
        SettingError: If no folder is allowed, or one is none.
    """
    need(PURPOSE, "mcp", ("mcp", "mcp_types", "anyio", "jsonschema", "starlette", "multipart"))
    from howfar.serve.settings import ServeSettings
    from howfar.serve.tools.allowed_folders import AllowedFolders
    from howfar.serve.tools.calls import Tools
    from howfar.serve.tools.stdio import run_stdio

    limits = ServeSettings(max_bytes=max_bytes, max_pixels=max_pixels)
    allowed = AllowedFolders.of(folders, max_bytes)
    tools = Tools(spec.open(), allowed, limits)
    tell(f"howfar answers calls of tools on standard input, for pictures in {', '.join(map(str, allowed.folders))}.")
    run_stdio(tools)
