"""What pages and docstrings tell people to type works: Python runs, commands and their options are there."""

import doctest
import re
import shlex
from importlib import import_module
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import cv2
import pytest
import typer
from skimage import data

from howfar.cli.app import app
from tests.io.videos import write_video
from tests.stereo.motorcycle import write_pair

ROOT = Path(__file__).resolve().parents[1]
PATTERNS = ("README.md", "docs/*.md", "recipes/*.md", "examples/*/*.md")
PAGES = sorted(path for pattern in PATTERNS for path in ROOT.glob(pattern))
SOURCE = ROOT / "src"
EXAMPLES = sorted(path for path in SOURCE.rglob("*.py") if ">>> " in path.read_text(encoding="utf-8"))
HOWFAR = typer.main.get_command(app)

OTHERS = {"--no-deps"}
"""Options of other programs that the pages name alone."""


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text(page), re.MULTILINE | re.DOTALL)


def spans(page: Path) -> list[str]:
    """What stands in the running text between backticks, on one line."""
    prose = re.sub(r"^```.*?^```", "", text(page), flags=re.MULTILINE | re.DOTALL)
    return [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", prose)]


def named(page: Path, value: str) -> Any:
    return pytest.param(value, id=f"{page.relative_to(ROOT)}: {value.strip().splitlines()[0]}")


def typed(page: Path) -> list[str]:
    """The shell's lines that run howfar, without what stands before it."""
    lines = [line for block in blocks(page, "sh") for line in block.replace("\\\n", " ").splitlines()]
    parts = [part.strip() for line in lines for part in line.split("&&")]
    return [part for part in parts if part.startswith("howfar ")]


def links(page: Path) -> list[str]:
    """Where the page points to within the repository."""
    return [link for link in re.findall(r"\]\(([^)\s]+)\)", text(page)) if "://" not in link]


def anchors(page: Path) -> set[str]:
    """What a link can name after # in a page: its headings, as GitHub writes them."""
    headings = re.findall(r"^#+ (.+)$", text(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def resolved(words: list[str], command: Any = HOWFAR) -> tuple[Any, list[str]]:
    """The command that words name, and the words after its name."""
    while words and words[0] in getattr(command, "commands", {}):
        _, command, words = command.resolve_command(typer.Context(command), words)
    if hasattr(command, "commands") and words and not words[0].startswith("-"):
        raise AssertionError(f"howfar has no command {words[0]!r} there")
    return command, words


def options(command: Any) -> set[str]:
    """The names of a command's options and, of a group, of all its commands' options."""
    below = [name for word in getattr(command, "commands", {}) for name in options(resolved([word], command)[0])]
    return {"--help", *below, *(name for each in command.params for name in (*each.opts, *each.secondary_opts))}


@pytest.mark.parametrize("block", [named(page, block) for page in PAGES for block in blocks(page, "python")])
def test_the_python_lines_run(block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = cv2.resize(data.astronaut(), (192, 192), interpolation=cv2.INTER_AREA)
    for name in ("kitchen.jpg", "photo.jpg"):
        cv2.imwrite(str(tmp_path / name), photo[..., ::-1])
    write_video(tmp_path / "drive.mp4", 6)
    write_pair(tmp_path)
    monkeypatch.chdir(tmp_path)
    exec(compile(block, "the page", "exec"), {})
    for name in re.findall(r"\.save\(\"(.+?)\"\)", block):
        assert (tmp_path / name).stat().st_size > 0


@pytest.mark.parametrize("line", [named(page, line) for page in PAGES for line in typed(page)])
def test_a_line_for_the_shell_is_understood(line: str) -> None:
    command, words = resolved(shlex.split(line, comments=True)[1:])
    if not hasattr(command, "commands"):
        command.make_context("howfar", words)


@pytest.mark.parametrize(
    "span", [named(page, span) for page in PAGES for span in spans(page) if span.startswith("howfar ")]
)
def test_a_command_in_the_text_is_there_with_its_options(span: str) -> None:
    command, words = resolved(span.split()[1:])
    assert {word for word in words if word.startswith("--")} <= options(command)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_an_option_in_the_text_belongs_to_some_command(page: Path) -> None:
    named = {span.split()[0].split("=")[0] for span in spans(page) if span.startswith("--")}
    assert named <= options(HOWFAR) | OTHERS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_link_leads_somewhere(page: Path) -> None:
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize(
    "span",
    [
        named(page, span)
        for page in PAGES
        for span in sorted(set(spans(page)))
        if re.fullmatch(r"[\w.-]+/[\w./-]+\.(py|toml)", span)
    ],
)
def test_a_file_that_the_text_names_is_there(span: str) -> None:
    assert (ROOT / span).is_file() or (SOURCE / "howfar" / span).is_file()


@pytest.mark.parametrize(
    "span", [named(page, span) for page in PAGES for span in spans(page) if re.match(r"howfar\.\w", span)]
)
def test_a_name_of_the_package_in_the_text_is_there(span: str) -> None:
    assert resolve_name(re.match(r"[\w.]+", span)[0]) is not None


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_the_examples_of_the_docstrings_run(path: Path) -> None:
    module = import_module(".".join(path.relative_to(SOURCE).with_suffix("").parts))
    tried = doctest.testmod(module)
    assert tried.attempted > 0
    assert tried.failed == 0
