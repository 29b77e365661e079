"""The store's spool keeps the contract of spools, on a real file, inline and through a writer thread."""

from __future__ import annotations

import pytest
from spool_contract import SpoolContract
from store_kit import open_store

from agent.sqlite import InlineWriter, ThreadWriter
from agent.store.spool import StoreSpool


class TestStoreSpool(SpoolContract):
    @pytest.fixture(params=[InlineWriter, ThreadWriter])
    def spool(self, request, tmp_path):
        self.writer = request.param()
        self.store = self.writer.call(open_store, tmp_path / "till.sqlite3")
        yield StoreSpool(self.store, self.writer)
        self.writer.call(self.store.close)
        self.writer.close()

    def put(self, spool, row):
        def work():
            with self.store.transaction():
                self.store.prints.enqueue(row)

        self.writer.call(work)

    def get(self, spool, name):
        return self.writer.call(self.store.prints.job, name)
