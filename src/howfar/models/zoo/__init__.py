"""The model zoo: which models are known, where they come from, and fetching them."""

from howfar.models.zoo.cache import Record, cache_folder, pulled_folder, pulled_path, read_record
from howfar.models.zoo.fetch import Patience
from howfar.models.zoo.pull import is_whole, pull, pull_entry
from howfar.models.zoo.registry import Entry, HubFile, embedded_default, entries, find_entry

__all__ = [
    "Entry",
    "HubFile",
    "Patience",
    "Record",
    "cache_folder",
    "embedded_default",
    "entries",
    "find_entry",
    "is_whole",
    "pull",
    "pull_entry",
    "pulled_folder",
    "pulled_path",
    "read_record",
]
