"""Reads what ``netstat -an`` of the BSDs and macOS prints: a dot stands before the port, ``*.22``."""

import re

from tui_scan.local.imported_parts import (
    Known,
    Outcome,
    Passed,
    Reader,
    Unreadable,
    address_of,
    connection,
    listening_socket,
    port_of,
)

_HEADINGS = ("(state)", "Active Internet connections (including servers)", "Active LOCAL (UNIX) domain sockets")
_ROW = re.compile(
    r"\s*(?P<proto>tcp|udp)(?P<family>4|6|46)?\s+(?P<recv>\d+)\s+(?P<send>\d+)\s+(?P<local>\S+)\.(?P<port>[^\s.:]+)\s+"
    r"(?P<peer>\S+)\.(?P<peer_port>[^\s.:]+)(?:\s+(?P<state>\S+).*)?$"
)
_OTHER = re.compile(
    r"\s*(?:icm4|icm6|icmp6?|igmp|ip6?|div4|raw|sctp[46]*|kctl|kevt|[0-9a-f]{8,16}\s+(?:stream|dgram))\b"
)
_CUT_LENGTH = 16
"""Without -W (-l on macOS) an address is cut to so many characters, before its port is written behind it."""
_LONG = re.compile(r"^\s*(?:tcp|udp)\w*\s+\d+\s+\d+\s+\S{17,}\.[^\s.:]+\s", re.MULTILINE)
_ONLY_6 = {"46": False, "6": True}


def reader(text: str) -> Reader:
    """The reader of a text: whether addresses may be cut is seen by the longest of them."""
    cut = not _LONG.search(text)
    return lambda line: _read(line, cut)


def _read(line: str, cut: bool) -> Outcome:
    if any(heading in line for heading in _HEADINGS):
        return Passed.HEADING
    found = _ROW.match(line)
    if not found:
        return Passed.OTHER if _OTHER.match(line) else None
    protocol, kind = found["proto"], found["family"] or ""
    waits = found["state"] == "LISTEN" if protocol == "tcp" else found["port"] != "*"
    if (found["peer"], found["peer_port"]) != ("*", "*") or not waits:
        return Passed.OTHER if cut and len(found["local"]) >= _CUT_LENGTH else connection(found["local"])
    if cut and ":" in found["local"] and len(found["local"]) == _CUT_LENGTH:
        raise Unreadable(
            f"the address in {found['local']!r} may be cut short. The option -W (macOS: -l) writes it whole."
        )
    address = address_of(found["local"], 6 if "6" in kind else 4)
    known: Known = {"recv_q": int(found["recv"]), "send_q": int(found["send"])}
    if address == "::":
        known["v6only"] = _ONLY_6.get(kind)
    return listening_socket(protocol, address, port_of(found["port"], protocol), **known)
