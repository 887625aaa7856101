"""Readers of data sets with known depth or known objects; no PyTorch."""

from howfar.datasets.coco import CocoDetection
from howfar.datasets.nyu import NYU_CAMERA, NyuDepthV2
from howfar.datasets.opening import (
    DepthDataset,
    DetectionDataset,
    ObjectDataset,
    open_depth_dataset,
    open_detection_dataset,
    open_object_dataset,
)
from howfar.datasets.samples import DepthSample, DetectionSample, LazySamples, ObjectSample

__all__ = [
    "NYU_CAMERA",
    "CocoDetection",
    "DepthDataset",
    "DepthSample",
    "DetectionDataset",
    "DetectionSample",
    "LazySamples",
    "NyuDepthV2",
    "ObjectDataset",
    "ObjectSample",
    "open_depth_dataset",
    "open_detection_dataset",
    "open_object_dataset",
]
