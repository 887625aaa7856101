"""What is known of each model of the zoo: registry.toml and the cards that it names."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from howfar.errors import ModelError
from howfar.io.toml import read_own_toml
from howfar.models.card import Card, Task
from howfar.models.card_reading import read_card

HUB = "https://huggingface.co"
MODELS = Path(str(resources.files("howfar.models")))


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file on the Hugging Face hub.

    Attributes:
        repo: Owner and name.
        file: Path in the repository.
        revision: Branch, tag or commit.
    """

    repo: str
    file: str
    revision: str = "main"


@dataclass(frozen=True, slots=True)
class Entry:
    """One model of the zoo.

    Attributes:
        name: What users call it: `howfar models` lists it.
        task: As its card has it.
        licence: Licence of the weights.
        origin: Where they come from.
        results: What they reach, each with its source, in words.
        sha256: Digest of the file, where a published source states it.
        size_mb: Size of the file in megabytes (10⁶ bytes), about.
        url: Address of a release file, or
        hub: the file on the hub; both are None for an embedded model.
        card_path: The card to lay beside the file; None for a checkpoint that must be exported to ONNX first.
        embedded_path: The ONNX file of a model that ships with howfar.
        ask_licence: Address of a licence that the user is asked to accept before the pull.
        beside: Other files of the hub's repository that belong to it: they are all laid in one folder.
        export_extra: The extra of howfar that a checkpoint's export needs.
        unsupported: Why howfar does not run it, in words, for a model that is listed all the same.
    """

    name: str
    task: Task
    licence: str
    origin: str = ""
    results: tuple[str, ...] = ()
    sha256: str | None = None
    size_mb: float | None = None
    url: str | None = None
    hub: HubFile | None = None
    card_path: Path | None = None
    embedded_path: Path | None = None
    ask_licence: str | None = None
    beside: tuple[str, ...] = ()
    export_extra: str = "train"
    unsupported: str | None = None

    @property
    def runs_at_once(self) -> bool:
        """Whether it runs after the pull, without an export."""
        return self.card_path is not None

    @property
    def address(self) -> str:
        """Where the file is fetched from, without a mirror; empty for one that is embedded or not supported."""
        if self.hub is not None:
            return f"{HUB}/{self.hub.repo}/resolve/{self.hub.revision}/{self.hub.file}"
        return self.url or ""

    @property
    def file_name(self) -> str:
        """The file's name in the cache, with its folder if the model has several files."""
        if self.embedded_path is not None:
            return self.embedded_path.name
        if self.hub is not None and self.beside:
            return f"{self.name}/{self.hub.file}"
        return self.name + Path(self.address).suffix

    def files(self) -> "tuple[Entry, ...]":
        """Each of its files as an entry of its own: the one with the weights last, whose presence stands for all."""
        if self.hub is None:
            return (self,)
        others = (replace(self, hub=replace(self.hub, file=file), size_mb=None, sha256=None) for file in self.beside)
        return (*others, self)

    def card(self) -> Card | None:
        """The model's card; None for a checkpoint that must be exported first."""
        return None if self.card_path is None else read_card(self.card_path)


@lru_cache(maxsize=1)
def entries() -> Mapping[str, Entry]:
    """Every model of the zoo by its name, in the order of the registry."""
    read = [_entry(table) for table in read_own_toml("howfar.models.zoo", "registry.toml")["model"]]
    return {entry.name: entry for entry in read}


def find_entry(name: str) -> Entry:
    """One model of the zoo.

    Raises:
        ModelError: If none is called so.
    """
    entry = entries().get(name)
    if entry is None:
        raise ModelError(f"No model is called {name!r}: `howfar models` lists them, or name an .onnx file.")
    return entry


def embedded_default(task: Task) -> str:
    """Name of the embedded model for a task, which works offline."""
    return next(entry.name for entry in entries().values() if entry.embedded_path and entry.task == task)


def _entry(table: dict[str, Any]) -> Entry:
    facts = dict(table)
    embedded, card = facts.pop("embedded", None), facts.pop("card", None)
    if embedded:
        facts["embedded_path"] = path = MODELS / "weights" / f"{embedded}.onnx"
        facts["size_mb"] = path.stat().st_size / 1e6 if path.is_file() else None
        facts |= _facts_of_card(path.with_suffix(".toml"))
    elif card:
        facts |= _facts_of_card(MODELS / "zoo" / "cards" / f"{card}.toml")
    if "hub" in facts:
        facts["hub"] = HubFile(**facts["hub"])
    return Entry(**facts | {name: tuple(facts.get(name, ())) for name in ("results", "beside")})


def _facts_of_card(path: Path) -> dict[str, Any]:
    card = read_card(path)
    shared = ("name", "task", "licence", "origin", "results", "sha256")
    return {fact: getattr(card, fact) for fact in shared} | {"card_path": path}
