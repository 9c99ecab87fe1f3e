"""IPv4 options as nmap's ``--ip-options`` takes them, as bytes of the header (RFC 791 §3.1)."""

import ipaddress
import re
from typing import NamedTuple

from tui_scan.language import Sentence
from tui_scan.model.errors import UsageError

MOST = 40
"""Bytes that a header has room for."""
_NOP, _RECORD, _TIMESTAMP, _LOOSE, _STRICT = 1, 7, 68, 131, 137
_FIRST_SLOT = 4
"""Where the first slot of a route begins, counted from 1; a timestamp's begins one further."""
_HOPS = 8
"""Addresses that a route has room for, beside the target's."""
_NAMED = {
    "R": bytes((_NOP, _RECORD, 39, _FIRST_SLOT)) + bytes(36),
    "T": bytes((_TIMESTAMP, 40, _FIRST_SLOT + 1, 0)) + bytes(36),
    "U": bytes((_TIMESTAMP, 36, _FIRST_SLOT + 1, 1)) + bytes(32),
}
"""Record route, timestamps, and timestamps with addresses, as much of each as there is room for."""
_ROUTES = {"L": _LOOSE, "S": _STRICT}
_BYTE = re.compile(r"\\(?:x([0-9a-fA-F]{1,2})|(\d{1,3}))(?:\*(\d{1,2}))?", re.ASCII)
_WAYS = Sentence("R, T, U, L or S with addresses (“L 10.0.0.1 10.0.0.2”), or bytes such as \\x01\\x07\\x07\\x04\\x00*4")


class IpOptions(NamedTuple):
    """``data`` is a multiple of four bytes. With a source route, ``first_hop`` (4 bytes) is where packets go first,
    and the target's own address stands in the last four bytes."""

    data: bytes
    first_hop: bytes | None = None


def parse_ip_options(option: str, text: str) -> IpOptions:
    """The options that a text asks for; UsageError says what to write instead."""
    word = text.strip()
    if word in _NAMED:
        return IpOptions(_NAMED[word])
    if word[:1] in _ROUTES:
        return _route(option, word)
    return IpOptions(_raw(option, word))


def _route(option: str, word: str) -> IpOptions:
    hops = []
    for name in word[1:].split():
        try:
            hops.append(ipaddress.IPv4Address(name).packed)
        except ValueError:
            raise UsageError(
                "{option} {word} wants IPv4 addresses of routers, not “{name}”.", option=option, word=word[0], name=name
            ) from None
    if not 1 <= len(hops) <= _HOPS:
        raise UsageError(
            "{option} {word} wants 1 to {hops} addresses of routers, and here are {count}.",
            option=option,
            word=word[0],
            hops=_HOPS,
            count=len(hops),
        )
    # The first router is the packet's destination, those after it and the target are the route (RFC 791 §3.1).
    slots = b"".join(hops[1:]) + bytes(4)
    return IpOptions(bytes((_NOP, _ROUTES[word[0]], 3 + len(slots), _FIRST_SLOT)) + slots, hops[0])


def _raw(option: str, word: str) -> bytes:
    data, at = b"", 0
    while at < len(word):
        found = _BYTE.match(word, at)
        value = -1 if found is None else int(found[1], 16) if found[1] else int(found[2])
        if found is None or value > 255:
            raise UsageError("{option} wants {ways}, not “{word}”.", option=option, ways=_WAYS, word=word)
        data += bytes((value,)) * (int(found[3]) if found[3] else 1)
        at = found.end()
    if not data or len(data) > MOST or len(data) % 4:
        raise UsageError(
            "{option}: IPv4 options are 4 to {most} bytes and a multiple of 4, and these are {count}. Fill "
            "up with \\x00 (end of options) or \\x01 (no operation).",
            option=option,
            most=MOST,
            count=len(data),
        )
    return data
