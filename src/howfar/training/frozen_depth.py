"""A trained depth network in place of the truth."""

import math
from functools import cached_property

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from howfar.errors import SettingError
from howfar.models import open_depth_network
from howfar.models.depth import CardDepth
from howfar.models.library import find_model
from howfar.models.outputs import ONE, read_outputs
from howfar.models.preprocess import input_size
from howfar.networks.catalogue import build, find_network
from howfar.training.initial_weights import load_initial_weights
from howfar.training.recipe_settings import NetworkSettings


class FrozenDepth:
    """A trained depth network that says how deep a training's pictures are, in the depth that another one learns."""

    def __init__(self, settings: NetworkSettings, focal_px: float) -> None:
        """Take the network of a recipe's table.

        Args:
            settings: Its definition, and as `initial` its file.
            focal_px: The focal length that the other network learns.

        Raises:
            SettingError: If it is no metric network of this project's.
            ModelError: If its file cannot be read.
        """
        self.settings, entry = settings, find_network(settings.name, "depth")
        network = build(entry, settings.options).eval().requires_grad_(False)
        self.network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's types lack it
        load_initial_weights(network, settings)
        _, card = find_model(settings.initial or "")
        if card.depth is None or card.depth.kind != "metres" or card.depth.focal_px is None:
            raise SettingError(f"depth_teacher: {card.name} does not give metres for a known focal length.")
        self.spec, self.ratio = card.input, focal_px / card.depth.focal_px
        self.mean, self.std = (torch.tensor(v).view(1, 3, 1, 1) for v in (entry.mean, entry.std))

    @cached_property
    def engine(self) -> CardDepth:
        """The same network in what runs networks fastest on a processor."""
        return open_depth_network(self.settings.initial or "")

    @torch.no_grad()
    def depth_m(self, image: Tensor, output_px: tuple[int, int]) -> Tensor:
        """N×1×h×w depth of N×3×H×W uint8 RGB, at the focal length that is learned and with this width and height."""
        self.mean, self.std = self.mean.to(image.device), self.std.to(image.device)
        width, height = input_size(image.shape[3], image.shape[2], self.spec)
        shrunk = functional.interpolate(image.float(), (height, width), mode="bilinear", antialias=True)
        depth_m = self._said(shrunk.sub(self.mean).div(self.std))
        # A picture made smaller shows the focal length as much shorter, which counts as much farther.
        scale = math.sqrt(width * height / (image.shape[3] * image.shape[2])) * self.ratio
        wide, high = output_px
        return functional.interpolate(depth_m.float() * scale, (high, wide), mode="bilinear", align_corners=False)

    def _said(self, x: Tensor) -> Tensor:
        """The network's own output for what it is fed with."""
        if x.device.type != "cpu":
            self.network = self.network.to(x.device)
            depth_m: Tensor = self.network(x.contiguous(memory_format=torch.channels_last))
            return depth_m
        session, tensors = self.engine.session, self.engine.spec.tensors
        each = (session.run(one[None]) for one in x.contiguous().numpy())
        return torch.from_numpy(np.concatenate([read_outputs(one, tensors, ONE, session.name)[0] for one in each]))
