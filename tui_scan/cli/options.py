"""nmap's options for a scan, as the interface and ``tui-scan scan`` both take them."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tui_scan.cli.parser import Parser
from tui_scan.cli.values import count, interface_name, milliseconds, part, rate, scan_types, template
from tui_scan.model.errors import UsageError
from tui_scan.model.request import Resolve, ScanRequest
from tui_scan.model.timing import TEMPLATES, Timing
from tui_scan.scope.lists import read_list

MOST_TRIES = 15
"""Retries at the most: a try is told from its source port, and a scan holds a block of 16."""

_TIMING: tuple[tuple[str, str, Callable[[str, str], Any], str, str], ...] = (
    ("--max-retries", "max_retries", lambda o, t: count(o, t, 0, MOST_TRIES), "N", "send again N times at most"),
    ("--min-rate", "min_rate", rate, "N", "send no slower than N packets a second"),
    ("--max-rate", "max_rate", rate, "N", "send no faster than N packets a second"),
    ("--initial-rtt-timeout", "initial_rtt_timeout", milliseconds, "TIME", "wait so long at first"),
    ("--min-rtt-timeout", "min_rtt_timeout", milliseconds, "TIME", "never wait less"),
    ("--max-rtt-timeout", "max_rtt_timeout", milliseconds, "TIME", "never wait longer for one answer"),
    ("--host-timeout", "host_timeout", milliseconds, "TIME", "give a host up after that time"),
    ("--max-wait", "max_wait", milliseconds, "TIME", "wait no longer for a target that limits its ICMP errors"),
    ("--scan-delay", "scan_delay", milliseconds, "TIME", "send each host one probe in that time at most"),
    ("--max-scan-delay", "max_tcp_delay", milliseconds, "TIME", "never slow down further than to one probe in that"),
    (
        "--max-parallelism",
        "max_parallelism",
        lambda o, t: count(o, t, 1, 65535),
        "N",
        "have N probes in flight at most",
    ),
)
"""Option, field of Timing, reader of its value, name of the value, help."""

_DESCRIPTION = """\
A target is a name, an address, a network (10.0.0.0/24) or octet ranges (10.0.0.1-20,30).
Scan only what is yours, or what you are allowed to scan."""


@dataclass(frozen=True, slots=True)
class InterfaceOptions:
    """What ``tui-scan [options] [TARGET…]`` was asked for."""

    request: ScanRequest
    start: bool = False
    fps: int | None = None
    mouse: bool = True
    ascii_only: bool = False


def interface_options(argv: list[str]) -> InterfaceOptions | None:
    """The options of the interface; None after ``-h``. UsageError says what is wrong."""
    made = Parser(
        prog="tui-scan", usage="tui-scan [options] [TARGET ...]", description=_DESCRIPTION, allow_abbrev=False
    )
    add_scan_options(made)
    group = made.add_argument_group("interface")
    group.add_argument("--start", action="store_true", help="start the scan at once")
    group.add_argument("--fps", metavar="N", help="draw N pictures a second at most (1 to 60)")
    group.add_argument("--no-mouse", action="store_true", help="leave the mouse to the terminal")
    group.add_argument("--ascii", action="store_true", help="draw with ASCII characters only")
    found = made.read(argv)
    if found is None:
        return None
    fps = None if found.fps is None else count("--fps", found.fps, 1, 60)
    request = request_of(found)
    if found.start and not request.targets:
        raise UsageError("--start has nothing to scan: no target was given. Add one, such as 192.168.1.0/24.")
    return InterfaceOptions(request, found.start, fps, not found.no_mouse, found.ascii)


def add_scan_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that make a ScanRequest."""
    what = parser.add_argument_group("what is scanned")
    what.add_argument("-s", dest="types", action="append", default=[], metavar="TYPE", help=_TYPES_HELP)
    what.add_argument("-p", dest="ports", metavar="PORTS", help="22, 1-100, 60000-, -, T:80,U:53, http*")
    what.add_argument("--exclude", action="append", default=[], metavar="TARGETS", help="leave these out")
    what.add_argument("--excludefile", action="append", default=[], metavar="FILE", help="leave these out")
    what.add_argument("-iL", dest="lists", action="append", default=[], metavar="FILE", help="targets in a file")
    what.add_argument("-6", dest="six", action="store_true", help="scan IPv6")
    what.add_argument("-Pn", dest="skip_discovery", action="store_true", help="accepted: every host is probed")
    what.add_argument("--shard", metavar="K/N", help="scan part K of N, so that machines can share the work")
    what.add_argument("--authorized", action="store_true", help="I may scan these public addresses")
    names = parser.add_argument_group("names and way")
    names.add_argument("-n", dest="never", action="store_true", help="look up no name of an address")
    names.add_argument("-R", dest="always", action="store_true", help="look up the names of all addresses")
    names.add_argument("-e", dest="interface", metavar="IFACE", help="send through this interface")
    names.add_argument("-r", dest="in_order", action="store_true", help="ports in rising order, not at random")
    pace = parser.add_argument_group("pace", "TIME is 500ms, 3s, 2m or 1h; a bare number is seconds.")
    pace.add_argument("-T", dest="template", metavar="0-5", help="paranoid, sneaky, polite, normal, aggressive, insane")
    for option, _, _, metavar, says in _TIMING:
        pace.add_argument(option, metavar=metavar, help=says)


_TYPES_HELP = "-sS: TCP SYN; -sT: TCP connect; -sU: UDP; -sSU: both"


def request_of(found: argparse.Namespace) -> ScanRequest:
    """The request that parsed options make; reads the list files. UsageError says what is wrong."""
    if found.never and found.always:
        raise UsageError("-n looks up no name and -R looks up all of them. Choose one.")
    if found.lists.count("-") + found.excludefile.count("-") > 1:
        raise UsageError("Two lists are to be read from standard input. Give the file of one of them.")
    listed = [word for path in found.lists for word in read_list(path)]
    excluded = [word for path in found.excludefile for word in read_list(path)]
    resolve = Resolve.NEVER if found.never else Resolve.ALWAYS if found.always else Resolve.UP
    return ScanRequest(
        targets=(*found.targets, *listed),
        excludes=(*found.exclude, *excluded),
        ports=found.ports,
        techniques=scan_types(found.types),
        family=6 if found.six else None,
        resolve=resolve,
        timing=_timing(found),
        interface=None if found.interface is None else interface_name("-e", found.interface),
        randomize=not found.in_order,
        authorized=found.authorized,
        shard=(1, 1) if found.shard is None else part("--shard", found.shard),
    )


def _timing(found: argparse.Namespace) -> Timing:
    base = TEMPLATES[3] if found.template is None else template(found.template)
    given: dict[str, Any] = {}
    for option, field, read, _, _ in _TIMING:
        text = getattr(found, option[2:].replace("-", "_"))
        if text is not None:
            given[field] = read(option, text)
    made = replace(base, **given)
    low, high = made.min_rtt_timeout, made.max_rtt_timeout
    if low > high and not ("min_rtt_timeout" in given and "max_rtt_timeout" in given):
        low, high = (low, low) if "min_rtt_timeout" in given else (high, high)
    if low > high:
        raise UsageError(f"--min-rtt-timeout ({low} ms) is above --max-rtt-timeout ({high} ms). Swap them.")
    first = made.initial_rtt_timeout
    if not low <= first <= high and "initial_rtt_timeout" in given:
        raise UsageError(
            f"--initial-rtt-timeout ({first} ms) is not between the least ({low} ms) and the greatest ({high} ms) "
            "RTT time-out. Change --min-rtt-timeout or --max-rtt-timeout too."
        )
    if made.min_rate and made.max_rate and made.min_rate > made.max_rate:
        raise UsageError(f"--min-rate ({made.min_rate:g}) is above --max-rate ({made.max_rate:g}). Swap them.")
    return replace(made, initial_rtt_timeout=min(max(first, low), high), min_rtt_timeout=low, max_rtt_timeout=high)
