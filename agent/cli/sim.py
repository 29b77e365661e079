"""kopilka sim scanner|printer: devices that are not there, for trying things out."""

from __future__ import annotations

from typing import Any

from agent.command_line import speak


def add(subparsers: Any) -> None:
    """Register the devices under `sim`."""
    from agent.cli.sim_printer import add as add_printer
    from agent.cli.sim_scanner import add as add_scanner

    parser = subparsers.add_parser("sim", help=speak("имитация сканера и принтера", "simulated scanner and printer"))
    devices = parser.add_subparsers(dest="device", required=True, metavar="DEVICE")
    add_scanner(devices)
    add_printer(devices)
