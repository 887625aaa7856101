"""What every network is asked: the shape it gives, where its gradient goes, whether its export does the same."""

from collections.abc import Callable
from typing import TypeVar

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

Network = TypeVar("Network", bound=nn.Module)


def on_no_device(build: Callable[[], Network]) -> Network:
    """A network without memory or arithmetic: it knows its shapes, at any size, in no time."""
    with torch.device("meta"):
        return build().eval()


def output_shape(build: Callable[[], nn.Module], shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(on_no_device(build)(torch.empty(shape, device="meta")).shape)


def parameter_count(build: Callable[[], nn.Module]) -> int:
    return sum(parameter.numel() for parameter in on_no_device(build).parameters())


def without_gradient(network: nn.Module, image: Tensor) -> list[str]:
    """The parameters that one training step would not move, or would move to something that is no number.

    Of a bias only its presence is asked: one before a batch normalisation has the gradient zero.
    """
    network.train()(image).sum().backward()
    return [
        name
        for name, parameter in network.named_parameters()
        if parameter.grad is None
        or not parameter.grad.isfinite().all()
        or (parameter.dim() > 1 and not parameter.grad.any())
    ]


def exported_output(network: nn.Module, image: Tensor) -> NDArray[np.float32]:
    """What ONNX Runtime makes of the picture with the exported network."""
    program = torch.onnx.export(network.eval(), (image,), dynamo=True, verbose=False)
    assert program is not None
    session = onnxruntime.InferenceSession(program.model_proto.SerializeToString(), providers=["CPUExecutionProvider"])
    (output,) = session.run(None, {session.get_inputs()[0].name: image.numpy()})
    return output


def assert_export_agrees(network: nn.Module, image: Tensor) -> None:
    with torch.inference_mode():
        expected = network.eval()(image).numpy()
    assert expected.max() > 0
    np.testing.assert_allclose(exported_output(network, image), expected, rtol=0, atol=1e-4 * expected.max())
