"""Samples of every data set can be read by another process: what reads them can be handed to it."""

import pickle
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from howfar.datasets import DepthSample, open_depth_dataset, open_detection_dataset, open_object_dataset
from howfar.datasets.kitti_depth import KittiDepth
from howfar.training.data.depth.by_size import DepthBySize
from howfar.training.data.depth.sky import SkyIsFar
from howfar.training.data.held_out import Chosen, Joined
from howfar.training.data.joint.photos import labelled_photos, photo_samples
from howfar.training.data.joint.samples import WithBoxes
from howfar.training.data.readied import remembered
from howfar.training.recipe_settings import PhotosSettings
from tests.datasets.folders import (
    distance_table,
    write_coco,
    write_described_depth,
    write_kitti,
    write_kitti_objects,
    write_nyu,
    write_nyu_mat,
    write_nyu_objects,
    write_raw,
    write_streets,
    write_voc,
    write_yolo,
)
from tests.training.data.depth.test_by_size import UPRIGHT, write_photos


def first_split(dataset: Any) -> Sequence[Any]:
    samples: Sequence[Any] = dataset.split(dataset.splits[0])
    return samples


def depth(write: Callable[[Path], Path]) -> Callable[[Path], Sequence[Any]]:
    return lambda root: first_split(open_depth_dataset(write(root)))


def boxes(write: Callable[[Path], Path]) -> Callable[[Path], Sequence[Any]]:
    return lambda root: first_split(open_detection_dataset(write(root)))


def objects(write: Callable[[Path], Path]) -> Callable[[Path], Sequence[Any]]:
    def opened(root: Path) -> Sequence[Any]:
        dataset = open_object_dataset(write(root))
        samples: Sequence[Any] = dataset.objects(dataset.splits[0])
        return samples

    return opened


def coco(root: Path) -> Path:
    return write_coco(root)[1]


def coco_with_distances(root: Path) -> Path:
    return write_coco(root, distance_table())[1]


def photos(root: Path) -> Sequence[Any]:
    write_coco(root)
    return photo_samples(labelled_photos(PhotosSettings(root=str(root), pictures=1, held_out=0))[0])


def nyu(root: Path) -> Sequence[DepthSample]:
    samples: Sequence[DepthSample] = first_split(open_depth_dataset(write_nyu(root)))
    return samples


READ: dict[str, Callable[[Path], Sequence[Any]]] = {
    "NYU": depth(write_nyu),
    "NYU's file": depth(lambda root: write_nyu_mat(root / "nyu_depth_v2_labeled.mat")),
    "NYU's raw pairs": depth(write_raw),
    "a described folder of depth": depth(write_described_depth),
    "streets": depth(write_streets),
    "COCO": boxes(coco),
    "YOLO's text": boxes(write_yolo),
    "Pascal VOC": boxes(write_voc),
    "NYU's objects": objects(write_nyu_objects),
    "KITTI's objects": objects(write_kitti_objects),
    "streets with objects": objects(write_streets),
    "COCO with distances": objects(coco_with_distances),
    "KITTI's lists": lambda root: KittiDepth(*write_kitti(root, "day/0.png depth/0.png 721.5\n")).split(),
    "photos of a joint training": photos,
    "photos by sizes": lambda root: DepthBySize(write_photos(root, [("person", UPRIGHT)])).split("all"),
    "a choice": lambda root: Chosen(nyu(root), [0]),
    "several joined": lambda root: Joined([nyu(root)]),
    "remembered ones": lambda root: remembered(nyu(root)),
    "rendered skies": lambda root: SkyIsFar(nyu(root)),
    "with boxes": lambda root: WithBoxes(nyu(root), None),
    "every second": lambda root: nyu(root)[::2],
}


@pytest.mark.parametrize("kind", READ)
def test_samples_are_the_same_after_a_journey(kind: str, tmp_path: Path) -> None:
    samples = READ[kind](tmp_path)
    moved = pickle.loads(pickle.dumps(samples))
    assert len(moved) == len(samples) > 0
    assert moved[0].name == samples[0].name
    assert np.array_equal(moved[0].image, samples[0].image)
