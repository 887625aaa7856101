"""Which precision trains a depth-wise convolution faster on this machine: bfloat16 against single, layer by layer.

    python benchmarks/depthwise.py

The layers are the first of each stage of EfficientNet-Lite2 at 320×256, eight pictures; forward and backward, the least
of five, taken in turns. networks/efficientnet_lite.py mixes precisions by what this shows.
"""

import time

import torch
from torch.nn import functional

BATCH = 8
LAYERS = (
    # channels, height, width, kernel, stride
    (32, 128, 160, 3, 1),
    (96, 128, 160, 3, 2),
    (144, 64, 80, 3, 1),
    (144, 64, 80, 5, 2),
    (288, 32, 40, 5, 1),
    (528, 16, 20, 3, 1),
    (720, 16, 20, 5, 1),
    (1248, 8, 10, 5, 1),
)
RUNS = 5


def step_s(channels: int, height: int, width: int, kernel: int, stride: int, kind: torch.dtype) -> float:
    """Seconds of one forward and backward pass, in the memory format that training uses."""
    x = torch.randn(BATCH, channels, height, width, dtype=kind).to(memory_format=torch.channels_last).requires_grad_()
    weight = torch.randn(channels, 1, kernel, kernel, dtype=kind, requires_grad=True)
    start = time.perf_counter()
    y = functional.conv2d(x, weight, None, stride, kernel // 2, 1, channels)
    torch.autograd.grad(y, (x, weight), torch.ones_like(y))
    return time.perf_counter() - start


def main() -> None:
    """Run as a script."""
    print("channels  size     kernel  stride  single (ms)  bfloat16 (ms)  ratio")
    for channels, height, width, kernel, stride in LAYERS:
        least = {torch.float32: float("inf"), torch.bfloat16: float("inf")}
        for _ in range(RUNS):
            for kind in least:
                least[kind] = min(least[kind], step_s(channels, height, width, kernel, stride, kind))
        single, half = (1e3 * least[kind] for kind in least)
        size = f"{width}×{height}"
        print(f"{channels:8}  {size:7}  {kernel:6}  {stride:6}  {single:11.1f}  {half:13.1f}  {half / single:5.2f}")


if __name__ == "__main__":
    main()
