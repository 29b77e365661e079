"""One fresh till for each test."""

import pytest
from till_kit import Till


@pytest.fixture
def till(tmp_path):
    made = Till(tmp_path)
    yield made
    made.check()
    made.close()
