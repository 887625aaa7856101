"""Recipes: what they say, and what they refuse."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from howfar.errors import SettingError
from howfar.training.losses.depth import LOSSES
from howfar.training.recipe import DepthRecipe, JointRecipe, parse_recipe, read_recipe
from howfar.training.tasks.depth import OTHER_LOSSES
from howfar.training.tasks.registry import TASKS

RECIPES = Path(__file__).resolve().parents[2] / "recipes"
ALL = sorted(RECIPES.glob("*.toml"))
DEPTH = [path for path in ALL if path.stem.startswith("depth")]


def small() -> dict[str, Any]:
    """A recipe with nothing but what must be there."""
    return {
        "task": "depth",
        "network": {"name": "unet"},
        "data": {"root": "nyu", "sizes_px": [[64, 32]]},
        "augmentation": {"base_px": [64, 48]},
        "loss": {"l1": 1.0},
        "optimiser": {"name": "sgd", "learning_rate": 0.01},
        "training": {"epochs": 2, "batch": 4},
    }


def written(folder: Path, text: str) -> Path:
    path = folder / "recipe.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_there_are_recipes_for_every_depth_network_of_the_study() -> None:
    names = {read_recipe(path, DepthRecipe).network.name for path in DEPTH}
    assert names == {"compact", "unet", "fcrn", "hybrid-cnn", "eigen-2014", "eigen-fergus-2015"}


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_every_recipe_can_be_read(path: Path) -> None:
    task = tomllib.loads(path.read_text(encoding="utf-8"))["task"]
    recipe = read_recipe(path, TASKS[task].recipe)
    assert path.stem.startswith(task)
    assert recipe.training.epochs > 0


@pytest.mark.parametrize("path", DEPTH, ids=lambda path: path.stem)
def test_every_loss_that_a_recipe_names_is_there(path: Path) -> None:
    assert set(read_recipe(path, DepthRecipe).loss) <= {*LOSSES, *OTHER_LOSSES}


def test_the_hybrid_cnn_is_trained_as_its_paper_says() -> None:
    recipe = read_recipe(RECIPES / "depth-hybrid-cnn-nyu.toml", DepthRecipe)
    assert (recipe.optimiser.name, recipe.optimiser.momentum, recipe.training.batch) == ("sgd", 0.9, 16)
    assert (recipe.optimiser.learning_rate, recipe.optimiser.weight_decay) == (1e-2, 2.5e-4)
    assert recipe.optimiser.decay_all
    assert recipe.loss == {"berhu": 1.0}
    assert recipe.schedule.steps == ((10, 0.5), (20, 0.1))
    assert 25 <= recipe.training.epochs <= 30
    shown = recipe.augmentation
    assert (shown.base_px, recipe.data.sizes_px) == ((352, 264), ((320, 256),))
    assert (shown.scale, shown.rotation_deg, shown.colour, shown.flip) == ((1.0, 1.5), 5.0, (0.8, 1.2), 0.5)


def test_the_unet_is_trained_as_the_study_says() -> None:
    recipe = read_recipe(RECIPES / "depth-unet-nyu.toml", DepthRecipe)
    assert (recipe.training.batch, recipe.training.epochs) == (32, 6)
    assert recipe.loss == {"unet": 1.0}
    shown = recipe.augmentation
    assert (shown.scale, shown.rotation_deg, shown.colour, shown.flip) == ((1.0, 1.0), 0.0, (1.0, 1.0), 0.0)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("training.epochs=3", lambda recipe: recipe.training.epochs == 3),
        ("training.precision=32-true", lambda recipe: recipe.training.precision == "32-true"),
        (' data.root = "a b" ', lambda recipe: recipe.data.root == "a b"),
        ("data.sizes_px=[[96, 64], [64, 96]]", lambda recipe: recipe.data.sizes_px == ((96, 64), (64, 96))),
        ("network.options={encoder = 'lite1'}", lambda recipe: recipe.network.options == {"encoder": "lite1"}),
        ("network.options.encoder=lite1", lambda recipe: recipe.network.options == {"encoder": "lite1"}),
        ("loss.ssim=0.5", lambda recipe: recipe.loss == {"l1": 1.0, "ssim": 0.5}),
        ("schedule.warmup_epochs=2", lambda recipe: recipe.schedule.warmup_epochs == 2),
    ],
    ids=[
        "a number",
        "a word",
        "a text in quotes with spaces around",
        "a list",
        "a table",
        "a new key in a table that is not there",
        "one more loss",
        "a table that the recipe leaves out",
    ],
)
def test_a_change_takes_effect(tmp_path: Path, change: str, found: Any) -> None:
    path = written(tmp_path, _toml(small()))
    assert not found(read_recipe(path, DepthRecipe))
    assert found(read_recipe(path, DepthRecipe, [change]))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("training.epochs", "'training.epochs' is not a change to a recipe; write it as training.epochs=3"),
        ("=3", "'=3' is not a change"),
        ("training.epochs.more=3", "epochs is a value in the recipe, not a table"),
        ("training.epoch=3", "unknown field `epoch` - at `\\$.training`"),
        ("training.epochs=0", ">= 1 - at `\\$.training.epochs`"),
        ("training.epochs=many", "Expected `int`, got `str` - at `\\$.training.epochs`"),
        ("training.precision=8-bit", "Invalid enum value '8-bit'"),
        ("training.ema=1.0", "< 1.0 - at `\\$.training.ema`"),
        ("training.seed=-1", ">= 0 - at `\\$.training.seed`"),
        ("optimiser.name=lion", "Invalid enum value 'lion'"),
        ("optimiser.learning_rate=0", "> 0"),
        ("data.sizes_px=[]", "length >= 1"),
        ("data.sizes_px=[[64]]", "length 2"),
        ("data.size_shares=[1, 2]", "1 sizes_px need as many size_shares, not 2"),
        ("data.held_out=1", "held_out = 1 keeps everything for validation"),
        ("data.fold=1", "fold = 1 of folds = 0 is none"),
        ("data.folds=3", "fold = 0 of folds = 3 is none"),
        ("schedule.steps=[[20, 0.1], [10, 0.5]]", "in the order of their epochs"),
        ("schedule.steps=[[10, 0.5]]", "steps and the shape 'steps' need each other"),
        ("schedule.shape=steps", "steps and the shape 'steps' need each other"),
        ("loss.l1=-1", "> 0"),
        ("augmentation.scale=[2, 1]", "scale goes from its least to its greatest"),
        ("task=detector", "Invalid value 'detector'"),
    ],
    ids=lambda value: value if "=" in value or value == "training.epochs" else "",
)
def test_what_cannot_be_is_refused_in_one_sentence_that_says_where(tmp_path: Path, change: str, sentence: str) -> None:
    path = written(tmp_path, _toml(small()))
    with pytest.raises(SettingError, match=sentence) as refused:
        read_recipe(path, DepthRecipe, [change])
    assert "\n" not in str(refused.value)


STREETS = {"name": "streets", "root": "there", "splits": ["a"], "held_out": ["b"], "pictures": 1, "truth": "sparse"}


def test_a_recipe_may_mix_several_sources_in_fixed_numbers() -> None:
    recipe = parse_recipe(
        small() | {"source": [STREETS, STREETS | {"name": "more", "pictures": 2}]}, DepthRecipe, "mine"
    )
    assert recipe.pictures_of_data == 1
    assert [source.pictures for source in recipe.source] == [1, 2]
    assert parse_recipe(small(), DepthRecipe, "mine").pictures_of_data == 4


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"pictures": 4}, "training.batch = 4 leaves no picture of data"),
        ({"pictures": 0}, "the source streets needs splits and pictures to train on: give both, or none"),
        ({"splits": []}, "give both, or none"),
        ({"splits": [], "pictures": 0, "held_out": []}, "names no splits"),
        ({"held_out": ["a"]}, "trains on a, which is held_out"),
        ({"name": "data"}, "each source needs a name of its own"),
        ({"truth": "guessed"}, "Invalid enum value 'guessed'"),
        ({"max_m": 0}, "> 0"),
    ],
    ids=[
        "more than the batch",
        "splits and no pictures",
        "pictures and no splits",
        "nothing at all",
        "a drive trained on and held out",
        "one name twice",
        "no kind of truth",
        "a reach of nothing",
    ],
)
def test_a_source_that_cannot_be_mixed_is_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        parse_recipe(small() | {"source": [STREETS | changes]}, DepthRecipe, "mine")


def joint(**changes: Any) -> JointRecipe:
    """A joint recipe with both teachers; tables are replaced, and a loss or source of weight None is taken out."""
    table = small() | {
        "task": "joint",
        "network": {"name": "joint-nanodet-g", "initial": "nanodet-g"},
        "source": [STREETS],
        "photos": {"root": "coco", "pictures": 1},
        "box_teacher": {"model": "teacher.onnx", "sources": ["data", "streets"]},
        "depth_teacher": {"name": "compact", "initial": "depth-rooms-streets"},
        "loss": {"log_l1": 1.0, "boxes": 1.0, "former": 1.0, "taught_depth": 1.0},
    }
    kept = {name: value for name, value in (table | changes).items() if value is not None}
    return parse_recipe(kept, JointRecipe, "mine")


def test_a_joint_recipe_shows_photos_beside_its_sources() -> None:
    recipe = joint()
    assert (recipe.training.batch, recipe.pictures_of_data) == (4, 2)
    assert (recipe.photos.held_out, recipe.photos.seed) == (100, 15)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param({"photos": None}, "missing required field `photos`", id="no photos"),
        pytest.param(
            {"photos": {"root": "coco", "pictures": 3}},
            "training.batch = 4 leaves no picture of data beside those of the sources",
            id="nothing left of the batch",
        ),
        pytest.param(
            {"source": [], "photos": {"root": "coco", "pictures": 4}, "box_teacher": None},
            "training.batch = 4 leaves no picture of data",
            id="nothing but photos",
        ),
        pytest.param({"output": "relative_inverse"}, "metres", id="relative depth"),
        pytest.param({"source": [], "output": "relative_inverse", "box_teacher": None}, "learns metres", id="likewise"),
        pytest.param(
            {"box_teacher": {"model": "teacher.onnx", "sources": ["street"]}},
            "box_teacher.sources names street, and the sources are data, streets",
            id="a source that there is not",
        ),
        pytest.param(
            {"box_teacher": {"model": "teacher.onnx"}}, "needs a model and the sources", id="a teacher of nothing"
        ),
        pytest.param({"box_teacher": {"sources": ["data"]}}, "needs a model and the sources", id="lessons unheld"),
        pytest.param(
            {"box_teacher": {"model": "t.onnx", "sources": ["data"], "semantic": ["streets"]}},
            "box_teacher.semantic names streets, which is not among box_teacher.sources",
            id="labels beside nobody",
        ),
        pytest.param(
            {"loss": {"log_l1": 1.0, "taught_depth": 1.0}}, "a teacher of boxes needs the loss boxes", id="no such loss"
        ),
        pytest.param(
            {"depth_teacher": None}, "a teacher of depth and the loss taught_depth need each other", id="no teacher"
        ),
        pytest.param(
            {"loss": {"log_l1": 1.0, "boxes": 1.0}},
            "a teacher of depth and the loss taught_depth",
            id="nothing taught",
        ),
        pytest.param({"network": {"name": "joint-nanodet-g"}}, "name one with network.initial", id="no former one"),
        pytest.param(
            {"task_weights": "famo", "box_teacher": None, "loss": {"log_l1": 1.0, "taught_depth": 1.0}},
            "task_weights = famo weighs two tasks: add the loss boxes or former",
            id="one task to weigh",
        ),
        pytest.param({"task_weights": "best"}, "Invalid enum value 'best'", id="weights of no known way"),
        pytest.param(
            {"box_teacher": {"model": "t.onnx", "sources": ["data"], "sure_score": 0}}, "> 0", id="sure of nothing"
        ),
    ],
)
def test_a_joint_recipe_that_contradicts_itself_is_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence) as refused:
        joint(**changes)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "held_out"),
    [
        ("depth-rooms-streets-first", {"kitti_sfnd_one_drive", "dgp_scene_01"}),
        ("depth-rooms-streets", {"2011_09_26_drive_0070_sync", "2011_09_26_drive_0101_sync"}),
    ],
)
def test_no_drive_is_trained_on_and_held_out_and_none_of_the_format_tests_is_learned(
    name: str, held_out: set[str]
) -> None:
    recipe = read_recipe(RECIPES / f"{name}.toml", DepthRecipe)
    trained = {split for source in recipe.source for split in source.splits}
    assert {split for source in recipe.source for split in source.held_out} == held_out
    assert not trained & held_out
    assert not {split for split in trained if "_0101_" in split or "_0070_" in split}


@pytest.mark.parametrize("missing", ["network", "data", "augmentation", "loss", "optimiser", "training"])
def test_a_part_that_is_missing_is_named(missing: str) -> None:
    table = {name: part for name, part in small().items() if name != missing}
    with pytest.raises(SettingError, match=f"The recipe mine does not hold: .*`{missing}`"):
        parse_recipe(table, DepthRecipe, "mine")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, r"There is no recipe .*recipe\.toml"),
        (b"task = ", r"recipe\.toml cannot be read .*Invalid value"),
        (b"\xff\xfe", r"recipe\.toml cannot be read .*utf-8"),
    ],
    ids=["no file", "no TOML", "no text"],
)
def test_a_file_that_is_no_recipe_is_refused(tmp_path: Path, content: bytes | None, sentence: str) -> None:
    path = tmp_path / "recipe.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingError, match=sentence):
        read_recipe(path, DepthRecipe)


def _toml(table: dict[str, Any]) -> str:
    """A table of texts, numbers and lists, which JSON and TOML write alike."""
    lines = [f"{name} = {_value(value)}" for name, value in table.items() if not isinstance(value, dict)]
    for name, part in table.items():
        if isinstance(part, dict):
            lines += [f"[{name}]", *(f"{key} = {_value(value)}" for key, value in part.items())]
    return "\n".join(lines)


def _value(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)
