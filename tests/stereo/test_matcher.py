import numpy as np
import pytest

from howfar.errors import SettingError
from howfar.stereo import Disparities


@pytest.mark.parametrize(
    "shapes", [((3, 4), (3, 5), (3, 4)), ((3, 4), (3, 4), (4, 3)), ((3, 4, 1), (3, 4, 1), (3, 4, 1))]
)
def test_disparities_of_other_shapes_than_their_deviations_are_refused(shapes):
    values, sd, matched = shapes
    with pytest.raises(SettingError, match="three arrays of one shape"):
        Disparities(np.ones(values, np.float32), np.ones(sd, np.float32), np.ones(matched, np.bool_))
