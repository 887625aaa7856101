"""What is missing is named by the one extra that brings all of it."""

import importlib.util

import pytest
from typer.testing import CliRunner

from howfar.cli.app import app
from howfar.errors import MissingExtraError

BATCH = ("pyarrow", "fsspec", "s3fs", "ray")
SERVE = ("starlette", "uvicorn", "multipart", "websockets", "prometheus_client", "cryptography")


@pytest.mark.parametrize(
    ("words", "missing", "extra"),
    [
        pytest.param("batch photos --out results", BATCH, "batch", id="a batch"),
        pytest.param("batch photos --out results --on ray", BATCH, "cluster", id="a batch on a cluster"),
        pytest.param("batch photos --out results --on ray", ("ray",), "cluster", id="a cluster after a batch"),
        pytest.param("batch s3://bucket/photos --out results", BATCH, "s3", id="pictures in a store"),
        pytest.param("batch photos --out S3://bucket/results", ("s3fs",), "s3", id="results in a store"),
        pytest.param("serve", SERVE, "serve", id="a server"),
        pytest.param("serve --tls self-signed", SERVE, "serve-tls", id="a server for phones"),
    ],
)
def test_one_installation_is_enough(
    monkeypatch: pytest.MonkeyPatch, words: str, missing: tuple[str, ...], extra: str
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *more: None if name in missing else find(name, *more))
    error = CliRunner().invoke(app, words.split()).exception
    assert isinstance(error, MissingExtraError)
    assert str(error).endswith(f"pip install 'howfar[{extra}]'")
