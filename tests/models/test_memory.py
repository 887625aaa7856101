"""Too little memory is said before a model is loaded."""

from pathlib import Path

import pytest

from howfar.errors import ModelError
from howfar.io.free_memory import free_bytes
from howfar.models import memory, open_depth_network
from howfar.models.memory import refuse_beyond_memory
from tests.models.onnx_files import mean_depth

LINUX = "MemTotal:       24683012 kB\nMemFree:        17155076 kB\nMemAvailable:    2000000 kB\n"


@pytest.fixture
def facts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "meminfo"
    path.write_text(LINUX)
    monkeypatch.setattr(memory, "free_bytes", lambda: free_bytes(path))
    return path


@pytest.fixture
def model(tmp_path: Path) -> Path:
    (tmp_path / "large.pth").write_bytes(bytes(1_000_000))
    return tmp_path / "large.pth"


@pytest.mark.parametrize(
    ("text", "free"),
    [
        pytest.param(LINUX, 2_048_000_000, id="Linux"),
        pytest.param("MemTotal: 1 kB", None, id="an old kernel"),
        pytest.param(None, None, id="another system"),
    ],
)
def test_free_memory(tmp_path: Path, text: str | None, free: int | None) -> None:
    if text is not None:
        (tmp_path / "meminfo").write_text(text)
    assert free_bytes(tmp_path / "meminfo") == free


def test_what_stands_for_the_size_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("howfar.models.memory.free_bytes", lambda: 10**9)
    (tmp_path / "halved").write_bytes(b"small")
    with pytest.raises(ModelError, match=r"needs about 1\.5 GB of memory and 1\.0 GB are free"):
        refuse_beyond_memory(tmp_path / "halved", least_bytes=0, times=3.0, size_bytes=5 * 10**8)


def refusal(model: Path, least_bytes: float, times: float) -> str:
    """Why a model is refused; empty where it is not."""
    try:
        refuse_beyond_memory(model, least_bytes=least_bytes, times=times)
    except ModelError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("least", "times", "needs"),
    [
        pytest.param(2.046e9, 2.0, "", id="just what is free"),
        pytest.param(2.046e9 + 1, 2.0, "2.0 GB", id="a byte more than what is free"),
        pytest.param(0, 2047.0, "", id="a little less for one so large"),
        pytest.param(0, 3100.0, "3.1 GB", id="too much for one so large"),
        pytest.param(3.1e9, 0.0, "3.1 GB", id="too much for any model"),
    ],
)
def test_a_model_that_takes_more_than_is_free_is_refused(
    facts: Path, model: Path, least: float, times: float, needs: str
) -> None:
    expected = f"{model} needs about {needs} of memory and 2.0 GB are free: close other programs, or" if needs else ""
    assert refusal(model, least, times).partition(" take a smaller")[0] == expected


@pytest.mark.parametrize("missing", ["the file", "what the system says"])
def test_what_is_not_known_refuses_nothing(facts: Path, model: Path, missing: str) -> None:
    assert refusal(model, 1e15, 1.0), "with both known it is refused"
    (model if missing == "the file" else facts).unlink()
    assert refusal(model, 1e15, 1.0) == ""


def test_an_exported_model_is_refused_before_it_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = mean_depth(tmp_path)
    assert open_depth_network(path).name == "depth"
    monkeypatch.setattr(memory, "free_bytes", lambda: 2 * path.stat().st_size)
    with pytest.raises(ModelError, match="of memory and"):
        open_depth_network(path)
