"""Where pulled models lie, and what is recorded beside each."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, cast, get_args

from howfar.errors import ModelError, SettingError
from howfar.files import expanded, replacing
from howfar.io.parsing import UnreadableError, read_json_file
from howfar.io.toml import NOT_NEGATIVE, Fields
from howfar.models.card import card_path
from howfar.models.zoo.registry import Entry

DigestFrom = Literal["registry", "hub", "first pull"]


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of one pulled file; a small JSON file beside it.

    Attributes:
        name: The model's name.
        url: Where it was fetched from.
        size_bytes: Size of the file.
        sha256: Its digest, checked whenever the model is opened.
        digest_from: Who stated the digest: howfar's `registry`, the `hub`, or nobody, so that the `first pull` did.
    """

    name: str
    url: str
    size_bytes: int
    sha256: str
    digest_from: DigestFrom


def cache_folder() -> Path:
    """Where howfar keeps what it fetched: `HOWFAR_CACHE`, or the platform's cache folder of the user."""
    chosen = os.environ.get("HOWFAR_CACHE")
    if chosen:
        return expanded(chosen)
    import platformdirs

    return platformdirs.user_cache_path("howfar", appauthor=False)


def model_path(entry: Entry) -> Path:
    """Where the model's file lies, or will lie when it is pulled."""
    return entry.embedded_path or cache_folder() / "models" / entry.file_name


def record_path(model: Path) -> Path:
    """Where the record of a pulled file lies: beside it."""
    return model.with_name(f"{model.name}.json")


def pulled_path(entry: Entry) -> Path | None:
    """The model's file if it is here: embedded or pulled; else None."""
    path = model_path(entry)
    return path if path.is_file() else None


def pulled_folder(entry: Entry) -> Path | None:
    """The folder of a model of several files if it is here; else None."""
    return cache_folder() / "models" / entry.name if entry.beside and pulled_path(entry) else None


def read_record(model: Path) -> Record | None:
    """The record of a pulled file; None when there is none.

    Raises:
        ModelError: If it cannot be read.
    """
    path = record_path(model)
    try:
        fields = Fields(_object(read_json_file(path)), "")
        record = Record(
            name=fields.text("name"),
            url=fields.text("url"),
            size_bytes=fields.whole("size_bytes", within=NOT_NEGATIVE),
            sha256=fields.text("sha256"),
            digest_from=cast(DigestFrom, fields.choice("digest_from", get_args(DigestFrom))),
        )
        fields.refuse_others()
    except FileNotFoundError:
        return None
    except (OSError, UnreadableError, SettingError) as error:
        raise ModelError(f"The record {path} cannot be read ({error}): remove it and pull the model again.") from None
    return record


def _object(content: Any) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise UnreadableError("it is no object")
    return content


def write_companions(model: Path, entry: Entry, record: Record) -> None:
    """Write the record, and the card with the digest in it, beside where the model's file will be."""
    with replacing(record_path(model), overwrite=True) as temporary:
        temporary.write_text(json.dumps(asdict(record), indent=2) + "\n", encoding="utf-8")
    if entry.card_path is not None:
        text = entry.card_path.read_text(encoding="utf-8")
        if entry.sha256 is None:  # the digest belongs to the card's top level, which is where the file begins
            text = f'sha256 = "{record.sha256}"\n{text}'
        with replacing(card_path(model), overwrite=True) as temporary:
            temporary.write_text(text, encoding="utf-8")
