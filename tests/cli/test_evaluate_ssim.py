"""`howfar evaluate ssim`."""

from pathlib import Path

import numpy as np
import pytest
from skimage.metrics import structural_similarity

from howfar.errors import OutputError, SettingError, SourceError
from tests.cli.evaluating import rows, run


@pytest.fixture
def maps(tmp_path: Path) -> Path:
    """Folders `p` and `t` of two maps each; the second prediction is worse."""
    random = np.random.default_rng(0)
    for part in ("p", "t"):
        (tmp_path / part).mkdir()
    for name, noise in (("a", 0.1), ("b", 2.0)):
        truth = 5 + np.cumsum(random.normal(size=(32, 40)), axis=1) / 10
        np.save(tmp_path / "t" / f"{name}.npy", truth)
        np.save(tmp_path / "p" / f"{name}.npy", truth + random.normal(scale=noise, size=truth.shape))
    return tmp_path


def by_hand(prediction: np.ndarray, truth: np.ndarray) -> float:
    """The score over each map's own range."""
    eight = [
        np.rint((values - values.min()) / (values.max() - values.min()) * 255).astype(np.uint8)
        for values in (prediction.astype(np.float32).astype(float), truth.astype(np.float32).astype(float))
    ]
    return structural_similarity(*eight, data_range=255)


def test_two_files(maps: Path) -> None:
    prediction, truth = maps / "p" / "a.npy", maps / "t" / "a.npy"
    output = run("ssim", prediction, truth, "--out", maps / "out")
    score = by_hand(np.load(prediction), np.load(truth))
    assert f"{score:.4f}" in output
    assert sorted(path.name for path in (maps / "out").iterdir()) == ["a-difference.png", "a-worst.png"]


def test_two_folders(maps: Path) -> None:
    page = maps / "a.html"
    run("ssim", maps / "p", maps / "t", "--out", maps / "out", "--csv", maps / "a.csv", "--html", page)
    first, second = rows(maps / "a.csv")
    assert (first["name"], second["name"], first["scale"], first["alignment"]) == ("a", "b", "each", "none")
    assert float(first["ssim"]) == pytest.approx(by_hand(np.load(maps / "p" / "a.npy"), np.load(maps / "t" / "a.npy")))
    assert float(first["ssim"]) > float(second["ssim"])
    text = page.read_text(encoding="utf-8")
    assert text.index(f"b: SSIM {float(second['ssim']):.4f}") < text.index(f"a: SSIM {float(first['ssim']):.4f}")


def test_scale_and_alignment_reach_the_comparison(maps: Path) -> None:
    truth = np.load(maps / "t" / "a.npy")
    np.save(maps / "p" / "a.npy", 3 * truth)
    scores = []
    for options in (("--scale", "shared"), ("--scale", "shared", "--align", "median")):
        run("ssim", maps / "p", maps / "t", *options, "--out", maps / "out", "--csv", maps / "a.csv", "--overwrite")
        scores.append(float(rows(maps / "a.csv")[0]["ssim"]))
    assert scores[0] < 0.5
    assert scores[1] == pytest.approx(1.0, abs=1e-3)


def test_without_a_folder_named_nothing_is_overwritten(maps: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(maps)
    for _ in range(2):
        run("ssim", "p/a.npy", "t/a.npy")
    assert {path.name for path in maps.glob("howfar-ssim*")} == {"howfar-ssim", "howfar-ssim-2"}


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        pytest.param(("{}/p", "{}/t/a.npy"), SourceError, id="a folder and a file"),
        pytest.param(("{}/p/c.npy", "{}/t/a.npy"), SourceError, id="a missing file"),
        pytest.param(("{}/small.npy", "{}/t/a.npy"), SettingError, id="a map of another aspect ratio"),
        pytest.param(("{}/p", "{}/t", "--csv", "{}/small.npy"), OutputError, id="a CSV that is there"),
        pytest.param(("{}/p", "{}/t", "--out", "{}/full"), OutputError, id="pictures that are there"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(maps: Path, arguments: tuple[str, ...], refusal: type) -> None:
    np.save(maps / "small.npy", np.ones((10, 40)))
    (maps / "full").mkdir()
    (maps / "full" / "a-difference.png").touch()
    out = () if "--out" in arguments else ("--out", maps / "out")
    with pytest.raises(refusal) as refused:
        run("ssim", *(argument.format(maps) for argument in arguments), *out)
    assert "\n" not in str(refused.value)
