"""Where pulled models lie."""

from pathlib import Path

import platformdirs
import pytest

from howfar.models.zoo import cache_folder


def test_the_cache_is_the_platforms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOWFAR_CACHE", raising=False)
    assert cache_folder() == Path(platformdirs.user_cache_dir("howfar", appauthor=False))


def test_or_where_the_user_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOWFAR_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
