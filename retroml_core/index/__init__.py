"""The index of all runs: a database that can be rebuilt from the run folders at any time.

Importing this package loads SQLAlchemy (a quarter of a second), so do it where it is used.
"""

from retroml_core.index.curves import StoredCurve
from retroml_core.index.index import Index
from retroml_core.index.ingest import Progress
from retroml_core.index.migrate import DatabaseTooNew
from retroml_core.index.rows import MetricSummary, RunFilter, RunRow, SyncReport
from retroml_core.index.store import DatabaseDamaged, IndexFailure, Store, open_store

__all__ = [
    "DatabaseDamaged",
    "DatabaseTooNew",
    "Index",
    "IndexFailure",
    "MetricSummary",
    "Progress",
    "RunFilter",
    "RunRow",
    "Store",
    "StoredCurve",
    "SyncReport",
    "open_store",
]
