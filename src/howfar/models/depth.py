"""A depth network: from a picture and its camera to a depth map."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from howfar.errors import ModelError
from howfar.models.card import Card
from howfar.models.preprocess import to_tensor
from howfar.models.session import RunOptions, Session
from howfar.scene import Camera, DepthMap


class DepthNetwork:
    """An ONNX depth network with its card. May be used from several threads at once."""

    def __init__(self, onnx_path: Path, card: Card, options: RunOptions | None = None) -> None:
        """Open the file.

        Raises:
            ModelError: If the card is not a depth network's, or the file does not fit it.
        """
        if card.depth is None:
            raise ModelError(f"{onnx_path} is a model for {card.task}, not a depth network.")
        if card.input.fit == "letterbox":
            raise ModelError(
                f"The card of {onnx_path} letterboxes the picture; a depth network needs keep-aspect or stretch."
            )
        self.card = card
        self.spec = card.depth
        self.session = Session(onnx_path, card, options)

    @property
    def name(self) -> str:
        """The model's short name."""
        return self.card.name

    def predict(self, image: NDArray[np.uint8], camera: Camera | None) -> DepthMap:
        """Estimate the depth of a picture.

        A metric network saw one camera in training. A picture taken with another focal length looks nearer or farther
        by their ratio, so its output is multiplied by it: the canonical camera of Metric3D (Yin et al., ICCV 2023,
        label-space variant), with both focal lengths counted at the network's input size.

        Args:
            image: H×W×3 uint8 RGB.
            camera: The picture's camera; None leaves the output unscaled.

        Returns:
            The map at the network's own resolution, laid over the whole picture.
        """
        tensor, _ = to_tensor(image, self.card.input)
        output = self.session.run(tensor)[0]
        values = np.asarray(output, dtype=np.float32)
        while values.ndim > 2 and values.shape[0] == 1:
            values = values[0]
        if values.ndim != 2:
            raise ModelError(f"{self.session.path} gave an output of shape {output.shape}; a depth map is 1×1×H×W.")
        return DepthMap(values * self._camera_scale(camera, tensor.shape), self.spec.kind)

    def _camera_scale(self, camera: Camera | None, tensor_shape: tuple[int, ...]) -> np.float32:
        if camera is None or self.spec.focal_px is None:
            return np.float32(1.0)
        at_input = camera.resized(tensor_shape[3], tensor_shape[2])
        return np.float32(at_input.focal_px / self.spec.focal_px)
