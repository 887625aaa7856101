"""`howfar serve`: a server that looks at pictures, with a page of its own."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from howfar.cli import options
from howfar.cli.console import tell

SERVER = "Server"
TOOLS = "Tools"
TOKEN_BYTES = 18
MEGABYTE = 2**20
OF_ADDRESSES = (
    *("host", "port", "token", "tls", "tls_cert", "tls_key"),
    *("allowed_host", "allow_origin", "allow_urls", "waiting", "deadline", "quiet"),
)
"""The options of a server that has an address."""


def serve(
    context: typer.Context,
    host: Annotated[
        str, typer.Option("--host", help="Address to listen at; 0.0.0.0 for all.", rich_help_panel=SERVER)
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0: any.", rich_help_panel=SERVER)] = 8000,
    token: Annotated[
        str | None,
        typer.Option(
            "--token",
            envvar="HOWFAR_TOKEN",
            help="What clients have to show; beyond this machine one is made up and printed where none is given.",
            rich_help_panel=SERVER,
        ),
    ] = None,
    tls: Annotated[
        Literal["self-signed"] | None,
        typer.Option("--tls", help="https with a certificate of the server's own, for phones.", rich_help_panel=SERVER),
    ] = None,
    tls_cert: Annotated[
        Path | None, typer.Option("--tls-cert", metavar="PEM", help="Certificate for https.", rich_help_panel=SERVER)
    ] = None,
    tls_key: Annotated[
        Path | None, typer.Option("--tls-key", metavar="PEM", help="Its key.", rich_help_panel=SERVER)
    ] = None,
    allowed_host: Annotated[
        list[str] | None,
        typer.Option("--allowed-host", metavar="NAME", help="Another name of the server.", rich_help_panel=SERVER),
    ] = None,
    allow_origin: Annotated[
        list[str] | None,
        typer.Option("--allow-origin", metavar="ORIGIN", help="A site whose pages may ask it.", rich_help_panel=SERVER),
    ] = None,
    allow_urls: Annotated[
        bool,
        typer.Option("--allow-urls", help="Fetch pictures from public addresses.", rich_help_panel=SERVER),
    ] = False,
    max_mb: Annotated[
        float, typer.Option("--max-mb", metavar="MB", help="Most of a request.", rich_help_panel=SERVER)
    ] = 20.0,
    max_megapixels: Annotated[
        float, typer.Option("--max-megapixels", metavar="MP", help="Most of a picture.", rich_help_panel=SERVER)
    ] = 50.0,
    waiting: Annotated[
        int, typer.Option("--waiting", min=1, help="How many requests may wait.", rich_help_panel=SERVER)
    ] = 16,
    deadline: Annotated[
        float,
        typer.Option("--deadline", metavar="SECONDS", help="Longest time of a request.", rich_help_panel=SERVER),
    ] = 30.0,
    mcp: Annotated[
        bool,
        typer.Option(
            "--mcp",
            help="Offer the tools look, depth and measure on standard input and output (Model Context Protocol).",
            rich_help_panel=TOOLS,
        ),
    ] = False,
    allow_folder: Annotated[
        list[Path] | None,
        typer.Option(
            "--allow-folder", metavar="DIR", help="A folder whose pictures tools may read.", rich_help_panel=TOOLS
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No line for each request.", rich_help_panel=SERVER)] = False,
    max_depth: options.MaxDepth = None,
    classes: options.Classes = None,
    score: options.Score = None,
    detector: options.DetectorModel = "nanodet-g",
    depth_model: options.DepthModel = None,
    camera: options.CameraFile = None,
    camera_height: options.CameraHeight = None,
    threads: options.Threads = None,
    engine: options.Engine = "auto",
    precision: options.Precision = "auto",
) -> None:
    """Answer requests of programs, and of people by a page: what is in a picture, and how far away is it?

    POST a picture to /v1/look for the JSON of `howfar look`; /v1/annotated and /v1/depth give pictures, /v1/live is a
    WebSocket for frames of a camera, /openapi.json describes all of it. The page is at /.
    """
    from howfar.cli.extras import need
    from howfar.cli.serve_tools import refuse_mixture, serve_tools
    from howfar.errors import SettingError
    from howfar.io.camera_files import read_calibration
    from howfar.pipeline.spec import RangefinderSpec

    refuse_mixture(mcp, allow_folder or (), [name for name in OF_ADDRESSES if _is_typed(context, name)])
    max_bytes, max_pixels = round(max_mb * MEGABYTE), round(max_megapixels * 1e6)
    spec = RangefinderSpec(
        detector=detector,
        depth=depth_model,
        camera=read_calibration(camera) if camera else None,
        max_depth_m=max_depth,
        classes=classes.split(",") if classes else None,
        score=score,
        camera_height_m=camera_height,
        threads=threads,
        engine=engine,
        precision=precision,
    )
    if mcp:
        serve_tools(spec, allow_folder or (), max_bytes, max_pixels)
        return
    libraries = ("starlette", "uvicorn", "multipart", "websockets", "prometheus_client")
    if tls:
        need("--tls self-signed", "serve-tls", (*libraries, "cryptography"))
    need("howfar serve", "serve", libraries)
    from howfar.serve.app import create_app
    from howfar.serve.own_addresses import own_addresses
    from howfar.serve.running import listening_socket, run_server
    from howfar.serve.settings import ServeSettings, is_local

    if (tls_cert is None) != (tls_key is None) or (tls is not None and tls_cert is not None):
        raise SettingError("https takes --tls-cert together with --tls-key, or --tls self-signed alone.")
    settings = ServeSettings(
        host=host,
        port=port,
        token=token or (None if is_local(host) else _made_up()),
        allowed_hosts=tuple(allowed_host or ()) + own_addresses(host),
        allowed_origins=tuple(allow_origin or ()),
        max_bytes=max_bytes,
        max_pixels=max_pixels,
        waiting=waiting,
        deadline_s=deadline,
        allow_urls=allow_urls,
    )
    certificate = _certificate(settings.hosts) if tls else None
    if tls_cert is not None and tls_key is not None:
        certificate = (tls_cert, tls_key)
    listening = listening_socket(settings)
    with listening:
        app = create_app(spec.open(), settings, None if quiet else tell)
        address = listening.getsockname()

        def ready() -> None:
            _welcome(settings.host, int(address[1]), settings.token, secure=certificate is not None)

        run_server(app, settings, listening, certificate, ready)


def _is_typed(context: typer.Context, name: str) -> bool:
    """Whether an option was given on the command line, and has not its default or that of the environment."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _made_up() -> str:
    import secrets

    return secrets.token_urlsafe(TOKEN_BYTES)


def _certificate(names: frozenset[str]) -> tuple[Path, Path]:
    from platformdirs import user_data_path

    from howfar.serve.tls import self_signed

    return self_signed(user_data_path("howfar") / "tls", names)


def _welcome(host: str, port: int, token: str | None, *, secure: bool) -> None:
    """Say where the server is, with the token in the part of the address that a browser keeps to itself."""
    from howfar.serve.own_addresses import own_addresses

    own = own_addresses(host)
    shown = [name for name in own if name.replace(".", "").isdigit() and not name.startswith("127.")] or [host]
    part = f"#token={token}" if token else ""
    for name in shown:
        tell(f"howfar serves at http{'s' if secure else ''}://{name}:{port}/{part}")
    if token:
        tell(f"Programs send:  Authorization: Bearer {token}")
    if token and not secure:
        tell("Over http the token and the pictures travel in clear: --tls self-signed gives https.")
    tell("Ctrl-C ends it.")
