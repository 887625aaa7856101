"""Reading results: one row an object, for whoever has no use for nested ones."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from howfar.batch.folder import ResultFolder
from howfar.errors import SourceError

PART = "part-"


def read_objects(folder: str | Path) -> Iterator[pa.Table]:
    """The objects of all pictures, one row each, a table for each shard: memory holds one at a time.

    The columns are `index` and `source` of the picture, then the fields of an object (`scene/scene.schema.json`). A
    picture without objects, and one that failed, has no row here.

    Args:
        folder: The folder of the results, or its address.

    Raises:
        SourceError: If it holds no results.
    """
    place = ResultFolder.at(str(folder))
    names = sorted(name for name in place.names() if name.startswith(PART))
    if not names:
        raise SourceError(f"{place.shown} holds no results of  howfar batch : name the folder that it wrote.")
    for name in names:
        with place.open(name) as file:
            yield objects_of(pq.read_table(file, columns=["index", "source", "objects"]))


def objects_of(pictures: pa.Table) -> pa.Table:
    """The objects of pictures, one row each."""
    rows = pictures.combine_chunks()
    objects = rows.column("objects")
    parents = rows.select(["index", "source"]).take(pc.list_parent_indices(objects))
    fields = pa.Table.from_struct_array(pc.list_flatten(objects))
    for name in fields.column_names:
        parents = parents.append_column(fields.schema.field(name), fields.column(name))
    return parents
