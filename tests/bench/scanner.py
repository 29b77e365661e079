"""Bytes on a pseudo-terminal -> the recognised scan, beside a bare os.read of the same line; and work while idle."""

from __future__ import annotations

import os
import pathlib
import queue
import selectors
import threading
import time
import tty

from drivers.scanner.recognition import Recognizer
from drivers.scanner.serial import Ears, SerialScanner
from drivers.scanner.settings import ScannerSettings
from drivers.sim.scanner import SimulatedScanner

SCANS = 1500
ROUNDS = 5
IDLE_S = 2.0
CODES = [
    b"2811111111114\r",
    b"]E04600494694325\r",
    b"\x1d0104600494694325215w9EJp\x1d93abc1\r",
    b"]Q1https://example.com/01/12312312312333?99=TEST\r",
    '{"t":"member","id":"7f3a","n":"Ирина"}\r'.encode(),
    b"https://loy.example/c/7f3a\r",
]

Row = tuple[str, float, float, str]


def rows() -> list[Row]:
    """What, figure, floor of the same run, bar. The best of five rounds, times in ms."""
    ours = [measure_scanner() for _ in range(ROUNDS)]
    bare = [measure_read() for _ in range(ROUNDS)]
    p50, p99 = (min(figures) for figures in zip(*ours, strict=True))
    floor50, floor99 = (min(figures) for figures in zip(*bare, strict=True))
    return [
        ("scan: pty bytes -> recognised, p50 ms", p50, floor50, "< 0.3"),
        ("scan: pty bytes -> recognised, p99 ms", p99, floor99, "< 5"),
        (f"scan: wake-ups in {IDLE_S:g} s of silence", wake_ups(), 0, "0"),
    ]


def measure_scanner() -> tuple[float, float]:
    """p50 and p99 in ms over the real scanner's thread."""
    arrivals: queue.SimpleQueue[int] = queue.SimpleQueue()
    with SimulatedScanner() as sim:
        scanner = start(sim, lambda _scan: arrivals.put(time.perf_counter_ns()))
        took = [shoot(sim.type, arrivals, number) for number in range(SCANS)]
        scanner.stop(time.monotonic() + 5)
    return quantiles(took)


def start(sim: SimulatedScanner, on_scan) -> SerialScanner:
    ready = threading.Event()
    settings = ScannerSettings(port=sim.path, dedupe_ms=0)
    scanner = SerialScanner(settings, Recognizer(), Ears(on_scan, lambda _state: ready.set()))
    scanner.start()
    assert ready.wait(5)
    return scanner


def measure_read() -> tuple[float, float]:
    """The floor: a selector and os.read on the same kind of line, nothing else."""
    arrivals: queue.SimpleQueue[int] = queue.SimpleQueue()
    master, slave = os.openpty()
    tty.setraw(slave)

    def read() -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(slave, selectors.EVENT_READ)
            for _ in range(SCANS):
                selector.select()
                os.read(slave, 4096)
                arrivals.put(time.perf_counter_ns())

    thread = threading.Thread(target=read)
    thread.start()
    took = [shoot(lambda data: os.write(master, data), arrivals, number) for number in range(SCANS)]
    thread.join()
    os.close(master)
    os.close(slave)
    return quantiles(took)


def shoot(write, arrivals: queue.SimpleQueue[int], number: int) -> float:
    # A till's scans come one at a time to a thread that sleeps, never to one that is still warm from the last.
    time.sleep(0.0005)
    began = time.perf_counter_ns()
    write(CODES[number % len(CODES)])
    return (arrivals.get(timeout=5) - began) / 1e6


def quantiles(took: list[float]) -> tuple[float, float]:
    took.sort()
    return took[len(took) // 2], took[len(took) * 99 // 100]


def wake_ups() -> float:
    """How often the scanner's thread ran while the line was quiet, as the system counts it."""
    scans: queue.SimpleQueue[object] = queue.SimpleQueue()
    with SimulatedScanner() as sim:
        scanner = start(sim, scans.put)
        sim.scan("2811111111114")
        scans.get(timeout=5)
        time.sleep(0.3)
        before = switches(scanner)
        time.sleep(IDLE_S)
        count = switches(scanner) - before
        scanner.stop(time.monotonic() + 5)
    return count


def switches(scanner: SerialScanner) -> int:
    assert scanner._thread is not None
    status = pathlib.Path(f"/proc/self/task/{scanner._thread.native_id}/status").read_text()
    return sum(int(line.split()[1]) for line in status.splitlines() if "ctxt_switches" in line)


if __name__ == "__main__":
    for what, figure, floor, bar in rows():
        print(f"{what:44} {figure:8.3f}  floor {floor:8.3f}  bar {bar}")
