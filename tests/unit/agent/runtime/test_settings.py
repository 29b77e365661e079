"""The schema's limits."""

import pytest

from agent.errors import ConfigFault
from agent.runtime.configure import read


@pytest.mark.parametrize(
    "text",
    [
        '[hub]\nurl = "ftp://x"',
        "[hub]\npush_s = 0",
        '[till]\nid = "a b"',
        "[backup]\nkeep = 0",
        '[log]\nlevel = "loud"',
        "[sale]\nquote_minutes = 100000",
        "unknown = 1",
        '[[scanner]]\nname = "s"\nframing = "CRRR"',
    ],
)
def test_what_is_out_of_range_is_refused(text):
    with pytest.raises(ConfigFault):
        read(text, "till.toml")
