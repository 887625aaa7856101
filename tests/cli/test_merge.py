"""`howfar merge`: two networks in, one model out, and what it says."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from howfar.cli.app import app
from howfar.conversion.merging.saving import load_merged
from howfar.errors import HowfarError, SettingError
from tests.training.merging.examples import place

QUICK = (
    "calibration.steps=5",
    "convolution.codewords=8",
    "convolution.segment=2",
    "fully_connected.codewords=6",
)


def merge(folder: Path, *more: str) -> str:
    there = place(folder)
    told = [part for change in QUICK for part in ("--set", change)]
    words = ["merge", *map(str, there.networks), "--data", str(there.data), "--out", str(there.out), *told, *more]
    result = CliRunner().invoke(app, words)
    if isinstance(result.exception, HowfarError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_two_networks_are_merged_and_the_figures_of_all_three_are_told(tmp_path: Path) -> None:
    output = merge(tmp_path)
    assert "a: accuracy 1.0000, merged " in output
    assert "b: accuracy 1.0000, merged " in output
    assert "times smaller; 2 of 5 codebooks are shared" in output
    assert load_merged(tmp_path / "out" / "merged.npz")[1] == ("a", "b")


def test_pairs_of_layers_can_be_told(tmp_path: Path) -> None:
    assert "; 1 of 6 codebooks are shared" in merge(tmp_path, "--align", "w0=w6")


@pytest.mark.parametrize(
    ("more", "told"),
    [
        pytest.param(("--align", "w0"), "'w0' is no pair of layers", id="half a pair"),
        pytest.param(("--align", "w0=w9"), "w0 and w9 cannot be aligned", id="a pair of two kinds"),
        pytest.param(("--set", "convolution.codewords=300"), "of the defaults does not hold", id="too many codewords"),
        pytest.param(("--set", "codewords=3"), "does not hold", id="a setting that is none"),
    ],
)
def test_what_cannot_be_is_told_before_anything_starts(more: tuple[str, ...], told: str, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=told):
        merge(tmp_path, *more)
    assert not (tmp_path / "out").exists()
