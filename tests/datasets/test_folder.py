"""Any folder that a dataset.toml describes."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from howfar.datasets.folder import FolderDepth, FolderDetection
from howfar.errors import HowfarError, SettingError, SourceError
from howfar.scene import Camera
from tests.datasets.folders import write_depth_png, write_described_depth, write_yolo

START = 'kind = "depth"\nimages = "rgb/*.jpg"\ndepths = "depth/{stem}.png"\n'
MM = START + 'unit = "mm"\n'
DETECTION = 'kind = "detection"\nimages = "images/*.jpg"\nlabels = "labels/{stem}.txt"\nclasses = ["person", "chair"]\n'


def test_a_described_pair_has_its_depth_in_metres_and_an_assumed_camera(tmp_path: Path) -> None:
    data = FolderDepth(write_described_depth(tmp_path))
    assert (data.name, data.splits) == (tmp_path.name, ("all",))
    samples = data.split("all")
    assert [sample.name for sample in samples] == ["rgb/a.jpg", "rgb/b.jpg", "rgb/c.jpg"]
    assert np.isnan(samples[0].depth_m[0, 0])
    assert np.nanmin(samples[0].depth_m) == np.nanmax(samples[0].depth_m) == np.float32(2.0)
    assert samples[0].camera == Camera.assumed(64, 48)


@pytest.mark.parametrize(
    ("fields", "depth_m"),
    [
        pytest.param('unit = "mm"', 2.0, id="millimetres"),
        pytest.param('unit = "cm"', 20.0, id="centimetres"),
        pytest.param('unit = "m"', 2000.0, id="metres"),
        pytest.param("scale = 0.00390625", 7.8125, id="256ths of a metre"),
        pytest.param('unit = "mm"\ninvalid = 2000', np.nan, id="a number that stands for unknown"),
        pytest.param('unit = "mm"\ninvalid = [0, 2000]', np.nan, id="two numbers that stand for unknown"),
    ],
)
def test_the_description_says_what_a_number_is_worth(tmp_path: Path, fields: str, depth_m: float) -> None:
    sample = FolderDepth(write_described_depth(tmp_path, START + fields)).split("all")[0]
    assert sample.depth_m[1, 1] == pytest.approx(depth_m, nan_ok=True)


@pytest.mark.parametrize(
    ("camera", "expected"),
    [
        pytest.param("fx_px = 60\nfy_px = 61", Camera(64, 48, 60, 61, 32, 24), id="for the pictures' own size"),
        pytest.param(
            "fx_px = 60\nfy_px = 61\ncx_px = 30.5\ncy_px = 20", Camera(64, 48, 60, 61, 30.5, 20), id="off centre"
        ),
        pytest.param(
            "fx_px = 600\nfy_px = 610\nwidth_px = 640\nheight_px = 480",
            Camera(64, 48, 60, 61, 32, 24),
            id="for a larger size",
        ),
    ],
)
def test_a_described_camera_belongs_to_every_picture(tmp_path: Path, camera: str, expected: Camera) -> None:
    data = FolderDepth(write_described_depth(tmp_path, f"{MM}[camera]\n{camera}\n"))
    assert data.split("all")[2].camera == expected


CAMERAS = "image,width_px,height_px,fx_px,fy_px,cx_px,cy_px\n"


def test_each_picture_has_its_own_camera_of_a_table(tmp_path: Path) -> None:
    rows = "rgb/b.jpg,64,48,70,71,30.5,20\nrgb/a.jpg,640,480,600,610,320,240\nrgb/other.jpg,9,9,9,9,4,4\n"
    write_described_depth(tmp_path, f'{MM}cameras = "cameras.csv"\n[splits]\nx = "x.txt"\n')
    (tmp_path / "cameras.csv").write_text(CAMERAS + rows)
    (tmp_path / "x.txt").write_text("a\nb\n")
    cameras = [sample.camera for sample in FolderDepth(tmp_path).split("x")]
    assert cameras == [Camera(64, 48, 60, 61, 32, 24), Camera(64, 48, 70, 71, 30.5, 20)]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        pytest.param("image,fx_px\n", "lacks the columns width_px", id="missing columns"),
        pytest.param(CAMERAS + "rgb/a.jpg,64,48,wide,60,32,24\n", "row 1 should give width_px", id="no number"),
        pytest.param(CAMERAS + "rgb/a.jpg,64,48,nan,60,32,24\n", "row 1 cannot be: .*fx_px", id="no focal length"),
        pytest.param(CAMERAS + "rgb/a.jpg,inf,48,60,60,32,24\n", "row 1 should give width_px", id="without end"),
        pytest.param(CAMERAS + "rgb/a.jpg,64,48,60,60,32,24\n", "no row for 2 pictures.*rgb/b.jpg", id="missing rows"),
        pytest.param(None, "cannot be read", id="no table"),
    ],
)
def test_a_table_of_cameras_that_cannot_be_is_refused(tmp_path: Path, table: str | None, message: str) -> None:
    write_described_depth(tmp_path, f'{MM}cameras = "cameras.csv"\n')
    if table is not None:
        (tmp_path / "cameras.csv").write_text(table)
    with pytest.raises(SourceError, match=message) as refusal:
        FolderDepth(tmp_path).split("all")
    assert "\n" not in str(refusal.value)


def test_a_picture_of_another_resolution_has_the_camera_resized(tmp_path: Path) -> None:
    write_described_depth(tmp_path, f"{MM}[camera]\nfx_px = 60\nfy_px = 61\n")
    Image.new("RGB", (128, 96)).save(tmp_path / "rgb/c.jpg")
    write_depth_png(tmp_path / "depth/c.png", 2000, (128, 96))
    assert FolderDepth(tmp_path).split("all")[2].camera == Camera(128, 96, 120, 122, 64, 48)


@pytest.mark.parametrize(
    ("splits", "expected"),
    [
        pytest.param('train = "t.txt"\nval = "v.txt"', {"train": ["b", "a"], "val": ["c"]}, id="lists, in their order"),
        pytest.param("train_share = 0.7", {"train": ["a", "b"], "test": ["c"]}, id="a share, in the order of names"),
    ],
)
def test_the_description_divides_the_pairs(tmp_path: Path, splits: str, expected: dict[str, list[str]]) -> None:
    write_described_depth(tmp_path, f"{MM}[splits]\n{splits}\n")
    (tmp_path / "t.txt").write_text("b\nrgb/a.jpg\n")
    (tmp_path / "v.txt").write_text("c.jpg\n")
    data = FolderDepth(tmp_path / "dataset.toml")
    assert data.splits == tuple(expected)
    assert {name: [Path(sample.name).stem for sample in data.split(name)] for name in data.splits} == expected


@pytest.mark.parametrize(
    ("description", "message"),
    [
        pytest.param("kind = ", "cannot be read as TOML", id="no TOML"),
        pytest.param('images = "x"', "the field 'kind' is missing; it should be one of depth, detection", id="no kind"),
        pytest.param(
            'kind = "sound"', "the field 'kind' should be one of depth, detection, not 'sound'", id="an unknown kind"
        ),
        pytest.param(DETECTION, "describes a data set for detection", id="the other kind"),
        pytest.param(START, "either unit .* or scale", id="no unit"),
        pytest.param(MM + "scale = 1", "either unit .* or scale", id="a unit and a scale"),
        pytest.param(START + 'unit = "ft"', "unit should be m, cm or mm, not 'ft'", id="an unknown unit"),
        pytest.param(START + "scale = 0", "more than 0", id="a scale of nothing"),
        pytest.param(START + 'scale = "1/256"', "'scale' should be a number, not '1/256'", id="a scale that is a text"),
        pytest.param(START + "scale = true", "'scale' should be a number", id="a scale that is true"),
        pytest.param(
            MM + 'invalid = ["x"]', "'invalid' should be a list of numbers", id="an invalid value that is a text"
        ),
        pytest.param(MM + "units = 3", "unknown field 'units'; known are kind, name", id="a field written wrongly"),
        pytest.param(MM + "images = 3", "cannot be read as TOML", id="a field given twice"),
        pytest.param(
            MM + 'cameras = "cameras.csv"\n[camera]\nfx_px = 60\nfy_px = 60', "either camera", id="a camera and a table"
        ),
        pytest.param(MM + "camera = 60", "'camera' should be a table", id="a camera that is a number"),
        pytest.param(
            MM + "[camera]\nfx_px = 60",
            r"\[camera\]: the field 'fy_px' is missing; it should be a number",
            id="half a camera",
        ),
        pytest.param(MM + "[camera]\nfx_px = 60\nfy_px = -1", "fy_px must be a positive", id="a camera that cannot be"),
        pytest.param(MM + "[camera]\nfocal = 60", "unknown field 'focal'", id="a camera's field written wrongly"),
        pytest.param(MM + "[splits]\ntrain_share = 1.5", "between 0 and 1, not at 1.5", id="a share of more than all"),
        pytest.param(
            MM + '[splits]\ntrain_share = 0.5\ntest = "t.txt"', "unknown field 'test'", id="a share and a list"
        ),
        pytest.param(MM + "[splits]\ntrain = 3", "'train' should be a text, not 3", id="a list that is a number"),
    ],
)
def test_a_description_that_cannot_be_is_refused_in_one_sentence(
    tmp_path: Path, description: str, message: str
) -> None:
    with pytest.raises(SettingError, match=message) as refusal:
        FolderDepth(write_described_depth(tmp_path, description))
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("description", "split", "refusal", "message"),
    [
        pytest.param(MM, "train", SettingError, "no split 'train': choose all", id="an unknown split"),
        pytest.param(MM + '[splits]\nx = "x.txt"', "x", SourceError, "cannot be read", id="no list"),
        pytest.param(
            MM + '[splits]\nx = "l.txt"', "x", SourceError, "'z', which fits no picture", id="an unknown name"
        ),
        pytest.param(
            MM + "[splits]\ntrain_share = 0.1", "train", SourceError, "train of .* is empty", id="an empty part"
        ),
        pytest.param(
            MM.replace("{stem}", "{stem}_d"),
            "all",
            SourceError,
            "3 of the 3 depth maps .* missing",
            id="missing depths",
        ),
    ],
)
def test_a_split_that_cannot_be_is_refused(
    tmp_path: Path, description: str, split: str, refusal: type[HowfarError], message: str
) -> None:
    write_described_depth(tmp_path, description)
    (tmp_path / "l.txt").write_text("z\n")
    with pytest.raises(refusal, match=message):
        FolderDepth(tmp_path).split(split)


def test_a_folder_without_description_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="no description"):
        FolderDepth(tmp_path)


def test_a_depth_of_another_size_is_refused(tmp_path: Path) -> None:
    write_depth_png(write_described_depth(tmp_path) / "depth/b.png", 2000, (32, 24))
    with pytest.raises(SourceError, match=r"32×24 .* 64×48"):
        FolderDepth(tmp_path).split("all")[1]


def test_a_description_for_detection_gives_boxes(tmp_path: Path) -> None:
    write_yolo(tmp_path)
    (tmp_path / "dataset.toml").write_text(f'{DETECTION}name = "Rooms"\n[splits]\ntrain = "t.txt"\n')
    (tmp_path / "t.txt").write_text("b\na\n")
    data = FolderDetection(tmp_path)
    assert (data.name, data.splits, data.class_names) == ("Rooms", ("train",), ("person", "chair"))
    empty, full = data.split("train")
    assert (empty.name, empty.image_id, len(empty.boxes_xyxy_px)) == ("images/b.jpg", 0, 0)
    assert (full.name, full.image_id, full.labels) == ("images/a.jpg", 1, ("chair", "person"))


@pytest.mark.parametrize(
    ("description", "message"),
    [
        pytest.param(MM, "describes a data set for depth", id="the other kind"),
        pytest.param(
            DETECTION.replace('["person", "chair"]', '"person"'), "'classes' should be a list of texts", id="a text"
        ),
        pytest.param(DETECTION.replace('["person", "chair"]', "[]"), "classes should be a list", id="an empty list"),
        pytest.param(DETECTION + 'unit = "mm"', "unknown field 'unit'", id="a field of the other kind"),
    ],
)
def test_a_description_for_detection_is_checked_too(tmp_path: Path, description: str, message: str) -> None:
    write_yolo(tmp_path)
    (tmp_path / "dataset.toml").write_text(description)
    with pytest.raises(SettingError, match=message):
        FolderDetection(tmp_path)
