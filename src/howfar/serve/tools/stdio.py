"""The Model Context Protocol over standard input and output, as clients that start their servers themselves speak it.

The official library does the protocol; what the tools do is in `calls.py`.
"""

import base64
from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

import anyio
import anyio.to_thread
import jsonschema
import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from howfar import __version__
from howfar.errors import HowfarError
from howfar.serve.tools.calls import CALLS, Answer, Tools
from howfar.serve.tools.schemas import (
    depth_input,
    depth_output,
    look_input,
    measure_input,
    scene_output,
)
from howfar.text import shown

MOST_MESSAGE = 300
"""Letters of what is wrong with arguments, which repeats them."""


class Described(NamedTuple):
    """A tool as clients see it.

    Attributes:
        text: What it does, and when to use it.
        takes: The schema of its arguments.
        gives: The schema of its data.
    """

    text: str
    takes: dict[str, Any]
    gives: dict[str, Any]


DESCRIBED: Mapping[str, Described] = {
    "look": Described(
        "Find the objects in a picture and how far away each of them is, in metres, with the interval that holds the "
        "true distance four times in five.",
        look_input(),
        scene_output(),
    ),
    "depth": Described(
        "Estimate the depth of a whole picture: nearest, median and farthest in metres, the median of each cell of a "
        "coarse grid, and the map in colour.",
        depth_input(),
        depth_output(),
    ),
    "measure": Described(
        "Measure how far away something in a picture is that you know the place of: boxes round objects, or points, in "
        "pixels of the picture.",
        measure_input(),
        scene_output(),
    ),
}


def server_for(tools: Tools) -> Server[Any]:
    """The server of some tools, which works on one call at a time: each takes all cores."""
    one_at_a_time = anyio.CapacityLimiter(1)

    async def list_tools(_: ServerRequestContext[Any], __: object) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_described(name) for name in CALLS])

    async def call_tool(_: ServerRequestContext[Any], asked: types.CallToolRequestParams) -> types.CallToolResult:
        call = partial(called, tools, asked.name, asked.arguments or {})
        return await anyio.to_thread.run_sync(call, limiter=one_at_a_time)

    folders = ", ".join(map(str, tools.folders.folders))
    return Server(
        "howfar",
        version=__version__,
        instructions=(
            f"Distances of what is in pictures, which lie in {folders}. They are along the optical axis, in metres; "
            "tell their margins and the notes with them."
        ),
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def called(tools: Tools, name: str, arguments: dict[str, Any]) -> types.CallToolResult:
    """The result of a call; what goes wrong is told in a sentence, so that whoever called can mend it."""
    try:
        _check(name, arguments)
        answer = CALLS[name](tools, arguments)
    except HowfarError as error:
        return types.CallToolResult(content=[types.TextContent(text=shown(str(error)))], is_error=True)
    return types.CallToolResult(content=_contents(answer), structured_content=answer.content)


def run_stdio(tools: Tools) -> None:
    """Answer calls on standard input until it ends."""
    anyio.run(_run, server_for(tools))


async def _run(server: Server[Any]) -> None:
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


def _check(name: str, arguments: dict[str, Any]) -> None:
    """Raise HowfarError if there is no such tool, or it does not take these arguments."""
    if name not in DESCRIBED:
        raise HowfarError(f"There is no tool {name[:40]!r}: there are {', '.join(DESCRIBED)}.")
    validator = jsonschema.Draft202012Validator(DESCRIBED[name].takes)
    wrong = next(validator.iter_errors(arguments), None)
    if wrong is not None:
        where = ".".join(map(str, wrong.absolute_path)) or "The arguments"
        raise HowfarError(f"{where}: {wrong.message[:MOST_MESSAGE]}; see the schema of {name}.")


def _described(name: str) -> types.Tool:
    told = DESCRIBED[name]
    harmless = types.ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
    return types.Tool(
        name=name,
        description=told.text,
        input_schema=told.takes,
        output_schema=told.gives,
        annotations=harmless,
    )


def _contents(answer: Answer) -> list[types.ContentBlock]:
    contents: list[types.ContentBlock] = [types.TextContent(text=shown(answer.text))]
    if answer.png is not None:
        contents.append(types.ImageContent(data=base64.b64encode(answer.png).decode(), mime_type="image/png"))
    return contents
