"""Too little memory is said before a model is loaded."""

from pathlib import Path

import pytest

from howfar.errors import ModelError
from howfar.models import memory
from howfar.models.memory import free_bytes, refuse_beyond_memory

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


@pytest.mark.parametrize(("least", "times"), [(2.046e9, 2.0), (0, 2047.0)], ids=["just what is free", "a little less"])
def test_enough_memory(facts: Path, model: Path, least: float, times: float) -> None:
    refuse_beyond_memory(model, least_bytes=least, times=times)


@pytest.mark.parametrize(("least", "times"), [(3.1e9, 1.0), (0, 3100.0)], ids=["for any model", "for one so large"])
def test_too_little_memory(facts: Path, model: Path, least: float, times: float) -> None:
    with pytest.raises(ModelError, match=r"large\.pth needs about 3\.1 GB of memory and 2\.0 GB are free: close"):
        refuse_beyond_memory(model, least_bytes=least, times=times)


@pytest.mark.parametrize("missing", ["the file", "what the system says"])
def test_what_is_not_known_refuses_nothing(facts: Path, model: Path, missing: str) -> None:
    (model if missing == "the file" else facts).unlink()
    refuse_beyond_memory(model, least_bytes=1e15, times=1.0)
