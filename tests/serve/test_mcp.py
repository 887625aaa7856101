"""`howfar serve --mcp`, asked by the official client over standard input and output."""

import asyncio
import base64
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from PIL import Image
from typer.testing import CliRunner

from howfar.cli.app import app
from howfar.cli.serve_tools import refuse_mixture
from howfar.errors import SettingError
from tests.pipeline.stand_ins import halves
from tests.serve.processes import RUN

pytest.importorskip("mcp", reason="needs the extra `mcp`")

import mcp_types as types
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from howfar.serve.tools.stdio import called, server_for
from tests.serve.test_tool_calls import tools


def asked(client: Any, work: Callable[[Any], Awaitable[Any]]) -> Any:
    """What comes of work with a connected client."""

    async def connected() -> Any:
        async with client as open_client:
            return await work(open_client)

    return asyncio.run(connected())


def test_the_tools_are_offered_with_their_schemas(tmp_path: Path) -> None:
    async def work(client: Any) -> Any:
        return (await client.list_tools()).tools

    found = asked(Client(server_for(tools(tmp_path))), work)
    assert [tool.name for tool in found] == ["look", "depth", "measure"]
    for tool in found:
        jsonschema.Draft202012Validator.check_schema(tool.input_schema)
        jsonschema.Draft202012Validator.check_schema(tool.output_schema)
        assert tool.annotations.read_only_hint


def test_an_answer_is_text_and_data(tmp_path: Path) -> None:
    async def work(client: Any) -> Any:
        return await client.call_tool("look", {"picture": "two.png"})

    answer = asked(Client(server_for(tools(tmp_path))), work)
    assert not answer.is_error
    assert "1. cup: 2.0 m ±" in answer.content[0].text
    assert answer.structured_content["objects"][0]["depth_m"] == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        pytest.param("look", {"picture": "/etc/passwd"}, "not in the allowed folders", id="a file elsewhere"),
        pytest.param("look", {}, "'picture' is a required property", id="no picture"),
        pytest.param("look", {"picture": "two.png", "score": "high"}, "score: 'high' is not of type", id="words"),
        pytest.param("look", {"picture": "two.png", "more": 1}, "see the schema of look", id="an unknown argument"),
        pytest.param("fetch", {"picture": "two.png"}, "There is no tool 'fetch'", id="an unknown tool"),
    ],
)  # fmt: skip
def test_a_call_that_goes_wrong_is_told_in_a_sentence(
    tmp_path: Path, name: str, arguments: dict[str, Any], says: str
) -> None:
    answer = called(tools(tmp_path), name, arguments)
    assert answer.is_error
    assert isinstance(answer.content[0], types.TextContent)
    assert says in answer.content[0].text


def test_options_of_the_two_kinds_of_server_do_not_mix() -> None:
    with pytest.raises(SettingError, match="--host, --tls-cert has no meaning"):
        refuse_mixture(True, [Path()], ["host", "tls_cert"])
    with pytest.raises(SettingError, match="--allow-folder goes with --mcp"):
        refuse_mixture(False, [Path()], [])
    refuse_mixture(False, [], ["host"])


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(["--mcp"], "no folder is allowed", id="no folder"),
        pytest.param(["--mcp", "--allow-folder", "none"], "There is no folder none", id="a folder that is not there"),
        pytest.param(["--mcp", "--allow-folder", ".", "--port", "8000"], "--port has no meaning", id="a port"),
    ],
)
def test_what_is_wrong_on_the_command_line_is_told_before_networks_are_opened(words: list[str], says: str) -> None:
    result = CliRunner().invoke(app, ["serve", *words])
    assert says in str(result.exception)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    Image.fromarray(halves(2.0, 5.0)).resize((320, 240)).save(folder / "two.png")
    (tmp_path / "secret.png").write_bytes((folder / "two.png").read_bytes())
    (folder / "out.png").symlink_to(tmp_path / "secret.png")
    return folder


@pytest.mark.slow
def test_a_client_that_starts_the_server_gets_answers_by_the_networks(photos: Path) -> None:
    command = ["-c", RUN, "serve", "--mcp", "--allow-folder", str(photos), "--threads", "1"]
    server = StdioServerParameters(command=sys.executable, args=command, env={**os.environ})

    async def work(client: Any) -> dict[str, Any]:
        box = {"box_xyxy_px": [20, 20, 120, 220], "label": "crate"}
        return {
            "tools": (await client.list_tools()).tools,
            "look": await client.call_tool("look", {"picture": "two.png", "score": 0.01}),
            "measure": await client.call_tool("measure", {"picture": str(photos / "two.png"), "boxes": [box]}),
            "depth": await client.call_tool("depth", {"picture": "two.png", "fov_deg": 65}),
            "link": await client.call_tool("look", {"picture": "out.png"}),
        }

    told = asked(Client(stdio_client(server)), work)
    schemas = {tool.name: tool.output_schema for tool in told["tools"]}
    for name in ("look", "measure", "depth"):
        assert not told[name].is_error, told[name].content
        jsonschema.validate(told[name].structured_content, schemas[name])
    assert " m ± " in told["measure"].content[0].text
    assert told["measure"].structured_content["objects"][0]["label"] == "crate"
    picture = Image.open(BytesIO(base64.b64decode(told["depth"].content[1].data)))
    assert min(picture.size) >= 240
    assert told["depth"].structured_content["camera"]["origin"] == "given"
    assert told["link"].is_error
    assert "not in the allowed folders" in told["link"].content[0].text


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["end of input", "Ctrl-C"])
def test_the_server_ends_with_its_client(photos: Path, ending: str) -> None:
    command = [sys.executable, "-c", RUN, "serve", "--mcp", "--allow-folder", str(photos), "--threads", "1"]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stderr is not None
    assert "answers calls of tools" in process.stderr.readline()
    if ending == "Ctrl-C":
        process.send_signal(signal.SIGINT)
    else:
        process.stdin.close()
    try:
        process.wait(timeout=20)
    finally:
        process.kill()
    assert "Traceback" not in process.stderr.read()
