"""How networks are run."""

import pytest

from howfar.errors import SettingError
from howfar.models import RunOptions


@pytest.mark.parametrize(
    ("threads", "bound"), [(0, "at least 1"), (-1, "at least 1"), (1025, "at most 1024"), (100_000, "at most 1024")]
)
def test_as_many_threads_as_no_machine_has_are_not_started(threads: int, bound: str) -> None:
    with pytest.raises(SettingError, match=f"threads must be {bound}, not {threads}") as refusal:
        RunOptions(threads=threads)
    assert refusal.value.setting == "threads"
