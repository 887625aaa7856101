"""Alignment: strictly increasing pairs, by the rule or as told."""

from pathlib import Path

import pytest

from howfar.conversion.merging.alignment import align
from howfar.conversion.merging.reading import Source, read_source
from howfar.errors import ModelError, SettingError
from tests.conversion.merging.networks import deeper, small, write_network


@pytest.fixture
def pair(tmp_path: Path) -> list[Source]:
    return [read_source(small(tmp_path / "a.onnx")), read_source(deeper(tmp_path / "b.onnx"))]


def names(groups: object) -> list[tuple[tuple[int, str], ...]]:
    return [tuple((layer.member, layer.weight) for layer in group) for group in groups]  # type: ignore[attr-defined]


def test_there_are_as_many_groups_as_the_deeper_network_has_layers_and_the_nearest_sizes_are_pairs(
    pair: list[Source],
) -> None:
    # 36 weights are nearest to 108, and 128 to 180; output layers are in no group.
    assert names(align(pair)) == [
        ((0, "w0"), (1, "w0")),
        ((1, "w3"),),
        ((1, "w6"),),
        ((0, "w4"), (1, "w9")),
        ((1, "w11"),),
    ]


def test_pairs_of_the_user_s_stand(pair: list[Source]) -> None:
    groups = names(align(pair, {"w0": "w6", "w4": "w11"}))
    assert ((0, "w0"), (1, "w6")) in groups
    assert ((0, "w4"), (1, "w11")) in groups
    assert ((1, "w0"),) in groups


def test_layers_without_a_pair_of_the_user_s_have_their_own_codebook(pair: list[Source]) -> None:
    groups = names(align(pair, {"w0": "w6"}))
    assert ((0, "w4"),) in groups
    assert ((1, "w9"),) in groups


def test_a_pair_is_of_the_first_network_and_the_second_where_names_are_alike(tmp_path: Path) -> None:
    both = [read_source(deeper(tmp_path / "a.onnx")), read_source(deeper(tmp_path / "b.onnx"))]
    shared = [group for group in names(align(both, {"w0": "w3"})) if len(group) > 1]
    assert shared == [((0, "w0"), (1, "w3"))]


def test_three_networks_are_aligned_with_the_deepest(pair: list[Source], tmp_path: Path) -> None:
    groups = names(align([*pair, read_source(small(tmp_path / "c.onnx", filters=6))]))
    assert groups[0] == ((0, "w0"), (1, "w0"), (2, "w0"))


def test_pairs_that_cross_are_refused(tmp_path: Path) -> None:
    both = [read_source(deeper(tmp_path / "a.onnx")), read_source(deeper(tmp_path / "b.onnx"))]
    with pytest.raises(SettingError, match="cross each other"):
        align(both, {"w0": "w3", "w3": "w0"})


@pytest.mark.parametrize(
    ("told", "message"),
    [
        pytest.param({"w0": "w99"}, "b has no layer w99 that is merged; it has w0, w3", id="a layer that is not there"),
        pytest.param({"w6": "w13"}, "a has no layer w6 that is merged", id="an output layer"),
        pytest.param({"w0": "w9"}, "w0 and w9 cannot be aligned", id="layers of two kinds"),
    ],
)
def test_pairs_that_cannot_be_are_refused(told: dict[str, str], message: str, pair: list[Source]) -> None:
    with pytest.raises(SettingError, match=message):
        align(pair, told)


def test_networks_without_a_kind_of_layer_in_common_are_refused(tmp_path: Path) -> None:
    flat = write_network(tmp_path / "flat.onnx", [("Gemm", (4, 9)), ("Relu", ()), ("Gemm", (2, 4))], ("n", 9))
    maps = write_network(
        tmp_path / "maps.onnx", [("Conv", (4, 1, 3, 3)), ("Relu", ()), ("Conv", (2, 4, 3, 3))], (1, 1, 4, 4)
    )
    with pytest.raises(ModelError, match="flat and maps cannot be aligned"):
        align([read_source(flat), read_source(maps)])
