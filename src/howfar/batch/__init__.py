"""A million pictures: rows of Parquet, exactly one for each picture, on one machine or on a cluster.

`BatchRangefinder` makes rows in any framework that calls a class in many processes; `read_objects` reads the
results as one row an object.
"""

from importlib.util import find_spec

from howfar.errors import MissingExtraError

if find_spec("pyarrow") is None:
    raise MissingExtraError("howfar.batch", "batch")

from howfar.batch.looking import BatchRangefinder
from howfar.batch.results import read_objects
from howfar.batch.schema import SCHEMA_VERSION, picture_schema

__all__ = ["SCHEMA_VERSION", "BatchRangefinder", "picture_schema", "read_objects"]
