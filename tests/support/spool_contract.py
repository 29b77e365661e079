"""What every keeper of print jobs must do: inherit `SpoolContract`, give it a spool, and all of it runs."""

from __future__ import annotations

import pytest

from drivers.shapes import FINISHED, JobState, PrintJob, Spool

NOW = 1_760_000_000_000


def job(name: str, *, at: int = 0, printer: str = "p", **rest: object) -> PrintJob:
    values: dict[str, object] = {"state": "queued", "document": b"{}", "created_ms": NOW + at}
    return PrintJob(id=name, printer=printer, **{**values, **rest})


class SpoolContract:
    """Override `spool`, `put` and `get`."""

    @pytest.fixture
    def spool(self) -> Spool:
        raise NotImplementedError

    def put(self, spool: Spool, row: PrintJob) -> None:
        raise NotImplementedError

    def get(self, spool: Spool, name: str) -> PrintJob:
        raise NotImplementedError

    def test_nothing_is_next_of_nothing(self, spool: Spool) -> None:
        assert spool.next("p", NOW) is None

    def test_a_row_comes_back_as_it_was_put(self, spool: Spool) -> None:
        row = job("a", document=b'{"blocks":[]}', kind="copy", first_attempt_ms=NOW - 5, expires_ms=NOW + 9)
        self.put(spool, row)
        assert spool.next("p", NOW) == row

    def test_oldest_first_of_this_printer_only(self, spool: Spool) -> None:
        for row in (job("late", at=5), job("other", at=-9, printer="q"), job("early", at=1), job("same", at=1)):
            self.put(spool, row)
        seen = []
        while (row := spool.next("p", NOW)) is not None:
            seen.append(row.id)
            spool.mark(row.id, "printed", now_ms=NOW)
        assert seen == ["early", "same", "late"]

    def test_a_drawer_kick_does_not_wait_behind_receipts(self, spool: Spool) -> None:
        self.put(spool, job("receipt"))
        self.put(spool, job("kick", at=100, kind="drawer", document=b""))
        found = spool.next("p", NOW)
        assert found is not None
        assert found.id == "kick"

    @pytest.mark.parametrize("state", sorted(FINISHED))
    def test_finished_is_never_next_and_stays_finished(self, spool: Spool, state: JobState) -> None:
        self.put(spool, job("a"))
        spool.mark("a", state, now_ms=NOW, cause="x")
        spool.mark("a", "waiting", now_ms=NOW + 1, cause="late", attempt=True)
        found = self.get(spool, "a")
        assert (found.state, found.cause, found.attempts) == (state, "x", 0)
        assert spool.next("p", NOW) is None

    @pytest.mark.parametrize("state", ["queued", "prepared", "waiting", "uncertain"])
    def test_unfinished_comes_again_with_its_state_and_cause(self, spool: Spool, state: JobState) -> None:
        self.put(spool, job("a"))
        spool.mark("a", state, now_ms=NOW, cause="paper_out")
        found = spool.next("p", NOW)
        assert found is not None
        assert (found.state, found.cause) == (state, "paper_out")

    @pytest.mark.parametrize("state", ["sending", "sent", "paused"])
    def test_what_a_crash_left_half_done_is_uncertain(self, spool: Spool, state: JobState) -> None:
        self.put(spool, job("a"))
        spool.mark("a", state, now_ms=NOW, attempt=state == "sending")
        found = spool.next("p", NOW)
        assert found is not None
        assert found.state == "uncertain"

    def test_attempts_are_counted_and_the_first_is_dated(self, spool: Spool) -> None:
        self.put(spool, job("a"))
        spool.mark("a", "prepared", now_ms=NOW)
        spool.mark("a", "sending", now_ms=NOW + 1, attempt=True)
        spool.mark("a", "sent", now_ms=NOW + 2)
        spool.mark("a", "sending", now_ms=NOW + 3, attempt=True)
        found = self.get(spool, "a")
        assert (found.attempts, found.first_attempt_ms) == (2, NOW + 1)

    def test_a_copy_keeps_the_time_of_what_it_copies(self, spool: Spool) -> None:
        self.put(spool, job("a", kind="copy", first_attempt_ms=NOW - 60_000))
        spool.mark("a", "sending", now_ms=NOW, attempt=True)
        assert self.get(spool, "a").first_attempt_ms == NOW - 60_000

    def test_expired_jobs_are_given_out_for_the_worker_to_say_so(self, spool: Spool) -> None:
        self.put(spool, job("kick", kind="drawer", document=b"", expires_ms=NOW - 1))
        found = spool.next("p", NOW)
        assert found is not None
        assert found.expires_ms == NOW - 1

    def test_an_unknown_job_is_an_error(self, spool: Spool) -> None:
        with pytest.raises(KeyError):
            spool.mark("nobody", "printed", now_ms=NOW)
