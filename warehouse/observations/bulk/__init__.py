"""The bulk path: large batches and large reads, in packed columns.

docs/bulk-loading.md draws the bits and says from which size on it pays.
`transaction` loads a large batch, `sort` orders one that does not fit into memory;
`read_versions` and `parallel_readers` read with the queries VERSIONS and LATEST.
"""

from warehouse.observations.bulk.external_sort import PART_ROWS, sort
from warehouse.observations.bulk.loading import transaction
from warehouse.observations.bulk.packing import LATEST, VERSIONS, Columns, in_order
from warehouse.observations.bulk.reading import ReadVersions, parallel_readers, read_versions

__all__ = [
    "LATEST",
    "PART_ROWS",
    "VERSIONS",
    "Columns",
    "ReadVersions",
    "in_order",
    "parallel_readers",
    "read_versions",
    "sort",
    "transaction",
]
