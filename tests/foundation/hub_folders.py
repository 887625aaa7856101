"""Small networks with random weights in folders as the hub keeps them: its names, its files."""

import json
from pathlib import Path
from typing import Any, TypeVar

import torch
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from torch import nn
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    DepthProConfig,
    DepthProForDepthEstimation,
    DPTConfig,
    DPTForDepthEstimation,
    PreTrainedModel,
    ZoeDepthConfig,
    ZoeDepthForDepthEstimation,
)

Network = TypeVar("Network", bound=nn.Module)

NECK = {"neck_hidden_sizes": [8, 12, 16, 20], "fusion_hidden_size": 16}
VIT = {"hidden_size": 32, "num_hidden_layers": 4, "num_attention_heads": 2, "intermediate_size": 64}
ROOMS = {"name": "nyu", "n_bins": 16, "min_depth": 1e-3, "max_depth": 10.0}
STREETS = {"name": "kitti", "n_bins": 16, "min_depth": 1e-3, "max_depth": 80.0}
DOMAINS = {
    "num_patch_transformer_layers": 4,
    "patch_transformer_hidden_size": 128,
    "patch_transformer_intermediate_size": 32,
    "patch_transformer_num_attention_heads": 2,
}
README = "---\nlicense: apache-2.0\ntags:\n- vision\n---\n# A network\n"


def dpt() -> DPTForDepthEstimation:
    """MiDaS 3 with a plain vision transformer."""
    configuration = DPTConfig(image_size=64, backbone_out_indices=[0, 1, 2, 3], **VIT, **NECK)
    return _above_zero(shaken(DPTForDepthEstimation(configuration)))


def hybrid_dpt() -> DPTForDepthEstimation:
    """MiDaS 3 with convolutions before the vision transformer."""
    convolutions = {
        "model_type": "bit",
        "global_padding": "same",
        "layer_type": "bottleneck",
        "depths": [1, 1, 1],
        "hidden_sizes": [16, 32, 64],
        "embedding_size": 16,
        "out_features": ["stage1", "stage2", "stage3"],
        "embedding_dynamic_padding": True,
        "num_groups": 4,
    }
    neck = NECK | {"neck_hidden_sizes": [16, 32, 16, 20]}
    configuration = DPTConfig(
        image_size=64,
        is_hybrid=True,
        backbone_config=convolutions,
        backbone_featmap_shape=[1, 64, 4, 4],
        backbone_out_indices=[0, 1, 2, 3],
        **VIT,
        **neck,
    )
    return _above_zero(shaken(DPTForDepthEstimation(configuration)))


def _above_zero(network: DPTForDepthEstimation) -> DPTForDepthEstimation:
    """Most of what the last ReLU gives is above zero."""
    nn.init.constant_(network.head.head[4].bias, 2.0)
    return network


def zoedepth(*domains: dict[str, Any], **facts: Any) -> ZoeDepthForDepthEstimation:
    """ZoeDepth with a metric head for each domain."""
    encoder = {
        "model_type": "beit",
        "image_size": 64,
        "use_relative_position_bias": True,
        "reshape_hidden_states": False,
        "out_features": ["stage1", "stage2", "stage3", "stage4"],
        **VIT,
    }
    configuration = ZoeDepthConfig(
        backbone_config=encoder,
        bottleneck_features=16,
        num_relative_features=8,
        bin_embedding_dim=16,
        bin_configurations=list(domains or (ROOMS,)),
        **(DOMAINS if len(domains) > 1 else {}),
        **NECK,
        **facts,
    )
    return shaken(ZoeDepthForDepthEstimation(configuration))


def depth_pro(*, field_of_view: bool = True) -> DepthProForDepthEstimation:
    """Depth Pro for pictures of 128×128."""
    encoder = VIT | {"model_type": "dinov2", "num_hidden_layers": 2, "mlp_ratio": 2, "image_size": 32, "patch_size": 8}
    encoder.pop("intermediate_size")
    configuration = DepthProConfig(
        patch_size=32,
        fusion_hidden_size=16,
        intermediate_hook_ids=[1, 0],
        intermediate_feature_dims=[16, 16],
        scaled_images_feature_dims=[32, 32, 24],
        image_model_config=dict(encoder),
        patch_model_config=dict(encoder),
        fov_model_config=dict(encoder),
        use_fov_model=field_of_view,
        num_fov_head_layers=1,
    )
    network = shaken(DepthProForDepthEstimation(configuration))
    # Depth is the inverse of what both heads give: near zero, a rounding error would be as large as the depth.
    _set_output(network.head.layers[-2], 1.0, std=1e-5)
    if field_of_view:
        _set_output(network.fov_model.head.layers[-1], 60.0, std=1e-3)
    return network


def _set_output(last: nn.Module, value: float, std: float) -> None:
    """Have a last layer give about a value."""
    nn.init.normal_(last.get_parameter("weight"), std=std)
    nn.init.constant_(last.get_parameter("bias"), value)


def vae() -> AutoencoderKL:
    """Marigold's way between pictures and their latent form."""
    return shaken(
        AutoencoderKL(
            block_out_channels=[16, 32],
            down_block_types=["DownEncoderBlock2D"] * 2,
            up_block_types=["UpDecoderBlock2D"] * 2,
            latent_channels=4,
            norm_num_groups=8,
        )
    )


def unet() -> UNet2DConditionModel:
    """Marigold's denoiser."""
    return shaken(
        UNet2DConditionModel(
            block_out_channels=(16, 16),
            layers_per_block=1,
            in_channels=8,
            out_channels=4,
            down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
            up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
            cross_attention_dim=32,
            attention_head_dim=8,
            norm_num_groups=8,
        )
    )


def scheduler(**changed: Any) -> DDIMScheduler:
    """Stable Diffusion's scheduler, as Marigold has it."""
    facts = {
        "beta_start": 0.00085,
        "beta_end": 0.012,
        "beta_schedule": "scaled_linear",
        "prediction_type": "v_prediction",
        "clip_sample": False,
        "set_alpha_to_one": False,
        "steps_offset": 1,
    }
    return DDIMScheduler(**facts | changed)


def text_encoder() -> CLIPTextModel:
    """Of a vocabulary of 64 tokens."""
    return shaken(CLIPTextModel(CLIPTextConfig(vocab_size=64, max_position_embeddings=8, **VIT)))


def shaken(network: Network) -> Network:
    """Random weights, the same every time: the libraries' own first ones leave much at zero, where nothing shows."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for value in network.parameters():
            noise = torch.randn(value.shape, generator=generator)
            value.copy_(value + 0.1 * noise)
    return network.eval()


def saved(network: PreTrainedModel, root: Path, size: tuple[int, int] = (64, 64)) -> Path:
    """The folder of a network of transformers, whose preprocessor asks for a size."""
    network.save_pretrained(root)
    facts = {"size": {"width": size[0], "height": size[1]}, "image_mean": [0.5] * 3, "image_std": [0.5] * 3}
    (root / "preprocessor_config.json").write_text(json.dumps(facts))
    (root / "README.md").write_text(README)
    return root


def saved_marigold(root: Path, **index: Any) -> Path:
    """The folder of a pipeline of diffusers."""
    vae().save_pretrained(root / "vae")
    unet().save_pretrained(root / "unet")
    scheduler().save_pretrained(root / "scheduler")
    text_encoder().save_pretrained(root / "text_encoder")
    (root / "tokenizer").mkdir()
    (root / "tokenizer" / "vocab.json").write_text(json.dumps({"<|startoftext|>": 62, "<|endoftext|>": 63}))
    facts = {"_class_name": "MarigoldDepthPipeline", "prediction_type": "depth", "default_processing_resolution": 64}
    (root / "model_index.json").write_text(json.dumps(facts | index))
    return root
