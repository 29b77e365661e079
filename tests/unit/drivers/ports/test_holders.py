"""Who holds a device: a made /proc, and the real one with a real child."""

from __future__ import annotations

import os
import subprocess
import sys

from drivers.ports.holders import holders


def make_process(proc, pid, name, *files):
    folder = proc / str(pid)
    (folder / "fd").mkdir(parents=True)
    if name:
        (folder / "comm").write_text(name + "\n")
    for number, file in enumerate(files):
        os.symlink(file, folder / "fd" / str(number))


def test_named_in_order_and_ours_left_out(tmp_path):
    device = tmp_path / "ttyACM0"
    device.touch()
    link = tmp_path / "by-id"
    link.symlink_to(device)
    proc = tmp_path / "proc"
    proc.mkdir()
    (proc / "meminfo").touch()
    make_process(proc, 12, "ModemManager", "/dev/null", device)
    make_process(proc, 7, "", device)
    make_process(proc, 8, "shell", "/dev/null")
    make_process(proc, os.getpid(), "pytest", device)
    (proc / "9").mkdir()  # ended while we looked
    assert holders(str(link), str(proc)) == ["? (7)", "ModemManager (12)"]


def test_a_real_process_is_found(tmp_path):
    device = tmp_path / "device"
    device.touch()
    words = [
        sys.executable,
        "-c",
        "import sys; f = open(sys.argv[1]); print('open', flush=True); sys.stdin.read()",
        str(device),
    ]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        child.stdout.readline()
        found = holders(str(device))
        child.stdin.close()
    assert [name.endswith(f" ({child.pid})") for name in found] == [True]
    assert holders(str(device)) == []
