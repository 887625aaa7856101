"""Labelled photos for a joint network."""

from pathlib import Path

import numpy as np
import pytest

from howfar.errors import SettingError
from howfar.training.data.joint.photos import labelled_photos, photo_samples
from howfar.training.recipe_settings import PhotosSettings
from tests.datasets.folders import coco_table, write_coco
from tests.training.detection_data import sample
from tests.training.detection_data import write_coco as write_four


def settings(root: Path, **changes: int) -> PhotosSettings:
    return PhotosSettings(**{"root": str(root), "pictures": 1, "held_out": 1} | changes)


def names(root: Path, **changes: int) -> tuple[list[str], list[str]]:
    kept, held_out = labelled_photos(settings(root, **changes))
    return [each.name for each in kept], [each.name for each in held_out]


def test_what_is_held_out_is_chosen_by_the_seed_alone_and_never_learned(tmp_path: Path) -> None:
    root = write_four(tmp_path / "coco")
    kept, held_out = names(root, held_out=2)
    assert names(root, held_out=2, pictures=3) == (kept, held_out)
    assert (len(kept), len(held_out)) == (2, 2)
    assert not {*kept} & {*held_out}
    assert len({tuple(names(root, held_out=2, seed=seed)[1]) for seed in range(9)}) > 1


def test_all_photos_can_be_learned_from(tmp_path: Path) -> None:
    kept, held_out = names(write_four(tmp_path / "coco"), held_out=0)
    assert (len(kept), held_out) == (4, [])


def test_as_many_as_there_are_cannot_be_held_out(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"has 4 photos, and 4 are to be held out: correct photos\.held_out"):
        labelled_photos(settings(write_four(tmp_path / "coco"), held_out=4))


def test_a_crowd_is_a_region_of_which_nothing_is_known(tmp_path: Path) -> None:
    write_coco(tmp_path, coco_table())
    photos, _ = labelled_photos(settings(tmp_path, held_out=0))
    (crowded,) = [each for each in photo_samples(photos) if each.boxes is not None and len(each.boxes)]
    assert crowded.boxes is not None
    assert sorted(crowded.boxes.certainty.tolist()) == [0.0, 1.0]


def test_a_photo_has_depth_only_where_a_known_size_tells_it() -> None:
    """Of a cup and a dog none fills enough of the picture upright to be measured by."""
    (photo,) = photo_samples([sample([(0, 8, 8, 40, 44)])])
    assert photo.depth_m.shape == photo.image.shape[:2]
    assert np.isnan(photo.depth_m).all() or np.nanmin(photo.depth_m) > 0
