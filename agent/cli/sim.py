"""kopilka sim scanner|printer: devices that are not there, for trying things out."""

from __future__ import annotations

from typing import Any


def add(subparsers: Any) -> None:
    from agent.cli import sim_printer, sim_scanner

    parser = subparsers.add_parser("sim", help="simulated scanner and printer")
    devices = parser.add_subparsers(dest="device", required=True, metavar="DEVICE")
    sim_scanner.add(devices)
    sim_printer.add(devices)
