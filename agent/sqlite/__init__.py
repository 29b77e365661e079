"""Opening a SQLite file, its one writer, transactions, migrations and backups; shared by the till and the hub.

One connection writes, on one thread; readers open their own read-only connection. Every transaction is BEGIN IMMEDIATE, the
journal mode is WAL with synchronous=FULL: a commit that returned is on the disk. An I/O error is not survived in the process:
the caller ends, the next start heals.
"""

from agent.sqlite.faults import file_errors, free_bytes, named, storage_errors
from agent.sqlite.files import read_file, remove_file, replace_file
from agent.sqlite.migrations import Step, backup, migrate, open_migrated, sync_folder
from agent.sqlite.opening import PRAGMAS, READER_PRAGMAS, Factory, open_database, path_of, quick_check
from agent.sqlite.statements import Row, Statements
from agent.sqlite.transactions import Checkpointer, bring_home, in_transaction, savepoint, transaction
from agent.sqlite.writer import InlineWriter, ThreadWriter, Writer

__all__ = [
    "PRAGMAS",
    "READER_PRAGMAS",
    "Checkpointer",
    "Factory",
    "InlineWriter",
    "Row",
    "Statements",
    "Step",
    "ThreadWriter",
    "Writer",
    "backup",
    "bring_home",
    "file_errors",
    "free_bytes",
    "in_transaction",
    "migrate",
    "named",
    "open_database",
    "open_migrated",
    "path_of",
    "quick_check",
    "read_file",
    "remove_file",
    "replace_file",
    "savepoint",
    "storage_errors",
    "sync_folder",
    "transaction",
]
