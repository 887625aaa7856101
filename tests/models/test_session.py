"""How networks are run."""

import pytest

from howfar.errors import SettingError
from howfar.models import RunOptions


@pytest.mark.parametrize("threads", [0, -1, 1025, 100_000])
def test_as_many_threads_as_no_machine_has_are_not_started(threads: int) -> None:
    with pytest.raises(SettingError, match=f"threads must be at least 1 and at most 1024, not {threads}") as refusal:
        RunOptions(threads=threads)
    assert refusal.value.setting == "threads"
