"""Calibration: its loss by hand, what it changes, and that it helps."""

from pathlib import Path

import pytest
import torch
from torch.nn import functional

from howfar.errors import TrainingError
from howfar.networks.merging.codebook import EncodedWeight
from howfar.training.merging.calibration import Calibration
from howfar.training.merging.recipe import CalibrationSettings, CodeSettings, MergeRecipe
from howfar.training.merging.run import Merging
from tests.training.merging.examples import place


def calibration(folder: Path, **settings: float) -> Calibration:
    recipe = MergeRecipe(
        convolution=CodeSettings(codewords=6, segment=2), fully_connected=CodeSettings(codewords=6, segment=2)
    )
    merging = Merging(place(folder), recipe)
    told = CalibrationSettings(**{"steps": 30, "batch": 32, "learning_rate": 3e-3, **settings})  # type: ignore[arg-type]
    return Calibration(merging.encode(), merging.originals, merging.tasks, told, seed=0)


def test_the_loss_is_the_layers_and_the_weighted_task(tmp_path: Path) -> None:
    run = calibration(tmp_path)
    inputs, labels = run.tasks[0].learnt.inputs[:8], run.tasks[0].learnt.labels[:8]
    new, old = run.merged.members[0].trace(inputs), run.originals[0].trace(inputs)
    layers = sum((new[name] - old[name]).abs().mean() for name in ("v1", "v5", "v6"))  # ReLU, ReLU, output
    expected = layers + 10 * functional.cross_entropy(new["v6"], labels)
    torch.testing.assert_close(run.loss(0, inputs, labels), expected)


def test_codebooks_and_output_layers_are_trained_and_indices_and_biases_stay(tmp_path: Path) -> None:
    run = calibration(tmp_path, steps=2)
    before = {name: value.clone() for name, value in run.merged.state_dict().items()}
    biases = [value.clone() for value in run.merged.members[0].constants.values()]
    run.run(lambda _: None, lambda _: None)
    changed = {name for name, value in run.merged.state_dict().items() if not torch.equal(value, before[name])}
    assert changed >= {f"codebooks.{at}.codewords" for at in range(len(run.merged.codebooks))}
    assert not any(name.endswith(".index") for name in changed)
    assert sum(name.endswith(".weight") for name in changed) == 2  # an output layer of each
    assert all(map(torch.equal, biases, run.merged.members[0].constants.values()))


def test_both_tasks_take_turns_and_the_loss_falls(tmp_path: Path) -> None:
    run = calibration(tmp_path)
    losses: list[float] = []
    run.run(lambda _: None, losses.append)
    assert len(losses) == 30
    assert sum(losses[-10:]) < 0.8 * sum(losses[:10])


def test_the_learning_rate_is_a_tenth_for_the_last_tenth(tmp_path: Path) -> None:
    run = calibration(tmp_path, steps=20)
    rates: list[float] = []
    run.run(lambda _: None, lambda _: rates.append(run.optimisers[1].param_groups[0]["lr"]))
    assert rates == [3e-3] * 18 + [pytest.approx(3e-4)] * 2


def test_taken_up_again_it_goes_on_bit_for_bit(tmp_path: Path) -> None:
    whole, kept = calibration(tmp_path, steps=6, save_steps=3), tmp_path / "kept"
    whole.run(lambda run: kept.exists() or torch.save(run.state(), kept), lambda _: None)
    again = calibration(tmp_path, steps=6)
    again.restore(torch.load(kept, weights_only=True))
    assert again.step == 3
    again.run(lambda _: None, lambda _: None)
    expected = whole.merged.state_dict()
    assert all(torch.equal(value, expected[name]) for name, value in again.merged.state_dict().items())


def test_a_loss_that_is_no_number_ends_it(tmp_path: Path) -> None:
    run = calibration(tmp_path)
    for weight in run.merged.members[1].weights:
        if isinstance(weight, EncodedWeight):
            weight.codebook.codewords.data.fill_(torch.nan)
    with pytest.raises(TrainingError, match="no longer a number in step 1"):
        run.run(lambda _: None, lambda _: None)
