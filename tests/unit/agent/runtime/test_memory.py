"""Two arenas are asked of the C library; no driver is loaded that a till has no use for."""

import subprocess
import sys


def test_the_c_library_takes_the_wish_or_says_no():
    code = "from agent.runtime.memory import keep_small; print(keep_small())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() in {"True", "False"}


def test_a_servers_driver_is_not_loaded():
    code = "from agent.runtime.memory import keep_small; keep_small(); import peewee, sys; print(sys.modules['psycopg'], peewee.psycopg)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "None None"
