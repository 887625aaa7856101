"""Cards are written as the reader reads them."""

import tomllib
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from howfar.errors import OutputError
from howfar.models.card import Card, DepthSpec, DetectorSpec, InputSpec, Int8Facts, RangingSpec, coco80
from howfar.models.card_reading import parse_card, read_card
from howfar.models.card_writing import card_text, write_card
from howfar.scene.margins import DomainMargin, Margin, Margins, Pull, Spread

SHIPPED = sorted(
    path
    for folder in ("weights", "zoo/cards")
    for path in Path(str(resources.files("howfar.models") / folder)).glob("*.toml")
)

DETECTOR = Card(
    "balls",
    "detection",
    "CC0",
    InputSpec(640, 480, "letterbox", std=(255.0, 255.0, 255.0)),
    results=("AP50 0.9 on 20 photos",),
    detector=DetectorSpec("yolov8", ("ball", "bat")),
)

DETECTOR_TEXT = """\
name = "balls"
task = "detection"
licence = "CC0"
results = ["AP50 0.9 on 20 photos"]

[input]
size = [640, 480]
fit = "letterbox"
colour = "rgb"
std = [255.0, 255.0, 255.0]
pad = 114

[output]
layout = "yolov8"
classes = ["ball", "bat"]
score = 0.35
nms = 0.6
"""

INT8_TEXT = """\
[int8]
source = "big.onnx"
pictures = 40
reduced_range = false
source_sha256 = "0af"
calibrated_on = "photos"
layers = 34
float_layers = 7
"""

TWO_HEADS_TEXT = """\
name = "both"
task = "joint"
licence = "CC0"

[[input]]
name = "left"
picture = "left"
size = [640, 480]
fit = "stretch"
colour = "rgb"

[[input]]
name = "right"
picture = "right"
size = [640, 480]
fit = "stretch"
colour = "rgb"

[output.detection]
layout = "yolov8"
classes = ["ball"]
score = 0.35
nms = 0.6
tensors = ["boxes"]

[output.depth]
kind = "metres"
tensors = ["depth"]

[[output.depth.margins]]
group = "all"
factor = 1.2
objects = 7
"""

MARGINS_TEXT = """
[[output.margins]]
domain = "rooms"
depth_m = [1.0, 4.0]
factors = [1.5, 1.25]
usual_m = 2.1
slope = 0.75
surface_quantile = 0.3
objects = [30, 40]
places = 9
data = ["nyu:test"]

[[output.spreads]]
of = "size"
domain = "outdoors"
factor = 1.2
objects = 50
places = 4
"""

TEXTS = st.text(max_size=20)
SIZES = st.integers(1, 40).map(lambda count: 96 * count)
POSITIVE = st.floats(1e-6, 1e6)
TRIPLES = st.tuples(POSITIVE, POSITIVE, POSITIVE)
INPUTS = st.builds(
    InputSpec,
    SIZES,
    SIZES,
    st.sampled_from(["letterbox", "letterbox-area", "keep-aspect", "stretch"]),
    multiple_px=st.sampled_from([1, 3, 8, 32, 96]),
    scale_to=st.sampled_from(["area", "cover"]),
    resample=st.sampled_from(["area", "bilinear", "bicubic"]),
    colour=st.sampled_from(["rgb", "bgr"]),
    mean=TRIPLES,
    std=TRIPLES,
    pad=st.integers(0, 255),
)
NAMES = st.text(min_size=1, max_size=8)
PAIRS = st.tuples(INPUTS, INPUTS, st.lists(NAMES, min_size=2, max_size=2, unique=True)).map(
    lambda pair: (replace(pair[0], name=pair[2][0]), replace(pair[1], name=pair[2][1], picture="right"))
)
DETECTORS = st.builds(
    DetectorSpec,
    st.sampled_from(["nanodet", "yolov5", "yolov8", "end2end"]),
    st.lists(TEXTS, min_size=1, max_size=3).map(tuple) | st.just(coco80()),
    st.floats(0, 1),
    st.floats(0, 1),
    st.lists(NAMES, max_size=2).map(tuple),
)
FACTORS = st.floats(1.0001, 10)
MARGINS = st.builds(
    lambda own, other: Margins((*(Margin(f"group of {name}", (name,), f, 7) for name, f in own.items()), other)),
    st.dictionaries(st.sampled_from(["chair", "bed", "dining table"]), FACTORS),
    st.builds(Margin, TEXTS, st.just(()), FACTORS, st.integers(0, 9999)),
)
DOMAIN_MARGINS = st.builds(
    lambda domains, factors: Margins(
        domains=tuple(
            DomainMargin(name, (1.0, 2.5), (factor, 1.5), *rests_on, pull=pull)
            for name, (factor, rests_on, pull) in domains.items()
        ),
        spreads=tuple(Spread(of, "outdoors", factor, 7, 2) for of, factor in factors.items()),
    ),
    st.dictionaries(
        st.sampled_from(["rooms", "outdoors"]),
        st.tuples(
            FACTORS,
            st.just(()) | st.just(((7, 8), 3, ("streets:all", "rooms"))),
            st.none() | st.builds(Pull, POSITIVE, st.floats(0.1, 1)),
        ),
        min_size=1,
    ),
    st.dictionaries(st.sampled_from(["size", "ground", "joined"]), FACTORS),
)
INT8 = st.builds(
    Int8Facts,
    TEXTS,
    st.integers(1, 999),
    st.booleans(),
    calibrated_on=TEXTS,
    layers=st.integers(0, 99),
    float_layers=st.integers(0, 99),
    depth_scale=POSITIVE,
)
ONE_NAME = NAMES.map(lambda name: (name,))
METRIC = st.builds(
    DepthSpec,
    st.just("metres"),
    st.none() | POSITIVE,
    TEXTS,
    st.none() | POSITIVE,
    st.none() | MARGINS | DOMAIN_MARGINS,
    st.just(()) | ONE_NAME,
)
RELATIVE = st.builds(DepthSpec, st.sampled_from(["relative_inverse", "relative_depth"]), scenes=TEXTS)


def cards(task: str, **parts: st.SearchStrategy) -> st.SearchStrategy[Card]:
    return st.builds(
        Card,
        TEXTS,
        st.just(task),
        TEXTS,
        INPUTS,
        origin=TEXTS,
        results=st.lists(TEXTS, max_size=3).map(tuple),
        int8=st.none() | INT8,
        sha256=st.none() | st.text("0123456789abcdef", min_size=64, max_size=64),
        **parts,
    )


@given(
    cards("detection", detector=DETECTORS)
    | cards("depth", depth=METRIC | RELATIVE)
    | cards("ranging", ranging=st.builds(RangingSpec, st.floats(0, 1)))
    | cards(
        "joint",
        detector=DETECTORS.filter(lambda spec: spec.tensors),
        depth=st.builds(replace, METRIC | RELATIVE, tensors=ONE_NAME),
    )
    | st.builds(
        lambda card, pair: replace(card, input=pair[0], further_inputs=pair[1:]),
        cards("depth", depth=METRIC | RELATIVE),
        PAIRS,
    )
)
def test_any_card_reads_back_as_it_was(card: Card) -> None:
    assert parse_card(tomllib.loads(card_text(card)), "card") == card


def test_what_margins_by_domain_look_like() -> None:
    margins = Margins(
        domains=(DomainMargin("rooms", (1.0, 4.0), (1.5, 1.25), (30, 40), 9, ("nyu:test",), Pull(2.1, 0.75), 0.3),),
        spreads=(Spread("size", "outdoors", 1.2, 50, 4),),
    )
    card = Card("d", "depth", "CC0", InputSpec(32, 32, "stretch"), depth=DepthSpec("metres", margins=margins))
    assert card_text(card).endswith(MARGINS_TEXT)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_cards_that_ship_read_back_as_they_were(path: Path) -> None:
    card = read_card(path)
    assert parse_card(tomllib.loads(card_text(card)), "card") == card


def test_what_a_card_looks_like() -> None:
    assert card_text(DETECTOR) == DETECTOR_TEXT


def test_what_the_card_of_an_int8_file_looks_like() -> None:
    card = replace(DETECTOR, int8=Int8Facts("big.onnx", 40, False, "0af", "photos", 34, 7))
    assert card_text(card) == DETECTOR_TEXT.replace("[input]", f"{INT8_TEXT}\n[input]")


def test_what_the_card_of_two_heads_and_two_inputs_looks_like() -> None:
    card = Card(
        "both",
        "joint",
        "CC0",
        InputSpec(640, 480, "stretch", name="left"),
        detector=DetectorSpec("yolov8", ("ball",), tensors=("boxes",)),
        depth=DepthSpec("metres", margins=Margins((Margin("all", (), 1.2, 7),)), tensors=("depth",)),
        further_inputs=(InputSpec(640, 480, "stretch", name="right", picture="right"),),
    )
    assert card_text(card) == TWO_HEADS_TEXT


@pytest.mark.parametrize(
    ("card", "line"),
    [
        pytest.param(
            replace(DETECTOR, detector=DetectorSpec("yolov5", coco80())), 'classes = "coco80"', id="COCO's classes"
        ),
        pytest.param(replace(DETECTOR, name='a "b"\n\x7f'), 'name = "a \\"b\\"\\n\\u007f"', id="quotes and controls"),
        pytest.param(replace(DETECTOR, origin="Harsányi"), 'origin = "Harsányi"', id="an accent"),
        pytest.param(
            replace(DETECTOR, results=("a" * 60, "b" * 60)), f'    "{"b" * 60}",', id="long lists, a line for each"
        ),
        pytest.param(
            replace(DETECTOR, input=InputSpec(64, 48, "keep-aspect", 14)),
            "multiple = 14",
            id="what sides must divide by",
        ),
        pytest.param(
            replace(DETECTOR, input=InputSpec(64, 48, "keep-aspect", scale_to="cover")),
            'scale_to = "cover"',
            id="that pictures cover the size",
        ),
    ],
)
def test_lines_as_people_write_them(card: Card, line: str) -> None:
    assert line in card_text(card).splitlines()


def test_a_card_is_written_to_its_file_and_not_over_another(tmp_path: Path) -> None:
    path = tmp_path / "balls.toml"
    write_card(DETECTOR, path)
    assert read_card(path) == DETECTOR
    with pytest.raises(OutputError, match="exists already"):
        write_card(DETECTOR, path)
    write_card(replace(DETECTOR, name="others"), path, overwrite=True)
    assert read_card(path).name == "others"
