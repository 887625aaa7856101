"""What all plots share."""

import sys

import pytest

from howfar.errors import MissingExtraError
from howfar.evaluation.report.axes import LINE_LETTERS, WIDTH_INCHES, require_matplotlib, titled_axes

PROTOCOL = "detector-x on 4 pictures of $HOME/instances_{1}$.json; " * 4


def test_the_protocol_stands_above_in_lines_that_fit() -> None:
    figure, axes = titled_axes("Errors", PROTOCOL, 3.0)
    stated = axes.get_title(loc="left")
    assert stated.replace("\n", " ") == PROTOCOL.strip()
    assert max(map(len, stated.splitlines())) <= LINE_LETTERS
    assert figure.get_suptitle() == "Errors"
    assert figure.get_size_inches().tolist() == [WIDTH_INCHES, 3.0]


def test_a_missing_matplotlib_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    require_matplotlib()
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"Drawing plots needs .*howfar\[eval\]"):
        require_matplotlib()
