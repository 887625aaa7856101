"""Class names out of checkpoints that are pickles of whole networks."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from howfar.conversion.checkpoints.class_names import read_class_names
from howfar.errors import ModelError


class Named(nn.Module):
    """A network with whatever names."""

    def __init__(self, names: Any) -> None:
        super().__init__()
        self.names = names


def saved(folder: Path, content: Any) -> Path:
    path = folder / "network.pt"
    torch.save(content, path)
    return path


@pytest.mark.parametrize(
    ("names", "read"),
    [
        pytest.param(["cup", "dog"], ("cup", "dog"), id="a list"),
        pytest.param({1: "dog", 0: "cup"}, ("cup", "dog"), id="under their numbers"),
        pytest.param(["cup", "große Tasse"], ("cup", "große Tasse"), id="with spaces and letters of other languages"),
        pytest.param({0: "cup", 2: "dog"}, (), id="with a gap: none"),
        pytest.param(["cup", 3], (), id="one that is no text: none"),
        pytest.param(["cup", "dog\x1b[2J"], (), id="one that controls a terminal: none"),
        pytest.param(None, (), id="none"),
    ],
)
def test_names_of_a_network(tmp_path: Path, names: Any, read: tuple[str, ...]) -> None:
    assert read_class_names(saved(tmp_path, {"epoch": 1, "model": Named(names)})) == read


def test_averaged_weights_come_first_as_they_are_what_is_read(tmp_path: Path) -> None:
    assert read_class_names(saved(tmp_path, {"model": Named(["old"]), "ema": Named(["new"])})) == ("new",)
    assert read_class_names(saved(tmp_path, {"model": Named(["old"]), "ema": None})) == ("old",)


def test_a_bare_network_has_names_and_bare_weights_have_none(tmp_path: Path) -> None:
    assert read_class_names(saved(tmp_path, Named(["cup"]))) == ("cup",)
    assert read_class_names(saved(tmp_path, nn.Conv2d(1, 1, 1).state_dict())) == ()


def test_what_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "page.pt"
    path.write_bytes(b"<!doctype html>")
    with pytest.raises(ModelError, match="web page"):
        read_class_names(path)
