"""python -m sync.hub.cli: the same as the command kopilka-hub."""

from __future__ import annotations

import sys

from sync.hub.cli import main

sys.exit(main())
