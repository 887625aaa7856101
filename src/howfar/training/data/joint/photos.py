"""Labelled photos for a joint network: boxes, and depth where the known size of an object tells it."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from howfar.datasets import DetectionSample, LazySamples
from howfar.datasets.coco_folder import CocoFolder
from howfar.errors import SettingError
from howfar.ranging.cues.sizes import default_sizes
from howfar.scene import Camera
from howfar.training.data.depth.by_size import painted, sized_objects
from howfar.training.data.held_out import Chosen, Joined
from howfar.training.data.joint.samples import Boxes, JointSample
from howfar.training.recipe_settings import PhotosSettings


def labelled_photos(settings: PhotosSettings) -> tuple[Sequence[DetectionSample], Sequence[DetectionSample]]:
    """The photos of a recipe: those to learn from, and those held out.

    Raises:
        SourceError: If `root` is no COCO data set.
        SettingError: If it has no more photos than are to be held out.
    """
    folder = CocoFolder(settings.root)
    photos = Joined([folder.split(split) for split in folder.splits])
    if len(photos) <= settings.held_out:
        raise SettingError(
            f"{settings.root} has {len(photos)} photos, and {settings.held_out} are to be held out: correct "
            "photos.held_out."
        )
    order = np.random.default_rng(settings.seed).permutation(len(photos)).tolist()
    held_out = {*order[: settings.held_out]}
    kept = [index for index in range(len(photos)) if index not in held_out]
    return Chosen(photos, kept), Chosen(photos, sorted(held_out))


def photo_samples(photos: Sequence[DetectionSample]) -> LazySamples[JointSample]:
    """Photos as pictures with boxes and depth; whatever took them, they count as taken by the usual lens.

    `howfar.training.data.depth.by_size` says why no camera is needed.
    """
    return LazySamples(range(len(photos)), partial(_sample, photos))


def _sample(photos: Sequence[DetectionSample], index: int) -> JointSample:
    photo = photos[index]
    height, width = photo.image.shape[:2]
    camera = Camera.assumed(width, height)
    depth_m = painted(sized_objects(photo, camera, default_sizes()), (height, width))
    certainty = np.where(photo.crowd, 0, 1).astype(np.float32)
    boxes = Boxes(photo.boxes_xyxy_px, photo.class_ids, certainty)
    return JointSample(photo.name, photo.image, depth_m, camera, boxes=boxes)
