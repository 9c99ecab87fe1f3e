"""Reads the text of ``/proc/net/{tcp,tcp6,udp,udp6}``, several of them after each other, with or without headings."""

import re
import sys

from tui_scan.local.imported_parts import Connected, Outcome, Passed, Reader, Unreadable
from tui_scan.local.proc_net import ByteOrder, decode_address, parse_table

_ROW = re.compile(
    r"\s*\d+: (?P<local>[0-9A-F]{8}|[0-9A-F]{32}):[0-9A-F]{4} [0-9A-F]{8}(?:[0-9A-F]{24})?:(?P<peer>[0-9A-F]{4}) "
    r"(?P<state>[0-9A-F]{2}) "
)
_HEADING = re.compile(r"\s*sl\s+local_address\s+rem(?:ote)?_address\s")
_ORDERS: dict[str, ByteOrder] = {"0100007F": "little", "7F000001": "big"}
"""127.0.0.1 as hosts of either byte order write it."""
_PROTOCOLS = {"0A": "tcp", "07": "udp"}
"""By the states in which a socket waits for anybody: no TCP socket is listed in CLOSE, no UDP socket in LISTEN."""


def byte_order(text: str) -> ByteOrder:
    """The byte order of the host that wrote the text, by an address of loopback in it; else this host's."""
    seen = {_ORDERS[found] for found in _ORDERS if re.search(rf"\b{found}:[0-9A-F]{{4}} ", text)}
    return seen.pop() if len(seen) == 1 else sys.byteorder


def reader(text: str, byteorder: ByteOrder | None = None) -> Reader:
    """The reader of a text; ``byteorder`` None: as the text tells it, else as this host has it."""
    order = byteorder or byte_order(text)
    return lambda line: _read(line, order)


def _read(line: str, order: ByteOrder) -> Outcome:
    found = _ROW.match(line)
    if not found:
        return Passed.HEADING if _HEADING.match(line) else None
    protocol = _PROTOCOLS.get(found["state"])
    if protocol is None or found["peer"] != "0000":
        return Connected(decode_address(found["local"], order))
    sockets = parse_table("\n" + line, protocol + ("6" if len(found["local"]) == 32 else ""), order)
    if not sockets:
        raise Unreadable("the line is cut short, or not as the kernel writes it.")
    uid = sockets[0].uid
    return sockets[0]._replace(user="" if uid is None else str(uid))
