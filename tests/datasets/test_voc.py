"""Pascal VOC."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from howfar.datasets.voc import PascalVoc, read_annotation
from howfar.errors import SettingError, SourceError
from tests.datasets.folders import voc_object, write_voc


def test_pixels_counted_from_1_with_ends_included_become_edges(tmp_path: Path) -> None:
    sample = PascalVoc(write_voc(tmp_path)).split("all")[1]
    assert (sample.name, sample.image_id, sample.image.shape) == ("two", 1, (48, 64, 3))
    assert sample.boxes_xyxy_px.dtype == np.float32
    assert sample.boxes_xyxy_px.tolist() == [[0, 0, 64, 48], [10, 5, 30, 40]]
    assert sample.labels == ("dog", "cat")


def test_classes_are_in_the_order_of_the_alphabet_over_all_splits(tmp_path: Path) -> None:
    data = PascalVoc(write_voc(tmp_path))
    assert data.class_names == ("cat", "dog")
    assert data.split("all")[0].class_ids.tolist() == [1, 0]


def test_lists_divide_the_pictures(tmp_path: Path) -> None:
    write_voc(tmp_path, names=("one", "two", "three"))
    (tmp_path / "ImageSets/Main/train.txt").write_text("two\none\n")
    (tmp_path / "ImageSets/Main/val.txt").write_text("three\n")
    (tmp_path / "ImageSets/Main/dog_train.txt").write_text("two 1\n")
    data = PascalVoc(tmp_path)
    assert data.splits == ("train", "val")
    assert [sample.name for sample in data.split("train")] == ["two", "one"]


def test_a_picture_may_have_no_object(tmp_path: Path) -> None:
    sample = PascalVoc(write_voc(tmp_path, objects="")).split("all")[0]
    assert sample.boxes_xyxy_px.shape == (0, 4)
    assert sample.class_ids.shape == sample.crowd.shape == (0,)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("<annotation><object>", "not plain XML", id="cut off"),
        pytest.param('<?xml version="1.0" encoding="hex"?><a/>', "not plain XML", id="an encoding that is none"),
        pytest.param('<?xml version="1.0" encoding="klingon"?><a/>', "not plain XML", id="an unknown encoding"),
        pytest.param(f"<a>{voc_object('cat', 1, 2, 3, 'nan')}</a>", "no number of pixels", id="a corner of nan"),
        pytest.param(f"<a>{voc_object('cat', 1, 2, 3, '1e999')}</a>", "no number of pixels", id="a corner beyond all"),
        pytest.param(f"<a>{voc_object('cat', 5, 2, 3, 4)}</a>", "ends before it begins", id="corners exchanged"),
        pytest.param("a text", "not plain XML", id="a text"),
        pytest.param("", "not plain XML", id="empty"),
        pytest.param("<a><b></a></b>", "not plain XML", id="crossed tags"),
        pytest.param(
            "<annotation><object><name>cat</name></object></annotation>", "'cat' whose bndbox lacks", id="no corners"
        ),
        pytest.param(f"<a>{voc_object('cat', 1, 2, 3, 'x')}</a>", "'cat' whose bndbox lacks", id="a corner in letters"),
        pytest.param(f"<a>{voc_object('', 1, 2, 3, 4)}</a>", "without a name", id="no name"),
        pytest.param(f"<a>{voc_object('&cat;', 1, 2, 3, 4)}</a>", "not plain XML", id="an unknown entity"),
        pytest.param("<!DOCTYPE a SYSTEM 'http://example.org/a.dtd'><a/>", "declares a document type", id="a DTD"),
        pytest.param(
            "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/hostname'>]><a>&x;</a>", "document type", id="a fetched entity"
        ),
        pytest.param("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "document type", id="an entity"),
    ],
)
def test_an_annotation_that_is_not_plain_is_refused(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "a.xml").write_text(content)
    with pytest.raises(SourceError, match=message) as refusal:
        read_annotation(tmp_path / "a.xml")
    assert "\n" not in str(refusal.value)


def test_a_document_type_is_refused_in_every_encoding(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("<?xml version='1.0' encoding='utf-16'?><!DOCTYPE a><a/>", encoding="utf-16")
    with pytest.raises(SourceError, match="document type"):
        read_annotation(tmp_path / "a.xml")


@pytest.mark.parametrize(
    ("spoil", "split", "refusal", "message"),
    [
        pytest.param(
            lambda r: None, "train", SettingError, "no split 'train': choose all", id="a split without a list"
        ),
        pytest.param(
            lambda r: (r / "JPEGImages/one.jpg").unlink(), "all", SourceError, "1 of the 2 pictures", id="no picture"
        ),
        pytest.param(
            lambda r: (r / "Annotations/two.xml").unlink(), "all", SourceError, "1 of the 2 annotations", id="no boxes"
        ),
        pytest.param(
            lambda r: (r / "ImageSets/Main/val.txt").write_text("one\nsix\n"),
            "val",
            SourceError,
            "being six",
            id="a name",
        ),
    ],
)
def test_a_split_that_does_not_fit_together_is_refused(
    tmp_path: Path, spoil: Callable[[Path], object], split: str, refusal: type, message: str
) -> None:
    spoil(write_voc(tmp_path))
    with pytest.raises(refusal, match=message):
        PascalVoc(tmp_path).split(split)


def test_a_folder_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "JPEGImages").mkdir()
    with pytest.raises(SourceError, match="Annotations is missing"):
        PascalVoc(tmp_path)
    (tmp_path / "Annotations").mkdir()
    with pytest.raises(SourceError, match="holds no annotation"):
        PascalVoc(tmp_path)
