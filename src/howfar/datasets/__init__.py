"""Readers of data sets with known depth or known objects; no PyTorch."""

from howfar.datasets.coco import CocoDetection
from howfar.datasets.nyu import NYU_CAMERA, NyuDepthV2
from howfar.datasets.samples import DepthSample, DetectionSample, LazySamples

__all__ = ["NYU_CAMERA", "CocoDetection", "DepthSample", "DetectionSample", "LazySamples", "NyuDepthV2"]
