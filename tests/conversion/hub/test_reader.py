"""Foundation networks out of folders of the hub: imported, exported, and run as `howfar look` runs them."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from howfar.conversion.exportable import Exportable
from howfar.conversion.hub.family import HALF
from howfar.conversion.onnx_export import export
from howfar.conversion.published import published_network, told_network
from howfar.errors import MissingExtraError, ModelError, SettingError
from howfar.models.card import UNKNOWN_LICENCE, InputSpec
from tests.foundation.hub_folders import (
    ROOMS,
    STREETS,
    depth_pro,
    dpt,
    hybrid_dpt,
    saved,
    saved_marigold,
    unet,
    zoedepth,
)

Weights = dict[str, Tensor]
MAKERS: dict[str, Callable[[Path], Path]] = {
    "dpt": lambda root: saved(dpt(), root),
    "hybrid": lambda root: saved(hybrid_dpt(), root),
    "zoedepth": lambda root: saved(zoedepth(ROOMS, STREETS), root, (96, 64)),
    "depth-pro": lambda root: saved(depth_pro(), root, (128, 128)),
    "marigold": saved_marigold,
}
FREE = ["dpt", "marigold"]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("hub")
    for name, make in MAKERS.items():
        (root / name).mkdir()
        make(root / name)
    return root


def imported(root: Path) -> Exportable:
    return published_network(root, told_network(root) or "")


KINDS = {"dpt": "relative_inverse", "zoedepth": "metres", "depth-pro": "metres", "marigold": "relative_depth"}


@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
def test_what_is_exported_agrees_and_looks_at_a_picture_without_pytorch(folders: Path, name: str) -> None:
    exported = export(imported(folders / name), folders / f"{name}.onnx")
    assert [each.error < 1e-4 for each in exported.comparisons] == [True] * (2 if name in FREE else 1)
    seen = looked_at(exported.path)
    assert seen["kind"] == KINDS[name]
    assert seen["valid"]
    assert seen["spread"] > 0
    assert seen["imported"] == []


def looked_at(path: Path) -> dict[str, Any]:
    """What a process that only looks sees in a picture, and which of the libraries of an export it loaded."""
    program = f"""
import json, sys
import numpy as np
from howfar.models.library import open_depth_network
from howfar.scene import Frame

picture = np.random.default_rng(0).integers(0, 255, (80, 120, 3), dtype=np.uint8)
found = open_depth_network({str(path)!r}).estimate(Frame(picture, "made"))
seen = {{"kind": found.kind, "valid": found.all_valid, "spread": float(np.ptp(found.values))}}
print(json.dumps(seen | {{"imported": sorted({{"torch", "transformers", "diffusers"}} & set(sys.modules))}}))
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def test_the_cards_say_how_each_is_fed(folders: Path) -> None:
    specs = {name: imported(folders / name).card.input for name in MAKERS}
    assert specs["dpt"] == InputSpec(64, 64, "stretch", resample="bilinear", mean=HALF, std=HALF)
    assert (specs["zoedepth"].width_px, specs["zoedepth"].height_px, specs["zoedepth"].fit) == (96, 64, "stretch")
    assert (specs["marigold"].width_px, specs["marigold"].height_px) == (64, 48)
    assert (specs["marigold"].fit, specs["marigold"].multiple_px) == ("keep-aspect", 4)


def test_the_card_states_licence_and_origin(folders: Path) -> None:
    card = imported(folders / "zoedepth").card
    assert card.licence == "apache-2.0 (as the README.md of its folder states)"
    assert card.origin == "zoedepth, ZoeDepth (Bhat et al., 2023)"
    assert card.depth is not None
    assert card.depth.max_m == 80.0
    assert card.depth.scenes == "rooms of NYU Depth v2 and streets of KITTI"
    assert imported(folders / "marigold").card.licence == UNKNOWN_LICENCE
    assert "one step from fixed noise" in imported(folders / "marigold").card.origin


def test_the_files_have_the_hubs_names(folders: Path) -> None:
    """And not those of the installed version, which the libraries change."""
    names = {name: set(load_file(folders / name / "model.safetensors")) for name in ("zoedepth", "depth-pro")}
    assert "backbone.encoder.layer.0.attention.attention.query.weight" in names["zoedepth"]
    assert any(name.endswith("layer.0.attention.attention.query.weight") for name in names["depth-pro"])


def test_weights_in_half_precision_are_run_in_single(tmp_path: Path) -> None:
    root = saved(dpt().half(), tmp_path)
    network = imported(root).network
    assert {value.dtype for value in network.state_dict().values()} == {torch.float32}


def test_a_pickled_file_is_read_without_running_it(tmp_path: Path) -> None:
    root = saved(dpt(), tmp_path)
    torch.save(load_file(root / "model.safetensors"), root / "pytorch_model.bin")
    expected = imported(root).network.state_dict()
    (root / "model.safetensors").unlink()
    given = imported(root).network.state_dict()
    assert all(torch.equal(value, given[name]) for name, value in expected.items())


def test_what_published_files_leave_out_or_hold_besides_changes_nothing(tmp_path: Path) -> None:
    root, image = saved(dpt(), tmp_path), torch.randn(1, 3, 64, 64)
    with torch.inference_mode():
        expected = imported(root).network(image)
    weights = load_file(root / "model.safetensors")
    unused = [name for name in weights if name.startswith("neck.fusion_stage.layers.0.residual_layer1.")]
    assert len(unused) == 4
    kept = {name: value for name, value in weights.items() if name not in unused}
    save_file(kept | {"dpt.embeddings.position_ids": torch.arange(3)}, root / "model.safetensors")
    with torch.inference_mode():
        assert torch.equal(imported(root).network(image), expected)


def test_names_of_earlier_versions_of_diffusers_are_known(tmp_path: Path) -> None:
    root = saved_marigold(tmp_path)
    path, image = root / "vae" / "diffusion_pytorch_model.safetensors", torch.randn(1, 3, 16, 16)
    with torch.inference_mode():
        expected = imported(root).network(image)
    earlier = {}
    for name, value in load_file(path).items():
        for now, before in {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}.items():
            if f".{now}." in name:
                name, value = name.replace(now, before), value[..., None, None] if value.dim() == 2 else value
        earlier[name] = value.contiguous()
    assert earlier.keys() != load_file(path).keys()
    save_file(earlier, path)
    with torch.inference_mode():
        torch.testing.assert_close(imported(root).network(image), expected)


def test_a_picture_keeps_its_shape_where_the_folder_says_so(tmp_path: Path) -> None:
    root = saved(dpt(), tmp_path)
    _change(root / "preprocessor_config.json", keep_aspect_ratio=True, size=64, resample=3)
    spec = imported(root).card.input
    assert (spec.fit, spec.scale_to, spec.resample, spec.multiple_px) == ("keep-aspect", "cover", "bicubic", 32)
    (root / "preprocessor_config.json").unlink()
    assert imported(root).card.input == InputSpec(384, 384, "stretch", resample="bilinear", mean=HALF, std=HALF)


def _change(path: Path, **facts: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | facts))


def _change_weights(root: Path, change: Callable[[Weights], object]) -> None:
    weights = load_file(root / "model.safetensors")
    change(weights)
    save_file(weights, root / "model.safetensors")


CONFIG, PREPROCESSOR = "config.json", "preprocessor_config.json"
DENSE = "dpt.encoder.layer.0.output.dense.bias"
REFUSED = [
    pytest.param(
        lambda root: _change_weights(root, lambda weights: weights.pop(DENSE)),
        f"1 weights are missing, 0 have another shape and 0 more are unknown .*{DENSE}",
        id="a weight is missing",
    ),
    pytest.param(
        lambda root: _change_weights(root, lambda weights: weights.update({DENSE: torch.zeros(7)})),
        f"0 weights are missing, 1 have another shape .*{DENSE}",
        id="one has another shape",
    ),
    pytest.param(
        lambda root: _change_weights(root, lambda weights: weights.update({"more": torch.zeros(7)})),
        "1 more are unknown .*more",
        id="one is left over",
    ),
    pytest.param(
        lambda root: _change(root / CONFIG, hidden_size=32_000, intermediate_size=64_000),
        r"describes a network of .* million weights, and 0\.1 million are there",
        id="a width that would take all memory",
    ),
    pytest.param(
        lambda root: _change(root / CONFIG, hidden_size="wide"),
        "describes no DPTForDepthEstimation that can be built",
        id="a width that is no number",
    ),
    pytest.param(
        lambda root: _change(root / CONFIG, num_attention_heads=5),
        "describes no DPTForDepthEstimation that can be built",
        id="heads that do not divide the width",
    ),
    pytest.param(
        lambda root: _change(root / CONFIG, backbone_config={"model_type": "swinv2"}),
        "asks for the encoder swinv2, which is not read",
        id="an encoder that was not tried",
    ),
    pytest.param(
        lambda root: _change(root / CONFIG, backbone_config={"model_type": ["dinov2"]}),
        r"asks for the encoder \['dinov2'\], which is not read",
        id="a list of encoders",
    ),
    pytest.param(
        lambda root: (root / CONFIG).write_text('{"model_type": ' + "[" * 100_000),
        "nested too deeply|no JSON",
        id="deep",
    ),
    pytest.param(
        lambda root: _change(root / CONFIG, hidden_size=1e999),
        "cannot be read",
        id="a width beyond all numbers",
    ),
    pytest.param(
        lambda root: _change(root / CONFIG, backbone="somebody/encoder"),
        "asks for the encoder somebody/encoder, which is not read",
        id="an encoder from elsewhere",
    ),
    pytest.param(
        lambda root: (root / "model.safetensors").write_bytes(b"cut"), "cut off, damaged", id="a damaged file"
    ),
    pytest.param(lambda root: (root / "model.safetensors").unlink(), "There are no weights in", id="no file"),
    pytest.param(
        lambda root: _change(root / PREPROCESSOR, size={"shortest_edge": 64}),
        "does not say how a picture is fed",
        id="a size of another form",
    ),
    pytest.param(
        lambda root: _change(root / PREPROCESSOR, size=100), "does not say how a picture is fed", id="an odd size"
    ),
    pytest.param(
        lambda root: _change(root / PREPROCESSOR, image_std=[0, 0, 0]),
        "does not say how a picture is fed",
        id="no deviation",
    ),
]


@pytest.mark.parametrize(("change", "sentence"), REFUSED)
def test_a_folder_that_does_not_fit_is_one_sentence(
    tmp_path: Path, change: Callable[[Path], object], sentence: str
) -> None:
    root = saved(dpt(), tmp_path)
    change(root)
    with pytest.raises(ModelError, match=sentence):
        imported(root)


MARIGOLD_REFUSED = [
    pytest.param(
        lambda root: _change(root / "model_index.json", prediction_type="normals"),
        "predicts 'normals': take a Marigold for depth",
        id="another prediction",
    ),
    pytest.param(
        lambda root: _change(root / "scheduler" / "scheduler_config.json", _class_name="EulerDiscreteScheduler"),
        "denoised with EulerDiscreteScheduler: take .* DDIMScheduler or LCMScheduler",
        id="another scheduler",
    ),
    pytest.param(
        lambda root: _change(root / "scheduler" / "scheduler_config.json", beta_schedule="wrong"),
        "scheduler that cannot be",
        id="a scheduler that cannot be",
    ),
    pytest.param(
        lambda root: (root / "tokenizer" / "vocab.json").write_text("{}"),
        r"lacks <\|startoftext\|> or",
        id="another vocabulary",
    ),
    pytest.param(
        lambda root: _change(root / "tokenizer" / "vocab.json", **{"<|endoftext|>": 10**9}),
        "has tokens that the text encoder has not",
        id="a token that no encoder has",
    ),
    pytest.param(
        lambda root: _change(root / "unet" / "config.json", in_channels=4),
        "1 have another shape",
        id="a denoiser of Stable Diffusion",
    ),
    pytest.param(
        lambda root: _change(root / "vae" / "config.json", block_out_channels=[16]),
        "describes no AutoencoderKL that can be built",
        id="an encoder that cannot be",
    ),
    pytest.param(lambda root: (root / "unet" / "config.json").unlink(), "cannot be read", id="a part is missing"),
]


@pytest.mark.parametrize(("change", "sentence"), MARIGOLD_REFUSED)
def test_a_pipeline_that_does_not_fit_is_one_sentence(
    tmp_path: Path, change: Callable[[Path], object], sentence: str
) -> None:
    root = saved_marigold(tmp_path)
    change(root)
    with pytest.raises(ModelError, match=sentence):
        imported(root)


def test_a_distilled_marigold_and_one_for_disparity(tmp_path: Path) -> None:
    root = saved_marigold(tmp_path, prediction_type="disparity", default_processing_resolution=None)
    _change(root / "scheduler" / "scheduler_config.json", _class_name="LCMScheduler")
    exportable = imported(root)
    assert exportable.network.scheduler.config.set_alpha_to_one
    assert exportable.card.depth is not None
    assert exportable.card.depth.kind == "relative_inverse"
    assert (exportable.card.input.width_px, exportable.card.input.height_px) == (768, 576)


def test_depth_pro_without_its_field_of_view_has_no_metres(tmp_path: Path) -> None:
    root = saved(depth_pro(field_of_view=False), tmp_path)
    with pytest.raises(ModelError, match="without the part that tells the field of view, and so without metres"):
        imported(root)


def test_a_folder_of_another_family_than_was_named(folders: Path) -> None:
    with pytest.raises(ModelError, match="says that it holds dpt, not zoedepth"):
        published_network(folders / "dpt", "zoedepth")


def test_a_file_without_its_folder(tmp_path: Path) -> None:
    save_file({"weight": torch.zeros(1)}, tmp_path / "model.safetensors")
    assert told_network(tmp_path / "model.safetensors") is None
    with pytest.raises(ModelError, match=r"has no config\.json beside it: dpt is read from a folder"):
        published_network(tmp_path / "model.safetensors", "dpt")


def test_the_file_in_a_folder_stands_for_it(folders: Path) -> None:
    assert told_network(folders / "dpt" / "model.safetensors") == "dpt"
    assert imported(folders / "dpt" / "model.safetensors").card.origin.startswith("dpt, MiDaS 3")


def test_too_little_memory_is_said_before_the_weights_are_read(folders: Path, monkeypatch) -> None:
    monkeypatch.setattr("howfar.models.memory.free_bytes", lambda: 10**8)
    with pytest.raises(ModelError, match=r"diffusion_pytorch_model\.safetensors needs about 1\.\d GB .* 0\.1 GB are"):
        imported(folders / "marigold")


@pytest.mark.parametrize(("library", "name"), [("transformers", "dpt"), ("diffusers", "marigold")])
def test_a_missing_library_is_named(folders: Path, monkeypatch, library: str, name: str) -> None:
    module = "hub.marigold" if library == "diffusers" else "hub.reader"
    monkeypatch.setattr(f"howfar.conversion.{module}.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"howfar\[foundation\]"):
        imported(folders / name)


@pytest.mark.parametrize(
    ("room", "half", "advice"),
    [
        pytest.param(2.5, False, "export it in half precision", id="too much in single precision"),
        pytest.param(1.5, True, "take a smaller model", id="too much in half precision too"),
    ],
)
def test_what_does_not_fit_into_one_file_is_said_at_once(
    tmp_path: Path, monkeypatch, room: float, half: bool, advice: str
) -> None:
    network = unet()
    count = sum(value.numel() for value in network.state_dict().values())
    monkeypatch.setattr("howfar.conversion.onnx_export.MOST_FILE_BYTES", int(room * count))
    card = imported(saved(dpt(), tmp_path)).card
    with pytest.raises(SettingError, match=f"one ONNX file holds 2.1 GB: {advice}"):
        export(Exportable(network, card), tmp_path / "large.onnx", half=half)


@pytest.mark.slow
def test_what_fits_only_in_half_precision_is_checked_in_that(folders: Path, tmp_path: Path, monkeypatch) -> None:
    exportable = imported(folders / "hybrid")
    count = sum(value.numel() for value in exportable.network.state_dict().values())
    monkeypatch.setattr("howfar.conversion.onnx_export.MOST_FILE_BYTES", int(2.5 * count))
    written = export(exportable, tmp_path / "half.onnx", half=True)
    assert written.comparisons == ()
    assert len(written.halved) == 1
