from __future__ import annotations

from drivers.sim.printer_ops import ON_PAPER, CutPaper, FeedDots, KickDrawer, PrintLine, Reply, SetAsb


def test_what_needs_paper() -> None:
    assert all(isinstance(op, ON_PAPER) for op in (PrintLine(()), FeedDots(3), CutPaper()))
    assert not any(isinstance(op, ON_PAPER) for op in (KickDrawer(), Reply(b""), SetAsb(0)))
