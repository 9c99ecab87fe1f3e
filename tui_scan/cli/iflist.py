"""``--iflist``: the interfaces and routes of this machine as two tables."""

from collections.abc import Iterator, Sequence
from contextlib import closing

from tui_scan.engine.transport.interfaces import interfaces, routes
from tui_scan.engine.transport.rtnetlink import RouteTable
from tui_scan.model.errors import LocalError


def interface_lines() -> Iterator[str]:
    """The lines of both tables. Raises LocalError where the kernel does not tell."""
    try:
        with closing(RouteTable()) as table:
            links, ways = interfaces(table), routes(table)
    except OSError as error:
        raise LocalError("The kernel does not list its interfaces: {strerror}.", strerror=error.strerror) from error
    rows = [
        (link.name, address, link.kind, "up" if link.up else "down", str(link.mtu), link.mac)
        for link in links
        for address in (link.addresses or ("(none)",))
    ]
    yield "INTERFACES"
    yield from _table(("DEV", "IP/MASK", "TYPE", "UP", "MTU", "MAC"), rows)
    yield ""
    yield "ROUTES"
    yield from _table(
        ("DST/MASK", "DEV", "METRIC", "GATEWAY"),
        [(way.target, way.device, str(way.metric), way.gateway) for way in ways],
    )


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(heading, *rows, strict=True)]
    for row in (heading, *rows):
        yield " ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
