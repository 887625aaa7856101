"""What `import howfar` promises."""

import pickle

import pytest

import howfar
from howfar.errors import MissingExtraError, SettingError


@pytest.mark.parametrize("name", howfar.__all__)
def test_every_public_name_is_there_and_listed(name: str) -> None:
    assert getattr(howfar, name).__name__ == name
    assert name in dir(howfar)


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(SettingError("It cannot be.", setting="score"), id="with a setting"),
        pytest.param(MissingExtraError("Drawing", "demo"), id="of a library that is not installed"),
    ],
)
def test_errors_come_through_to_another_process(error: howfar.HowfarError) -> None:
    back = pickle.loads(pickle.dumps(error))
    assert (type(back), str(back), back.setting) == (type(error), str(error), error.setting)
