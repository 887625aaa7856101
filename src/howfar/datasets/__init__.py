"""Readers of data sets with known depth or known objects; no PyTorch."""

from howfar.datasets.coco import CocoDetection
from howfar.datasets.nyu import NYU_CAMERA, NyuDepthV2
from howfar.datasets.opening import DepthDataset, DetectionDataset, open_depth_dataset, open_detection_dataset
from howfar.datasets.samples import DepthSample, DetectionSample, LazySamples

__all__ = [
    "NYU_CAMERA",
    "CocoDetection",
    "DepthDataset",
    "DepthSample",
    "DetectionDataset",
    "DetectionSample",
    "LazySamples",
    "NyuDepthV2",
    "open_depth_dataset",
    "open_detection_dataset",
]
