"""Marigold, of which diffusers keeps the parts, in a single step.

Ke et al., "Repurposing Diffusion-Based Image Generators for Monocular Depth Estimation", CVPR 2024. The published way
is a loop of many steps from several draws of noise. Garcia et al., "Fine-Tuning Image-Conditional Diffusion Models is
Easier than You Think", WACV 2025, show that one step does about as well, if it begins where the noise is whole
("trailing" timesteps); with fixed noise that is a plain network.
"""

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from diffusers.schedulers.scheduling_ddim import DDIMScheduler
from torch import Tensor, nn

NOISE_SIDE = 256
"""Rows, and columns, of the noise: enough for pictures of 2048 px; of others, the upper left part is taken."""

NOISE_SEED = 0


class Marigold(nn.Module):
    """Depth up to scale and shift, from 0 (near) to 1 (far).

    Args:
        encoder: Between pictures and their latent form.
        denoiser: Takes eight channels: a picture's latent form, and a depth map's with noise.
        scheduler: What the noise means.
        prompt: 1×T×C: the empty text, as the text encoder gives it.
    """

    noise: Tensor
    prompt: Tensor

    def __init__(
        self, encoder: AutoencoderKL, denoiser: UNet2DConditionModel, scheduler: DDIMScheduler, prompt: Tensor
    ) -> None:
        super().__init__()
        self.encoder, self.denoiser = encoder, denoiser
        self.unit: float = encoder.config["scaling_factor"]
        self.scheduler = DDIMScheduler.from_config(scheduler.config, timestep_spacing="trailing")
        self.scheduler.set_timesteps(1)
        self.step = int(self.scheduler.timesteps[0])
        generator = torch.Generator().manual_seed(NOISE_SEED)
        noise = torch.randn(1, encoder.config["latent_channels"], NOISE_SIDE, NOISE_SIDE, generator=generator)
        self.register_buffer("noise", noise, persistent=False)
        self.register_buffer("prompt", prompt, persistent=False)

    @property
    def multiple_px(self) -> int:
        """Sides of the pictures are multiples of this: encoder and denoiser halve them again and again."""
        halvings = sum(len(part.config["block_out_channels"]) - 1 for part in (self.encoder, self.denoiser))
        return int(2**halvings)

    def forward(self, image: Tensor) -> Tensor:
        """Estimate depth.

        Args:
            image: 1×3×H×W, H and W multiples of `multiple_px`, from -1 to 1.

        Returns:
            1×1×H×W.
        """
        picture = self.encoder.encode(image).latent_dist.mode() * self.unit
        noise = self.noise[..., : picture.shape[-2], : picture.shape[-1]]
        given = self.denoiser(torch.cat([picture, noise], dim=1), self.step, self.prompt, return_dict=False)[0]
        latent = self.scheduler.step(given, self.step, noise, return_dict=False)[0]
        decoded = self.encoder.decode(latent / self.unit, return_dict=False)[0]
        depth: Tensor = (decoded.mean(dim=1, keepdim=True).clip(-1, 1) + 1) / 2
        return depth
