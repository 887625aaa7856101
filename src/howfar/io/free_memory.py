"""How much memory is free, so that what would take more is refused before the system ends the program."""

import re
from pathlib import Path

MEMORY_FACTS = Path("/proc/meminfo")


def free_bytes(facts: Path = MEMORY_FACTS) -> int | None:
    """Memory that programs can still take, as Linux says it; None where nothing says it."""
    try:
        found = re.search(r"^MemAvailable:\s+(\d+) kB$", facts.read_text(encoding="ascii"), flags=re.MULTILINE)
    except (OSError, ValueError):
        return None
    return int(found[1]) * 1024 if found else None
