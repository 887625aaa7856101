"""The embedded network of features, and what is no such network."""

import numpy as np
import pytest

from howfar.errors import ModelError
from howfar.models.features import FeatureNetwork
from howfar.models.library import DEFAULT_DETECTOR, MC_CNN, find_model
from howfar.models.session import open_session


class Flat:
    """A session whose features have another size than the picture."""

    name = "flat.onnx"

    def run(self, *tensors: np.ndarray) -> dict[str, np.ndarray]:
        return {"features": np.zeros((1, 64, 2, 2), dtype=np.float32)}

    def digest(self) -> str:
        return ""


def test_every_pixel_has_a_vector_of_unit_length() -> None:
    path, card = find_model(MC_CNN)
    picture = np.random.default_rng(0).integers(0, 256, (24, 31, 3), dtype=np.uint8)
    features = FeatureNetwork(card, open_session(path, card))(picture)
    assert features.shape == (64, 24, 31)
    np.testing.assert_allclose(np.linalg.norm(features, axis=0), 1, atol=1e-3)


def test_a_network_that_gives_another_size_is_refused() -> None:
    _, card = find_model(MC_CNN)
    with pytest.raises(ModelError, match="gives 1×C×4×5"):
        FeatureNetwork(card, Flat())(np.zeros((4, 5, 3), dtype=np.uint8))


def test_a_detector_is_none() -> None:
    path, card = find_model(DEFAULT_DETECTOR)
    with pytest.raises(ModelError, match="a model for detection, not for features"):
        FeatureNetwork(card, open_session(path, card))
