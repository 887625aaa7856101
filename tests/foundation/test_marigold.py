"""The adapter of Marigold: diffusers' pipeline in one step from the same noise."""

import pytest
import torch
from diffusers import LCMScheduler, MarigoldDepthPipeline

from howfar.foundation.marigold import Marigold
from tests.foundation.hub_folders import scheduler, unet, vae

PROMPT = torch.randn(1, 2, 32, generator=torch.Generator().manual_seed(1))
IMAGE = torch.rand(1, 3, 32, 48, generator=torch.Generator().manual_seed(0))


def by_the_pipeline(network: Marigold, noise_of) -> torch.Tensor:
    """What the authors' pipeline gives, with our noise."""
    pipeline = MarigoldDepthPipeline(
        network.denoiser, network.encoder, noise_of, text_encoder=None, tokenizer=None, prediction_type="depth"
    )
    pipeline.set_progress_bar_config(disable=True)
    pipeline.empty_text_embedding = PROMPT
    given = pipeline(
        IMAGE,
        num_inference_steps=1,
        processing_resolution=0,
        latents=network.noise[..., :16, :24].clone(),
        output_type="pt",
    )
    return given.prediction


@pytest.mark.parametrize("spacing", ["trailing", "leading"], ids=["as of late", "as first published"])
def test_it_is_the_pipelines_one_step_from_where_the_noise_is_whole(spacing: str) -> None:
    network = Marigold(vae(), unet(), scheduler(timestep_spacing=spacing), PROMPT)
    with torch.inference_mode():
        given = network(IMAGE * 2 - 1)
    assert given.shape == (1, 1, 32, 48)
    assert 0 <= given.min() < given.max() <= 1
    torch.testing.assert_close(given, by_the_pipeline(network, scheduler(timestep_spacing="trailing")))


def test_of_a_distilled_one_it_is_the_one_step_of_its_own_scheduler() -> None:
    network = Marigold(vae(), unet(), scheduler(set_alpha_to_one=True), PROMPT)
    facts = {name: value for name, value in scheduler().config.items() if not name.startswith("_")}
    distilled = LCMScheduler.from_config(facts)
    with torch.inference_mode():
        given = network(IMAGE * 2 - 1)
    torch.testing.assert_close(given, by_the_pipeline(network, distilled), rtol=0, atol=1e-5)


def test_the_same_picture_gives_the_same_depth_in_another_process_too() -> None:
    first, second = (Marigold(vae(), unet(), scheduler(), PROMPT) for _ in range(2))
    assert torch.equal(first.noise, second.noise)
    assert first.multiple_px == 4, "encoder and denoiser each halve once"
