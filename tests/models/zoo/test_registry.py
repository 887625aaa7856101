"""The registry that ships: complete, consistent with the cards, and honest about digests."""

import re
from pathlib import Path

import pytest

from howfar.errors import ModelError
from howfar.models.library import EMBEDDED, embedded_path
from howfar.models.model_file import file_digest
from howfar.models.zoo import Entry, embedded_default, entries, find_entry

ALL = [pytest.param(entry, id=entry.name) for entry in entries().values()]


@pytest.mark.parametrize("entry", ALL)
def test_every_model_states_what_it_is(entry: Entry) -> None:
    assert entry.licence
    assert entry.origin
    assert entry.size_mb or entry.unsupported
    assert entry.sha256 is None or re.fullmatch(r"[0-9a-f]{64}", entry.sha256)
    ways = [entry.url is not None, entry.hub is not None, entry.embedded_path is not None, bool(entry.unsupported)]
    assert sum(ways) == 1
    assert entry.embedded_path or entry.unsupported or entry.address.startswith("https://")


@pytest.mark.parametrize("entry", ALL)
def test_what_runs_at_once_is_onnx_with_a_card_that_agrees(entry: Entry) -> None:
    card = entry.card()
    assert (card is not None) == entry.runs_at_once == entry.file_name.endswith(".onnx")
    if card is not None:
        assert (card.name, card.task, card.sha256) == (entry.name, entry.task, entry.sha256)


@pytest.mark.parametrize("entry", ALL)
def test_a_licence_without_commercial_use_is_asked_about(entry: Entry) -> None:
    restricted = "NC" in entry.licence.split("(")[0].split("-") or "research only" in entry.licence
    assert entry.unsupported or restricted == (entry.ask_licence is not None)


def test_a_hub_file_is_pinned_to_a_commit_and_a_folder_where_one_is_known() -> None:
    pinned = {name: re.fullmatch(r"[0-9a-f]{40}", entry.hub.revision) for name, entry in entries().items() if entry.hub}
    loose = {name for name, match in pinned.items() if not match}
    assert loose == {"dpt-large", "dpt-hybrid", "zoedepth-kitti", "zoedepth-nyu-kitti", "depth-pro"}


@pytest.mark.parametrize(("name", "families"), [("depth-anything-v2-indoor-small", "foundation"), ("yolov5s", "train")])
def test_the_extra_that_an_export_needs(name: str, families: str) -> None:
    assert find_entry(name).export_extra == families


@pytest.mark.parametrize("entry", [pytest.param(entry, id=entry.name) for entry in entries().values() if entry.beside])
def test_a_folder_lies_in_one_place_with_its_weights_last(entry: Entry) -> None:
    files = entry.files()
    assert files[-1] is entry
    assert {Path(each.file_name).parts[0] for each in files} == {entry.name}
    assert len({each.file_name for each in files}) == len(entry.beside) + 1
    assert any(each.file_name.endswith(("/config.json", "/model_index.json")) for each in files)
    assert entry.export_extra == "foundation"


@pytest.mark.parametrize("name", EMBEDDED)
def test_an_embedded_model_is_the_file_that_its_card_describes(name: str) -> None:
    entry = find_entry(name)
    assert entry.embedded_path == embedded_path(name)
    assert entry.sha256 == file_digest(embedded_path(name))


@pytest.mark.parametrize(("task", "name"), [("detection", "nanodet-g"), ("depth", "depth-rooms-streets")])
def test_the_default_that_works_offline(task, name: str) -> None:
    assert embedded_default(task) == name


def test_an_unknown_name() -> None:
    with pytest.raises(ModelError, match="No model is called 'nope': `howfar models` lists them"):
        find_entry("nope")
