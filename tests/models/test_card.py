"""Model cards: what a good one says, and the sentence that each bad one gets."""

import re
import tomllib
from pathlib import Path

import pytest

from howfar.errors import ModelError
from howfar.models.card import card_path, coco80
from howfar.models.card_reading import parse_card, read_card
from howfar.models.card_writing import card_text
from howfar.networks.default_boxes import DefaultBoxes
from tests.models.onnx_files import JOINT_CARD, PAIR_CARD

DOCS = Path(__file__).resolve().parents[2] / "docs" / "model-cards.md"

SSD_FIELDS = (
    "default_boxes",
    "disparity_log_sd",
    "side_px",
    "maps",
    "steps_px",
    "scales",
    "ratios",
    "variances",
    "shift",
)

DETECTOR = """
name = "balls"
task = "detection"
licence = "CC0"

[input]
size = [640, 480]
fit = "letterbox"

[output]
layout = "yolov8"
classes = ["ball", "bat"]
"""

DEPTH = """
name = "rooms"
task = "depth"
licence = "CC0"

[input]
size = [320, 256]
fit = "keep-aspect"

[output]
kind = "metres"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "model.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_card_lies_beside_the_model() -> None:
    assert card_path(Path("models/balls.onnx")) == Path("models/balls.toml")


def test_a_short_detectors_card_and_its_defaults(tmp_path: Path) -> None:
    card = read_card(write(tmp_path, DETECTOR))
    assert (card.name, card.task, card.licence, card.origin, card.results) == ("balls", "detection", "CC0", "", ())
    assert card.sha256 is None
    assert card.depth is None
    assert card.detector is not None
    assert card.detector.classes == ("ball", "bat")
    assert (card.detector.layout, card.detector.score, card.detector.nms) == ("yolov8", 0.35, 0.6)
    spec = card.input
    assert (spec.width_px, spec.height_px, spec.fit, spec.multiple_px) == (640, 480, "letterbox", 32)
    assert (spec.colour, spec.mean, spec.std, spec.pad) == ("rgb", (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), 114)


def test_a_short_depth_networks_card_and_its_defaults(tmp_path: Path) -> None:
    card = read_card(write(tmp_path, DEPTH))
    assert card.detector is None
    assert card.depth is not None
    assert (card.depth.kind, card.depth.focal_px, card.depth.scenes, card.depth.max_m) == ("metres", None, "", None)


@pytest.mark.parametrize(
    ("text", "read", "expected"),
    [
        pytest.param(
            DETECTOR.replace('["ball", "bat"]', '"coco80"'),
            lambda card: card.detector.classes,
            coco80(),
            id="COCO's 80 classes by name",
        ),
        pytest.param(
            DETECTOR.replace("[output]", "[output]\nscore = 0.5\nnms = 1"),
            lambda card: (card.detector.score, card.detector.nms),
            (0.5, 1.0),
            id="thresholds of its own",
        ),
        pytest.param(
            DETECTOR.replace("[input]", '[input]\ncolour = "bgr"\nmean = [1, 2, 3]\nstd = [4, 5, 6]\npad = 0'),
            lambda card: (card.input.colour, card.input.mean, card.input.std, card.input.pad),
            ("bgr", (1, 2, 3), (4, 5, 6), 0),
            id="a normalisation of its own",
        ),
        pytest.param(
            DEPTH.replace("[input]", '[input]\nmultiple = 14\nscale_to = "cover"\nresample = "bicubic"'),
            lambda card: (card.input.multiple_px, card.input.scale_to, card.input.resample),
            (14, "cover", "bicubic"),
            id="pictures that cover a size, whatever it is a multiple of",
        ),
        pytest.param(
            DEPTH.replace("[output]", '[output]\nfocal_px = 268\nmax_m = 10\nsky_m = 90\nscenes = "rooms"'),
            lambda card: (card.depth.focal_px, card.depth.max_m, card.depth.sky_m, card.depth.scenes),
            (268.0, 10.0, 90.0, "rooms"),
            id="a metric network that knows its camera",
        ),
        pytest.param(
            DEPTH.replace('"metres"', '"relative_depth"'),
            lambda card: card.depth.kind,
            "relative_depth",
            id="a relative network",
        ),
        pytest.param(
            DEPTH.replace("[output]", '[output]\ntensors = ["map"]'),
            lambda card: (card.depth.tensors, card.tensors),
            (("map",), ("map",)),
            id="an output by its name",
        ),
        pytest.param(
            JOINT_CARD,
            lambda card: (card.task, card.detector.classes, card.depth.kind, card.tensors),
            ("joint", ("cup", "dog"), "metres", ("boxes", "depth")),
            id="two heads",
        ),
        pytest.param(
            PAIR_CARD,
            lambda card: [(spec.name, spec.picture) for spec in card.inputs],
            [("one", "left"), ("other", "right")],
            id="two inputs",
        ),
        pytest.param(
            'origin = "here"\nresults = ["all"]\nsha256 = "ab"\n' + DEPTH,
            lambda card: (card.origin, card.results, card.sha256),
            ("here", ("all",), "ab"),
            id="where it comes from and what it reaches",
        ),
    ],
)
def test_a_good_card_is_read(tmp_path: Path, text: str, read, expected) -> None:
    assert read(read_card(write(tmp_path, text))) == expected


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param("name = ", "cannot be read as TOML: Invalid value", id="no TOML"),
        pytest.param(
            DETECTOR.replace('name = "balls"', ""), "the field 'name' is missing; it should be a text.", id="no name"
        ),
        pytest.param(
            DETECTOR.replace('licence = "CC0"', ""),
            "the field 'licence' is missing; it should be a text.",
            id="no licence",
        ),
        pytest.param(
            DETECTOR.replace('"detection"', '"segmentation"'),
            "the field 'task' should be one of detection, depth, ranging, joint, stereo, not 'segmentation'.",
            id="a task that howfar does not have",
        ),
        pytest.param(
            DETECTOR.replace("[input]", '[int8]\nsource = "big.onnx"\nreduced_range = false\n[input]'),
            "[int8]: the field 'pictures' is missing; it should be a whole number above 0.",
            id="an int8 file that does not say what it was calibrated on",
        ),
        pytest.param(
            DETECTOR.replace('"balls"', "7"), "the field 'name' should be a text, not 7.", id="a name that is a number"
        ),
        pytest.param(
            "input = 3\n" + DETECTOR[: DETECTOR.index("[input]")],
            "the field 'input' should be a table, not 3.",
            id="an input that is no table",
        ),
        pytest.param(
            DETECTOR[: DETECTOR.index("[output]")],
            "the field 'output' is missing; it should be a table.",
            id="no [output]",
        ),
        pytest.param(
            DETECTOR.replace("[640, 480]", "640"),
            "[input]: the field 'size' should be a list of 2 numbers, each from 1 to 8192, not 640.",
            id="one number for the size",
        ),
        pytest.param(
            DETECTOR.replace("[640, 480]", '["640", 480]'),
            "[input]: the field 'size' should be a list of 2 numbers, each from 1 to 8192, not ['640', 480].",
            id="a text in the size",
        ),
        pytest.param(
            DETECTOR.replace("[640, 480]", "[640, 0]"),
            "[input]: the field 'size' should be a list of 2 numbers, each from 1 to 8192, not [640, 0].",
            id="an empty input",
        ),
        pytest.param(
            DETECTOR.replace("[input]", "[input]\nstd = [1, 0, 1]"),
            "[input]: the field 'std' should be a list of 3 numbers, each above 0, not [1, 0, 1].",
            id="a division by zero",
        ),
        pytest.param(
            DETECTOR.replace('"letterbox"', '"crop"'),
            "[input]: the field 'fit' should be one of letterbox, letterbox-area, keep-aspect, stretch, not 'crop'.",
            id="an unknown fit",
        ),
        pytest.param(
            DEPTH.replace("keep-aspect", "stretch").replace("[input]", "[input]\nmultiple = 14"),
            "[input]: the size 320×256 is not in multiples of 14: correct one of them.",
            id="a size that is no multiple of 14",
        ),
        pytest.param(
            DETECTOR.replace("[input]", "[input]\nmultiple = true"),
            "[input]: the field 'multiple' should be a whole number from 1 to 8192, not True.",
            id="a yes where a number belongs",
        ),
        pytest.param(
            DETECTOR.replace('"yolov8"', '"yolo"'),
            "should be one of nanodet, yolov5, yolov8, yolov8-seg, end2end, rtdetr, ssd, ssd-pair, not",
            id="an unknown layout",
        ),
        pytest.param(
            DETECTOR.replace('["ball", "bat"]', '["ball", 2]'),
            "[output]: the field 'classes' should be a list of texts, not ['ball', 2].",
            id="a class without a name",
        ),
        pytest.param(
            DETECTOR.replace("layout", "box_log_sd = -0.1\nlayout"),
            "[output]: the field 'box_log_sd' should be a number, 0 or more, not -0.1.",
            id="an error below zero",
        ),
        pytest.param(
            DETECTOR.replace("layout", "score = nan\nlayout"),
            "cannot be read as TOML: it holds nan, which is no finite number.",
            id="a threshold that no score reaches",
        ),
        pytest.param(
            DETECTOR.replace("layout", "score = 35\nlayout"),
            "[output]: the field 'score' should be a number from 0 to 1, not 35.",
            id="a threshold in per cent",
        ),
        pytest.param(
            DETECTOR.replace("layout", "nms = -0.5\nlayout"),
            "[output]: the field 'nms' should be a number from 0 to 1, not -0.5.",
            id="an overlap below zero",
        ),
        pytest.param(
            DETECTOR.replace("[input]", "[input]\npad = 99999"),
            "[input]: the field 'pad' should be a whole number from 0 to 255, not 99999.",
            id="a grey beyond white",
        ),
        pytest.param(
            DETECTOR.replace("[640, 480]", "[640, 480_000_000]"),
            "[input]: the field 'size' should be a list of 2 numbers, each from 1 to 8192, not [640, 480000000].",
            id="an input that no memory holds",
        ),
        pytest.param(
            DEPTH.replace("[output]", "[output]\nfocal_px = -500"),
            "[output]: the field 'focal_px' should be a number, 0 or more, not -500.",
            id="a camera behind its picture",
        ),
        pytest.param(
            DEPTH.replace("[output]", "[output]\nmax_m = -10"),
            "[output]: the field 'max_m' should be a number, 0 or more, not -10.",
            id="a reach below zero",
        ),
        pytest.param(
            DETECTOR.replace("layout", "nsm = 0.5\nlayout"),
            "unknown field 'nsm'; known are box_edge_px, box_log_sd, boxes, classes, layout, nms, score, scores, tens",
            id="a misspelt field",
        ),
        pytest.param(
            DETECTOR.replace("[output]", '[output]\nkind = "metres"'),
            "[output]: unknown field 'kind'",
            id="a depth network's field in a detector's card",
        ),
        pytest.param(
            DEPTH.replace('"metres"', '"disparity_px"'),
            "[output]: the field 'kind' should be one of metres, relative_inverse, relative_depth, not 'disparity_px'.",
            id="disparity, which a single picture does not give",
        ),
        pytest.param(
            DEPTH.replace('"metres"', '"relative_inverse"\nfocal_px = 500'),
            "[output]: focal_px belongs to a depth network in metres, not to relative_inverse.",
            id="a camera for a network without metres",
        ),
        pytest.param(
            DEPTH.replace('"metres"', '"relative_inverse"\nsky_m = 90'),
            "[output]: sky_m belongs to a depth network in metres, not to relative_inverse.",
            id="a sky in metres for a network without metres",
        ),
        pytest.param(
            DEPTH.replace("[output]", '[output]\ntensors = ["a", "b"]'),
            "[output]: depth is read from one output; name only that in 'tensors'.",
            id="two outputs for one map",
        ),
        pytest.param(
            DEPTH.replace("[input]", '[input]\nname = "image"'),
            "[input]: unknown field 'name'",
            id="a name for the only input",
        ),
        pytest.param(
            PAIR_CARD.replace('name = "other"', ""),
            "input 2: the field 'name' is missing; it should be a text.",
            id="one of two inputs without a name",
        ),
        pytest.param(
            PAIR_CARD.replace('"other"', '"one"'),
            "each [[input]] has a name of its own, and there is at least one.",
            id="two inputs of one name",
        ),
        pytest.param(
            "input = []\n" + DETECTOR[: DETECTOR.index("[input]")] + DETECTOR[DETECTOR.index("[output]") :],
            "each [[input]] has a name of its own, and there is at least one.",
            id="a list of no inputs",
        ),
        pytest.param(
            PAIR_CARD.replace('"right"', '"upper"'),
            "input 2: the field 'picture' should be one of left, right, not 'upper'.",
            id="a picture that no pair has",
        ),
        pytest.param(
            JOINT_CARD.replace('tensors = ["boxes"]', ""),
            "[detection]: the field 'tensors' is missing; it should be a list of texts.",
            id="a head of two that does not name its outputs",
        ),
        pytest.param(
            JOINT_CARD[: JOINT_CARD.index("[output.depth]")],
            "[output]: the field 'depth' is missing; it should be a table.",
            id="a joint network without depth",
        ),
        pytest.param(
            JOINT_CARD.replace("[output.detection]", '[output]\nkind = "metres"\n[output.detection]'),
            "[output]: unknown field 'kind'; known are depth, detection.",
            id="a field outside the heads of a joint network",
        ),
    ],
)
def test_a_bad_card_gets_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(ModelError, match=re.escape(sentence)) as raised:
        read_card(write(tmp_path, text))
    assert "model.toml" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_no_card_says_where_to_read_on(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no model card .*model\.toml: write one .*docs/model-cards\.md"):
        read_card(tmp_path / "model.toml")


def test_a_card_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "model.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ModelError, match="cannot be read"):
        read_card(path)


def test_cocos_classes() -> None:
    assert len(coco80()) == len(set(coco80())) == 80
    assert (coco80()[0], coco80()[79]) == ("person", "toothbrush")


def test_the_cards_in_the_documentation_are_true() -> None:
    examples = re.findall(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), flags=re.DOTALL)
    cards = [parse_card(tomllib.loads(example), "docs") for example in examples]
    assert [card.task for card in cards] == ["detection", "depth", "joint"]


def test_the_documentation_names_every_field() -> None:
    text = DOCS.read_text(encoding="utf-8")
    fields = (
        "name task licence origin results sha256 size fit multiple colour mean std pad layout classes score nms kind"
    )
    more = ("focal_px", "scenes", "max_m", "sky_m", "tensors", "picture", "pipeline", "sds_px", *SSD_FIELDS)
    for field in (*fields.split(), *more):
        assert f"| `{field}` |" in text


STEREO = """
name = "patches"
task = "stereo"
licence = "CC0"

[input]
size = [450, 375]
fit = "keep-aspect"
multiple = 1

[output]
pipeline = "kitti-fast"
margins = [0.1, 0.2]
sds_px = [2, 1, 0.5]
failed_sd_px = 8
"""


def test_a_card_of_features_that_pairs_are_matched_by() -> None:
    stereo = parse_card(tomllib.loads(STEREO), "card").stereo
    assert stereo is not None
    assert (stereo.pipeline, stereo.margins) == ("kitti-fast", (0.1, 0.2))
    assert (stereo.sds_px, stereo.failed_sd_px) == ((2.0, 1.0, 0.5), 8.0)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param(
            STEREO.replace("kitti-fast", "fast"),
            "one of kitti-fast, kitti-accurate, middlebury-fast",
            id="no such pipeline",
        ),
        pytest.param(STEREO.replace("[0.1, 0.2]", "[0.2, 0.1]"), "margins that rise", id="margins that fall"),
        pytest.param(STEREO.replace("[2, 1, 0.5]", "[2, 1]"), "one more of sds_px", id="too few deviations"),
    ],
)
def test_a_bad_card_of_features(text: str, sentence: str) -> None:
    with pytest.raises(ModelError, match=sentence):
        parse_card(tomllib.loads(text), "card")


SSD_CARD = """
name = "mine"
task = "detection"
licence = "CC0"

[input]
size = [300, 300]
fit = "letterbox"

[output]
layout = "ssd"
classes = ["cup", "dog"]

[output.default_boxes]
side_px = 300
maps = [38, 19]
steps_px = [8, 16]
scales = [0.07, 0.15, 0.33]
ratios = [[2], [2, 3]]
"""


def test_an_ssds_card_states_its_default_boxes(tmp_path: Path) -> None:
    card = read_card(write(tmp_path, SSD_CARD))
    assert card.detector is not None
    expected = DefaultBoxes(300, (38, 19), (8.0, 16.0), (0.07, 0.15, 0.33), ((2.0,), (2.0, 3.0)))
    assert card.detector.default_boxes == expected
    assert len(expected) == 38 * 38 * 4 + 19 * 19 * 6
    assert read_card(write(tmp_path, card_text(card))) == card


def test_the_card_of_a_detector_of_pairs_states_the_shift_too(tmp_path: Path) -> None:
    text = SSD_CARD.replace('"ssd"', '"ssd-pair"\ndisparity_log_sd = 0.1') + "shift = 0.25\n"
    card = read_card(write(tmp_path, text))
    assert card.detector is not None
    assert card.detector.default_boxes is not None
    assert (card.detector.default_boxes.shift, card.detector.disparity_log_sd) == (0.25, 0.1)
    assert read_card(write(tmp_path, card_text(card))) == card


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        pytest.param("size = [300, 300]", "size = [320, 320]", "in an input of 300×300, and the card", id="other size"),
        pytest.param('"letterbox"', '"letterbox-area"', 'fit = "stretch" or "letterbox"', id="a size that varies"),
        pytest.param("scales = [0.07, 0.15, 0.33]", "scales = [0.07]", "and one scale more", id="too few scales"),
        pytest.param("ratios = [[2], [2, 3]]", "ratios = [2, 3]", "should be lists of numbers above 0", id="no lists"),
        pytest.param("ratios = [[2], [2, 3]]", "", "the field 'ratios' is missing", id="no ratios"),
        pytest.param('"ssd"', '"ssd-pair"', "the field 'shift' is missing", id="pairs without a shift"),
        pytest.param('"ssd"', '"ssd"\nboxes = "normalised"', "are offsets: leave out 'boxes'", id="normalised boxes"),
        pytest.param("[output.default_boxes]", "[output.other]", "'default_boxes' is missing", id="no default boxes"),
        pytest.param('layout = "ssd"', 'layout = "yolov8"', "unknown field 'default_boxes'", id="of another layout"),
    ],
)
def test_a_bad_card_of_an_ssd(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert old in SSD_CARD
    with pytest.raises(ModelError, match=re.escape(sentence)):
        read_card(write(tmp_path, SSD_CARD.replace(old, new)))
