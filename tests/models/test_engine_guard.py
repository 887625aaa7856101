"""Files that OpenVINO computes wrongly are refused, and each file is tried once."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from howfar.errors import ModelError
from howfar.models import (
    Card,
    CardDepth,
    RunOptions,
    engine_check,
    engine_guard,
    open_depth_network,
    open_detector,
    open_session,
    read_card,
)
from howfar.models.card import DepthSpec, InputSpec
from howfar.models.card_writing import write_card
from howfar.models.engine_guard import FOLDER, refuse_computed_wrongly
from howfar.models.library import open_network
from howfar.models.openvino_library import is_installed
from howfar.pipeline.open_matcher import open_matcher
from howfar.sources import as_frame
from tests.models.onnx_files import mean_depth

BY_OPENVINO = RunOptions(engine="openvino", precision="fp32")
needs_openvino = pytest.mark.skipif(not is_installed(), reason="OpenVINO is not installed")


class Tried:
    """Stands in for the comparison of the engines; remembers the files."""

    def __init__(self, gives: float | ModelError | None = 1e-6) -> None:
        self.gives, self.files = gives, list[Path]()

    def __call__(self, path: Path, card: Card, threads: int | None) -> float | None:
        self.files.append(path)
        self.threads = threads
        if isinstance(self.gives, ModelError):
            raise self.gives
        return self.gives


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOWFAR_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(engine_guard, "openvino", lambda: SimpleNamespace(__version__="1.0-build-releases/1"))
    return tmp_path / "cache"


@pytest.fixture
def network(tmp_path: Path) -> tuple[Path, Card]:
    path = mean_depth(tmp_path)
    return path, read_card(path.with_suffix(".toml"))


def tried(monkeypatch: pytest.MonkeyPatch, gives: float | ModelError | None = 1e-6) -> Tried:
    made = Tried(gives)
    monkeypatch.setattr(engine_check, "check_engines", made)
    return made


def test_a_file_is_tried_once(cache: Path, network: tuple[Path, Card], monkeypatch: pytest.MonkeyPatch) -> None:
    comparison = tried(monkeypatch)
    for _ in range(3):
        refuse_computed_wrongly(*network)
    assert comparison.files == [network[0]]
    (kept,) = (cache / FOLDER / "1.0").iterdir()
    assert kept.read_text() == "1e-06\n"


def change_file(path: Path, _: pytest.MonkeyPatch) -> None:
    path.write_bytes(path.read_bytes() + b"\n")


def change_version(_: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_guard, "openvino", lambda: SimpleNamespace(__version__="2.0"))


@pytest.mark.parametrize("change", [change_file, change_version])
def test_another_file_or_version_is_tried_anew(
    change: Callable[[Path, pytest.MonkeyPatch], None],
    cache: Path,
    network: tuple[Path, Card],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    comparison = tried(monkeypatch)
    refuse_computed_wrongly(*network)
    change(network[0], monkeypatch)
    refuse_computed_wrongly(*network)
    assert len(comparison.files) == 2


@pytest.mark.parametrize("gives", [None, ModelError("OpenVINO computes it wrongly.")], ids=["not compared", "wrong"])
def test_what_has_not_passed_is_not_kept(
    gives: ModelError | None, cache: Path, network: tuple[Path, Card], monkeypatch: pytest.MonkeyPatch
) -> None:
    comparison = tried(monkeypatch, gives)
    for _ in range(2):
        if gives is None:
            refuse_computed_wrongly(*network)
        else:
            with pytest.raises(ModelError, match="computes it wrongly"):
                refuse_computed_wrongly(*network)
    assert len(comparison.files) == 2
    assert not (cache / FOLDER).exists()


@pytest.mark.parametrize("name", ["cache", "a" * 300], ids=["a file where the folder should be", "too long a name"])
def test_a_cache_that_cannot_be_written_is_no_fault(
    name: str, cache: Path, network: tuple[Path, Card], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.write_text("no folder")
    monkeypatch.setenv("HOWFAR_CACHE", str(cache.with_name(name)))
    comparison = tried(monkeypatch)
    for _ in range(2):
        refuse_computed_wrongly(*network)
    assert len(comparison.files) == 2


@needs_openvino
@pytest.mark.parametrize("opens", [open_network, open_depth_network, open_matcher])
def test_whatever_opens_a_file_for_openvino_tries_it(
    opens: Callable[[Path, RunOptions], object],
    cache: Path,
    network: tuple[Path, Card],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    comparison = tried(monkeypatch, ModelError("OpenVINO computes it wrongly."))
    with pytest.raises(ModelError, match="computes it wrongly"):
        opens(network[0], replace(BY_OPENVINO, threads=1))
    assert (comparison.files, comparison.threads) == ([network[0]], 1)


@needs_openvino
def test_what_ships_and_what_the_other_engine_runs_is_not_tried(
    cache: Path, network: tuple[Path, Card], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(os.environ, "HOWFAR_ENGINE", raising=False)
    comparison = tried(monkeypatch)
    open_detector(options=BY_OPENVINO)
    open_depth_network(network[0], RunOptions(engine="onnxruntime"))
    open_depth_network(network[0])
    assert comparison.files == []


def shuffled(folder: Path) -> Path:
    """A depth network that shuffles sixteen channels before a convolution, which OpenVINO 2026.4 spoils."""
    random = np.random.default_rng(0)
    order = np.arange(16).reshape(2, 8).T.ravel()
    wide, deep = random.normal(size=(16, 3, 3, 3)), np.abs(random.normal(size=(1, 16, 1, 1))) / 100
    arrays = {"wide": wide.astype(np.float32), "deep": deep.astype(np.float32), "order": order}
    nodes = [
        helper.make_node("Conv", ["image", "wide"], ["maps"], pads=[1, 1, 1, 1]),
        helper.make_node("Gather", ["maps", "order"], ["moved"], axis=1),
        helper.make_node("Conv", ["moved", "deep"], ["depth"]),
    ]
    taken, given = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, channels, "height", "width"])
        for name, channels in (("image", 3), ("depth", 1))
    )
    stored = [numpy_helper.from_array(array, name) for name, array in arrays.items()]
    graph = helper.make_graph(nodes, "shuffled", [taken], [given], stored)
    path = folder / "shuffled.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    write_card(
        Card("shuffled", "depth", "none", InputSpec(96, 64, "stretch"), depth=DepthSpec("metres")),
        path.with_suffix(".toml"),
    )
    return path


@needs_openvino
def test_no_file_gives_other_metres_by_openvino(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOWFAR_CACHE", str(tmp_path / "cache"))
    path = shuffled(tmp_path)
    frame = as_frame(np.random.default_rng(1).integers(0, 256, (64, 96, 3), dtype=np.uint8))
    right = open_depth_network(path, RunOptions(engine="onnxruntime")).estimate(frame).values
    card = read_card(path.with_suffix(".toml"))
    unguarded = CardDepth(card, open_session(path, card, BY_OPENVINO)).estimate(frame).values
    if np.allclose(unguarded, right, rtol=0.01, atol=0.01):  # a version that computes it rightly may run it
        open_depth_network(path, BY_OPENVINO)
        return
    with pytest.raises(ModelError, match=r"OpenVINO computes .* wrongly"):
        open_depth_network(path, BY_OPENVINO)


@needs_openvino
def test_a_good_file_passes(tmp_path: Path, network: tuple[Path, Card], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOWFAR_CACHE", str(tmp_path / "cache"))
    open_depth_network(network[0], BY_OPENVINO)
    (kept,) = (tmp_path / "cache" / FOLDER).glob("*/*")
    assert kept.is_file()
