"""The page of the server: one file, nothing from elsewhere, and a policy that lets nothing else run."""

import secrets
from functools import cache
from importlib.resources import files

NONCE = "NONCE"
WITH_TOKEN = "WITH_TOKEN"
"""What stands in the file where a value belongs."""


def page(*, with_token: bool) -> tuple[str, dict[str, str]]:
    """The page, and the headers that go with it.

    Args:
        with_token: Whether the page has to ask for a token.
    """
    nonce = secrets.token_urlsafe(16)
    policy = (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src blob: data:; "
        "media-src blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    content = _file().replace(NONCE, nonce).replace(WITH_TOKEN, "yes" if with_token else "no")
    headers = {"Content-Security-Policy": policy, "Permissions-Policy": "camera=(self), microphone=(), geolocation=()"}
    return content, headers


@cache
def _file() -> str:
    return (files("howfar.serve") / "page.html").read_text(encoding="utf-8")
