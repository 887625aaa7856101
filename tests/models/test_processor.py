"""What is known of the processor."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from howfar.models import processor
from howfar.models.processor import has_vnni


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    has_vnni.cache_clear()
    yield
    has_vnni.cache_clear()


@pytest.mark.parametrize(
    ("machine", "flags", "opencv", "expected"),
    [
        pytest.param("x86_64", "flags : avx2 avx512_vnni", False, True, id="a server's"),
        pytest.param("AMD64", "flags : avx2 avx_vnni", False, True, id="a laptop's"),
        pytest.param("x86_64", "flags : avx2 avx512f", False, False, id="none"),
        pytest.param("x86_64", None, True, True, id="another system, and OpenCV knows it"),
        pytest.param("x86_64", None, False, None, id="another system, and nobody knows"),
        pytest.param("aarch64", None, False, True, id="ARM, whose sums do not overflow"),
    ],
)
def test_whether_sums_of_bytes_may_overflow(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    machine: str,
    flags: str | None,
    opencv: bool,
    expected: bool | None,
) -> None:
    if flags is not None:
        (tmp_path / "cpuinfo").write_text(flags)
    monkeypatch.setattr(processor, "CPU_INFO", tmp_path / "cpuinfo")
    monkeypatch.setattr("platform.machine", lambda: machine)
    monkeypatch.setattr("cv2.checkHardwareSupport", lambda number: opencv)
    assert has_vnni() is expected
