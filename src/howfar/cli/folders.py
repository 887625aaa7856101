"""The folder for results when none is named."""

from pathlib import Path


def fresh_folder(wanted: Path) -> Path:
    """The folder itself, or with a number where it is there already, so that nothing is ever in the way."""
    folder, number = wanted, 1
    while folder.exists():
        number += 1
        folder = wanted.with_name(f"{wanted.name}-{number}")
    return folder
