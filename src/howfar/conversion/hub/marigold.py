"""Marigold out of the folder of a pipeline of diffusers: one network of its components, and its card."""

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from howfar.conversion.exportable import Exportable
from howfar.conversion.hub.family import HALF, FoundationFamily
from howfar.conversion.hub.folders import PIPELINE, read_table
from howfar.errors import MissingExtraError, ModelError
from howfar.models.card import Card, DepthSpec, InputSpec
from howfar.scene import DepthKind

if TYPE_CHECKING:
    from diffusers.schedulers.scheduling_ddim import DDIMScheduler

KINDS: dict[str, DepthKind] = {"depth": "relative_depth", "disparity": "relative_inverse"}
"""By what the pipeline says that it predicts."""

SCHEDULERS = ("DDIMScheduler", "LCMScheduler")
LONGEST_PX = 4096
"""A picture is not made larger, whatever a folder says."""
EMPTY_TEXT = ("<|startoftext|>", "<|endoftext|>")
"""The tokens that CLIP's tokenizer makes of no text."""

INPUT = InputSpec(768, 576, "keep-aspect", multiple_px=64, resample="bilinear", mean=HALF, std=HALF)
ORIGIN = "one step from fixed noise, where the authors take several and the median of several draws"


def _build(root: Path) -> Exportable:
    """Build it from the folder of a pipeline: unet/, vae/, scheduler/, text_encoder/ and tokenizer/vocab.json."""
    if find_spec("diffusers") is None:
        raise MissingExtraError("Exporting Marigold", "foundation")
    from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
    from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

    from howfar.conversion.hub.loading import diffusers_component
    from howfar.foundation.marigold import Marigold

    pipeline = read_table(root / PIPELINE)
    kind = KINDS.get(str(pipeline.get("prediction_type") or "depth"))
    if kind is None:
        raise ModelError(f"{root / PIPELINE} predicts {pipeline['prediction_type']!r}: take a Marigold for depth.")
    encoder = diffusers_component(AutoencoderKL, root / "vae")
    denoiser = diffusers_component(UNet2DConditionModel, root / "unet")
    network = Marigold(encoder, denoiser, _scheduler(root), _empty_prompt(root))
    stated = pipeline.get("default_processing_resolution")
    longer = stated if isinstance(stated, int) and 0 < stated <= LONGEST_PX else INPUT.width_px
    spec = replace(INPUT, width_px=longer, height_px=longer * 3 // 4, multiple_px=network.multiple_px)
    return Exportable(network, Card("", "depth", "", spec, ORIGIN, depth=DepthSpec(kind, scenes="any")))


def _scheduler(root: Path) -> "DDIMScheduler":
    """What the noise means; in the one step taken, LCM's scheduler does what DDIM's does that ends without noise."""
    from diffusers.schedulers.scheduling_ddim import DDIMScheduler

    from howfar.conversion.hub.loading import NOT_A_CONFIGURATION

    table = read_table(root / "scheduler" / "scheduler_config.json")
    if table.get("_class_name") not in SCHEDULERS:
        raise ModelError(
            f"{root} is denoised with {table.get('_class_name')}: take a Marigold whose scheduler is "
            f"{' or '.join(SCHEDULERS)}."
        )
    changed = {"set_alpha_to_one": True} if table["_class_name"] == "LCMScheduler" else {}
    try:
        scheduler: DDIMScheduler = DDIMScheduler.from_config({**table, **changed, "_class_name": "DDIMScheduler"})
    except NOT_A_CONFIGURATION as error:
        raise ModelError(f"{root} has a scheduler that cannot be ({error}): download it again.") from None
    return scheduler


def _empty_prompt(root: Path) -> Tensor:
    """The empty text as the text encoder gives it, 1×2×C: all that Marigold needs of it."""
    from transformers import CLIPTextModel

    from howfar.conversion.hub.loading import transformers_network

    path = root / "tokenizer" / "vocab.json"
    vocabulary = read_table(path)
    tokens = [vocabulary.get(token) for token in EMPTY_TEXT]
    if not all(isinstance(token, int) for token in tokens):
        raise ModelError(f"{path} lacks {' or '.join(EMPTY_TEXT)}: download it again.")
    encoder = transformers_network(CLIPTextModel, root / "text_encoder")
    try:
        with torch.inference_mode():
            prompt: Tensor = encoder(torch.tensor([tokens]))[0]
    except IndexError:
        raise ModelError(f"{path} has tokens that the text encoder has not: download the folder again.") from None
    return prompt.clone()


FAMILY = FoundationFamily(
    "marigold",
    "Marigold (Ke et al., CVPR 2024)",
    ("MarigoldDepthPipeline", "MarigoldPipeline"),
    _build,
    largest="unet",  # the component that removes the noise has nine weights in ten
)
