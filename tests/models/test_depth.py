"""Depth networks: from a picture and its camera to a depth map."""

import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from howfar.errors import ModelError, SettingError
from howfar.io.resample import resample
from howfar.models import RunOptions, open_depth_network
from howfar.scene import Camera, Frame
from tests.models.onnx_files import PAIR_CARD, constant_detector, mean_depth, pair_depth, write_card, write_model

GREY = np.full((48, 64, 3), 20, dtype=np.uint8)


def grey(camera: Camera | None = None) -> Frame:
    return Frame(GREY, "grey", camera)


@pytest.mark.parametrize(
    ("camera", "depth_m"),
    [
        pytest.param(None, 2.0, id="without a camera the output is as it comes"),
        pytest.param(Camera.from_focal(64, 48, 50.0), 2.0, id="the training camera changes nothing"),
        pytest.param(Camera.from_focal(64, 48, 100.0), 4.0, id="twice the focal length: twice as far"),
        pytest.param(Camera.from_focal(64, 48, 25.0), 1.0, id="half of it: half as far"),
    ],
)
def test_metric_depth_scales_with_the_focal_length(tmp_path: Path, camera: Camera | None, depth_m: float) -> None:
    depth = open_depth_network(mean_depth(tmp_path)).estimate(grey(camera))
    assert depth.kind == "metres"
    assert depth.shape == (48, 64)
    assert depth.values == pytest.approx(depth_m, rel=1e-6)


def test_focal_lengths_are_compared_at_the_networks_input_size(tmp_path: Path) -> None:
    network = open_depth_network(mean_depth(tmp_path))
    small = network.estimate(grey(Camera.from_focal(64, 48, 60.0)))
    large = network.estimate(
        Frame(np.full((480, 640, 3), 20, dtype=np.uint8), "large", Camera.from_focal(640, 480, 600.0))
    )
    assert large.values.mean() == pytest.approx(small.values.mean())


def test_a_network_that_minds_the_camera_itself_is_not_scaled(tmp_path: Path) -> None:
    network = open_depth_network(mean_depth(tmp_path, 'kind = "metres"'))
    assert network.estimate(grey(Camera.from_focal(64, 48, 999.0))).values == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("sky_m", "known"), [(1.9, False), (2.0, False), (2.1, True)], ids=["beyond it", "on it", "nearer than it"]
)
def test_what_a_network_takes_for_sky_is_unknown(tmp_path: Path, sky_m: float, known: bool) -> None:
    # The output is 2; the camera's scale of 4 counts after the sky has been told.
    network = open_depth_network(mean_depth(tmp_path, f'kind = "metres"\nfocal_px = 50\nsky_m = {sky_m}'))
    depth = network.estimate(grey(Camera.from_focal(64, 48, 200.0)))
    assert np.isfinite(depth.values).all() == known
    assert np.isnan(depth.values).all() != known


def test_a_relative_network_stays_relative(tmp_path: Path) -> None:
    network = open_depth_network(mean_depth(tmp_path, 'kind = "relative_inverse"'))
    depth = network.estimate(grey(Camera.from_focal(64, 48, 999.0)))
    assert depth.kind == "relative_inverse"
    assert depth.values == pytest.approx(2.0)


def test_several_threads_share_one_network(tmp_path: Path) -> None:
    network = open_depth_network(mean_depth(tmp_path), RunOptions(threads=1))
    greys = [np.full((48, 64, 3), level, dtype=np.uint8) for level in range(1, 41)]
    with ThreadPoolExecutor(4) as pool:
        means = list(pool.map(lambda image: float(network.estimate(Frame(image, "grey")).values.mean()), greys))
    assert means == pytest.approx([level / 10 for level in range(1, 41)])


def test_the_embedded_network_sees_depth_in_a_room(shared: Path) -> None:
    from PIL import Image

    image = np.asarray(Image.open(shared / "data/nyu_depth_v2/rgb/0005.jpg"))
    depth = open_depth_network().estimate(Frame(image, "room", Camera(640, 480, 518.86, 519.47, 325.58, 253.74)))
    truth = np.asarray(Image.open(shared / "data/nyu_depth_v2/depth8/0005.png"))
    assert depth.shape == (128, 160)
    assert np.median(depth.values) == pytest.approx(np.median((truth + 0.5) * 9.99547 / 255), rel=0.15)


def test_of_a_stereo_pair_each_input_is_fed_with_its_own_picture(tmp_path: Path) -> None:
    network = open_depth_network(pair_depth(tmp_path))
    right = np.full((48, 64, 3), 15, dtype=np.uint8)
    assert network.estimate(Frame(GREY, "pair", right=right)).values == pytest.approx(5.0)


def test_half_of_a_stereo_pair_is_not_enough(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="pair takes a stereo pair, and grey comes without the right-hand picture"):
        open_depth_network(pair_depth(tmp_path)).estimate(grey())


def test_inputs_are_found_by_their_names(tmp_path: Path) -> None:
    path = pair_depth(tmp_path)
    path.with_suffix(".toml").write_text(PAIR_CARD.replace('"one"', '"left"'), encoding="utf-8")
    with pytest.raises(ModelError, match="has no input 'left', which its card names; there are other, one"):
        open_depth_network(path)


def test_an_output_is_found_by_its_name(tmp_path: Path) -> None:
    outputs = {"first": np.zeros((1, 3, 3), np.float32), "second": np.ones((1, 4, 5), np.float32)}
    path = constant_detector(tmp_path, outputs, DETECTOR_CARD)
    write_card(path, 'kind = "metres"\ntensors = ["second"]', task="depth", fit="stretch")
    assert open_depth_network(path).estimate(grey()).values.tolist() == np.ones((4, 5)).tolist()


def wrong_rank(folder: Path) -> Path:
    path = constant_detector(folder, {"out": np.zeros((1, 2, 3, 3), np.float32)}, 'kind = "metres"')
    write_card(path, 'kind = "metres"', task="depth", fit="stretch")
    return path


def not_onnx(folder: Path) -> Path:
    path = mean_depth(folder)
    path.write_text("this is no model")
    return path


def two_inputs(folder: Path) -> Path:
    import onnx
    from onnx import TensorProto, helper

    path = mean_depth(folder)
    model = onnx.load(path)
    model.graph.input.append(helper.make_tensor_value_info("more", TensorProto.FLOAT, [1]))
    onnx.save(model, path)
    return path


def fixed_size(folder: Path) -> Path:
    path = mean_depth(folder, fit="stretch")
    from onnx import helper

    nodes = [helper.make_node("Identity", ["image"], ["out"])]
    return write_model(path, nodes, input_shape=(1, 3, 100, 100))


def integers(folder: Path) -> Path:
    path = mean_depth(folder)
    from onnx import TensorProto, helper

    nodes = [helper.make_node("Cast", ["image"], ["out"], to=TensorProto.FLOAT)]
    return write_model(path, nodes, input_type=TensorProto.UINT8)


def other_digest(folder: Path) -> Path:
    path = mean_depth(folder)
    card = path.with_suffix(".toml")
    card.write_text(f'sha256 = "{"0" * 64}"\n' + card.read_text())
    return path


def no_card(folder: Path) -> Path:
    path = mean_depth(folder)
    path.with_suffix(".toml").unlink()
    return path


@pytest.mark.parametrize(
    ("make", "says"),
    [
        pytest.param(lambda folder: folder / "none.onnx", "There is no model file", id="no file"),
        pytest.param(lambda folder: "depth-anything-v9", "No model is called", id="a name that nobody knows"),
        pytest.param(no_card, "no model card", id="no card"),
        pytest.param(not_onnx, "cannot be opened as an ONNX model", id="a text file"),
        pytest.param(other_digest, "SHA-256 differs", id="another file than the card describes"),
        pytest.param(two_inputs, "has 2 inputs", id="two inputs"),
        pytest.param(fixed_size, "its card says 1×3×48×64", id="another input size than the card says"),
        pytest.param(integers, "takes tensor\\(uint8\\)", id="bytes as input"),
        pytest.param(wrong_rank, "a depth map is 1×1×H×W", id="an output that is no map"),
        pytest.param(
            lambda folder: constant_detector(folder, {"out": np.zeros((1, 6, 1), np.float32)}, DETECTOR_CARD),
            "not a depth network",
            id="a detector",
        ),
    ],
)
def test_a_model_that_is_not_what_its_card_says_is_refused(tmp_path: Path, make, says: str) -> None:
    with pytest.raises(ModelError, match=says):
        open_depth_network(make(tmp_path)).estimate(grey())


DETECTOR_CARD = 'layout = "yolov8"\nclasses = ["cup", "dog"]'


def test_a_network_that_refuses_its_input_says_so(tmp_path: Path) -> None:
    from onnx import helper

    path = mean_depth(tmp_path, fit="stretch")
    nodes = [helper.make_node("Reshape", ["image", "shape"], ["out"])]
    write_model(path, nodes, constants={"shape": np.array([1, 1, 7, 7], dtype=np.int64)})
    with pytest.raises(ModelError, match="failed on an input of shape"):
        open_depth_network(path).estimate(grey())


def test_half_precision_inputs_are_fed_half_precision(tmp_path: Path) -> None:
    from onnx import TensorProto, helper

    path = mean_depth(tmp_path, 'kind = "relative_inverse"')
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["grey"], axes=[1], keepdims=1),
        helper.make_node("Cast", ["grey"], ["out"], to=TensorProto.FLOAT),
    ]
    write_model(path, nodes, input_type=TensorProto.FLOAT16)
    assert open_depth_network(path).estimate(grey()).values == pytest.approx(20.0)


@pytest.mark.parametrize(
    ("provider", "works"),
    [
        pytest.param("CPU", True, id="the short name of the CPU's"),
        pytest.param("CPUExecutionProvider", True, id="the full name"),
        pytest.param("tpu", False, id="one that is not installed"),
    ],
)
def test_execution_providers(tmp_path: Path, provider: str, works: bool) -> None:
    options = RunOptions(provider=provider)
    if works:
        assert open_depth_network(mean_depth(tmp_path), options).name == "depth"
    else:
        with pytest.raises(SettingError, match="is not installed; there are"):
            open_depth_network(mean_depth(tmp_path), options)


def pooled_depth(folder: Path, fit: str) -> Path:
    """A depth network whose depth is the mean of cells of 4×4 pixels over 10, at a quarter of the input."""
    from onnx import helper

    nodes = [
        helper.make_node("ReduceMean", ["image"], ["grey"], axes=[1], keepdims=1),
        helper.make_node("AveragePool", ["grey"], ["cells"], kernel_shape=[4, 4], strides=[4, 4]),
        helper.make_node("Div", ["cells", "ten"], ["out"]),
    ]
    path = write_model(folder / "depth.onnx", nodes, constants={"ten": np.array(10.0, dtype=np.float32)})
    write_card(path, 'kind = "metres"', task="depth", fit=fit, size=(128, 96))
    return path


@pytest.mark.parametrize("fit", ["letterbox", "letterbox-area"])
@pytest.mark.parametrize(
    ("width", "height"),
    [
        pytest.param(256, 192, id="the input's shape"),
        pytest.param(300, 90, id="a wide picture"),
        pytest.param(90, 300, id="a tall one"),
        pytest.param(125, 99, id="odd sides"),
    ],
)
@pytest.mark.parametrize("axis", [0, 1], ids=["down", "across"])
def test_beside_bars_the_map_lies_over_the_picture(
    tmp_path: Path, fit: str, width: int, height: int, axis: int
) -> None:
    """A ramp comes back as it is: to a quarter of a cell, where no cell lies half over a bar."""
    depth_of = np.linspace(2, 22, (height, width)[axis], dtype=np.float32)
    ramp_m = np.broadcast_to(depth_of[:, None] if axis == 0 else depth_of, (height, width))
    image = np.repeat((ramp_m * 10).round().astype(np.uint8)[..., None], 3, axis=2)
    depth = open_depth_network(pooled_depth(tmp_path, fit)).estimate(Frame(image, "ramp"))
    assert depth.shape[1] / depth.shape[0] == pytest.approx(width / height, rel=0.06)
    rows, columns = depth.shape
    off = np.abs(resample(depth.values, width, height) - ramp_m) / (20 / depth.shape[axis])
    away = math.ceil(2.5 * height / rows), math.ceil(2.5 * width / columns)
    assert off[away[0] : -away[0], away[1] : -away[1]].max() < 0.25


def test_bars_do_not_count_for_the_focal_length(tmp_path: Path) -> None:
    network = open_depth_network(mean_depth(tmp_path, fit="letterbox"))
    wide = Frame(np.full((24, 64, 3), 20, dtype=np.uint8), "wide", Camera.from_focal(64, 24, 100.0))
    depth = network.estimate(wide)
    assert depth.shape == (24, 64)
    assert depth.values == pytest.approx(4.0, rel=1e-6)
