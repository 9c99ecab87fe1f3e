"""Whatever is timed: a program in the scanner's namespace, our interface in a terminal, or a limit of nature."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.rooms import MANY, Room, port_expression
from tests.bench.terminal import Terminal
from tests.bench.verdicts import Verdicts, from_masscan, from_xml, from_zmap
from tests.namespaces import inside

PROGRAM = Path(sys.executable).with_name("tui-scan")
LIMIT = 600.0
"""Seconds after which a program is ended."""


class Failed(Exception):
    """A contender did not come to its end."""


@dataclass(frozen=True, slots=True)
class Finish:
    """One run: wall time in seconds, peak memory in MiB (None: not measured), what was said of the ports."""

    seconds: float
    peak: float | None = None
    said: Verdicts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contender:
    """``run`` does one run in a room, with an empty directory for its files.

    ``program`` must be installed, or the contender is left out. ``open_only``: it tells of open ports only.
    """

    label: str
    run: Callable[[Room, Path], Finish]
    program: str = ""
    open_only: bool = False


def scan(*options: str, label: str = "tui_scan", own_clock: bool = False) -> Contender:
    """``tui-scan scan`` of the room's target; ``own_clock`` takes the scan's time, not the process's."""

    def run(room: Room, place: Path) -> Finish:
        report = place / "report.xml"
        asked = ["-n", "-Pn", "-T4", "-p", port_expression(room), "-oX", str(report), room.target]
        command = [str(PROGRAM), "scan", *options, *asked]
        finish = process(command, room, place, from_xml)
        return Finish(elapsed(report), finish.peak, finish.said) if own_clock else finish

    return Contender(label, run)


def nmap(*options: str) -> Contender:
    """``nmap -T4`` of the room's target."""

    def run(room: Room, place: Path) -> Finish:
        report = place / "report.xml"
        asked = ["-n", "-Pn", "-T4", "-p", port_expression(room), "-oX", str(report), room.target]
        return process(["nmap", *options, *asked], room, place, from_xml)

    return Contender("nmap -T4", run, "nmap")


def masscan(rate: int) -> Contender:
    """``masscan`` of the many addresses; it is told what it would have to find out."""

    def run(room: Room, place: Path) -> Finish:
        report = place / "report.list"
        way = ["-e", room.link.scanner_device, "--adapter-ip", room.link.own[4], "--router-mac", room.gateway_mac]
        command = ["masscan", MANY, "-p", port_expression(room), "--rate", str(rate), "--wait", "1", *way]
        return process([*command, "-oL", str(report)], room, place, from_masscan)

    return Contender(f"masscan --rate {rate}", run, "masscan", open_only=True)


def zmap(rate: int) -> Contender:
    """``zmap`` of the many addresses; it is told what it would have to find out."""

    def run(room: Room, place: Path) -> Finish:
        report, forbidden = place / "report.list", place / "forbidden"
        forbidden.write_text("")
        way = ["-i", room.link.scanner_device, "-S", room.link.own[4], "-G", room.gateway_mac, "-b", str(forbidden)]
        command = ["zmap", "-p", "80", "-r", str(rate), "-c", "1", *way, "-o", str(report), MANY]
        return process(command, room, place, lambda found: from_zmap(found, 80))

    return Contender(f"zmap -r {rate}", run, "zmap", open_only=True)


def process(command: list[str], room: Room, place: Path, read: Callable[[Path], Verdicts] | None = None) -> Finish:
    """Run a whole process in the room; its report is ``report.*`` in ``place``."""
    measured, told = place / "measured", place / "told"
    outer = [sys.executable, "-I", "-S", str(Path(__file__).with_name("timed.py")), str(measured), str(LIMIT), *command]
    with inside(room.scanner), told.open("wb") as out:
        subprocess.run(outer, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=place, check=True)
    seconds, peak, status = json.loads(measured.read_text())
    if status:
        said = " ".join(told.read_text(errors="replace")[:300].split())
        raise Failed(f"exit {status}: {said}")
    return Finish(seconds, peak, read(next(place.glob("report.*"))) if read else {})


def elapsed(report: Path) -> float:
    """The scan's own time in seconds, as its XML tells it."""
    tail = report.read_text()[-1000:]
    return float(tail.partition('elapsed="')[2].partition('"')[0])


def interface_scan(*options: str, width: int, height: int) -> Contender:
    """The scan with the interface open, timed by the scan's own clock as the exported report tells it."""

    def run(room: Room, place: Path) -> Finish:
        command = [str(PROGRAM), "--start", *options, "-n", "-Pn", "-T4", "-p", port_expression(room), room.target]
        with inside(room.scanner), Terminal(command, width, height, place) as terminal:
            terminal.until(b" DONE ", LIMIT)
            terminal.keys(b"e")
            terminal.until(b"Enter go on", 10)
            terminal.keys(b"\r")
            terminal.until(b"was written", 10)
        report = place / "scan.xml"
        return Finish(elapsed(report), None, from_xml(report))

    return Contender(f"interface {width}x{height}", run)


def first_paint(width: int, height: int) -> Contender:
    """From exec to the footer's last word on the screen."""

    def run(room: Room, place: Path) -> Finish:
        with inside(room.scanner), Terminal([str(PROGRAM), room.target], width, height, place) as terminal:
            return Finish(terminal.until(b" quit", 20))

    return Contender("tui_scan", run)


def version() -> Contender:
    """``tui-scan --version``."""
    return Contender("tui_scan", lambda room, place: process([str(PROGRAM), "--version"], room, place))


def limit(label: str, seconds: float) -> Contender:
    """A time that nobody can beat; it is right by definition."""
    return Contender(label, lambda room, place: Finish(seconds, None, room.truth))
