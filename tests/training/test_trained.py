"""Networks with their cards out of the folder of a training."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from msgspec.structs import replace
from torch import Tensor

from howfar.datasets.nyu import NYU_CAMERA
from howfar.errors import ModelError, SettingError
from howfar.models.depth import CardDepth
from howfar.networks import eigen2014
from howfar.scene import Camera, Frame
from howfar.training.torch_session import TorchSession
from howfar.training.trained import trained_network
from tests.datasets.folders import write_nyu, write_yolo
from tests.training.run_folders import depth_recipe, detector_recipe, tiny_unet, tiny_yolov5, write_run

FACTS = {
    "licence": "CC0",
    "origin": "our own kitchen",
    "scenes": "kitchens",
    "results": ["REL 0.1 on 5 kitchens"],
}

DESCRIPTION = """
task = "depth"
network = { name = "unet" }
data = { root = "elsewhere", sizes_px = [[64, 64]] }
augmentation = { base_px = [80, 64] }
loss = { l1 = 1.0 }
optimiser = { name = "sgd", learning_rate = 0.1 }
training = { epochs = 3, batch = 2 }

[export]
licence = "CC0, as is known by now"
results = ["REL 0.09 on 7 kitchens"]
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_nyu(tmp_path / "nyu")


def outputs(network: Callable[[Tensor], Tensor], size: tuple[int, int] = (64, 64)) -> np.ndarray:
    with torch.inference_mode():
        return network(torch.linspace(-1, 1, 3 * size[0] * size[1]).view(1, 3, *size)).numpy()


@pytest.mark.parametrize("averaged", [False, True], ids=["the weights", "their running average, where there is one"])
def test_the_network_is_the_one_that_was_judged_and_gives_metres(data: Path, tmp_path: Path, averaged: bool) -> None:
    network, average = tiny_unet(0), tiny_unet(1)
    run = write_run(tmp_path / "run", depth_recipe(data), network, average if averaged else None)
    expected = 10 * outputs(average if averaged else network)
    np.testing.assert_array_equal(outputs(trained_network(run).network), expected)
    assert not np.array_equal(outputs(network), outputs(average))


def test_the_card_tells_how_it_was_fed(data: Path, tmp_path: Path) -> None:
    card = trained_network(write_run(tmp_path / "run", depth_recipe(data), tiny_unet(0))).card
    spec = card.input
    assert (spec.width_px, spec.height_px, spec.fit, spec.multiple_px) == (64, 64, "keep-aspect", 32)
    assert spec.mean == (123.675, 116.28, 103.53)
    assert card.depth is not None
    assert (card.depth.kind, card.depth.max_m) == ("metres", 10.0)
    # A picture of 640×480 made 80×64: columns by an eighth, rows by 64/480.
    assert card.depth.focal_px == pytest.approx((NYU_CAMERA.fx_px / 8 * NYU_CAMERA.fy_px * 64 / 480) ** 0.5)


@pytest.mark.parametrize(
    ("last", "origin", "result"),
    [
        pytest.param(False, "1 epochs", "rel 0.250, delta1 0.600", id="the best checkpoint"),
        pytest.param(True, "2 epochs", "rel 9.000, delta1 9.000", id="the last"),
    ],
)
def test_without_words_in_the_recipe_the_card_says_what_is_known(
    data: Path, tmp_path: Path, last: bool, origin: str, result: str
) -> None:
    run = write_run(tmp_path / "run", depth_recipe(data), tiny_unet(0), rel=0.25, delta1=0.6)
    card = trained_network(run, last=last).card
    assert card.origin == f"unet, trained with howfar on the train split of nyu, {origin}"
    assert card.results == (
        f"validation in training, not a test, on what was held out of the train split of nyu: {result}",
    )
    assert card.licence == "as the data it was trained on"


def test_where_nothing_was_held_out_there_are_no_results(data: Path, tmp_path: Path) -> None:
    assert trained_network(write_run(tmp_path / "run", depth_recipe(data), tiny_unet(0))).card.results == ()


def test_the_recipes_own_words_are_in_the_card(tmp_path: Path) -> None:
    recipe = depth_recipe(tmp_path / "gone", export=FACTS)
    card = trained_network(write_run(tmp_path / "run", recipe, tiny_unet(0), rel=0.25)).card
    assert (card.licence, card.origin, card.results) == ("CC0", "our own kitchen", ("REL 0.1 on 5 kitchens",))
    assert card.depth is not None
    assert card.depth.scenes == "kitchens"


def test_another_recipe_can_bring_the_words(data: Path, tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", depth_recipe(data, export=FACTS), tiny_unet(0))
    described = tmp_path / "described.toml"
    described.write_text(DESCRIPTION)
    card = trained_network(run, described=described).card
    assert (card.licence, card.results) == ("CC0, as is known by now", ("REL 0.09 on 7 kitchens",))
    assert card.origin.startswith("unet, trained with howfar")


def test_a_network_of_one_size_sees_other_shapes_between_bars(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(eigen2014, "HIDDEN", 4)
    recipe = depth_recipe(data, network={"name": "eigen-2014"})
    recipe = replace(recipe, data=replace(recipe.data, sizes_px=((304, 228),)))
    exportable = trained_network(write_run(tmp_path / "run", recipe, eigen2014.Eigen2014()))
    spec = exportable.card.input
    assert (exportable.any_size, spec.fit, spec.width_px, spec.height_px) == (False, "letterbox", 304, 228)
    estimator = CardDepth(exportable.card, TorchSession(exportable.network))
    wide = Frame(np.full((100, 400, 3), 90, np.uint8), "wide", Camera.from_focal(400, 100, 300.0))
    rows, columns = estimator.estimate(wide).shape
    assert columns == 74
    assert rows == pytest.approx(55 * (76 / 228), abs=1)


def test_a_detector_gives_boxes_of_the_datas_classes(tmp_path: Path) -> None:
    recipe = detector_recipe(write_yolo(tmp_path / "chairs"))
    exportable = trained_network(write_run(tmp_path / "run", recipe, tiny_yolov5(2), ap50=0.5))
    assert outputs(exportable.network).shape == (1, 3 * (64 + 16 + 4), 7)
    card = exportable.card
    assert card.detector is not None
    assert (card.detector.layout, card.detector.classes) == ("yolov5", ("person", "chair"))
    assert (card.input.width_px, card.input.height_px, card.input.fit) == (64, 64, "letterbox")
    assert card.results == ("validation in training, not a test, on the all split of chairs: ap50 0.500",)


def _no_folder(root: Path, data: Path) -> Path:
    return root / "nothing"


def _no_json(root: Path, data: Path) -> Path:
    (write_run(root, depth_recipe(data), tiny_unet(0)) / "recipe.json").write_text("{")
    return root


def _not_a_recipe(root: Path, data: Path) -> Path:
    (write_run(root, depth_recipe(data), tiny_unet(0)) / "recipe.json").write_text('{"task": "depth"}')
    return root


def _no_checkpoint(root: Path, data: Path) -> Path:
    (write_run(root, depth_recipe(data), tiny_unet(0)) / "best.ckpt").unlink()
    return root


def _other_network(root: Path, data: Path) -> Path:
    return write_run(root, depth_recipe(data), tiny_yolov5(2))


def _no_card(root: Path, data: Path) -> Path:
    (write_run(root, depth_recipe(data), tiny_unet(0)) / "card.toml").unlink()
    return root


@pytest.mark.parametrize(
    ("make", "error", "sentence"),
    [
        pytest.param(_no_folder, ModelError, "is not the folder of a training", id="no folder"),
        pytest.param(_no_json, ModelError, r"is not the folder of a training \(recipe.json", id="a damaged recipe"),
        pytest.param(_not_a_recipe, SettingError, "does not hold", id="a recipe without its tables"),
        pytest.param(_no_checkpoint, ModelError, "There is no checkpoint .*best.ckpt", id="no checkpoint yet"),
        pytest.param(_other_network, ModelError, "belongs to another network than UNetDepth", id="other weights"),
        pytest.param(_no_card, ModelError, r"no model card .*card\.toml", id="no card"),
    ],
)
def test_what_cannot_be_exported(
    data: Path, tmp_path: Path, make: Callable[[Path, Path], Path], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        trained_network(make(tmp_path / "run", data))
