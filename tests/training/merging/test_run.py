"""A merging from its files to its folder, and what is refused before it begins."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from msgspec.structs import replace as changed

from howfar.conversion.merging.saving import load_merged
from howfar.errors import ModelError, OutputError, SettingError
from howfar.training.merging.recipe import CalibrationSettings, CodeSettings, MergeRecipe
from howfar.training.merging.run import Figures, Merging
from howfar.training.recipe import read_recipe
from tests.conversion.merging.networks import deeper, write_network
from tests.training.merging.examples import place

RECIPES = sorted((Path(__file__).resolve().parents[3] / "recipes" / "merging").glob("*.toml"))

RECIPE = MergeRecipe(
    convolution=CodeSettings(codewords=8, segment=2),
    fully_connected=CodeSettings(codewords=6, segment=4),
    calibration=CalibrationSettings(steps=40, batch=32, learning_rate=3e-3, save_steps=10),
)


def run(merging: Merging) -> Figures:
    return merging.calibrate(merging.encode())


def interrupted(merging: Merging, after: int) -> None:
    steps = []

    def stepped(_: str) -> None:
        steps.append(1)
        if len(steps) == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        merging.calibrate(merging.encode(), stepped)


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_the_shipped_recipes_hold(path: Path) -> None:
    assert read_recipe(path, MergeRecipe).calibration.task_weight == 10


def test_the_defaults_are_the_paper_s() -> None:
    settings = MergeRecipe().calibration
    assert (settings.steps, settings.learning_rate, settings.task_weight) == (20_000, 2e-4, 10)


def test_a_merging_writes_a_model_that_loads_and_figures_of_all_three(tmp_path: Path) -> None:
    figures = run(Merging(place(tmp_path), RECIPE))
    assert figures.originals == (1.0, 1.0)  # the tasks are what the networks answer
    assert sum(figures.calibrated) > sum(figures.merged)
    assert (figures.shared, figures.codebooks) == (2, 5)
    kept = msgspec.json.decode((tmp_path / "out" / "figures.json").read_bytes(), type=Figures)
    assert kept == figures
    merged, names = load_merged(tmp_path / "out" / "merged.npz")
    assert names == ("a", "b")
    assert merged.stored_bytes() == figures.merged_bytes < figures.original_bytes
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"merged.npz", "merged.onnx", "figures.json"}


def test_a_merging_that_was_stopped_ends_as_one_that_was_not(tmp_path: Path) -> None:
    whole = run(Merging(place(tmp_path), RECIPE))
    expected = dict(np.load(tmp_path / "out" / "merged.npz"))
    interrupted(Merging(place(tmp_path), RECIPE, overwrite=True), after=25)
    assert run(Merging(place(tmp_path), RECIPE, resume=True)) == whole
    given = np.load(tmp_path / "out" / "merged.npz")
    assert all(np.array_equal(given[name], value) for name, value in expected.items())


def test_a_resumed_merging_has_the_same_tasks(tmp_path: Path) -> None:
    interrupted(Merging(place(tmp_path), RECIPE), after=15)
    other = place(tmp_path, a_labels=np.zeros(200, np.int64))
    with pytest.raises(OutputError, match="was begun with other networks, tasks or settings"):
        Merging(other, RECIPE, resume=True)


def test_a_resumed_merging_has_the_same_settings(tmp_path: Path) -> None:
    interrupted(Merging(place(tmp_path), RECIPE), after=15)
    with pytest.raises(OutputError, match="other networks, tasks or settings"):
        Merging(place(tmp_path), changed(RECIPE, seed=3), resume=True)


def test_a_merging_that_is_there_is_kept(tmp_path: Path) -> None:
    interrupted(Merging(place(tmp_path), RECIPE), after=15)
    with pytest.raises(OutputError, match="holds a merging already"):
        Merging(place(tmp_path), RECIPE)


def test_a_finished_merging_is_not_resumed(tmp_path: Path) -> None:
    quick = changed(RECIPE, calibration=CalibrationSettings(steps=0))
    run(Merging(place(tmp_path), quick))
    with pytest.raises(OutputError, match="is finished"):
        Merging(place(tmp_path), quick, resume=True)


def test_without_steps_the_codebooks_stay_as_k_means_found_them(tmp_path: Path) -> None:
    figures = run(Merging(place(tmp_path), changed(RECIPE, calibration=CalibrationSettings(steps=0))))
    assert figures.calibrated == figures.merged


@pytest.mark.parametrize(
    "arrays",
    [
        pytest.param({"a_labels": np.full(200, 7), "a_test_labels": np.full(100, 7)}, id="a class that it has not"),
        pytest.param({"a_inputs": np.zeros((200, 3, 4, 4)), "a_test_inputs": np.zeros((100, 3, 4, 4))}, id="channels"),
        pytest.param({"a_labels": np.zeros((200, 1)), "a_test_labels": np.zeros((100, 1))}, id="numbers of its output"),
    ],
)
def test_data_that_do_not_fit_a_network_are_refused_before_anything_starts(arrays: Any, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="The data do not fit the network a"):
        Merging(place(tmp_path, **arrays), RECIPE)


def test_a_network_of_one_batch_size_is_calibrated_with_that_alone(tmp_path: Path) -> None:
    there = place(tmp_path)
    layers = [("Conv", (3, 1, 3, 3)), ("Relu", ()), ("Flatten", ()), ("Gemm", (3, 48))]
    write_network(there.networks[0], layers, (1, 1, 4, 4))
    with pytest.raises(SettingError, match=r"a takes batches of 1 alone: calibrate with calibration\.batch=1"):
        Merging(there, RECIPE)
    one_by_one = CalibrationSettings(steps=1, batch=1)
    run(Merging(there, changed(RECIPE, calibration=one_by_one)))


def test_one_network_is_nothing_to_merge(tmp_path: Path) -> None:
    there = place(tmp_path)
    with pytest.raises(SettingError, match="two networks or more"):
        Merging(replace(there, networks=there.networks[:1]), RECIPE)


def test_a_checkpoint_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    interrupted(Merging(place(tmp_path), RECIPE), after=15)
    (tmp_path / "out" / "last.ckpt").write_bytes(b"")
    with pytest.raises(ModelError, match="cannot be read: start again"):
        Merging(place(tmp_path), RECIPE, resume=True)


def test_networks_of_one_name_are_told_apart(tmp_path: Path) -> None:
    there = place(tmp_path)
    (tmp_path / "other").mkdir()
    networks = (there.networks[1], deeper(tmp_path / "other" / "b.onnx", seed=4))
    arrays = dict(np.load(there.data))
    arrays |= {name.replace("b_", "a_", 1): value for name, value in arrays.items() if name.startswith("b_")}
    np.savez(there.data, **arrays)
    assert Merging(replace(there, networks=networks), RECIPE).names == ("a-b", "b-b")
