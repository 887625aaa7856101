"""Importing Depth Anything: by the authors' names and by the hub's, each with its own way with positions."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor
from transformers import DepthAnythingForDepthEstimation

from howfar.conversion.depth_anything.families import FAMILIES, told_by_file
from howfar.conversion.onnx_export import Exported, export
from howfar.conversion.published import published_network, told_network
from howfar.errors import MissingExtraError, ModelError
from howfar.foundation.depth_anything import DepthAnything
from howfar.foundation.depth_anything_sizes import PATCH_PX, SIZES
from howfar.models.card import UNKNOWN_LICENCE
from tests.foundation.small_networks import EIGHT_BLOCKS, FOUR_BLOCKS, original_shapes, original_weights

Weights = dict[str, Tensor]

HUB_NAMES = {
    ".attention.q_proj.": ".attention.attention.query.",
    ".attention.k_proj.": ".attention.attention.key.",
    ".attention.v_proj.": ".attention.attention.value.",
    ".attention.o_proj.": ".attention.output.dense.",
}
"""What transformers calls weights, and what the hub's files do."""


def as_on_the_hub(weights: Weights) -> Weights:
    """Weights of transformers by the names that the hub's files have."""
    renamed = {}
    for name, value in weights.items():
        ours = next((part for part in HUB_NAMES if part in name), "")
        renamed[name.replace(ours, HUB_NAMES.get(ours, ""))] = value.contiguous()
    return renamed


def saved(folder: Path, weights: Weights, name: str = "mine.pth") -> Path:
    torch.save(weights, folder / name)
    return folder / name


def depth(network: torch.nn.Module, image: Tensor) -> Tensor:
    with torch.inference_mode():
        return network(image)


def test_the_authors_file_gives_the_authors_depth(shared: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.syspath_prepend(str(shared / "parity"))
    monkeypatch.delitem(sys.modules, "weights", raising=False)
    import weights

    made = {name: torch.from_numpy(value) for name, value in weights.make("depth_anything_v2_vits").items()}
    path = saved(tmp_path, made, "depth_anything_v2_vits.pth")
    exportable = published_network(path, told_by_file(path) or "")
    with np.load(shared / "parity" / "depth_anything_v2_vits.npz") as arrays:
        given, expected = depth(exportable.network, torch.from_numpy(arrays["x"]))[:, 0].numpy(), arrays["y"]
    assert np.abs(given - expected).max() < 1e-5 * np.abs(expected).max()
    assert exportable.card.licence.startswith("Apache-2.0")


def test_the_listing_that_tests_use_is_the_published_one(shared: Path) -> None:
    listing = json.loads((shared / "parity" / "depth_anything_v2_vits.json").read_text())
    assert dict(original_shapes(SIZES["small"])) == {name: tuple(shape) for name, shape in listing}


@pytest.mark.parametrize("family", FAMILIES)
def test_each_family_reads_its_own_blocks_and_ends_in_its_own_way(tmp_path: Path, family: str) -> None:
    path = saved(tmp_path, original_weights(EIGHT_BLOCKS))
    exportable = published_network(path, family)
    network, spec = exportable.network, exportable.card.depth
    assert isinstance(network, DepthAnything)
    assert network.network.config.backbone_config.out_indices == ([5, 6, 7, 8] if "v1" in family else [2, 4, 6, 8])
    metric = {"depth-anything-v2-indoor": 20.0, "depth-anything-v2-outdoor": 80.0}.get(family)
    assert spec is not None
    assert (spec.kind, spec.max_m) == ("metres" if metric else "relative_inverse", metric)
    values = depth(network, torch.randn(1, 3, 70, 98))
    assert values.shape == (1, 1, 70, 98)
    assert 0 <= values.min() < values.max() <= (metric or float("inf"))


@pytest.mark.parametrize("metric", [False, True], ids=["relative", "metric"])
def test_a_file_of_the_hub_gives_what_transformers_gives(tmp_path: Path, metric: bool) -> None:
    torch.manual_seed(0)
    adapter = DepthAnything(EIGHT_BLOCKS, (2, 4, 6, 8), 20.0 if metric else None)
    theirs = DepthAnythingForDepthEstimation(adapter.network.config).eval()
    save_file(as_on_the_hub(theirs.state_dict()), tmp_path / "model.safetensors")
    theirs.config.save_pretrained(tmp_path)
    told = told_by_file(tmp_path / "model.safetensors")
    assert told == ("depth-anything-v2-indoor" if metric else "depth-anything-v2")
    assert told_network(tmp_path) == told
    exportable = published_network(tmp_path, told)
    image = torch.randn(1, 3, 98, 126)
    with torch.inference_mode():
        expected = theirs(image).predicted_depth
    torch.testing.assert_close(depth(exportable.network, image)[:, 0], expected, rtol=1e-4, atol=1e-6)
    assert exportable.card.origin.endswith("no published size; positions resized as in transformers")


def test_the_two_ways_with_positions_differ_away_from_the_size_of_the_training(tmp_path: Path) -> None:
    original = published_network(saved(tmp_path, original_weights(FOUR_BLOCKS)), "depth-anything-v2")
    assert original.card.origin.endswith("no published size; positions resized as in the original code")
    save_file(as_on_the_hub(original.network.network.state_dict()), tmp_path / "hub.safetensors")
    hub = published_network(tmp_path / "hub.safetensors", "depth-anything-v2")
    for size, same in (((70, 70), True), ((98, 126), False)):
        image = torch.randn(1, 3, *size, generator=torch.Generator().manual_seed(0))
        first, second = depth(original.network, image), depth(hub.network, image)
        assert bool((first - second).abs().max() < 1e-5 * first.abs().max()) is same


def test_half_precision_weights_are_read_as_single(tmp_path: Path) -> None:
    halved = {name: value.half() for name, value in original_weights(FOUR_BLOCKS).items()}
    network = published_network(saved(tmp_path, halved), "depth-anything-v1").network
    assert {weight.dtype for weight in network.parameters()} == {torch.float32}


def without(name: str) -> Callable[[Weights], None]:
    def change(weights: Weights) -> None:
        del weights[name]

    return change


def with_one(name: str, *shape: int) -> Callable[[Weights], None]:
    return lambda weights: weights.update({name: torch.zeros(shape)})


def only(*names: str) -> Callable[[Weights], None]:
    def change(weights: Weights) -> None:
        for name in set(weights) - set(names):
            del weights[name]

    return change


POSITIONS = "pretrained.pos_embed"
REFUSED = [
    pytest.param(without("pretrained.norm.bias"), "1 are missing, 0 .* backbone.layernorm.bias", id="one is missing"),
    pytest.param(without("pretrained.blocks.1.attn.qkv.weight"), "3 are missing", id="what makes queries is missing"),
    pytest.param(without(POSITIONS), "what tells its size is missing", id="positions are missing"),
    pytest.param(with_one("depth_head.more.weight", 3), "1 more are unknown .*depth_head.more", id="one is left over"),
    pytest.param(with_one("pretrained.norm.bias", 5), "1 have another shape .* 5 instead of 64", id="another shape"),
    pytest.param(
        with_one("pretrained.blocks.0.attn.qkv.bias", 64),
        "3 are missing, 0 .* 1 more are unknown",
        id="one that cannot be split",
    ),
    pytest.param(
        with_one("pretrained.blocks.0.attn.qkv.bias"), "3 are missing, 0 .* 1 more are unknown", id="a single number"
    ),
    pytest.param(with_one("pretrained.blocks.0.mlp.w12.weight", 9, 9), "mlp.w12.weight", id="ViT-g's kind of block"),
    pytest.param(with_one("backbone.layernorm.bias", 64), "backbone.layernorm.bias twice", id="one under two names"),
    pytest.param(with_one(POSITIONS, 1, 26, 100), "4 blocks of width 100", id="a width that it cannot have"),
    pytest.param(with_one(POSITIONS, 26), "what tells its size is missing", id="positions of another form"),
    pytest.param(only(POSITIONS), "what tells its size is missing", id="nothing but positions"),
    pytest.param(only("depth_head.projects.0.bias"), "called pretrained.… or backbone.…", id="no encoder"),
]


@pytest.mark.parametrize(("change", "sentence"), REFUSED)
def test_weights_of_something_else_are_one_sentence(tmp_path: Path, change, sentence: str) -> None:
    weights = original_weights(FOUR_BLOCKS)
    change(weights)
    with pytest.raises(ModelError, match=sentence):
        published_network(saved(tmp_path, weights), "depth-anything-v2")


def test_a_width_that_the_other_weights_do_not_have_claims_no_memory(tmp_path: Path) -> None:
    weights = original_weights(FOUR_BLOCKS) | {POSITIONS: torch.zeros(1, 2, 2**20)}
    with pytest.raises(ModelError, match="have another shape"):
        published_network(saved(tmp_path, weights), "depth-anything-v2")


def test_another_size_than_was_named_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, original_weights(FOUR_BLOCKS))
    with pytest.raises(ModelError, match=r"is not depth-anything-v2 small, but of no published size \(4 blocks"):
        published_network(path, "depth-anything-v2-small")


@pytest.mark.parametrize("name", ["depth-anything-v2", "depth-anything-v1-base"])
def test_a_missing_library_is_named(tmp_path: Path, monkeypatch, name: str) -> None:
    monkeypatch.setattr("howfar.conversion.depth_anything.reader.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"howfar\[foundation\]"):
        published_network(tmp_path / "mine.pth", name)


def test_too_little_memory_is_said_before_the_file_is_read(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "mine.pth").write_bytes(b"not even weights")
    monkeypatch.setattr("howfar.models.memory.free_bytes", lambda: 10**8)
    with pytest.raises(ModelError, match=r"needs about 1\.0 GB of memory and 0\.1 GB are free"):
        published_network(tmp_path / "mine.pth", "depth-anything-v2")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    folder = tmp_path_factory.mktemp("export")
    path = saved(folder, original_weights(FOUR_BLOCKS))
    return export(published_network(path, "depth-anything-v2"), folder / "small.onnx")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("height", "width"),
    [
        pytest.param(70, 70, id="the size of the training"),
        pytest.param(98, 126, id="landscape"),
        pytest.param(196, 84, id="portrait"),
        pytest.param(28, 280, id="a strip"),
        pytest.param(70, 98, id="one side of the training"),
    ],
)
def test_the_exported_file_agrees_at_any_size(tmp_path: Path, exported: Exported, height: int, width: int) -> None:
    network = published_network(saved(tmp_path, original_weights(FOUR_BLOCKS)), "depth-anything-v2").network
    image = torch.randn(1, 3, height, width, generator=torch.Generator().manual_seed(0))
    (given,) = onnxruntime.InferenceSession(exported.path).run(None, {"image": image.numpy()})
    expected = depth(network, image).numpy()
    assert given.shape == expected.shape
    assert np.abs(given - expected).max() < 1e-4 * expected.max()


@pytest.mark.slow
def test_the_card_feeds_it_as_the_authors_do(exported: Exported) -> None:
    spec = exported.card.input
    assert (spec.width_px, spec.height_px, spec.multiple_px) == (70, 70, PATCH_PX)
    assert (spec.fit, spec.scale_to, spec.resample, spec.colour) == ("keep-aspect", "cover", "bicubic", "rgb")
    assert spec.mean == pytest.approx([255 * share for share in (0.485, 0.456, 0.406)])
    assert spec.std == pytest.approx([255 * share for share in (0.229, 0.224, 0.225)])
    assert (exported.card.licence, exported.card.name) == (UNKNOWN_LICENCE, "small")
    assert [each.size_px for each in exported.comparisons] == [(98, 70), (70, 112)]
