"""The benchmarks: what is done, in which room, by whom, and the bar it should stay below."""

from dataclasses import dataclass
from functools import partial

from tests.bench import rooms
from tests.bench.contenders import (
    Contender,
    first_paint,
    interface_scan,
    limit,
    masscan,
    nmap,
    scan,
    version,
    zmap,
)

ICMP_BURST = 6
"""ICMP errors that Linux sends at once to a receiver before its limit of one a second holds."""


@dataclass(frozen=True, slots=True)
class Bar:
    """At most this ``ratio`` to the second contender, these ``seconds``, this peak in ``mib``; None: no bar."""

    ratio: float | None = None
    seconds: float | None = None
    mib: float | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One benchmark. The first contender is ours, the second the one it is measured by.

    ``runs`` is how often each runs where nothing else is asked for, ``rest`` the seconds of quiet
    before a run; without ``verdicts`` nothing is scanned.
    """

    name: str
    title: str
    room: rooms.RoomMaker
    contenders: tuple[Contender, ...]
    bar: Bar
    runs: int = 5
    rest: float = 0.0
    verdicts: bool = True


def _udp(name: str, ports: int, runs: int, family: int = 4) -> Case:
    limiter = limit("the limit's own time", ports - ICMP_BURST)
    options, words = (("-sU", "-6"), " over IPv6") if family == 6 else (("-sU",), "")
    return Case(
        name,
        f"UDP{words}, {ports} closed ports under the kernel's ICMP limit",
        partial(rooms.closed_udp, ports=ports, family=family),
        (scan(*options), limiter, nmap(*options)),
        Bar(ratio=1.1),
        runs,
        rest=ICMP_BURST + 1.0,
    )


def _syn(name: str, title: str, room: rooms.RoomMaker, bar: float, runs: int) -> Case:
    return Case(name, title, room, (scan("-sS"), nmap("-sS")), Bar(ratio=bar), runs)


_ALL = (
    _syn("syn", "`-sS -p-`, a host that answers", rooms.answering, 0.55, 7),
    _syn("silent", "`-sS -p-`, a host that drops all but 3 ports", rooms.silent, 0.08, 1),
    _syn("loopback", "`-sS -p-` on 127.0.0.1", rooms.loopback, 0.65, 7),
    Case("connect", "`-sT -p-`, a host that answers", rooms.answering, (scan("-sT"), nmap("-sT")), Bar(ratio=1.0)),
    Case(
        "many",
        "`-sS`, one port of 65,536 addresses, XML written",
        rooms.many,
        (scan("-sS"), nmap("-sS", "--min-hostgroup", "4096"), masscan(100_000), zmap(100_000)),
        Bar(seconds=4.0, mib=250.0),
        3,
    ),
    _syn("crowd", "`-sS`, 1,000 ports of 256 addresses", rooms.crowd, 1.0, 5),
    _syn("loss", "`-sS`, 4,000 ports, 5 % loss each way", rooms.lossy, 1.0, 5),
    _syn("rst", "`-sS`, 3,000 ports, RST limited to 500 a second", rooms.limited, 1.0, 1),
    _udp("udp", 100, 1),
    _udp("udp-quick", 30, 3),
    _udp("udp6", 30, 1, family=6),
    Case(
        "interface",
        "`-sS -p-` with the interface open at 160x50, by the scan's own clock",
        rooms.answering,
        (interface_scan("-sS", width=160, height=50), scan("-sS", label="without", own_clock=True)),
        Bar(ratio=1.3),
        7,
    ),
    Case(
        "paint",
        "first paint of the interface, 80x24",
        rooms.answering,
        (first_paint(80, 24),),
        Bar(seconds=0.8),
        9,
        verdicts=False,
    ),
    Case("version", "`tui-scan --version`", rooms.answering, (version(),), Bar(seconds=0.15), 15, verdicts=False),
)

CASES = {case.name: case for case in _ALL}
"""All benchmarks by name, in the order of the table."""

QUICK = {"udp": "udp-quick"}
"""The short form of what takes minutes; one of the two is run."""
