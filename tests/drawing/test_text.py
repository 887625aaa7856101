"""Writing text into pictures."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray

from howfar.drawing import text

BLACK = (0, 0, 0)


def written(words: str, size_px: int = 20) -> NDArray[np.uint8]:
    canvas = np.full((60, 400, 3), 255, dtype=np.uint8)
    text.put_text(canvas, words, 10, 10, size_px, BLACK)
    return canvas


@pytest.fixture(params=["TrueType", "Hershey"])
def font(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to write: that of OpenCV 5, where this one has it, and that of OpenCV 4."""
    if request.param == "TrueType" and not text.HAS_TRUETYPE:
        pytest.skip("needs OpenCV 5")
    monkeypatch.setattr(text, "HAS_TRUETYPE", request.param == "TrueType")
    return request.param


@pytest.mark.parametrize("size_px", [8, 20, 30])
def test_text_stays_in_its_line_and_its_width(font: str, size_px: int) -> None:
    rows, columns = np.nonzero((written("Chair ~2.3 m*", size_px) < 200).any(axis=2))
    assert 10 <= rows.min() < rows.max() < 10 + text.line_height(size_px)
    assert 9 <= columns.min() < columns.max() <= 11 + text.text_width("Chair ~2.3 m*", size_px)


def test_a_text_is_made_smaller_until_it_fits(font: str) -> None:
    width = text.text_width("potted plant 2.3 m", 30)
    assert text.size_that_fits("potted plant 2.3 m", 30, width) == 30
    smaller = text.size_that_fits("potted plant 2.3 m", 30, width // 2)
    assert smaller is not None
    assert text.text_width("potted plant 2.3 m", smaller) <= width // 2
    assert text.size_that_fits("potted plant 2.3 m", 30, 5) is None


def test_hershey_drops_accents_and_long_dashes_and_marks_what_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "HAS_TRUETYPE", False)
    assert np.array_equal(written("café 1–2 椅"), written("cafe 1-2 ?"))


@pytest.mark.skipif(not text.HAS_TRUETYPE, reason="needs OpenCV 5")
@pytest.mark.parametrize("words", ["стул", "椅子", "Füße", "Ελλάδα"])
def test_truetype_writes_any_script(words: str) -> None:
    assert not np.array_equal(written(words), written("?" * len(words)))


def test_threads_write_as_one_does() -> None:
    sizes = [12, 17, 23, 30] * 30
    alone = [written("chair 2.3 m", size) for size in sizes]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda size: written("chair 2.3 m", size), sizes))
    assert all(np.array_equal(one, other) for one, other in zip(alone, together, strict=True))
