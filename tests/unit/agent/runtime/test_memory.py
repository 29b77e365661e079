"""Two arenas are asked of the C library."""

import subprocess
import sys


def test_the_c_library_takes_the_wish_or_says_no():
    code = "from agent.runtime.memory import keep_small; print(keep_small())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() in {"True", "False"}
