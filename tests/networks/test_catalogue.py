"""The networks that recipes can name."""

from typing import Any, get_args

import pytest
import torch
from torch import nn

from howfar.errors import SettingError
from howfar.models import card
from howfar.networks.catalogue import NETWORKS, build, find_network, names_of, refuse_sizes
from howfar.networks.entry import CardTask, NetworkEntry

IMAGENET_MEAN, IMAGENET_STD = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)

LIGHT: dict[str, dict[str, Any]] = {
    "compact": {"encoder": "lite0"},
    "unet": {"filters": [2, 2, 2, 2, 2]},
    "eigen-fergus-2015": {"encoder": "alexnet"},
    "monodepth": {"encoder": "resnet50"},
}
"""Options that make a network small, or give it an encoder that takes weights; the others have none."""

DEPTH_NETWORKS = names_of("depth")


def depth_entry(name: str) -> NetworkEntry:
    return find_network(name, "depth")


@pytest.mark.parametrize("name", DEPTH_NETWORKS)
def test_each_is_fed_as_imagenets_encoders_expect(name: str) -> None:
    entry = depth_entry(name)
    assert (entry.mean, entry.std) == (IMAGENET_MEAN, IMAGENET_STD)


@pytest.mark.parametrize("name", DEPTH_NETWORKS)
def test_each_takes_the_multiples_that_it_says(name: str) -> None:
    entry = depth_entry(name)
    side = max(entry.multiple_px, 16)
    width, height = entry.size_px or (2 * side, side)
    with torch.inference_mode(), torch.device("cpu" if entry.size_px is None else "meta"):
        output = build(entry, LIGHT.get(name, {})).eval()(torch.zeros(1, 3, height, width))
    assert output.shape[:2] == (1, 1)


@pytest.mark.parametrize("name", ["compact", "unet", "hybrid-cnn"])
def test_what_is_no_such_multiple_would_fail(name: str) -> None:
    network = build(depth_entry(name), LIGHT.get(name, {})).eval()
    with torch.inference_mode(), pytest.raises((ValueError, RuntimeError)):
        network(torch.zeros(1, 3, 48, 64))


def test_an_output_of_the_unet_is_a_share_of_ten_metres() -> None:
    assert {name: entry.unit_m for name, entry in NETWORKS.items() if entry.unit_m != 1} == {"unet": 10.0}


def test_the_tasks_are_those_of_the_cards() -> None:
    assert set(get_args(CardTask)) == set(get_args(card.Task)) == {entry.task for entry in NETWORKS.values()}


@pytest.mark.parametrize(
    ("name", "task", "sentence"),
    [
        pytest.param(
            "vgg", "depth", "No depth network is called 'vgg'; there are compact, unet, fcrn, hybrid-", id="no network"
        ),
        pytest.param(
            "unet",
            "detection",
            r"No detector is called 'unet'; .* ssd300, disparity-detector\.",
            id="for detection",
        ),
        pytest.param("unet", "ranging", "No ranging network is called 'unet'; there are foreground", id="for ranging"),
    ],
)
def test_a_network_that_is_not_there_is_refused_with_those_that_are(name: str, task: CardTask, sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        find_network(name, task)


@pytest.mark.parametrize("name", NETWORKS)
def test_each_has_the_parts_that_its_entry_names(name: str) -> None:
    entry = NETWORKS[name]
    with torch.device("meta"):
        network = build(entry, LIGHT.get(name, {}))
        for part in (*entry.encoder, *filter(None, [entry.deepest])):
            assert isinstance(network.get_submodule(part), nn.Module)
        if entry.encoder_weights is not None:
            encoder = entry.encoder_weights.encoder(network)
            own = {id(parameter) for parameter in network.parameters()}
            assert {id(parameter) for parameter in encoder.parameters()} <= own


@pytest.mark.parametrize(
    ("name", "options", "reason"),
    [
        ("compact", {"encoder": "lite9"}, "lite9"),
        ("compact", {"size": 3}, "size"),
        ("compact", {"classes": -1}, ""),
        ("fcrn", {"depth": 50}, "depth"),
        ("unet", {"filters": []}, ""),
        ("unet", {"filters": ["many"]}, ""),
    ],
    ids=["an unknown value", "an unknown option", "a number below zero", "no options at all", "no level", "a word"],
)
def test_options_that_do_not_fit_are_refused_in_one_sentence(name: str, options: dict[str, Any], reason: str) -> None:
    with pytest.raises(SettingError, match=f"network {name} cannot be built with .*{reason}") as refused:
        build(depth_entry(name), options)
    assert "\n" not in str(refused.value)
    assert "correct network.options" in str(refused.value)


@pytest.mark.parametrize("name", ["compact", "unet", "hybrid-cnn"])
@pytest.mark.parametrize("size", [(300, 256), (320, 250)], ids=["width", "height"])
def test_sizes_that_are_no_multiple_of_32_are_refused(name: str, size: tuple[int, int]) -> None:
    with pytest.raises(SettingError, match=f"{name} takes .* multiples of 32, not {size[0]}×{size[1]}: correct data"):
        refuse_sizes(depth_entry(name), [(320, 256), size])


@pytest.mark.parametrize("name", ["eigen-2014", "eigen-fergus-2015"])
def test_a_network_of_one_size_refuses_others(name: str) -> None:
    with pytest.raises(SettingError, match=f"{name} takes pictures of 304×228 and no others, not 320×256: correct"):
        refuse_sizes(depth_entry(name), [(304, 228), (320, 256)])


@pytest.mark.parametrize(
    ("name", "size", "output"),
    [
        pytest.param("fcrn", (304, 228), (160, 128), id="FCRN"),
        pytest.param("unet", (256, 192), (256, 192), id="U-Net"),
        pytest.param("eigen-2014", (304, 228), (74, 55), id="Eigen et al. 2014"),
        pytest.param("eigen-fergus-2015", (304, 228), (147, 109), id="Eigen and Fergus 2015"),
    ],
)
def test_sizes_that_pass_are_sizes_that_the_network_takes(
    name: str, size: tuple[int, int], output: tuple[int, int]
) -> None:
    refuse_sizes(depth_entry(name), [size])
    with torch.device("meta"):
        depth = build(depth_entry(name), {})(torch.zeros(1, 3, size[1], size[0]))
    assert (depth.shape[3], depth.shape[2]) == output
