"""Asking the Hugging Face hub where a file lies, how long it is and what its digest is."""

import re
import threading
from typing import Any

from howfar.errors import DownloadError, MissingExtraError
from howfar.io.http import TransportError, within
from howfar.models.zoo.fetch import UnreachableError, Wanted
from howfar.models.zoo.registry import HubFile

TIMES = 2
"""The whole answer may take so many times the longest wait: a few headers, over a few redirects."""
SHA256 = re.compile(r"[0-9a-f]{64}")


def locate(file: HubFile, mirror: str | None, timeout_s: float) -> Wanted:
    """The address of a file at its commit, with the size and digest that the hub states.

    Args:
        file: The file.
        mirror: Address of a mirror of the hub; None for the hub itself, or what `HF_ENDPOINT` says.
        timeout_s: Longest wait for the answer.

    Raises:
        MissingExtraError: If huggingface_hub is not installed.
        UnreachableError: If the hub cannot be reached.
        DownloadError: If it does not have the file.
    """
    try:
        import huggingface_hub
        from huggingface_hub.errors import HfHubHTTPError
    except ImportError:
        raise MissingExtraError("Pulling models from the hub", "hub") from None
    url = huggingface_hub.hf_hub_url(file.repo, file.file, revision=file.revision, endpoint=mirror)
    found: list[Any] = []

    def ask(_: threading.Event) -> None:
        # Every listed file is public: a token of the user's must not go to a mirror.
        found.append(huggingface_hub.get_hf_file_metadata(url, token=False, timeout=timeout_s, endpoint=mirror))

    try:
        within(TIMES * timeout_s, ask, lambda: None)
    except HfHubHTTPError as error:
        raise _refused(url, error) from None
    except TransportError:
        raise UnreachableError(f"The hub did not answer at {url} within {TIMES * timeout_s:g} s") from None
    except Exception as error:  # noqa: BLE001  its transport, and so its errors, changed from one version to the next
        raise UnreachableError(f"The hub cannot be reached at {url} ({type(error).__name__})") from None
    (facts,) = found
    pinned = huggingface_hub.hf_hub_url(
        file.repo, file.file, revision=facts.commit_hash or file.revision, endpoint=mirror
    )
    etag = facts.etag or ""
    return Wanted(pinned, sha256=etag if SHA256.fullmatch(etag) else None, size_bytes=facts.size)


def _refused(url: str, error: Any) -> DownloadError:
    status = error.response.status_code
    if status == 429 or status >= 500:
        return UnreachableError(f"The hub answered {status} for {url}")
    return DownloadError(f"The hub does not have {url} (it answered {status}): check the mirror, or update howfar.")
